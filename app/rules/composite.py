"""What do the scores of several stages amount to, of all entries at once?

In whole numbers of a common unit: of ten thousand entries none needs a fraction before the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

from app.rules.exact import Column
from app.rules.scoring import ScoringError


@dataclass(frozen=True, slots=True)
class Weight:
    """How a stage counts: out of `full` marks, with its share (of 1); `key` names the stage."""

    key: str
    full: Fraction
    share: Fraction

    def contribution(self, score: Fraction, scale: Fraction | int) -> Fraction:
        """What a score in the stage adds to the total, in points of the scale, unrounded."""
        return score / self.full * scale * self.share


def composites(weights: Sequence[Weight], scale: Fraction, scores: Sequence[Column]) -> Column:
    """Of each entry the sum of its scores, each brought from its full marks to `scale`, times its
    share; unrounded. `scores` has a column for each weight.

    ScoringError unless shares are positive and sum to 1 and each score lies within its full marks.
    """
    if scale <= 0:
        raise ScoringError("scale-not-positive", f"the common scale is {scale}")
    if any(each.share <= 0 for each in weights) or sum(each.share for each in weights) != 1:
        raise ScoringError("shares-not-whole", "the shares of a composite sum to 1")
    if len({each.key for each in weights}) != len(weights):
        raise ScoringError("part-twice", "a stage counts once in a composite")
    for each, column in zip(weights, scores, strict=True):
        _within_full(each, column)
    steps = [
        each.contribution(Fraction(1, column.unit), scale)
        for each, column in zip(weights, scores, strict=True)
    ]
    unit = lcm(*(step.denominator for step in steps))
    whole = [step.numerator * (unit // step.denominator) for step in steps]
    rows = zip(*(column.values for column in scores), strict=True)
    return Column([sum(map(mul, row, whole)) for row in rows], unit)


def _within_full(weight: Weight, column: Column) -> None:
    values = column.values or [0]
    most = weight.full * column.unit
    worst = min(values) if min(values) < 0 else max(values)
    if weight.full <= 0 or not 0 <= worst <= most:
        score = Fraction(worst, column.unit)
        raise ScoringError("out-of-range", f"{weight.key}: {score} of {weight.full}")
