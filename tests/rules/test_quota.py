from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.quota import (
    Award,
    GrantedTooMany,
    RankedEntry,
    kept_for_others,
    places,
    propose,
    share_a_quota,
    violations,
)
from app.rules.regulation.quotas import Filter, Floor, Quota, Tier

GOLD, SILVER = Tier(key="gold", name="金"), Tier(key="silver", name="银")
TIERS = (GOLD, SILVER)


def cap(most: int, **of: Any) -> Quota:
    return Quota(at_most=most, of=Filter(**of))


def entries(*ranks: int, track: str = "firm", prefix: str = "") -> list[RankedEntry]:
    return [
        RankedEntry(f"{prefix}{place}", track, rank, Fraction(700 - rank))
        for place, rank in enumerate(ranks)
    ]


def test_places_sums_separate_caps() -> None:
    quotas = [cap(3, tier=("gold",)), cap(5, tier=("silver",))]
    assert places(quotas, ["firm"], TIERS) == 8


def test_places_of_a_nested_cap_are_not_counted_twice() -> None:
    quotas = [cap(15), cap(5, tier=("gold",))]
    assert places(quotas, ["firm"], TIERS) == 15
    assert places(quotas, ["firm"], [GOLD]) == 5


def test_places_of_caps_that_cross_take_the_tighter() -> None:
    quotas = [cap(10, tier=("gold",)), cap(10, tier=("silver",)), cap(3, track=("person",))]
    assert places(quotas, ["firm", "person"], TIERS) == 20
    assert places(quotas, ["person"], TIERS) == 3


def test_places_leave_out_tiers_closed_to_the_track() -> None:
    silver = Tier(key="silver", name="银", tracks=("firm",))
    quotas = [cap(2, tier=("gold",)), cap(4, tier=("silver",))]
    assert places(quotas, ["person"], [GOLD, silver]) == 2


def test_places_without_a_cap_have_no_number() -> None:
    assert places([cap(2, tier=("gold",))], ["firm"], TIERS) is None


def test_places_granted_lower_the_number_and_never_raise_it() -> None:
    assert places([cap(3)], ["firm"], TIERS, granted=2) == 2
    with pytest.raises(GrantedTooMany):
        places([cap(3)], ["firm"], TIERS, granted=4)


def test_propose_fills_tiers_by_rank() -> None:
    proposal = propose(
        entries(1, 2, 3, 4), TIERS, [cap(1, tier=("gold",)), cap(2, tier=("silver",))]
    )
    assert proposal.assigned == {"0": "gold", "1": "silver", "2": "silver"}
    assert proposal.left == ("3",)
    assert proposal.unresolved == ()


def test_propose_leaves_places_empty_below_the_floor() -> None:
    floors = [
        Floor(tier="gold", at_least=Fraction(699)),
        Floor(tier="silver", at_least=Fraction(698)),
    ]
    proposal = propose(entries(1, 2, 3), TIERS, [cap(3, tier=("gold",))], floors)
    assert proposal.assigned == {"0": "gold", "1": "silver"}
    assert proposal.left == ("2",)


def test_propose_keeps_a_tie_across_the_last_place_unresolved() -> None:
    proposal = propose(entries(1, 2, 2, 4), [GOLD], [cap(2)])
    assert proposal.assigned == {"0": "gold"}
    assert proposal.unresolved == (("1", "2"),)
    assert proposal.waiting == ("3",)
    assert proposal.left == ()


def test_propose_follows_the_decision_that_orders_a_tie() -> None:
    proposal = propose(entries(1, 2, 2, 4), [GOLD], [cap(2)], resolved=["2", "1"])
    assert proposal.assigned == {"0": "gold", "2": "gold"}
    assert proposal.left == ("1", "3")


def test_propose_needs_a_decision_that_orders_all_who_are_tied() -> None:
    assert propose(entries(1, 1), [GOLD], [cap(1)], resolved=["1"]).unresolved == (("0", "1"),)


def test_propose_of_a_tie_with_places_for_all_needs_no_decision() -> None:
    assert propose(entries(1, 1), [GOLD], [cap(2)]).assigned == {"0": "gold", "1": "gold"}


def test_propose_of_tracks_that_share_no_cap_keeps_their_ranks_apart() -> None:
    ranked = entries(1, 2, prefix="f") + entries(1, 2, track="person", prefix="p")
    quotas = [cap(1, track=("firm",)), cap(1, track=("person",))]
    proposal = propose(ranked, [GOLD], quotas)
    assert proposal.assigned == {"f0": "gold", "p0": "gold"}
    assert proposal.unresolved == ()


def test_propose_of_tracks_that_share_a_cap_holds_an_equal_rank_for_a_tie() -> None:
    ranked = entries(1, prefix="f") + entries(1, track="person", prefix="p")
    assert propose(ranked, [GOLD], [cap(1)]).unresolved == (("f0", "p0"),)


def test_propose_gives_no_tier_closed_to_the_track() -> None:
    gold = Tier(key="gold", name="金", tracks=("person",))
    assert propose(entries(1), [gold, SILVER], []).assigned == {"0": "silver"}


def test_propose_passes_on_the_place_that_a_cap_inside_the_quota_denies() -> None:
    ranked = [
        RankedEntry("a", "person", 1, Fraction(9)),
        RankedEntry("b", "person", 2, Fraction(8)),
        RankedEntry("c", "firm", 3, Fraction(7)),
    ]
    proposal = propose(ranked, [GOLD], [cap(2), cap(1, track=("person",))])
    assert proposal.assigned == {"a": "gold", "c": "gold"}
    assert proposal.left == ("b",)


def member(entry: RankedEntry, *groups: str, closed: tuple[str, ...] = ()) -> RankedEntry:
    return entry._replace(groups=frozenset(groups), closed=frozenset(closed))


def test_propose_keeps_a_place_for_a_minimum_further_down() -> None:
    first, second, third = entries(1, 2, 3)
    quotas = [cap(2, tier=("gold",)), Quota(at_least=1, of=Filter(tier=("gold",), group=("sme",)))]
    small = member(third, "sme")
    found = propose([first, second, small], [GOLD], quotas)
    assert found.assigned == {first.id: "gold", small.id: "gold"}
    assert found.left == (second.id,)


def test_propose_gives_the_place_kept_to_the_best_left_when_nobody_can_fill_it() -> None:
    first, second, third = entries(1, 2, 3)
    quotas = [cap(2, tier=("gold",)), Quota(at_least=1, of=Filter(tier=("gold",), group=("sme",)))]
    small = member(third, "sme", closed=("gold",))
    found = propose([first, second, small], [GOLD], quotas)
    assert found.assigned == {first.id: "gold", second.id: "gold"}
    assert [each.code for each in violations(_awards(found, [first, second, small]), quotas)] == [
        "below_minimum"
    ]


def test_propose_counts_what_a_quota_leaves_out_for_nothing() -> None:
    first, second, third = entries(1, 2, 3)
    again = member(first, "held")
    quotas = [Quota(at_most=1, **{"except": Filter(group=("held",))})]
    found = propose([again, second, third], [GOLD], quotas)
    assert found.assigned == {again.id: "gold", second.id: "gold"}


def test_propose_gives_a_tier_of_a_group_to_nobody_else() -> None:
    first, second = entries(1, 2)
    only = Tier(key="small", name="鼓励奖", groups=("sme",))
    found = propose([first, member(second, "sme")], [only], [cap(5)])
    assert found.assigned == {second.id: "small"}
    assert found.left == (first.id,)


def test_propose_passes_a_tier_closed_to_the_entry() -> None:
    first, second = entries(1, 2)
    quotas = [cap(1, tier=("gold",)), cap(1, tier=("silver",))]
    found = propose([member(first, closed=("gold",)), second], TIERS, quotas)
    assert found.assigned == {first.id: "silver", second.id: "gold"}


def test_propose_asks_a_floor_of_its_track_only() -> None:
    firm, person = entries(5, track="firm"), entries(5, track="person", prefix="p")
    floors = [Floor(tier="gold", at_least=Fraction(699), track=("firm",))]
    found = propose([*firm, *person], [GOLD], [cap(5)], floors)
    assert found.assigned == {person[0].id: "gold"}


def _awards(found: Any, ranked: list[RankedEntry]) -> list[Award]:
    by_id = {each.id: each for each in ranked}
    return [
        Award(entry, by_id[entry].track, tier, by_id[entry].groups)
        for entry, tier in found.assigned.items()
    ]


@given(
    st.lists(st.booleans(), max_size=9),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_propose_meets_a_minimum_whenever_it_can(
    small: list[bool], gold: int, silver: int, least: int
) -> None:
    ranked = [
        member(each, *(["sme"] if is_small else []))
        for each, is_small in zip(entries(*range(1, len(small) + 1)), small, strict=True)
    ]
    minimum = Quota(at_least=least, of=Filter(tier=("gold",), group=("sme",)))
    quotas = [cap(gold, tier=("gold",)), cap(silver, tier=("silver",)), minimum]
    found = propose(ranked, TIERS, quotas)
    awards = _awards(found, ranked)
    assert not [each for each in violations(awards, quotas) if each.code == "above_cap"]
    golden = [each for each in awards if each.tier == "gold"]
    assert len([each for each in golden if each.groups]) >= min(least, gold, sum(small))
    assert len(awards) == min(len(ranked), gold + silver)


def test_violations_tell_cap_and_minimum() -> None:
    awards = [Award("a", "firm", "gold"), Award("b", "firm", "gold")]
    quotas = [cap(1, tier=("gold",)), Quota(at_least=1, of=Filter(track=("small",))), cap(2)]
    found = violations(awards, quotas)
    assert [(each.quota, each.code, each.counted, each.limit) for each in found] == [
        (0, "above_cap", 2, 1),
        (1, "below_minimum", 0, 1),
    ]
    assert found[0].ids == ("a", "b")


RANKED = st.lists(
    st.tuples(st.sampled_from(["firm", "person"]), st.integers(1, 6)), max_size=8
).map(lambda rows: [RankedEntry(str(n), t, r, Fraction(100 - r)) for n, (t, r) in enumerate(rows)])
CAPS = st.lists(
    st.builds(
        lambda most, tier, track: cap(most, tier=tier, track=track),
        st.integers(1, 4),
        st.sampled_from([None, ("gold",), ("silver",)]),
        st.sampled_from([None, ("firm",), ("person",)]),
    ),
    max_size=4,
)


@given(RANKED, CAPS)
def test_propose_never_breaks_a_cap_and_forgets_nobody(
    ranked: list[RankedEntry], quotas: list[Quota]
) -> None:
    proposal = propose(ranked, TIERS, quotas)
    tracks = {each.id: each.track for each in ranked}
    awards = [Award(key, tracks[key], tier) for key, tier in proposal.assigned.items()]
    assert violations(awards, quotas) == []
    tied = [key for group in proposal.unresolved for key in group]
    everybody = [*proposal.assigned, *tied, *proposal.waiting, *proposal.left]
    assert sorted(everybody) == sorted(tracks)


@given(RANKED.filter(lambda rows: len(rows) < 5), CAPS)
def test_propose_does_not_depend_on_the_order_of_the_list(
    ranked: list[RankedEntry], quotas: list[Quota]
) -> None:
    def outcome(rows: Sequence[RankedEntry]) -> tuple[object, ...]:
        proposal = propose(rows, TIERS, quotas)
        ties = {frozenset(group) for group in proposal.unresolved}
        return proposal.assigned, ties, set(proposal.waiting), set(proposal.left)

    assert all(outcome(rows) == outcome(ranked) for rows in permutations(ranked))


@given(RANKED, CAPS)
def test_propose_with_every_tie_decided_leaves_nothing_open(
    ranked: list[RankedEntry], quotas: list[Quota]
) -> None:
    proposal = propose(ranked, TIERS, quotas, resolved=[each.id for each in ranked])
    assert (proposal.unresolved, proposal.waiting) == ((), ())


@given(CAPS, RANKED)
def test_places_are_never_fewer_than_what_can_be_given(
    quotas: list[Quota], ranked: list[RankedEntry]
) -> None:
    most = places(quotas, ["firm", "person"], TIERS)
    proposal = propose(ranked, TIERS, quotas, resolved=[each.id for each in ranked])
    assert most is None or len(proposal.assigned) <= most


def test_a_share_of_the_entries_is_rounded_down() -> None:
    share = Quota.model_validate(
        {
            "at_most_share": "30%",
            "among": "check",
            "of": {"tier": "gold", "track": "firm"},
            "except": {"group": "held"},
        }
    )
    entries = [("firm", ())] * 9 + [("firm", ("held",))] * 5 + [("person", ())] * 40
    settled = share.settled(entries)
    assert (settled.at_most, settled.at_most_share, settled.among) == (2, None, None)
    assert settled.settled([("firm", ())]) is settled
    assert share.settled([("firm", ())]).at_most == 0


def test_a_floor_as_a_share_is_points_of_the_scale() -> None:
    floor = Floor.model_validate({"tier": "gold", "at_least_of_full": "62%"})
    assert floor.points(1000) == 620
    assert Floor.model_validate({"tier": "gold", "at_least": "600"}).points(1000) == 600


SMALL_TIERS = (GOLD, SILVER, Tier(key="person", name="个人", tracks=("person",)))


@pytest.mark.parametrize(
    ("quotas", "held", "expected"),
    [
        # Firms cannot serve it, people can: as the lowest tier open to them.
        ([Quota(at_least=1, of=Filter(track=("person",)))], [], ["person"]),
        ([Quota(at_least=2, of=Filter(track=("person",), tier=("gold",)))], [], ["gold", "gold"]),
        # Whoever has it already serves it.
        (
            [Quota(at_least=2, of=Filter(track=("person",)))],
            [("person", "gold", ())],
            ["person"],
        ),
        # Both can serve it: the one that is filled first does, as far as it can.
        ([Quota(at_least=1, of=Filter(tier=("gold",)))], [], []),
        # One award serves two minimums.
        (
            [
                Quota(at_least=1, of=Filter(track=("person",))),
                Quota(at_least=1, of=Filter(track=("person",), tier=("gold",))),
            ],
            [],
            ["gold"],
        ),
        ([cap(3)], [], []),
    ],
)
def test_places_are_kept_for_a_minimum_that_only_others_can_serve(
    quotas: list[Quota], held: list[tuple[str, str, tuple[str, ...]]], expected: list[str]
) -> None:
    kept = kept_for_others(quotas, SMALL_TIERS, ["firm"], ["person"], held)
    assert [(track, tier) for track, tier, _ in kept] == [("person", tier) for tier in expected]


@pytest.mark.parametrize(
    ("quota", "shared"),
    [
        (cap(3), True),
        (cap(3, track=("firm",)), False),
        (cap(3, tier=("person",)), False),
        (cap(3, track=("firm", "person")), True),
        (Quota(at_least=1, of=Filter(tier=("gold",))), True),
    ],
)
def test_tracks_share_a_number_that_counts_both(quota: Quota, *, shared: bool) -> None:
    assert share_a_quota([quota], SMALL_TIERS, ["firm"], ["person"]) == shared
