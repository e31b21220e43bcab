from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.scoring import (
    BANDS,
    Band,
    Disagreement,
    Form,
    Limits,
    Mean,
    Median,
    Reason,
    Scale,
    ScoredItem,
    ScoringError,
    TooFewJudges,
    TrimmedMean,
    aggregate,
    aggregate_sheets,
    band_of,
    below_pass_lines,
    disagreements,
    earn,
    item_points,
    percentage_problem,
    totals,
)


def criteria(points: Sequence[tuple[str, Sequence[int]]], *, start: int) -> list[ScoredItem]:
    return [
        ScoredItem(f"{category}.{place}", category, Fraction(full))
        for category, fulls in points
        for place, full in enumerate(fulls, start)
    ]


GBT_19580 = criteria(
    [
        ("4.1", [50, 30, 30]),
        ("4.2", [40, 50]),
        ("4.3", [40, 50]),
        ("4.4", [60, 15, 20, 15, 10, 10]),
        ("4.5", [50, 50]),
        ("4.6", [40, 40]),
        ("4.7", [80, 80, 80, 60, 50, 50]),
    ],
    start=2,
)
VECTORS = {
    "A": ("50 " * 23, "500", "55 45 45 65 50 40 200"),
    "B": (
        "65 60 55 60 55 60 65 60 55 50 60 65 55 60 55 50 55 60 55 65 50 55 60",
        "581.25",
        "67 51.5 56.5 75.25 57.5 42 231.5",
    ),
    "C": (
        "45 40 50 35 40 45 40 40 30 35 45 50 40 45 40 35 30 40 35 45 30 35 40",
        "392.75",
        "49.5 34 38 51.25 42.5 26 151.5",
    ),
    "D": (
        "85 80 80 75 80 85 80 75 70 75 85 80 75 80 85 75 70 85 80 85 75 70 80",
        "793.75",
        "90.5 70 74 98.75 82.5 58 320",
    ),
    "E": (
        " ".join(map(str, [*range(5, 101, 5), 0, 5, 10])),
        "495.50",
        "10 20.5 29.5 61.5 72.5 66 235.5",
    ),
}
PERCENTAGES = st.integers(0, 20).map(lambda step: step * 5)
VALUES = st.lists(st.fractions(0, 100, max_denominator=60), min_size=1, max_size=12)
TWO = [ScoredItem("a", "x", Fraction(60)), ScoredItem("b", "y", Fraction(40))]


def scored(items: Sequence[ScoredItem], percentages: Sequence[int]) -> dict[str, int]:
    return dict(zip((item.code for item in items), percentages, strict=True))


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(ScoringError) as caught:
        act()
    assert caught.value.code == code


@pytest.mark.parametrize("name", VECTORS)
def test_totals_of_the_vectors(name: str) -> None:
    percentages, total, categories = VECTORS[name]
    found = totals(GBT_19580, scored(GBT_19580, [*map(int, percentages.split())]))
    assert found.total == Fraction(total)
    assert list(found.categories.values()) == [Fraction(text) for text in categories.split()]
    assert list(found.categories) == [f"4.{number}" for number in range(1, 8)]


def test_totals_item_scores_of_vector_b() -> None:
    expected = "32.5 18 16.5 24 27.5 24 32.5 36 8.25 10 9 6.5 5.5 30 27.5 20 22 48 44 52 30 27.5 30"
    found = totals(GBT_19580, scored(GBT_19580, [*map(int, VECTORS["B"][0].split())]))
    assert list(found.items.values()) == [Fraction(text) for text in expected.split()]


def test_totals_of_baldrige_and_efqm() -> None:
    baldrige = criteria(
        [
            ("1", [70, 50]),
            ("2", [45, 40]),
            ("3", [40, 45]),
            ("4", [45, 45]),
            ("5", [40, 45]),
            ("6", [45, 40]),
            ("7", [120, 80, 80, 80, 90]),
        ],
        start=1,
    )
    given_17 = [65, 60, 60, 55, 65, 60, 55, 50, 60, 55, 60, 55, 60, 60, 55, 60, 55]
    assert totals(baldrige, scored(baldrige, given_17)).total == 584
    efqm = criteria([("all", [100, 100, 100, 200, 100, 200, 200])], start=1)
    assert totals(efqm, scored(efqm, [55, 60, 50, 45, 50, 40, 45])).total == 475


@given(st.lists(PERCENTAGES, min_size=23, max_size=23))
def test_totals_move_by_a_quarter_point(percentages: list[int]) -> None:
    found = totals(GBT_19580, scored(GBT_19580, percentages))
    assert (found.total * 4).denominator == 1
    assert found.total == sum(found.categories.values()) == sum(found.items.values())
    assert 0 <= found.total <= 1000


def test_totals_want_exactly_the_items() -> None:
    refused("item-unscored", lambda: totals(TWO, {"a": 50}))
    refused("item-unknown", lambda: totals(TWO, {"a": 50, "b": 50, "c": 50}))
    refused("out-of-range", lambda: totals(TWO, {"a": 50, "b": 101}))


@pytest.mark.parametrize(
    ("percentage", "problem"),
    [
        (0, None),
        (65, None),
        (100, None),
        (7, "not-a-step"),
        (-5, "out-of-range"),
        (105, "out-of-range"),
        (50.0, "not-a-whole-number"),
        ("50", "not-a-whole-number"),
        (True, "not-a-whole-number"),
    ],
)
def test_percentage_problem_is_named(percentage: Any, problem: str | None) -> None:
    assert percentage_problem(percentage) == problem


def test_band_of_every_step_lies_in_its_band() -> None:
    steps = range(0, 101, 5)
    assert all(band_of(step).low <= step <= band_of(step).high for step in steps)
    assert {band_of(step) for step in steps} == set(BANDS)


def test_band_of_an_average_is_the_one_reached() -> None:
    assert band_of(Fraction("27.5")) == band_of(25)
    assert band_of(Fraction("89.9")).high == 85
    refused("out-of-range", lambda: band_of(101))


def test_item_points_of_fifteen_step_by_three_quarters() -> None:
    assert item_points(Fraction(15), 55) == Fraction("8.25")
    assert item_points(Fraction(15), Fraction(170, 3)) == Fraction("8.5")


@given(VALUES)
def test_aggregate_stays_between_the_extremes(values: list[Fraction]) -> None:
    for method in (Mean(), Median()):
        assert min(values) <= aggregate(method, values) <= max(values)


@given(VALUES, st.randoms())
def test_aggregate_order_of_judges_is_nothing(values: list[Fraction], random: Any) -> None:
    shuffled = random.sample(values, len(values))
    for method in (Mean(), Median(), TrimmedMean(at_least=3)):
        if len(values) >= 3:
            assert aggregate(method, shuffled) == aggregate(method, values)


def test_aggregate_known_values() -> None:
    five = [Fraction(number) for number in (60, 95, 80, 90, 85)]
    assert aggregate(TrimmedMean(), five) == 85
    assert aggregate(Mean(), five) == 82
    assert aggregate(Median(), five) == 85
    assert aggregate(Median(), five[:4]) == 85
    assert aggregate(Mean(), [Fraction(50), Fraction(55), Fraction(55)]) == Fraction(160, 3)


def test_trimmed_mean_drops_one_instance_of_a_shared_extreme() -> None:
    tied = [Fraction(number) for number in (90, 90, 60, 60, 60)]
    assert aggregate(TrimmedMean(), tied) == 70


def test_trimmed_mean_of_too_few_judges_is_refused() -> None:
    with pytest.raises(TooFewJudges) as caught:
        aggregate(TrimmedMean(), [Fraction(50)] * 4)
    assert caught.value.code == "too-few-judges"
    refused("too-few-judges", lambda: aggregate(Mean(), []))


def test_trimmed_mean_that_leaves_nobody_is_refused() -> None:
    refused("drops-everything", lambda: TrimmedMean(2, 1, 3))
    refused("drops-below-zero", lambda: TrimmedMean(-1, 1, 3))


def test_aggregate_sheets_counts_only_who_scored_the_item() -> None:
    sheets = [{"a": 50, "b": 40}, {"a": 55}, {"a": 60, "b": 50}]
    assert aggregate_sheets(Mean(), TWO, sheets) == {"a": Fraction(55), "b": Fraction(45)}


def test_aggregate_sheets_refuses_what_cannot_be() -> None:
    refused("item-unscored", lambda: aggregate_sheets(Mean(), TWO, [{"a": 50}]))
    refused("item-unknown", lambda: aggregate_sheets(Mean(), TWO, [{"a": 50, "c": 5}]))
    refused("not-a-step", lambda: aggregate_sheets(Mean(), TWO, [{"a": 51, "b": 50}]))
    refused("too-few-judges", lambda: aggregate_sheets(TrimmedMean(), TWO, [{"a": 5, "b": 5}]))


METHODS = st.one_of(
    st.just(Mean()),
    st.just(Median()),
    st.builds(lambda high, low: TrimmedMean(high, low, 5), st.integers(0, 2), st.integers(0, 2)),
)
FULL_POINTS = st.lists(st.fractions(0, 200, max_denominator=12), min_size=1, max_size=8)


@given(METHODS, FULL_POINTS, st.data())
def test_earn_in_whole_numbers_is_the_total_in_fractions(
    method: Any, points: list[Fraction], choose: Any
) -> None:
    items = [ScoredItem(str(n), f"c{n % 3}", full) for n, full in enumerate(points)]
    row = st.lists(st.none() | PERCENTAGES, min_size=len(items), max_size=len(items))
    whole = st.lists(PERCENTAGES, min_size=len(items), max_size=len(items))
    sheets = choose.draw(st.lists(whole, min_size=5, max_size=7))
    sheets += choose.draw(st.lists(row, max_size=3))
    named = [
        {item.code: given for item, given in zip(items, sheet, strict=True) if given is not None}
        for sheet in sheets
    ]
    by_definition = totals(items, aggregate_sheets(method, items, named))
    earned = earn(Form.of(items), method, sheets)
    assert earned.total == by_definition.total
    assert earned.categories == by_definition.categories
    assert list(earned.categories) == list(by_definition.categories)


@pytest.mark.parametrize("name", VECTORS)
def test_earn_of_the_vectors(name: str) -> None:
    percentages, total, categories = VECTORS[name]
    earned = earn(Form.of(GBT_19580), Mean(), [[*map(int, percentages.split())]])
    assert earned.total == Fraction(total)
    assert list(earned.categories.values()) == [Fraction(text) for text in categories.split()]


def test_earn_refuses_what_cannot_be() -> None:
    form = Form.of(TWO)
    refused("item-unscored", lambda: earn(form, Mean(), [[50, None], [60, None]]))
    refused("item-unscored", lambda: earn(form, Mean(), []))
    refused("items-differ", lambda: earn(form, Mean(), [[50]]))
    refused("not-a-step", lambda: earn(form, Mean(), [[50, 51]]))
    refused("out-of-range", lambda: earn(form, Mean(), [[105, 50]]))
    refused("too-few-judges", lambda: earn(form, TrimmedMean(), [[50, 50]] * 4))


def test_disagreements_name_item_and_total() -> None:
    found = disagreements(
        TWO, [{"a": 25, "b": 50}, {"a": 50, "b": 60}], Limits(total_span=Fraction(18))
    )
    assert found == [
        Disagreement("a", Fraction(25), Fraction(50), (Reason.ITEM_SPAN, Reason.BANDS_APART)),
        Disagreement(None, Fraction(35), Fraction(54), (Reason.TOTAL_SPAN,)),
    ]


def test_disagreements_at_the_limit_are_none() -> None:
    assert disagreements(TWO, [{"a": 45, "b": 50}, {"a": 65, "b": 50}], Limits()) == []
    at_limit = Limits(total_span=Fraction(12))
    assert disagreements(TWO, [{"a": 45, "b": 50}, {"a": 65, "b": 50}], at_limit) == []


def test_disagreements_unwatched_or_partial_are_silent() -> None:
    sheets = [{"a": 0, "b": 0}, {"a": 100, "b": 100}]
    assert disagreements(TWO, sheets, Limits(None, None, None)) == []
    assert len(disagreements(TWO, sheets, Limits(None, None, Fraction(99)))) == 1
    by_category = [{"a": 0}, {"b": 100}]
    assert disagreements(TWO, by_category, Limits(total_span=Fraction(0))) == []


def test_disagreements_bands_alone_can_be_the_reason() -> None:
    sheets = [{"a": 25, "b": 50}, {"a": 50, "b": 50}]
    found = disagreements(TWO, sheets, Limits(item_span=30, total_span=None))
    assert [each.reasons for each in found] == [(Reason.BANDS_APART,)]


FIVE_BANDS = tuple(
    Band(place, low, high)
    for place, (low, high) in enumerate([(0, 10), (15, 35), (40, 60), (65, 85), (90, 100)])
)
DEMING = {"A": Fraction(70), "B": Fraction(7, 2), "C": Fraction(70)}


@pytest.mark.parametrize(
    ("points", "missed"),
    [
        (("72", "3.4", "80"), ("B",)),
        (("72", "3.5", "80"), ()),
        (("70", "3.5", "70"), ()),
        (("100", "5", "69.999"), ("C",)),
        (("69.75", "3.25", "0"), ("A", "B", "C")),
    ],
)
def test_every_pass_line_is_reached_by_itself(
    points: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    earned = dict(zip("ABC", map(Fraction, points), strict=True))
    assert below_pass_lines(DEMING, earned) == missed
    assert below_pass_lines({}, earned) == ()


@given(st.lists(st.fractions(0, 100), min_size=3, max_size=3), st.fractions(0, 100))
def test_more_points_never_miss_a_line_that_fewer_reach(
    points: list[Fraction], more: Fraction
) -> None:
    earned = dict(zip("ABC", points, strict=True))
    better = {code: each + more for code, each in earned.items()}
    assert set(below_pass_lines(DEMING, better)) <= set(below_pass_lines(DEMING, earned))


@pytest.mark.parametrize(
    ("low", "high", "six", "five"), [(25, 40, 1, 1), (5, 30, 2, 1), (10, 40, 1, 2), (65, 85, 1, 0)]
)
def test_bands_apart_are_counted_in_the_bands_of_the_criteria(
    low: int, high: int, six: int, five: int
) -> None:
    for bands, apart in ((BANDS, six), (FIVE_BANDS, five)):
        assert band_of(high, bands).place - band_of(low, bands).place == apart
        limits = Limits(None, 2, None, Scale(5, bands))
        found = disagreements(TWO[:1], [{"a": low}, {"a": high}], limits)
        assert [each.reasons for each in found] == [(Reason.BANDS_APART,)] * (apart >= 2)


@pytest.mark.parametrize(("step", "refused"), [(5, {12}), (10, {12, 15}), (50, {12, 15, 40})])
def test_a_step_allows_its_multiples_only(step: int, refused: set[int]) -> None:
    given = {0, 12, 15, 40, 50, 100}
    assert {each for each in given if percentage_problem(each, step)} == refused
