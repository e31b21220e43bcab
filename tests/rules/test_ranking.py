from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.ranking import (
    Candidate,
    Cut,
    Level,
    Placed,
    RankingError,
    at_least,
    everybody,
    first,
    rank,
)

KEYS = st.tuples(st.integers(0, 3).map(Fraction), st.fractions(0, 1, max_denominator=3))
FIELDS = st.lists(KEYS, max_size=9).map(
    lambda rows: [Candidate(f"c{place}", keys) for place, keys in enumerate(rows)]
)


def field(**scores: int) -> list[Candidate]:
    return [Candidate(name, (Fraction(score),)) for name, score in scores.items()]


def cut(advanced: str, eliminated: str, unresolved: str = "") -> Cut:
    return Cut(frozenset(advanced), frozenset(eliminated), frozenset(unresolved))


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(RankingError) as caught:
        act()
    assert caught.value.code == code


def test_rank_ties_share_and_leave_a_gap() -> None:
    assert rank(field(d=1, c=5, b=5, a=9)) == [
        Placed("a", 1, tied=False),
        Placed("b", 2, tied=True),
        Placed("c", 2, tied=True),
        Placed("d", 4, tied=False),
    ]


def test_rank_later_keys_break_ties_in_order() -> None:
    keys = {"a": (5, 1, 9), "b": (5, 2, 0), "c": (6, 0, 0)}
    found = rank([Candidate(name, tuple(map(Fraction, row))) for name, row in keys.items()])
    assert [(placed.id, placed.rank) for placed in found] == [("c", 1), ("b", 2), ("a", 3)]


def test_rank_differences_below_float_noise_count() -> None:
    close = [
        Candidate("a", (Fraction(1, 3),)),
        Candidate("b", (Fraction(1, 3) + Fraction(1, 10**30),)),
    ]
    assert [placed.id for placed in rank(close)] == ["b", "a"]


@given(FIELDS, st.randoms(), st.integers(0, 10))
def test_permuting_the_input_changes_nothing(
    candidates: list[Candidate], random: Any, places: int
) -> None:
    shuffled = random.sample(candidates, len(candidates))
    assert rank(shuffled) == rank(candidates)
    assert first(shuffled, places) == first(candidates, places)
    assert at_least(shuffled, Fraction(2)) == at_least(candidates, Fraction(2))


@given(FIELDS)
def test_rank_is_one_more_than_those_better(candidates: list[Candidate]) -> None:
    keys = {candidate.id: candidate.keys for candidate in candidates}
    for placed in rank(candidates):
        better = [other for other in keys.values() if other > keys[placed.id]]
        equal = [other for other in keys.values() if other == keys[placed.id]]
        assert placed.rank == len(better) + 1
        assert placed.tied is (len(equal) > 1)


@given(FIELDS, st.integers(0, 10))
def test_first_parts_the_field_and_keeps_to_the_places(
    candidates: list[Candidate], places: int
) -> None:
    found = first(candidates, places)
    parts = [found.advanced, found.eliminated, found.unresolved]
    assert sum(map(len, parts)) == len(candidates)
    assert frozenset().union(*parts) == {candidate.id for candidate in candidates}
    assert len(found.advanced) <= places
    if found.unresolved:
        assert len(found.advanced) < places < len(found.advanced | found.unresolved)
    else:
        assert len(found.advanced) == min(places, len(candidates))


@given(FIELDS, st.integers(0, 10), st.randoms())
def test_first_is_settled_by_a_decision(
    candidates: list[Candidate], places: int, random: Any
) -> None:
    open_tie = first(candidates, places).unresolved
    decision = random.sample(sorted(open_tie), len(open_tie))
    settled = first(candidates, places, decision)
    assert not settled.unresolved
    assert len(settled.advanced) == min(places, len(candidates))
    left_out = [candidate_id in settled.eliminated for candidate_id in decision]
    assert left_out == sorted(left_out)


def test_first_tie_across_the_cut_is_unresolved() -> None:
    four = field(a=9, b=5, c=5, d=1)
    assert first(four, 2) == cut("a", "d", "bc")
    assert first(four, 3) == cut("abc", "d")
    assert first(four, 2, ["c", "b"]) == cut("ac", "bd")
    assert first(four, 0) == cut("", "abcd")


def test_first_decision_may_order_several_ties() -> None:
    assert first(field(a=9, b=9, c=5, d=5), 3, ["d", "c", "b", "a"]) == cut("abd", "c")


def test_first_decision_that_does_not_fit_is_refused() -> None:
    four = field(a=9, b=5, c=5, d=5)
    refused("decision-incomplete", lambda: first(four, 2, ["c", "b"]))
    refused("decision-names-stranger", lambda: first(four, 2, ["a"]))
    refused("decision-names-stranger", lambda: first(four, 2, ["b", "c", "d", "z"]))
    refused("decision-names-twice", lambda: first(four, 2, ["b", "b", "c", "d"]))
    refused("places-below-zero", lambda: first(four, -1))


def test_at_least_reaches_the_score_itself() -> None:
    assert at_least(field(a=9, b=5, c=4), Fraction(5)) == cut("ab", "c")


def test_everybody_advances() -> None:
    assert everybody(field(a=9, b=5)) == cut("ab", "")
    assert everybody([]) == cut("", "")


def test_candidates_that_cannot_be_compared_are_refused() -> None:
    longer = Candidate("a", (Fraction(5), Fraction(1)))
    shorter = Candidate("b", (Fraction(5),))
    refused("keys-differ", lambda: rank([longer, shorter]))
    refused("keys-differ", lambda: rank([Candidate("a", ())]))
    refused("candidate-twice", lambda: rank([shorter, shorter]))


@pytest.mark.parametrize(
    ("places", "level", "expected"),
    [
        (2, "all_in", cut("abc", "d")),
        (2, "none_in", cut("a", "bcd")),
        (2, "decision", cut("a", "d", "bc")),
        (3, "none_in", cut("abc", "d")),
        (0, "all_in", cut("", "abcd")),
    ],
)
def test_first_lets_a_tie_in_or_leaves_it_out_as_the_rule_says(
    places: int, level: Level, expected: Cut
) -> None:
    assert first(field(a=9, b=5, c=5, d=1), places, level=level) == expected
