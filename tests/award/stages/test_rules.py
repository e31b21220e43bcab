"""When a stage may open, who flows in, and who goes on."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from json import loads
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.stages.cutting import Field, cut
from app.award.stages.rules import (
    Consolation,
    Flow,
    Held,
    Runner,
    TieDecisionUnfit,
    TieUnresolved,
    Told,
    consolation_of,
    entrants,
    feeders,
    lowered,
    opening_obstacles,
)
from app.proof.canonical import canonical
from app.rules.ranking import Candidate
from app.rules.regulation.quotas import Filter, Quota, Tier
from app.rules.regulation.read import read
from app.rules.regulation.stages import Advance
from tests.rules.regulation.test_check_wide import WIDE

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
A, B, C, ORGANISATION = (UUID(int=number) for number in range(1, 5))


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (NINE, [], []),
        (NINE + SECOND, [("申报", True), ("推荐", True)], []),
        (NINE - SECOND, [], ["too-early"]),
        (NINE, [("申报", True), ("推荐", False)], ["earlier-stage-open"]),
        (
            NINE - SECOND,
            [("申报", False), ("推荐", False)],
            ["earlier-stage-open", "earlier-stage-open", "too-early"],
        ),
    ],
)
def test_opening_obstacles(
    now: datetime, before: list[tuple[str, bool]], expected: list[str]
) -> None:
    assert [o.code for o in opening_obstacles("评审", NINE, now, before)] == expected


def test_opening_obstacles_say_the_hour_in_beijing() -> None:
    (early,) = opening_obstacles("评审", NINE, NINE - SECOND, [])
    assert early.sentence() == "“评审”环节按时间表于 2026-03-02 09:00 开始。"


def told(stage: str, application: UUID, **more: Any) -> Told:
    """What a stage has told: advanced, in the track `firm`, unless said otherwise."""
    known: dict[str, Any] = {"organisation": ORGANISATION, "track": "firm", "advanced": True}
    return Told(stage, application, **(known | more))


def entered(path: list[Told], feeding: dict[Flow, set[str]]) -> dict[UUID, str | None]:
    """Who flows in, with its tier."""
    return {each.application: each.tier for each in entrants(path, feeding)}


PAPER: dict[Flow, set[str]] = {("firm", False): {"paper"}}
BOTH: dict[Flow, set[str]] = {("firm", False): {"visit", "talk"}, ("person", False): {"talk"}}


def test_entrants_of_one_stage_are_those_that_advanced_there() -> None:
    path = [told("paper", A), told("paper", B, tier="gold"), told("paper", C, advanced=False)]
    assert entered(path, PAPER) == {A: None, B: "gold"}


def test_entrants_of_a_stage_that_nothing_feeds_are_none() -> None:
    assert entered([told("paper", A)], {("firm", False): set()}) == {}
    assert entered([], PAPER) == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([told("visit", A), told("talk", A)], {A}),
        ([told("visit", A)], set()),
        ([told("visit", A), told("talk", A, advanced=False)], set()),
        ([told("talk", A, track="person")], {A}),
        ([told("talk", A, track="team")], set()),
        ([told("visit", A, advanced=False), told("talk", A, track="person")], set()),
    ],
)
def test_entrants_have_advanced_in_every_stage_that_feeds_their_track(
    path: list[Told], expected: set[UUID]
) -> None:
    assert set(entered(path, BOTH)) == expected


@pytest.mark.parametrize(
    ("first", "second", "tier"),
    [
        (None, None, None),
        ("gold", None, "gold"),
        (None, "gold", "gold"),
        ("gold", "silver", "silver"),
    ],
)
def test_entrants_keep_the_tier_that_was_named_last(
    first: str | None, second: str | None, tier: str | None
) -> None:
    path = [told("visit", A, tier=first), told("talk", A, tier=second)]
    assert entered(path, BOTH) == {A: tier}


LATE: dict[Flow, set[str]] = {("firm", False): {"total"}, ("firm", True): {"check"}}
"""A meeting after a composite: consolations come to it straight from the screening."""


def test_consolations_go_past_whatever_scores() -> None:
    consoled = told("paper", A, tier="merit", settled=True)
    path = [told("check", A), told("check", B), consoled, told("total", B, tier="gold")]
    assert entered(path, LATE) == {A: "merit", B: "gold"}
    assert {each.application: each.settled for each in entrants(path, LATE)} == {A: True, B: False}
    assert entered(path, {("firm", False): {"paper"}}) == {}, "nor into a stage that scores"


def test_a_consolation_of_one_of_two_parallel_stages_decides_the_tier() -> None:
    settled = told("visit", A, tier="merit", settled=True)
    path = [told("check", A), settled, told("total", A, tier="gold")]
    assert entered(path, LATE) == {A: "merit"}
    ended = [told("check", A), settled, told("talk", A, advanced=False)]
    assert entered(ended, LATE) == {}, "who is eliminated beside it has no award"


def test_entrants_bring_groups_and_closed_tiers_of_all_that_feed() -> None:
    path = [
        told("check", A, groups=("old",), closed=("old",)),
        told("visit", A, groups=("small",), closed=("gold",)),
        told("talk", A, groups=("small", "new"), closed=()),
    ]
    (found,) = entrants(path, BOTH)
    assert (found.groups, found.closed) == (("small", "new"), ("gold",))


def test_feeders_follow_track_and_consolation() -> None:
    wide = read(WIDE)
    assert feeders(wide, wide.stage("talk")) == {
        ("organisation", False): {"opinion", "visit"},
        ("person", False): {"check"},
    }
    assert feeders(wide, wide.stage("before")) == {
        ("organisation", False): {"committee"},
        ("organisation", True): {"check"},
        ("person", False): {"committee"},
        ("person", True): {"check"},
    }


def scored(**points: int) -> list[Candidate]:
    return [Candidate(name, (Fraction(score),)) for name, score in points.items()]


def advance(**way: object) -> Advance:
    return Advance.model_validate(way)


@pytest.mark.parametrize(
    ("way", "places", "expected"),
    [
        ({"everybody": {}}, 1, "abcd"),
        ({"at_least": "500"}, 1, "abc"),
        ({"at_least": "500.0001"}, 1, "ab"),
        ({"at_least": "900"}, 1, ""),
        ({"first": {"places": "2"}}, 9, "ab"),
        ({"first": {"places": "9"}}, 1, "abcd"),
        ({"first": {"times_places": "2"}}, 1, "ab"),
        ({"first": {"times_places": "1.5"}}, 1, "a"),
        ({"first": {"times_places": "1.5"}}, 2, "abc"),
        ({"first": {"times_places": "2"}}, 0, ""),
    ],
)
def test_cut_follows_the_advance_rule(way: dict[str, object], places: int, expected: str) -> None:
    found = cut(advance(**way), scored(a=700, b=600, c=500, d=400), Field(places), [])
    assert found.advanced == set(expected)
    assert found.eliminated == set("abcd") - set(expected)


def test_cut_of_nobody_is_empty() -> None:
    for way in ({"everybody": {}}, {"at_least": "1"}, {"first": {"places": "3"}}):
        assert cut(advance(**way), [], Field(3), []).advanced == frozenset()


def test_cut_through_a_tie_needs_a_decision() -> None:
    level = scored(a=700, b=600, c=600, d=400)
    with pytest.raises(TieUnresolved) as refused:
        cut(advance(first={"places": "2"}), level, Field(0), [])
    assert refused.value.facts == {"count": 2, "entries": "b, c"}
    assert cut(advance(first={"places": "3"}), level, Field(0), []).advanced == {"a", "b", "c"}
    assert cut(advance(first={"places": "1"}), level, Field(0), []).advanced == {"a"}


@pytest.mark.parametrize(
    ("order", "expected"), [(["b", "c"], {"a", "b"}), (["c", "b"], {"a", "c"})]
)
def test_cut_takes_the_recorded_order(order: list[str], expected: set[str]) -> None:
    level = scored(a=700, b=600, c=600, d=400)
    assert cut(advance(first={"places": "2"}), level, Field(0), order).advanced == expected


def test_cut_passes_over_who_has_left_since_the_decision() -> None:
    level = scored(a=700, b=600, c=600)
    order = ["gone", "c", "b"]
    assert cut(advance(first={"places": "2"}), level, Field(0), order).advanced == {"a", "c"}


@pytest.mark.parametrize("order", [["a", "b"], ["b"], ["a", "b", "c"]])
def test_cut_refuses_a_decision_that_does_not_fit(order: list[str]) -> None:
    level = scored(a=700, b=600, c=600, d=400)
    with pytest.raises(TieDecisionUnfit):
        cut(advance(first={"places": "2"}), level, Field(0), order)


@pytest.mark.parametrize(
    ("level", "places", "expected"),
    [
        ("all_in", "2", "abc"),
        ("none_in", "2", "a"),
        ("all_in", "3", "abc"),
        ("none_in", "3", "abc"),
        ("all_in", "1", "a"),
        ("none_in", "4", "abcd"),
    ],
)
def test_cut_takes_all_of_a_tie_or_none_where_the_regulation_says_so(
    level: str, places: str, expected: str
) -> None:
    candidates = scored(a=700, b=600, c=600, d=400)
    found = cut(advance(first={"places": places, "level": level}), candidates, Field(0), ["c", "b"])
    assert found.advanced == set(expected)
    assert found.unresolved == set()


@given(st.lists(st.integers(0, 6), max_size=12), st.integers(0, 12), st.randoms())
def test_cut_does_not_depend_on_the_order_of_arrival(
    scores: list[int], places: int, shuffled: object
) -> None:
    candidates = [Candidate(str(n), (Fraction(s),)) for n, s in enumerate(scores)]
    mixed = list(candidates)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    rule = advance(first={"times_places": "1"})

    def outcome(given: list[Candidate]) -> object:
        try:
            return cut(rule, given, Field(places), [])
        except TieUnresolved as refused:
            return refused.facts["count"]

    assert outcome(candidates) == outcome(mixed)


# --- consolations

MERIT = Tier(key="merit", name="先进单位")
SMALL = Tier(key="merit", name="先进单位", tracks=("firm",), groups=("small",))


def runners(ranks: str, **more: Any) -> list[Runner]:
    """Runners a, b, c … of these ranks."""
    return [
        Runner(name, "firm", int(r), **more) for name, r in zip("abcdefgh", ranks, strict=False)
    ]


def cap(most: int, **of: Any) -> Quota:
    return Quota(at_most=most, of=Filter(**of))


@pytest.mark.parametrize(
    ("ranks", "advanced", "quotas", "spare", "expected"),
    [
        ("1234", "a", [cap(2, tier="merit")], 9, "bc"),
        ("1234", "a", [], 9, "bcd"),
        ("1234", "a", [], 1, "b"),
        ("1234", "abcd", [cap(2)], 9, ""),
        ("1223", "a", [cap(2)], 9, "bc"),
        ("1233", "a", [cap(1)], 9, "b"),
        ("1234", "", [cap(1, tier="gold")], 9, "abcd"),
        ("1234", "", [cap(3), cap(2, tier="merit")], 9, "ab"),
        ("1234", "a", [cap(2)], 0, ""),
    ],
)
def test_consolations_fall_by_rank_under_every_cap(
    ranks: str, advanced: str, quotas: list[Quota], spare: int, expected: str
) -> None:
    tier = Consolation(MERIT, tuple(quotas), spare)
    assert tier.among(runners(ranks), set(advanced), []) == set(expected)


def test_consolations_across_a_tie_need_a_decision() -> None:
    tier = Consolation(MERIT, (cap(2),), 9)
    with pytest.raises(TieUnresolved) as refused:
        tier.among(runners("1233"), {"a"}, [])
    assert refused.value.facts == {"count": 2, "entries": "c, d"}
    assert tier.among(runners("1233"), {"a"}, ["d", "c"]) == {"b", "d"}


def test_consolations_given_before_count() -> None:
    held: Held = (("firm", "merit", ()), ("firm", "merit", ("small",)))
    assert Consolation(MERIT, (cap(3),), 9, held).among(runners("123"), set(), []) == {"a"}
    assert Consolation(MERIT, (), 3, held).among(runners("123"), set(), []) == {"a"}
    assert (
        Consolation(MERIT, (cap(1, group="small"),), 9, held).among(
            runners("123", groups=("small",)), set(), []
        )
        == set()
    )


def test_tiers_proposed_beside_a_consolation_count() -> None:
    tier = Consolation(MERIT, (cap(2),), 9)
    proposed = {"a": "gold"}
    assert tier.among(runners("123"), {"a"}, [], proposed) == {"b"}
    assert Consolation(MERIT, (), 1).among(runners("123"), {"a"}, [], {"a": "merit"}) == set()


def test_consolations_are_for_whom_the_tier_is_open() -> None:
    wanting = [
        Runner("a", "firm", 1, ("small",)),
        Runner("b", "firm", 2),
        Runner("c", "person", 3, ("small",)),
        Runner("d", "firm", 4, ("small",), closed=("merit",)),
        Runner("e", "firm", 5, ("small", "old")),
    ]
    assert Consolation(SMALL, (cap(2),), 9).among(wanting, set(), []) == {"a", "e"}


def test_a_cap_on_some_leaves_places_to_others() -> None:
    wanting = [Runner("a", "firm", 1), Runner("b", "firm", 2), Runner("c", "person", 3)]
    quotas = (cap(1, track="firm"), cap(2, tier="merit"))
    assert Consolation(MERIT, quotas, 9).among(wanting, set(), []) == {"a", "c"}
    level = [Runner("a", "firm", 1), Runner("b", "firm", 1), Runner("c", "person", 1)]
    with pytest.raises(TieUnresolved):
        Consolation(MERIT, quotas, 9).among(level, set(), [])


@given(st.lists(st.integers(1, 4), max_size=6), st.integers(0, 6), st.randoms())
def test_consolations_keep_the_cap_and_the_order(
    ranks: list[int], most: int, shuffled: Any
) -> None:
    wanting = [Runner(str(n), "firm", rank) for n, rank in enumerate(ranks)]
    mixed = list(wanting)
    shuffled.shuffle(mixed)
    order = [each.id for each in wanting]
    given_to = Consolation(MERIT, (cap(9),), most).among(mixed, set(), order)
    assert given_to == Consolation(MERIT, (cap(9),), most).among(wanting, set(), order)
    assert len(given_to) == min(most, len(ranks))
    left = [each.rank for each in wanting if each.id not in given_to]
    assert max((r.rank for r in wanting if r.id in given_to), default=0) <= min(left, default=9)


def test_a_consolation_is_read_back_from_its_snapshot() -> None:
    held: Held = (("firm", "merit", ("small",)),)
    left_out = Quota.model_validate({"at_most": "2", "except": {"group": "held"}})
    tier = Consolation(SMALL, (cap(3, tier="merit"), left_out), 4, held)
    assert consolation_of(loads(canonical(tier.plain()))) == tier


def test_quotas_are_lowered_by_the_consolations_that_count() -> None:
    held: Held = (("firm", "merit", ()), ("firm", "merit", ("held",)))
    quotas = [
        cap(5),
        cap(1, tier="merit"),
        cap(5, tier="gold"),
        Quota(at_least=1, of=Filter(tier="merit")),
        Quota.model_validate({"at_most": "3", "except": {"group": "held"}}),
    ]
    left = lowered(quotas, held)
    assert [quota.at_most for quota in left] == [3, 0, 5, None, 2]
    assert left[3].at_least == 0
    assert lowered(quotas, ()) == quotas
