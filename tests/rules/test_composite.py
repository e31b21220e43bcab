"""Scores of several stages as one total: known values, the definition, refusals."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.composite import Weight, composites
from app.rules.exact import Column, column_of
from app.rules.scoring import ScoringError

THOUSAND, HUNDRED, TENTH = Fraction(1000), Fraction(100), Fraction(1, 10)


def totals(
    weights: list[Weight], scale: Fraction, *entries: list[Fraction | int]
) -> list[Fraction]:
    """One total for each entry, which gives a score for each weight."""
    columns = [column_of(map(Fraction, column)) for column in zip(*entries, strict=True)]
    return composites(weights, scale, columns).fractions()


def test_known_values() -> None:
    paper_and_site = [
        Weight("documents", THOUSAND, 4 * TENTH),
        Weight("site", THOUSAND, 6 * TENTH),
    ]
    assert totals(paper_and_site, THOUSAND, [560, 604]) == [Fraction("586.4")]
    with_defence = [
        Weight("documents", THOUSAND, 3 * TENTH),
        Weight("site", THOUSAND, 6 * TENTH),
        Weight("defence", HUNDRED, TENTH),
    ]
    found = totals(with_defence, THOUSAND, [560, 604, 88], [0, 0, 0], [1000, 1000, 100])
    assert found == [Fraction("618.4"), 0, 1000]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.fractions(1, 1000, max_denominator=7)),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_total_is_the_sum_of_the_shares(
    made_of: list[tuple[int, Fraction]], data: st.DataObject
) -> None:
    scale = data.draw(st.fractions(1, 1000))
    whole = sum(share for share, _ in made_of)
    weights = [
        Weight(str(n), full, Fraction(share, whole)) for n, (share, full) in enumerate(made_of)
    ]
    reached = st.tuples(*(st.fractions(0, full, max_denominator=30) for _, full in made_of))
    entries = data.draw(st.lists(reached, min_size=1, max_size=5))
    expected = [
        sum(score / w.full * scale * w.share for score, w in zip(entry, weights, strict=True))
        for entry in entries
    ]
    assert totals(weights, scale, *map(list, entries)) == expected


def test_nobody_has_a_total() -> None:
    weights = [Weight("site", HUNDRED, Fraction(1))]
    assert composites(weights, HUNDRED, [Column([], 1)]).values == []


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(ScoringError) as found:
        act()
    assert found.value.code == code


def test_what_cannot_be_is_refused() -> None:
    whole, half = Weight("site", HUNDRED, Fraction(1)), Weight("site", HUNDRED, Fraction(1, 2))
    below = Weight("site", HUNDRED, Fraction(-1, 2))
    more = Weight("paper", HUNDRED, Fraction(3, 2))
    refused("shares-not-whole", lambda: totals([half], HUNDRED, [60]))
    refused("shares-not-whole", lambda: totals([below, more], HUNDRED, [60, 60]))
    refused("shares-not-whole", lambda: totals([], HUNDRED))
    refused("part-twice", lambda: totals([half, half], HUNDRED, [60, 60]))
    refused("out-of-range", lambda: totals([whole], HUNDRED, [60], [101]))
    refused("out-of-range", lambda: totals([whole], HUNDRED, [60], [-1]))
    refused("out-of-range", lambda: totals([Weight("site", Fraction(), whole.share)], HUNDRED, [0]))
    refused("scale-not-positive", lambda: totals([whole], Fraction(0), [60]))
