"""Percentages, complete sheets, and when a consensus needs a reason."""

from collections.abc import Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.award.scoring.kind import PLACE, in_order
from app.award.scoring.queries import total_text
from app.award.scoring.recount import plain_method, recount, rounded
from app.award.scoring.rules import (
    Need,
    completeness_obstacles,
    consensus_obstacles,
    elimination_reason,
    kept_scale,
    limits_of,
    method_of,
    needs,
    percentage_obstacle,
    scale_of,
)
from app.rules.exact import decimal_text, from_units
from app.rules.regulation.judges import Disagreement, Method
from app.rules.regulation.stages import Advance
from app.rules.scoring import (
    SIX_BANDS,
    Band,
    Limits,
    Mean,
    Median,
    Scale,
    ScoringError,
    TrimmedMean,
    band_of,
    item_points,
)

LIMITS = Limits()
percentages = st.integers(min_value=0, max_value=20).map(lambda n: 5 * n)
panels = st.lists(percentages, min_size=1, max_size=7)


def codes(found: Sequence[Any]) -> list[str]:
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("percentage", "code"),
    [
        (0, None),
        (65, None),
        (100, None),
        (-5, "out-of-range"),
        (105, "out-of-range"),
        (10**30, "out-of-range"),
        (62, "multiple-of-5"),
        (True, "not-a-whole-number"),
        ("65", "not-a-whole-number"),
        (None, "not-a-whole-number"),
    ],
)
def test_percentage_is_a_multiple_of_five(percentage: object, code: str | None) -> None:
    found = percentage_obstacle(percentage)
    assert (found.code if found else None) == code
    assert found is None or found.pointer == "/percentage"


def test_sheet_is_complete_with_all_items_and_comments() -> None:
    items = [("4.1.2", 60, 1), ("4.1.3", None, 1), ("4.1.4", 0, 0)]
    assert codes(completeness_obstacles(items, 0)) == ["item-unscored"]
    found = completeness_obstacles(items, 1)
    assert [(each.code, each.facts["item"]) for each in found] == [
        ("item-unscored", "4.1.3"),
        ("comments-missing", "4.1.4"),
    ]


@given(panels, percentages)
def test_consensus_needs_a_reason_outside_the_span_or_in_dispute(
    individual: list[int], percentage: int
) -> None:
    low, high = min(individual), max(individual)
    found = set(needs(percentage, individual, LIMITS))
    assert (Need.OUTSIDE_SPAN in found) == (percentage < low or percentage > high)
    disputed = high - low > 20 or band_of(high).place - band_of(low).place >= 2
    assert (Need.IN_DISAGREEMENT in found) == disputed
    assert Need.NOBODY_SCORED not in found


@given(percentages, st.integers(min_value=1, max_value=7))
def test_consensus_of_the_unanimous_needs_no_reason(percentage: int, judges: int) -> None:
    assert needs(percentage, [percentage] * judges, LIMITS) == ()


@given(panels, percentages, st.randoms(use_true_random=False))
def test_consensus_does_not_ask_who_gave_what(
    individual: list[int], percentage: int, dice: Any
) -> None:
    shuffled = list(individual)
    dice.shuffle(shuffled)
    assert needs(percentage, shuffled, LIMITS) == needs(percentage, individual, LIMITS)


@given(panels, percentages, st.text(min_size=1))
def test_consensus_with_a_reason_always_stands(
    individual: list[int], percentage: int, reason: str
) -> None:
    assert consensus_obstacles(percentage, individual, reason, LIMITS) == []


@given(panels, percentages)
def test_consensus_without_a_reason_tells_every_need(
    individual: list[int], percentage: int
) -> None:
    told = codes(consensus_obstacles(percentage, individual, None, LIMITS))
    expected = {
        Need.OUTSIDE_SPAN: "reason-outside-span",
        Need.IN_DISAGREEMENT: "reason-in-disagreement",
    }
    assert told == [expected[need] for need in needs(percentage, individual, LIMITS)]


@given(panels, percentages, st.integers(min_value=1, max_value=100))
def test_wider_limits_never_ask_for_more_reasons(
    individual: list[int], percentage: int, span: int
) -> None:
    assume(span > 20)
    wide = Limits(span, 6, None)
    assert set(needs(percentage, individual, wide)) <= set(needs(percentage, individual, LIMITS))


def test_consensus_on_what_nobody_scored_needs_a_reason() -> None:
    assert codes(consensus_obstacles(50, [], None, LIMITS)) == ["reason-nobody-scored"]
    assert consensus_obstacles(50, [], "组长补评", LIMITS) == []


def test_consensus_of_a_wrong_form_is_told_first() -> None:
    assert codes(consensus_obstacles(52, [50, 55], None, LIMITS)) == ["multiple-of-5"]
    assert codes(consensus_obstacles(52, [50, 55], "理由", LIMITS)) == ["multiple-of-5"]


def test_limits_are_those_of_the_regulation() -> None:
    rule = Disagreement.model_validate({"item_span": "15", "bands_apart": "3", "total_span": "80"})
    assert limits_of(rule) == Limits(15, 3, Fraction(80))
    wide = Scale(50, (Band(0, 0, 50), Band(1, 100, 100)))
    assert limits_of(rule, wide) == Limits(15, 3, Fraction(80), wide)


def test_a_form_carries_only_an_unusual_scale() -> None:
    assert kept_scale(SIX_BANDS) is None
    assert scale_of(None) == SIX_BANDS
    wide = Scale(50, (Band(0, 0, 50), Band(1, 100, 100)))
    kept = kept_scale(wide)
    assert kept == {"step": 50, "bands": [[0, 50], [100, 100]]}
    assert scale_of(kept) == wide


def test_a_wider_step_of_the_criteria_is_kept() -> None:
    assert percentage_obstacle(50, 25) is None
    told = [percentage_obstacle(given, 25) for given in (60, 52, 125)]
    assert [each and each.code for each in told] == ["not-a-step", "multiple-of-5", "out-of-range"]
    wide = Limits(scale=Scale(25, SIX_BANDS.bands))
    assert codes(consensus_obstacles(60, [50, 75], "理由", wide)) == ["not-a-step"]


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ({"mean": {}}, Mean()),
        ({"median": {}}, Median()),
        ({"trimmed_mean": {"drop_high": "1", "drop_low": "1", "at_least": "5"}}, TrimmedMean()),
    ],
)
def test_method_is_that_of_the_regulation(written: dict[str, Any], method: Any) -> None:
    assert method_of(Method.model_validate(written)) == method


def test_consensus_is_no_arithmetic() -> None:
    with pytest.raises(ValueError, match="found by people"):
        method_of(Method.model_validate({"consensus": {}}))


def test_reason_of_elimination_follows_the_rule() -> None:
    assert elimination_reason(Advance.model_validate({"at_least": "600"})) == "below-score"
    first = Advance.model_validate({"first": {"places": "3"}})
    assert elimination_reason(first) == "below-cut"
    assert elimination_reason(first, below_pass_line=True) == "below-pass-line"


def inputs(method: Any, **entry: Any) -> dict[str, Any]:
    return {
        "method": plain_method(method),
        "rounding": {"places": 2, "mode": "half_up"},
        "criteria": {"short": [["1.1", "1", "100"], ["2.1", "2", "50.5"]]},
        "entries": {"e": {"criteria": "short", **entry}},
    }


@pytest.mark.parametrize(
    ("method", "total"),
    [
        (Mean(), Fraction(100) * 40 / 100 + Fraction(101, 2) * 32 / 100),
        (Median(), Fraction(100) * 40 / 100 + Fraction(101, 2) * 30 / 100),
        (TrimmedMean(), Fraction(100) * 40 / 100 + Fraction(101, 2) * Fraction(100, 3) / 100),
    ],
)
def test_recount_of_sheets(method: Any, total: Fraction) -> None:
    second = [0, 20, 30, 50, 60]
    sheets = {str(n): {"digest": "…", "items": [40, given]} for n, given in enumerate(second)}
    plain = inputs(method, sheets=sheets, scorebook=None)
    assert recount(plain)["e"].total == total
    assert rounded(plain, total).limit_denominator(100) == rounded(plain, total)


def test_recount_of_a_scorebook_ignores_the_sheets() -> None:
    sheets = {"1": {"items": [0, 0]}}
    plain = inputs(None, sheets=sheets, scorebook={"items": [50, 100]})
    totals = recount(plain)["e"]
    assert totals.total == Fraction(201, 2)
    assert totals.categories == {"1": Fraction(50), "2": Fraction(101, 2)}


def test_recount_refuses_a_scorebook_with_a_gap() -> None:
    plain = inputs(None, sheets={}, scorebook={"items": [50, None]})
    with pytest.raises(ScoringError, match=r"2\.1"):
        recount(plain)


def test_a_span_of_twenty_is_no_dispute_but_two_bands_are() -> None:
    assert Need.IN_DISAGREEMENT not in needs(60, [50, 65], LIMITS)
    assert needs(50, [45, 70], LIMITS) == (Need.IN_DISAGREEMENT,)


@given(st.lists(st.tuples(st.integers(0, 10**7), percentages), max_size=30))
def test_total_of_a_sheet_is_the_sum_of_its_item_points(items: list[tuple[int, int]]) -> None:
    exact = sum((item_points(from_units(units), given) for units, given in items), Fraction(0))
    rows = [SimpleNamespace(units=units, percentage=given) for units, given in items]
    assert total_text(rows) == decimal_text(exact)
    assert total_text([*rows, SimpleNamespace(units=1, percentage=None)]) is None


def test_marks_come_in_whatever_order() -> None:
    assert in_order([2 * PLACE, 100, PLACE + 55], 3) == [100, 55, 0]
    assert in_order([2 * PLACE + 15, 100], 4) == [100, None, 15, None]
