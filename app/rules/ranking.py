"""Who stands where, who passes the cut, and which ties need a recorded decision?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal, NamedTuple

Level = Literal["decision", "all_in", "none_in"]
"""Candidates that stand level at the cut: a recorded decision orders them, all pass, or none."""


class RankingError(ValueError):
    """Candidates or a decision that do not fit together.

    `code`: candidate-twice, keys-differ, places-below-zero, decision-names-twice,
    decision-names-stranger or decision-incomplete.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Candidate(NamedTuple):
    """`keys`: the score, then the regulation's tie-break keys in order; higher is better."""

    id: str
    keys: tuple[Fraction | int, ...]


class Placed(NamedTuple):
    """A rank shared with others is `tied`."""

    id: str
    rank: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a stage parts its entries; `unresolved` ones wait for a recorded decision."""

    advanced: frozenset[str]
    eliminated: frozenset[str]
    unresolved: frozenset[str]


def rank(candidates: Sequence[Candidate]) -> list[Placed]:
    """Competition ranks (1, 2, 2, 4), best first; equal in all keys shares the rank.

    Within a tie the list is in order of id only so that it can be printed twice the same.
    """
    placed: list[Placed] = []
    position = 1
    for group in _groups(candidates):
        tied = len(group) > 1
        placed += [Placed(one, position, tied) for one in (sorted(group) if tied else group)]
        position += len(group)
    return placed


def everybody(candidates: Sequence[Candidate]) -> Cut:
    """No cut: all advance."""
    return _cut(candidates, advanced=(candidate.id for candidate in candidates))


def at_least(candidates: Sequence[Candidate], score: Fraction) -> Cut:
    """Those whose first key reaches `score` advance."""
    _groups(candidates)
    return _cut(
        candidates,
        advanced=(candidate.id for candidate in candidates if candidate.keys[0] >= score),
    )


def first(
    candidates: Sequence[Candidate],
    places: int,
    resolved: Sequence[str] = (),
    level: Level = "decision",
) -> Cut:
    """The best `places` advance; a tie across the last place is unresolved, or as `level` says.

    `resolved` is a recorded decision: the ids of one or more whole ties, best first. Ranks stay
    shared; the decision only says who passes. RankingError where it does not fit the ties.
    """
    if places < 0:
        raise RankingError("places-below-zero", f"{places} places")
    groups = _groups(candidates)
    if level == "decision":
        _check_decision(groups, resolved)
    advanced: list[str] = []
    for group in groups:
        left = places - len(advanced)
        if len(group) <= left:
            advanced.extend(group)
            continue
        if left > 0:
            passing, unresolved = _at_the_edge(group, left, resolved, level)
            return _cut(candidates, [*advanced, *passing], unresolved)
        break
    return _cut(candidates, advanced)


def _at_the_edge(
    group: Collection[str], left: int, resolved: Sequence[str], level: Level
) -> tuple[Iterable[str], Iterable[str]]:
    """Who of a tie passes for which fewer places are left than it needs, and who waits."""
    if level != "decision":
        return (group if level == "all_in" else ()), ()
    decided = [candidate_id for candidate_id in resolved if candidate_id in group]
    return decided[:left], (() if decided else group)


def _groups(candidates: Sequence[Candidate]) -> list[list[str]]:
    """Ids that are equal in all keys, best group first."""
    if len({candidate.id for candidate in candidates}) != len(candidates):
        raise RankingError("candidate-twice", "a candidate is ranked once")
    # Tuples of different lengths compare by length: that would decide an award by accident.
    lengths = {len(candidate.keys) for candidate in candidates}
    if len(lengths) > 1 or 0 in lengths:
        raise RankingError("keys-differ", "all candidates have the same keys, at least one")
    # Each key in its own common unit, as a whole number: these compare ten times as fast.
    columns = [_whole(column) for column in zip(*(each.keys for each in candidates), strict=True)]
    groups: dict[tuple[int, ...], list[str]] = {}
    for each, whole in zip(candidates, zip(*columns, strict=True), strict=True):
        groups.setdefault(whole, []).append(each.id)
    return [groups[whole] for whole in sorted(groups, reverse=True)]


def _whole(column: Sequence[Fraction | int]) -> Sequence[int]:
    unit = lcm(*{key.denominator for key in column})
    return [key.numerator * (unit // key.denominator) for key in column]


def _check_decision(groups: Sequence[Sequence[str]], resolved: Sequence[str]) -> None:
    named = frozenset(resolved)
    if len(named) != len(resolved):
        raise RankingError("decision-names-twice", "a decision names a candidate once")
    ties = [frozenset(group) for group in groups if len(group) > 1]
    strangers = named.difference(*ties)
    if strangers:
        raise RankingError(
            "decision-names-stranger", f"not in a tie: {', '.join(sorted(strangers))}"
        )
    for tie in ties:
        missing = tie - named
        if missing and missing != tie:
            raise RankingError(
                "decision-incomplete", f"the decision leaves out {', '.join(sorted(missing))}"
            )


def _cut(
    candidates: Sequence[Candidate], advanced: Iterable[str], unresolved: Iterable[str] = ()
) -> Cut:
    passed, open_ties = frozenset(advanced), frozenset(unresolved)
    everyone = frozenset(candidate.id for candidate in candidates)
    return Cut(passed, everyone - passed - open_ties, open_ties)
