"""When a stage may open, who flows in, and who goes on."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.stages.rules import TieDecisionUnfit, TieUnresolved, cut, entrants, opening_obstacles
from app.rules.ranking import Candidate
from app.rules.regulation.stages import Advance

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
A, B, C = (UUID(int=number) for number in range(1, 4))
FIRM = frozenset({"firm"})


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


def test_entrants_of_one_stage_are_those_that_advanced_there() -> None:
    assert entrants({"paper": {A: ("firm", None), B: ("firm", "gold")}}, FIRM) == {
        A: ("firm", None),
        B: ("firm", "gold"),
    }


def test_entrants_without_a_stage_before_are_none() -> None:
    assert entrants({}, FIRM) == {}


def test_entrants_have_advanced_in_every_stage_before() -> None:
    sources = {
        "visit": {A: ("firm", None), B: ("firm", None)},
        "talk": {B: ("firm", None), C: ("firm", None)},
    }
    assert set(entrants(sources, FIRM)) == {B}


def test_entrants_are_of_the_tracks_of_the_stage() -> None:
    sources = {"paper": {A: ("firm", None), B: ("small", None)}}
    assert set(entrants(sources, FIRM)) == {A}
    assert set(entrants(sources, FIRM | {"small"})) == {A, B}


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
    sources = {"total": {A: ("firm", first)}, "vote": {A: ("firm", second)}}
    assert entrants(sources, FIRM) == {A: ("firm", tier)}


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
    found = cut(advance(**way), scored(a=700, b=600, c=500, d=400), places, [])
    assert found.advanced == set(expected)
    assert found.eliminated == set("abcd") - set(expected)


def test_cut_of_nobody_is_empty() -> None:
    for way in ({"everybody": {}}, {"at_least": "1"}, {"first": {"places": "3"}}):
        assert cut(advance(**way), [], 3, []).advanced == frozenset()


def test_cut_through_a_tie_needs_a_decision() -> None:
    level = scored(a=700, b=600, c=600, d=400)
    with pytest.raises(TieUnresolved) as refused:
        cut(advance(first={"places": "2"}), level, 0, [])
    assert refused.value.facts == {"count": 2, "entries": "b, c"}
    assert cut(advance(first={"places": "3"}), level, 0, []).advanced == {"a", "b", "c"}
    assert cut(advance(first={"places": "1"}), level, 0, []).advanced == {"a"}


@pytest.mark.parametrize(
    ("order", "expected"), [(["b", "c"], {"a", "b"}), (["c", "b"], {"a", "c"})]
)
def test_cut_takes_the_recorded_order(order: list[str], expected: set[str]) -> None:
    level = scored(a=700, b=600, c=600, d=400)
    assert cut(advance(first={"places": "2"}), level, 0, order).advanced == expected


def test_cut_passes_over_who_has_left_since_the_decision() -> None:
    level = scored(a=700, b=600, c=600)
    order = ["gone", "c", "b"]
    assert cut(advance(first={"places": "2"}), level, 0, order).advanced == {"a", "c"}


@pytest.mark.parametrize("order", [["a", "b"], ["b"], ["a", "b", "c"]])
def test_cut_refuses_a_decision_that_does_not_fit(order: list[str]) -> None:
    level = scored(a=700, b=600, c=600, d=400)
    with pytest.raises(TieDecisionUnfit):
        cut(advance(first={"places": "2"}), level, 0, order)


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
            return cut(rule, given, places, [])
        except TieUnresolved as refused:
            return refused.facts["count"]

    assert outcome(candidates) == outcome(mixed)
