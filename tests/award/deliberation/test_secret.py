"""Secret ballots: what the minutes may tell, where numbers contradict each other, what is kept."""

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
    form_obstacle,
    quorum_obstacle,
    sitting_obstacles,
    tallies,
)
from app.award.deliberation.rules import committee_obstacles
from app.rules.regulation.model import Committee
from app.rules.regulation.stages import Vote
from app.rules.voting import Choice, Count

SEATS = sorted(uuid4() for _ in range(7))
HOLDERS = {seat: f"委员{number}" for number, seat in enumerate(SEATS)}
FIRST, SECOND = sorted([uuid4(), uuid4()])
ENTRIES = frozenset({FIRST, SECOND})
STRANGER = uuid4()


def vote(**changes: Any) -> Vote:
    written: dict[str, Any] = {
        "key": "committee",
        "kind": "vote",
        "mode": "recorded",
        "ballot": "secret",
        "quorum": {"of": "members", "at_least": "2/3"},
        "carried": {"of": "present", "more_than": "1/2"},
    }
    return Vote.model_validate(written | changes)


def secret(**changes: Any) -> Sitting:
    """All seven are there; five approve of the first, three of the second."""
    whole = Sitting(
        present=SEATS,
        recused=[],
        issued=7,
        returned=7,
        teller="赵六",
        scrutineer="钱七",
        counts=[(FIRST, Count(5, 2, 0)), (SECOND, Count(3, 2, 2))],
        valid=7,
        invalid=0,
    )
    return replace(whole, **changes)


def codes(told: Sitting) -> list[str]:
    return [each.code for each in sitting_obstacles(told, ENTRIES, HOLDERS, [])]


def counts(first: Count, second: Count | None = None) -> list[tuple[UUID, Count]]:
    return [(FIRST, first), (SECOND, second or Count(3, 2, 2))]


@pytest.mark.parametrize(
    ("ballot", "changes", "code", "pointer"),
    [
        ("secret", {}, None, None),
        ("secret", {"ballots": []}, "vote-is-secret", "/ballots"),
        ("secret", {"counts": None}, "vote-is-secret", "/counts"),
        ("secret", {"valid": None}, "vote-is-secret", "/counts"),
        ("named", {}, "vote-is-named", "/counts"),
        ("named", {"counts": None, "invalid": None}, "vote-is-named", "/counts"),
        (
            "named",
            {"counts": None, "valid": None, "invalid": None},
            "vote-is-named",
            "/ballots",
        ),
    ],
)
def test_minutes_tell_what_the_rule_of_the_ballot_wants(
    ballot: str, changes: dict[str, Any], code: str | None, pointer: str | None
) -> None:
    found = form_obstacle(secret(**changes), vote(ballot=ballot))
    assert (found and found.code, found and found.pointer) == (code, pointer)


def test_sound_secret_minutes_have_no_obstacle() -> None:
    assert codes(secret()) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"counts": counts(Count(5, 2, 0, 1))}, ["choices-do-not-add-up"]),
        ({"counts": counts(Count(5, 1, 0))}, ["choices-do-not-add-up"]),
        ({"counts": [(FIRST, Count(5, 2, 0))]}, ["choices-do-not-add-up"]),
        ({"counts": [*counts(Count(5, 2, 0)), (STRANGER, Count(7, 0, 0))]}, ["not-in-motion"]),
        ({"counts": [*counts(Count(5, 2, 0)), (SECOND, Count(3, 2, 2))]}, ["named-twice"]),
        ({"valid": 6}, ["slips-do-not-add-up", *["choices-exceed-valid-slips"] * 2]),
        ({"valid": 6, "invalid": 1}, ["choices-exceed-valid-slips"] * 2),
        ({"issued": 8}, ["issued-exceeds-present"]),
        ({"issued": 6}, ["returned-exceeds-issued"]),
        ({"recused": [(FIRST, SEATS[0])]}, ["choices-do-not-add-up"]),
        ({"scrutineer": "赵六"}, ["teller-is-scrutineer"]),
        ({"present": [*SEATS[:6], STRANGER]}, ["seat-unknown", "issued-exceeds-present"]),
    ],
)
def test_unsound_secret_minutes_are_refused(changes: dict[str, Any], wrong: list[str]) -> None:
    assert codes(secret(**changes)) == wrong


def test_recused_member_votes_on_the_others_only() -> None:
    told = secret(recused=[(FIRST, SEATS[0])], counts=counts(Count(5, 1, 0)))
    assert codes(told) == []
    found = tallies(content_of(told, vote(), sorted(ENTRIES), SEATS))[str(FIRST)]
    assert (found.base, found.needed, found.carried) == (6, 4, True)


def test_recused_members_slip_may_be_the_one_that_did_not_come_back() -> None:
    told = secret(
        recused=[(FIRST, SEATS[0])],
        returned=6,
        valid=6,
        counts=counts(Count(4, 2, 0), Count(3, 2, 1)),
    )
    assert codes(told) == []


choices = st.sampled_from([*Choice, None])


@given(
    st.lists(choices, min_size=14, max_size=14),
    st.sets(st.integers(0, 6), max_size=7),
    st.sets(st.tuples(st.sampled_from(sorted(ENTRIES)), st.sampled_from(SEATS)), max_size=14),
    st.sets(st.integers(0, 6), max_size=3),
)
def test_secret_count_of_real_slips_holds_together_and_carries_as_a_named_one(
    cast: list[Choice | None],
    absent: set[int],
    recused: set[tuple[UUID, UUID]],
    kept_back: set[int],
) -> None:
    """Whatever slips a named vote would accept, the secret count of the same slips is accepted,
    and decides the same.
    """
    present = [seat for number, seat in enumerate(SEATS) if number not in absent]
    back = [
        seat for number, seat in enumerate(SEATS) if seat in present and number not in kept_back
    ]
    pairs = [(entry, seat) for entry in sorted(ENTRIES) for seat in SEATS]
    ballots = [
        (entry, seat, choice)
        for (entry, seat), choice in zip(pairs, cast, strict=True)
        if seat in back and (entry, seat) not in recused
    ]
    slips = {"present": present, "recused": sorted(recused), "issued": len(present)}
    named = secret(
        **slips, returned=len(back), ballots=ballots, counts=None, valid=None, invalid=None
    )
    by_name = tallies(content_of(named, vote(ballot="named"), sorted(ENTRIES), SEATS))
    numbers = [
        (entry, Count(found.approve, found.against, found.abstain, found.invalid))
        for entry in sorted(ENTRIES)
        for found in [by_name[str(entry)]]
    ]
    spoilt = [
        seat for seat in back if {choice for _, voter, choice in ballots if voter == seat} == {None}
    ]
    told = secret(
        **slips,
        returned=len(back),
        counts=numbers,
        valid=len(back) - len(spoilt),
        invalid=len(spoilt),
    )
    assert codes(told) == []
    assert tallies(content_of(told, vote(), sorted(ENTRIES), SEATS)) == by_name


def test_minutes_of_a_secret_vote_name_nobody_with_a_choice() -> None:
    kept = content_of(secret(), vote(), sorted(ENTRIES), SEATS)
    assert (kept["ballot"], "ballots" in kept) == ("secret", False)
    assert kept["counts"][str(FIRST)] == {"approve": 5, "against": 2, "abstain": 0, "invalid": 0}
    votes = {name: kept[name] for name in ("counts", "valid", "invalid")}
    assert not any(str(seat) in str(votes) for seat in SEATS)


def test_second_count_and_quorum_are_held_against_the_numbers() -> None:
    kept = content_of(secret(), vote(), sorted(ENTRIES), SEATS)
    assert differ(kept, counts(Count(5, 2, 0)), ENTRIES) is None
    assert differ(kept, counts(Count(4, 3, 0)), ENTRIES) is not None
    assert quorum_obstacle(kept) is None
    few = secret(present=SEATS[:4], issued=4, returned=4, valid=4)
    assert quorum_obstacle(content_of(few, vote(), [], SEATS)) is not None


@pytest.mark.parametrize(
    ("committee", "members", "wrong"),
    [
        (None, 0, []),
        (Committee(at_least=5, at_most=7, odd=True), 7, []),
        (Committee(at_least=5), 4, ["committee-too-small"]),
        (Committee(at_most=7), 8, ["committee-too-large"]),
        (Committee(at_least=9, odd=True), 8, ["committee-too-small", "committee-even"]),
    ],
)
def test_committee_is_of_the_size_the_regulation_says(
    committee: Committee | None, members: int, wrong: list[str]
) -> None:
    assert [each.code for each in committee_obstacles(committee, members)] == wrong
