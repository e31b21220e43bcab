from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.voting import (
    Attendance,
    Base,
    Choice,
    Count,
    Paper,
    PaperProblem,
    Tally,
    Threshold,
    VotingError,
    attendance_for,
    decide,
    paper_problems,
    quorum_met,
    tally,
)

TWO_THIRDS = Threshold(Base.MEMBERS, at_least=Fraction(2, 3))
MAJORITY = Threshold(Base.PRESENT, more_than=Fraction(1, 2))
SEATS = [f"m{number}" for number in range(1, 10)]
YES, NO, NEITHER = Choice.APPROVE, Choice.AGAINST, Choice.ABSTAIN


def named(approve: int, against: int = 0, abstain: int = 0) -> dict[str, Choice | None]:
    choices = [YES] * approve + [NO] * against + [NEITHER] * abstain
    return dict(zip(SEATS, choices, strict=False))


def vote(ballots: Mapping[str, Choice | None], **changes: Any) -> Tally:
    rules: dict[str, Any] = {
        "recused": {},
        "members": SEATS,
        "present": SEATS[:7],
        "quorum": TWO_THIRDS,
        "carried": MAJORITY,
    }
    return tally({"x": ballots}, **(rules | changes))["x"]


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(VotingError) as caught:
        act()
    assert caught.value.code == code


@given(base=st.integers(0, 200), share=st.fractions(0, 1, max_denominator=12))
def test_threshold_needed_is_the_smallest_that_reaches_it(base: int, share: Fraction) -> None:
    if share > 0:
        at_least = Threshold(Base.PRESENT, at_least=share).needed(base)
        assert at_least >= base * share
        assert at_least == 1 or at_least - 1 < base * share
    if share < 1:
        more = Threshold(Base.PRESENT, more_than=share).needed(base)
        assert more > base * share >= more - 1


@pytest.mark.parametrize(
    ("threshold", "base", "needed"),
    [
        (TWO_THIRDS, 9, 6),
        (TWO_THIRDS, 11, 8),
        (MAJORITY, 8, 5),
        (MAJORITY, 7, 4),
        (TWO_THIRDS, 0, 1),
        (MAJORITY, 0, 1),
    ],
)
def test_threshold_needed_known_values(threshold: Threshold, base: int, needed: int) -> None:
    assert threshold.needed(base) == needed


def test_threshold_unclear_or_out_of_range_is_refused() -> None:
    half = Fraction(1, 2)
    refused("threshold-unclear", lambda: Threshold(Base.PRESENT))
    refused("threshold-unclear", lambda: Threshold(Base.PRESENT, half, half))
    refused("threshold-out-of-range", lambda: Threshold(Base.PRESENT, at_least=Fraction(0)))
    refused("threshold-out-of-range", lambda: Threshold(Base.PRESENT, more_than=Fraction(1)))


def test_quorum_met_at_two_thirds_exactly() -> None:
    assert quorum_met(Attendance(9, 6), TWO_THIRDS)
    assert not quorum_met(Attendance(9, 5), TWO_THIRDS)
    assert not quorum_met(Attendance(0, 0), TWO_THIRDS)
    refused("quorum-base", lambda: quorum_met(Attendance(9, 6), MAJORITY))


def test_tally_half_is_not_more_than_half() -> None:
    present = SEATS[:8]
    assert not vote(named(4, 4), present=present).carried
    assert vote(named(5, 3), present=present).carried


def test_tally_names_every_figure() -> None:
    ballots = {"m1": YES, "m2": YES, "m3": YES, "m4": YES, "m5": NO, "m6": NEITHER, "m7": None}
    assert vote(ballots) == Tally(
        approve=4, against=1, abstain=1, invalid=1, base=7, needed=4, quorum=True, carried=True
    )


def test_tally_abstentions_and_silence_weigh_in_the_base_of_those_present() -> None:
    assert not vote(named(3, 0, 4)).carried
    assert not vote(named(3)).carried
    voting = Threshold(Base.VOTING, more_than=Fraction(1, 2))
    assert not vote(named(3, 0, 4), carried=voting).carried
    assert vote(named(3), carried=voting).carried


def test_tally_without_quorum_carries_nobody() -> None:
    found = vote(named(5), present=SEATS[:5])
    assert (found.quorum, found.carried) == (False, False)


def test_tally_recused_members_leave_both_counts() -> None:
    ballots = named(3, 2)
    recused = {"x": ["m6", "m7"]}
    left = vote(ballots, recused=recused)
    assert (left.base, left.needed, left.quorum, left.carried) == (5, 3, True, True)
    stayed = vote(ballots, recused=recused, recused_leave=False)
    assert (stayed.base, stayed.needed, stayed.quorum, stayed.carried) == (7, 4, True, False)


def test_tally_recusal_can_break_the_quorum_of_one_candidate() -> None:
    ballots: dict[str, Mapping[str, Choice | None]] = {
        "x": named(6),
        "y": dict.fromkeys(SEATS[1:6], YES),
    }
    found = tally(
        ballots,
        recused={"y": ["m1"]},
        members=SEATS,
        present=SEATS[:6],
        quorum=TWO_THIRDS,
        carried=MAJORITY,
    )
    assert found["x"].carried
    assert (found["y"].approve, found["y"].quorum) == (5, False)


def test_tally_recused_while_absent_leaves_only_the_seats() -> None:
    attendance = attendance_for(SEATS, SEATS[:7], ["m9"])
    assert attendance == Attendance(members=8, present=7)


def test_tally_of_somebody_who_may_not_vote_is_refused() -> None:
    refused("ballot-of-absent", lambda: vote({"m8": YES}))
    refused("ballot-of-recused", lambda: vote({"m1": YES}, recused={"x": ["m1"]}))
    keep = {"recused": {"x": ["m1"]}, "recused_leave": False}
    refused("ballot-of-recused", lambda: vote({"m1": YES}, **keep))
    refused("present-not-member", lambda: vote({}, present=["guest"]))


@given(st.lists(st.sampled_from([*Choice, None]), max_size=9), st.integers(0, 8), st.booleans())
def test_one_approval_more_never_undoes_a_carried_vote(
    choices: list[Choice | None], seat: int, leave: bool
) -> None:
    ballots = dict(zip(SEATS, choices, strict=False))
    before = vote(ballots, present=SEATS, recused_leave=leave)
    after = vote(ballots | {SEATS[seat]: YES}, present=SEATS, recused_leave=leave)
    assert after.carried >= before.carried


def test_decide_serves_a_secret_paper_ballot() -> None:
    # 安宁, first cycle: 31 officials; 29, 28 and 25 approvals passed.
    everyone = Attendance(31, 31)
    for approvals in (29, 28, 25):
        assert decide(Count(approvals, 31 - approvals, 0), everyone, TWO_THIRDS, MAJORITY).carried
    assert decide(Count(16, 15, 0), everyone, TWO_THIRDS, MAJORITY).needed == 16
    assert decide(Count(16, 0, 0), everyone, TWO_THIRDS, replace(MAJORITY, of=Base.MEMBERS)).carried


def test_decide_more_ballots_than_present_is_refused() -> None:
    refused(
        "more-ballots-than-present",
        lambda: decide(Count(8, 0, 0), Attendance(9, 7), TWO_THIRDS, MAJORITY),
    )
    refused("present-exceeds-members", lambda: Attendance(7, 9))


GOOD_PAPER = Paper(
    members=9,
    present=7,
    issued=7,
    returned=7,
    valid=6,
    invalid=1,
    counts={"x": Count(4, 1, 1, 1), "y": Count(3, 1, 0, 2)},
    recused_slips={"y": 1},
)


def test_paper_problems_none_where_it_adds_up() -> None:
    assert paper_problems(GOOD_PAPER) == []


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"members": 6}, [("present-exceeds-members", None)]),
        ({"present": 6}, [("issued-exceeds-present", None)]),
        ({"issued": 6}, [("returned-exceeds-issued", None)]),
        ({"invalid": 0}, [("slips-do-not-add-up", None)]),
        ({"counts": {"y": Count(4, 1, 0, 2)}}, [("choices-do-not-add-up", "y")]),
        ({"counts": {"x": GOOD_PAPER.counts["x"]}}, [("recused-without-count", "y")]),
        (
            {"counts": {"y": Count(5, 1, 0, 0)}, "valid": 5, "invalid": 2},
            [("choices-exceed-valid-slips", "y")],
        ),
        (
            {"counts": {"y": Count(8, 0, 0, -2)}},
            [("number-below-zero", None), ("choices-exceed-valid-slips", "y")],
        ),
        (
            {"members": 5, "present": 6, "valid": 7},
            [
                ("present-exceeds-members", None),
                ("issued-exceeds-present", None),
                ("slips-do-not-add-up", None),
            ],
        ),
    ],
)
def test_paper_problems_are_all_named_at_once(
    change: dict[str, Any], problems: list[tuple[str, str | None]]
) -> None:
    found = paper_problems(replace(GOOD_PAPER, **change))
    assert found == [PaperProblem(code, candidate) for code, candidate in problems]
