"""A choice of tiers against quotas, floors, closed tiers, and whom it passes over."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st

from app.award.stages.choosing import (
    Ballot,
    Choice,
    Chosen,
    choice_problems,
    closing_obstacles,
    given,
)
from app.rules.quota import Proposal, RankedEntry, propose
from app.rules.regulation.quotas import Floor, Quota, Tier

AWARD = Tier(key="award", name="质量奖")
MERIT = Tier(key="merit", name="提名奖")
SMALL = Tier.model_validate({"key": "small", "name": "鼓励奖", "groups": "small"})
TIERS = (AWARD, SMALL, MERIT)


def quota(**written: Any) -> Quota:
    return Quota.model_validate(written)


def entry(number: int, **more: Any) -> RankedEntry:
    """The entry of that rank: 1000 points less ten for each rank."""
    made: dict[str, Any] = {"track": "organisation", "rank": number}
    made["score"] = Fraction(1000 - 10 * number)
    return RankedEntry(id=str(number), **(made | more))


def ballot(*standing: RankedEntry, **changes: Any) -> Ballot:
    made: dict[str, Any] = {
        "standing": standing or tuple(entry(number) for number in (1, 2, 3)),
        "tiers": TIERS,
        "quotas": (quota(at_most=1, of={"tier": "award"}), quota(at_most=1, of={"tier": "merit"})),
    }
    return Ballot(**(made | changes))


def codes(lines: list[Chosen], *args: Any, **more: Any) -> list[str]:
    return [each.code for each in choice_problems(lines, *args, **more)]


FITTING = [Chosen("1", "award"), Chosen("2", "merit"), Chosen("3", None)]


def test_choice_by_rank_needs_no_reason() -> None:
    assert codes(FITTING, ballot()) == []
    assert given(FITTING) == {"1": "award", "2": "merit"}


def test_nobody_needs_to_be_chosen() -> None:
    assert codes([], ballot()) == []


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([Chosen("9", "award")], ["entry-not-to-choose"]),
        ([Chosen("1", "award"), Chosen("1", "award")], ["entry-chosen-twice"]),
        ([Chosen("1", "grand")], ["tier-unknown"]),
        ([Chosen("1", "small")], ["tier-closed"]),
        ([Chosen("1", "award"), Chosen("2", "award")], ["choice-above-quota"]),
        ([Chosen("2", "award")], ["passed-over-without-reason"]),
        ([Chosen("1", "merit"), Chosen("2", "award")], ["passed-over-without-reason"]),
        ([Chosen("1", None, "被查处"), Chosen("2", "award")], []),
        ([Chosen("1", None, "被查处"), Chosen("3", "award")], ["passed-over-without-reason"]),
    ],
)
def test_choice_that_does_not_fit_is_refused(lines: list[Chosen], wrong: list[str]) -> None:
    assert codes(lines, ballot()) == wrong


def test_everything_is_told_at_once() -> None:
    lines = [Chosen("9", None), Chosen("2", "award"), Chosen("3", "award"), Chosen("1", "grand")]
    assert codes(lines, ballot()) == [
        "entry-not-to-choose",
        "tier-unknown",
        "choice-above-quota",
        "passed-over-without-reason",
    ]


def test_problems_say_where_they_are() -> None:
    found = choice_problems([Chosen("2", "award"), Chosen("1", "grand")], ballot())
    assert [each.pointer for each in found] == ["/choices/1/tier", "/choices/1/reason"]


def test_floor_holds_for_a_choice_and_excuses_who_is_passed_over() -> None:
    floors = (Floor.model_validate({"tier": "award", "at_least": "985"}),)
    assert codes([Chosen("2", "award")], ballot(floors=floors)) == [
        "tier-below-floor",
        "passed-over-without-reason",
    ]
    high = (Floor.model_validate({"tier": "award", "at_least": "995"}),)
    lines = [Chosen("2", "award")]
    assert codes(lines, ballot(floors=high)) == ["tier-below-floor"]


def test_closed_tier_is_not_chosen_and_its_entry_not_passed_over() -> None:
    barred = entry(1, closed=frozenset({"award"}))
    assert codes([Chosen("1", "award")], ballot(barred, entry(2))) == ["tier-closed"]
    assert codes([Chosen("2", "award")], ballot(barred, entry(2))) == []


def test_tier_of_a_group_is_open_to_it_alone() -> None:
    small = entry(3, groups=frozenset({"small"}))
    lines = [Chosen("1", "award"), Chosen("2", "merit"), Chosen("3", "small")]
    assert codes(lines, ballot(entry(1), entry(2), small)) == []


def test_tracks_without_a_common_quota_pass_nobody_over() -> None:
    quotas = (
        quota(at_most=1, of={"track": "organisation"}),
        quota(at_most=1, of={"track": "team"}),
    )
    team = entry(2, track="team")
    lines = [Chosen("2", "award")]
    assert codes(lines, ballot(entry(1), team, quotas=quotas)) == []
    shared = (*quotas, quota(at_most=1))
    assert codes(lines, ballot(entry(1), team, quotas=shared)) == ["passed-over-without-reason"]


def test_minimum_must_be_filled_while_somebody_can() -> None:
    quotas = (quota(at_most=2, of={"tier": "award"}), quota(at_least=1, of={"group": "small"}))
    small = entry(2, groups=frozenset({"small"}))
    assert codes([Chosen("1", "award")], ballot(entry(1), small, quotas=quotas)) == [
        "choice-below-quota"
    ]
    assert codes([Chosen("1", "award")], ballot(entry(1), entry(2), quotas=quotas)) == []


def test_number_in_principle_is_passed_only_with_a_reason() -> None:
    quotas = (quota(at_most=1, of={"tier": "award"}, in_principle=True),)
    lines = [Chosen("1", "award"), Chosen("2", "award")]
    assert codes(lines, ballot(quotas=quotas)) == ["choice-reason-missing"]
    assert codes(lines, ballot(quotas=quotas), "两家成绩均特别突出。") == []


def test_reason_does_not_lift_a_cap() -> None:
    lines = [Chosen("1", "award"), Chosen("2", "award")]
    assert codes(lines, ballot(), "特别突出。") == ["choice-above-quota"]


def test_closing_wants_a_choice_that_still_fits() -> None:
    def obstacles(choice: Choice | None, here: Ballot) -> list[str]:
        return [each.code for each in closing_obstacles(choice, here)]

    assert obstacles(None, ballot()) == ["tier-choice-missing"]
    kept = Choice(tuple(FITTING), None)
    assert obstacles(kept, ballot()) == []
    assert obstacles(kept, ballot(entry(2), entry(3))) == []
    quotas = (quota(at_least=1, of={"tier": "award"}), quota(at_most=1, of={"tier": "award"}))
    assert obstacles(kept, ballot(entry(2), entry(3), quotas=quotas)) == ["tier-choice-unfit"]


@given_(
    st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=8),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_what_the_ranking_proposes_can_always_be_chosen(
    drawn: list[tuple[int, bool]], awards: int, merits: int
) -> None:
    """A committee that follows the ranking needs to give no reason."""
    standing = tuple(
        entry(rank, groups=frozenset({"small"} if small else ()))._replace(id=str(place))
        for place, (rank, small) in enumerate(drawn)
    )
    quotas = (
        quota(at_most=awards, of={"tier": "award"}),
        quota(at_most=merits, of={"tier": ["small", "merit"]}),
    )
    order = [each.id for each in standing]
    proposal: Proposal = propose(standing, TIERS, quotas, resolved=order)
    lines = [Chosen(one, tier) for one, tier in proposal.assigned.items()]
    assert codes(lines, ballot(*standing, quotas=quotas)) == []
