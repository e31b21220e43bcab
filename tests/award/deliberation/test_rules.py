"""Minutes that do not hold together, and what sound ones decide."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.deliberation.minutes import (
    Sitting,
    content_of,
    differ,
    quorum_obstacle,
    sitting_obstacles,
    tallies,
)
from app.award.deliberation.rules import votes_not_offered
from app.rules.regulation.read import read
from app.rules.regulation.stages import Vote
from app.rules.voting import Choice, Count
from tests.rules.regulation.award_texts import BINHU

APPROVE, AGAINST = Choice.APPROVE, Choice.AGAINST
SEATS = [uuid4() for _ in range(6)]
HOLDERS = {seat: f"委员{number}" for number, seat in enumerate(SEATS)}
FIRST, SECOND = sorted([uuid4(), uuid4()])
ENTRIES = frozenset({FIRST, SECOND})


def vote(**changes: Any) -> Vote:
    written: dict[str, Any] = {
        "key": "committee",
        "kind": "vote",
        "mode": "recorded",
        "ballot": "named",
        "quorum": {"of": "members", "at_least": "2/3"},
        "carried": {"of": "present", "more_than": "1/2"},
    }
    return Vote.model_validate(written | changes)


def sitting(**changes: Any) -> Sitting:
    """All are there and approve of both."""
    whole = Sitting(
        present=SEATS,
        recused=[],
        ballots=[(entry, seat, APPROVE) for entry in (FIRST, SECOND) for seat in SEATS],
        issued=6,
        returned=6,
        teller="赵六",
        scrutineer="钱七",
    )
    return replace(whole, **changes)


def cast() -> list[tuple[UUID, UUID, Choice | None]]:
    return list(sitting().ballots or ())


def codes(minutes: Sitting, interested: list[tuple[UUID, UUID]] | None = None) -> list[str]:
    return [each.code for each in sitting_obstacles(minutes, ENTRIES, HOLDERS, interested or [])]


def ballots(*, without: tuple[UUID, UUID] | None = None) -> list[tuple[UUID, UUID, Choice | None]]:
    return [ballot for ballot in cast() if ballot[:2] != without]


def content(minutes: Sitting, **rule: Any) -> dict[str, Any]:
    return content_of(minutes, vote(**rule), sorted(ENTRIES), SEATS)


def test_sound_minutes_have_no_obstacle() -> None:
    assert codes(sitting()) == []


def test_recused_member_has_a_slip_with_a_line_struck_out() -> None:
    pair = (FIRST, SEATS[0])
    assert codes(sitting(recused=[pair], ballots=ballots(without=pair)), [pair]) == []


@pytest.mark.parametrize("slips", [5, 6])
def test_member_recused_from_everything_may_have_a_slip_or_none(slips: int) -> None:
    out = SEATS[0]
    left = [ballot for ballot in cast() if ballot[1] != out]
    recused = [(entry, out) for entry in sorted(ENTRIES)]
    minutes = sitting(recused=recused, ballots=left, issued=slips, returned=slips)
    assert codes(minutes) == []


def test_slip_that_was_not_handed_back_has_no_ballots() -> None:
    left = [ballot for ballot in cast() if ballot[1] != SEATS[0]]
    assert codes(sitting(ballots=left, returned=5)) == []


def test_wholly_invalid_slip_is_counted_as_returned() -> None:
    spoilt = [(entry, seat, None if seat == SEATS[0] else choice) for entry, seat, choice in cast()]
    assert codes(sitting(ballots=spoilt)) == []


STRANGER = uuid4()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"present": [*SEATS, STRANGER]}, ["seat-unknown"]),
        ({"present": [*SEATS, SEATS[0]]}, ["named-twice"]),
        ({"recused": [(STRANGER, SEATS[0])]}, ["not-in-motion"]),
        ({"recused": [(FIRST, STRANGER)]}, ["seat-unknown"]),
        ({"ballots": [*ballots(), (STRANGER, SEATS[0], APPROVE)]}, ["not-in-motion"]),
        (
            {"ballots": [*ballots(), (FIRST, STRANGER, APPROVE)]},
            ["seat-unknown", "ballot-of-absent"],
        ),
        ({"ballots": [*ballots(), (FIRST, SEATS[0], AGAINST)]}, ["named-twice"]),
        ({"present": SEATS[1:], "issued": 5, "returned": 5}, ["ballot-of-absent"] * 2),
        ({"recused": [(FIRST, SEATS[0])]}, ["ballot-of-recused"]),
        ({"scrutineer": "赵六"}, ["teller-is-scrutineer"]),
        ({"issued": 7}, ["issued-exceeds-present"]),
        ({"issued": 5}, ["returned-exceeds-issued"]),
        (
            {"returned": 5},
            ["slips-do-not-add-up", "choices-do-not-add-up", "choices-do-not-add-up"],
        ),
        ({"ballots": ballots(without=(FIRST, SEATS[0]))}, ["choices-do-not-add-up"]),
    ],
)
def test_unsound_minutes_are_refused(changes: dict[str, Any], wrong: list[str]) -> None:
    assert codes(sitting(**changes)) == wrong


def test_interested_member_must_be_recused_even_if_absent() -> None:
    left = [ballot for ballot in cast() if ballot[1] != SEATS[0]]
    minutes = sitting(present=SEATS[1:], ballots=left, issued=5, returned=5)
    assert codes(minutes, [(FIRST, SEATS[0])]) == ["member-not-recused"]


def test_everything_wrong_is_told_at_once() -> None:
    minutes = sitting(issued=7, scrutineer="赵六", present=[*SEATS, STRANGER])
    found = codes(minutes, [(FIRST, SEATS[0])])
    assert found == [
        "seat-unknown",
        "member-not-recused",
        "teller-is-scrutineer",
        "issued-exceeds-present",
    ]


@given(
    st.lists(st.sampled_from([*Choice, None]), min_size=12, max_size=12),
    st.sets(st.integers(0, 5), max_size=6),
    st.sets(st.tuples(st.sampled_from(sorted(ENTRIES)), st.sampled_from(SEATS)), max_size=12),
)
def test_minutes_taken_from_real_slips_always_hold_together(
    choices: list[Choice | None], absent: set[int], recused: set[tuple[UUID, UUID]]
) -> None:
    present = [seat for number, seat in enumerate(SEATS) if number not in absent]
    pairs = [(entry, seat) for entry in sorted(ENTRIES) for seat in SEATS]
    votes = [
        (entry, seat, choice)
        for (entry, seat), choice in zip(pairs, choices, strict=True)
        if seat in present and (entry, seat) not in recused
    ]
    slips = len(present)
    minutes = sitting(
        present=present, recused=sorted(recused), ballots=votes, issued=slips, returned=slips
    )
    assert codes(minutes) == []
    assert sum(each.approve for each in tallies(content(minutes)).values()) == sum(
        choice is APPROVE for _, _, choice in votes
    )


def test_carried_by_more_than_half_of_those_present() -> None:
    minutes = sitting(
        ballots=[
            (entry, seat, APPROVE if number < (4 if entry == FIRST else 3) else AGAINST)
            for entry in sorted(ENTRIES)
            for number, seat in enumerate(SEATS)
        ]
    )
    counted = tallies(content(minutes))
    assert [counted[str(each)].carried for each in (FIRST, SECOND)] == [True, False]
    assert (counted[str(FIRST)].base, counted[str(FIRST)].needed) == (6, 4)


@pytest.mark.parametrize(("leave", "base", "needed"), [("true", 5, 3), ("false", 6, 4)])
def test_recused_members_leave_the_base_if_the_rule_says_so(
    leave: str, base: int, needed: int
) -> None:
    pair = (FIRST, SEATS[0])
    minutes = sitting(recused=[pair], ballots=ballots(without=pair))
    found = tallies(content(minutes, recused_leave=leave))[str(FIRST)]
    assert (found.base, found.needed) == (base, needed)


@pytest.mark.parametrize(("there", "met"), [(3, False), (4, True)])
def test_quorum_is_two_thirds_of_the_members(there: int, met: bool) -> None:
    present = SEATS[:there]
    votes = [ballot for ballot in cast() if ballot[1] in present]
    minutes = sitting(present=present, ballots=votes, issued=there, returned=there)
    assert (quorum_obstacle(content(minutes)) is None) == met


def test_quorum_is_needed_on_every_entry_after_the_recusals() -> None:
    present, out = SEATS[:4], SEATS[0]
    votes = [b for b in cast() if b[1] in present and b[:2] != (FIRST, out)]
    minutes = sitting(present=present, recused=[(FIRST, out)], ballots=votes, issued=4, returned=4)
    assert quorum_obstacle(content(minutes)) is not None
    assert quorum_obstacle(content(minutes, recused_leave="false")) is None


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"mode": "electronic"}, ["/stages/0/mode"]),
        ({"ballot": "secret"}, []),
        ({"proposes": "tiers", "advance": "proposed"}, []),
        ({"mode": "electronic", "ballot": "secret"}, ["/stages/0/mode"]),
    ],
)
def test_votes_not_on_paper_are_not_offered(changes: dict[str, str], paths: list[str]) -> None:
    regulation = read(BINHU).model_copy(update={"stages": (vote(**changes),)})
    assert [each.path for each in votes_not_offered(regulation)] == paths


ALL = Count(approve=6, against=0, abstain=0, invalid=0)
OTHER = Count(approve=5, against=1, abstain=0, invalid=0)


@pytest.mark.parametrize(
    ("second", "equal"),
    [
        ([(FIRST, ALL), (SECOND, ALL)], True),
        ([(SECOND, ALL), (FIRST, ALL)], True),
        ([(FIRST, ALL), (SECOND, OTHER)], False),
        ([(FIRST, ALL)], False),
        ([(FIRST, ALL), (SECOND, ALL), (STRANGER, ALL)], False),
        ([(FIRST, ALL), (SECOND, ALL), (FIRST, ALL)], False),
        ([], False),
    ],
)
def test_second_count_is_equal_or_differs(second: list[tuple[UUID, Count]], equal: bool) -> None:
    assert (differ(content(sitting()), second, ENTRIES) is None) == equal


def test_second_count_may_leave_out_who_has_withdrawn() -> None:
    assert differ(content(sitting()), [(FIRST, ALL)], {FIRST}) is None
    assert differ(content(sitting()), [(FIRST, ALL), (SECOND, ALL)], {FIRST}) is None
    assert differ(content(sitting()), [(FIRST, ALL), (SECOND, OTHER)], {FIRST}) is not None
