"""What do the judges' percentages make: item points, totals, one figure of many?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Final

STEP: Final = 5
FULL: Final = 100
_STEPS: Final = frozenset(range(0, FULL + 1, STEP))
_ON_A_SHEET: Final = _STEPS | {None}


class ScoringError(ValueError):
    """Scores that cannot be computed with; `code` is stable."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class TooFewJudges(ScoringError):
    """Fewer values than the regulation's way of aggregating needs."""

    def __init__(self, needed: int, given: int) -> None:
        super().__init__("too-few-judges", f"{needed} judges needed, {given} given")


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item of the criteria, the category it adds to, and its full item points."""

    code: str
    category: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Band:
    """A band of a scoring guide, counted from the lowest; `low`, `high` in percentage points."""

    place: int
    low: int
    high: int


BANDS: Final = (
    Band(0, 0, 5),
    Band(1, 10, 25),
    Band(2, 30, 45),
    Band(3, 50, 65),
    Band(4, 70, 85),
    Band(5, 90, 100),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """The percentages a judge may enter, the multiples of `step` (percentage points), in bands
    from the lowest. Unless a set of criteria says otherwise, steps of 5 in the six of GB/Z 19579.
    """

    step: int = STEP
    bands: tuple[Band, ...] = BANDS


SIX_BANDS: Final = Scale()


@dataclass(frozen=True, slots=True)
class Totals:
    """Item points by item and by category, and their total, all exact."""

    items: Mapping[str, Fraction]
    categories: Mapping[str, Fraction]
    total: Fraction


@dataclass(frozen=True, slots=True)
class Mean:
    """Arithmetic mean of all judges."""


@dataclass(frozen=True, slots=True)
class Median:
    """Middle value, or the mean of the two in the middle."""


@dataclass(frozen=True, slots=True)
class TrimmedMean:
    """去掉最高分和最低分: the mean of what remains, with no fewer than `at_least` judges."""

    drop_high: int = 1
    drop_low: int = 1
    at_least: int = 5

    def __post_init__(self) -> None:
        if min(self.drop_high, self.drop_low) < 0:
            raise ScoringError("drops-below-zero", "no fewer than zero values are dropped")
        if self.at_least <= self.drop_high + self.drop_low:
            raise ScoringError("drops-everything", "a trimmed mean leaves at least one judge")


Method = Mean | TrimmedMean | Median


@dataclass(frozen=True, slots=True)
class Form:
    """The items of one criteria set, to be counted in whole numbers: an item's weight is its item
    points in 1/`unit` point.
    """

    codes: tuple[str, ...]
    categories: tuple[str, ...]
    weights: tuple[int, ...]
    unit: int

    @classmethod
    def of(cls, items: Sequence[ScoredItem]) -> "Form":
        unit = lcm(*(item.points.denominator for item in items))
        return cls(
            tuple(item.code for item in items),
            tuple(item.category for item in items),
            tuple(item.points.numerator * (unit // item.points.denominator) for item in items),
            unit,
        )


@dataclass(frozen=True, slots=True)
class Earned:
    """What sheets come to on a form, by item: the sum of the percentages that count, and how many
    these are. Whole numbers, until a figure in item points is asked for.
    """

    form: Form
    sums: tuple[int, ...]
    judges: tuple[int, ...]

    @property
    def total(self) -> Fraction:
        """Item points of all items, exact."""
        return self._points(map(mul, self.form.weights, self.sums), self.judges)

    @property
    def categories(self) -> dict[str, Fraction]:
        """Item points by category, exact, in the order of the form."""
        found: dict[str, list[tuple[int, int]]] = {}
        each = zip(self.form.categories, self.form.weights, self.sums, self.judges, strict=True)
        for category, weight, percentages, judges in each:
            found.setdefault(category, []).append((weight * percentages, judges))
        return {
            category: self._points(*zip(*items, strict=True)) for category, items in found.items()
        }

    def _points(self, weighted: Iterable[int], judges: Sequence[int]) -> Fraction:
        full = FULL * self.form.unit
        if len(set(judges)) == 1:  # nearly always: one fraction at the end
            return Fraction(sum(weighted), judges[0] * full)
        by_judges: dict[int, int] = {}
        for earned, given in zip(weighted, judges, strict=True):
            by_judges[given] = by_judges.get(given, 0) + earned
        parts = (Fraction(earned, given * full) for given, earned in by_judges.items())
        return sum(parts, Fraction(0))


@dataclass(frozen=True, slots=True)
class Limits:
    """What must be discussed; None watches nothing.

    An item whose percentages span more than `item_span` percentage points or lie `bands_apart`
    bands of the `scale` or more apart; totals that span more than `total_span` item points.
    """

    item_span: int | None = 20
    bands_apart: int | None = 2
    total_span: Fraction | None = Fraction(100)
    scale: Scale = SIX_BANDS


class Reason(StrEnum):
    ITEM_SPAN = "item_span"
    BANDS_APART = "bands_apart"
    TOTAL_SPAN = "total_span"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """`low` and `high` in percentage points of the item, or item points where item is None."""

    item: str | None
    low: Fraction
    high: Fraction
    reasons: tuple[Reason, ...]


def percentage_problem(percentage: object, step: int = STEP) -> str | None:
    """None, or why a judge may not enter it: not-a-whole-number, out-of-range, not-a-step."""
    if not isinstance(percentage, int) or isinstance(percentage, bool):
        return "not-a-whole-number"
    if not 0 <= percentage <= FULL:
        return "out-of-range"
    return "not-a-step" if percentage % step else None


def band_of(percentage: Fraction | int, bands: Sequence[Band] = BANDS) -> Band:
    """The highest band whose lower limit is reached, so an average of 27.5 % is in 10-25."""
    _within_full(percentage, "band")
    return next(band for band in reversed(bands) if percentage >= band.low)


def item_points(points: Fraction, percentage: Fraction | int) -> Fraction:
    """Points of an item at a percentage (0-100): points × percentage / 100 (GB/Z 19579 C)."""
    _within_full(percentage, "item")
    return points * percentage / FULL


def totals(items: Sequence[ScoredItem], percentages: Mapping[str, Fraction | int]) -> Totals:
    """Item points by item and category; ScoringError unless exactly the items are scored."""
    _known(items, percentages)
    by_item: dict[str, Fraction] = {}
    by_category: dict[str, Fraction] = {}
    for item in items:
        if item.code not in percentages:
            raise ScoringError("item-unscored", f"item {item.code} has no percentage")
        earned = item_points(item.points, percentages[item.code])
        by_item[item.code] = earned
        by_category[item.category] = by_category.get(item.category, Fraction(0)) + earned
    return Totals(by_item, by_category, sum(by_item.values(), Fraction(0)))


def below_pass_lines(
    lines: Mapping[str, Fraction], categories: Mapping[str, Fraction]
) -> tuple[str, ...]:
    """Categories whose exact item points miss their pass line, in the order of the lines: each
    line is to be reached by itself (Deming). KeyError where a category has no points.
    """
    return tuple([code for code, line in lines.items() if categories[code] < line])


def aggregate(method: Method, values: Sequence[Fraction]) -> Fraction:
    """One figure of the judges' values, unrounded; TooFewJudges if the method needs more.

    A trimmed mean drops one instance each, also where several share the extreme.
    """
    low, high = _dropped(method, len(values))
    kept = sorted(values)[low : len(values) - high]
    return sum(kept, Fraction(0)) / len(kept)


def earn(form: Form, method: Method, sheets: Sequence[Sequence[int | None]]) -> Earned:
    """The same as `totals` of `aggregate_sheets`, in whole numbers, for the many entries of a
    stage. A sheet gives its percentages in the order of the form, None where it has no such item.

    ScoringError for an item nobody scored, a percentage no judge may enter, a sheet of another
    length; TooFewJudges where the method needs more of them on an item.
    """
    _check_rows(form, sheets)
    if sheets and all(map(_STEPS.issuperset, sheets)):  # everybody has scored every item
        low, high = _dropped(method, len(sheets))
        end = len(sheets) - high
        sums = tuple([sum(values[low:end]) for values in map(sorted, zip(*sheets, strict=True))])
        return Earned(form, sums, (end - low,) * len(sums))
    columns = zip(*sheets, strict=True) if sheets else [()] * len(form.codes)
    given = [sorted([each for each in column if each is not None]) for column in columns]
    if not all(given):
        code = next(code for code, values in zip(form.codes, given, strict=True) if not values)
        raise ScoringError("item-unscored", f"nobody scored item {code}")
    dropped = [_dropped(method, len(values)) for values in given]
    kept = [v[low : len(v) - high] for v, (low, high) in zip(given, dropped, strict=True)]
    return Earned(form, tuple(map(sum, kept)), tuple(map(len, kept)))


def aggregate_sheets(
    method: Method, items: Sequence[ScoredItem], sheets: Sequence[Mapping[str, int]]
) -> dict[str, Fraction]:
    """Aggregated percentage per item over the sheets that hold it (division by category).

    ScoringError for an item nobody scored, an item the criteria lack, a percentage no judge may
    enter; TooFewJudges where the method needs more of them on an item.
    """
    _check_sheets(items, sheets)
    found = {item.code: _scores_of(item.code, sheets) for item in items}
    for code, scores in found.items():
        if not scores:
            raise ScoringError("item-unscored", f"nobody scored item {code}")
    return {code: aggregate(method, scores) for code, scores in found.items()}


def disagreements(
    items: Sequence[ScoredItem], sheets: Sequence[Mapping[str, int]], limits: Limits
) -> list[Disagreement]:
    """Items in their own order, then the total (None), that the panel must discuss.

    The total is compared between sheets that hold every item: partial sheets have none.
    """
    _check_sheets(items, sheets)
    found = [_item_disagreement(item, _scores_of(item.code, sheets), limits) for item in items]
    whole = [totals(items, sheet).total for sheet in sheets if len(sheet) == len(items)]
    if limits.total_span is not None and whole and max(whole) - min(whole) > limits.total_span:
        found.append(Disagreement(None, min(whole), max(whole), (Reason.TOTAL_SPAN,)))
    return [disagreement for disagreement in found if disagreement is not None]


def _item_disagreement(
    item: ScoredItem, scores: Sequence[Fraction], limits: Limits
) -> Disagreement | None:
    if not scores:
        return None
    low, high = min(scores), max(scores)
    bands = limits.scale.bands
    apart = band_of(high, bands).place - band_of(low, bands).place
    reasons = []
    if limits.item_span is not None and high - low > limits.item_span:
        reasons.append(Reason.ITEM_SPAN)
    if limits.bands_apart is not None and apart >= limits.bands_apart:
        reasons.append(Reason.BANDS_APART)
    return Disagreement(item.code, low, high, tuple(reasons)) if reasons else None


def _dropped(method: Method, given: int) -> tuple[int, int]:
    """How many of so many values, from the lowest and from the highest, do not count; of those
    that do, every method takes the mean. TooFewJudges if the method needs more.
    """
    needed = method.at_least if isinstance(method, TrimmedMean) else 1
    if given < needed:
        raise TooFewJudges(needed, given)
    match method:
        case Median():
            return (given - 1) // 2, (given - 1) // 2
        case TrimmedMean(drop_high=high, drop_low=low):
            return low, high
        case Mean():
            return 0, 0


def _check_rows(form: Form, sheets: Sequence[Sequence[int | None]]) -> None:
    for sheet in sheets:
        if len(sheet) != len(form.codes):
            raise ScoringError("items-differ", f"{len(sheet)} percentages, {len(form.codes)} items")
        if not _ON_A_SHEET.issuperset(sheet):
            for code, percentage in zip(form.codes, sheet, strict=True):
                if percentage is not None and (problem := percentage_problem(percentage)):
                    raise ScoringError(problem, f"item {code}: {percentage} %")


def _scores_of(code: str, sheets: Sequence[Mapping[str, int]]) -> list[Fraction]:
    return [Fraction(sheet[code]) for sheet in sheets if code in sheet]


def _check_sheets(items: Sequence[ScoredItem], sheets: Sequence[Mapping[str, int]]) -> None:
    for sheet in sheets:
        _known(items, sheet)
        for code, percentage in sheet.items():
            if problem := percentage_problem(percentage):
                raise ScoringError(problem, f"item {code}: {percentage} %")


def _known(items: Sequence[ScoredItem], codes: Iterable[str]) -> None:
    unknown = set(codes) - {item.code for item in items}
    if unknown:
        raise ScoringError("item-unknown", f"not in the criteria: {', '.join(sorted(unknown))}")


def _within_full(percentage: Fraction | int, what: str) -> None:
    if not 0 <= percentage <= FULL:
        raise ScoringError("out-of-range", f"{what}: {percentage} % is not within 0-100")
