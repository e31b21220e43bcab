"""Which answers contradict each other?"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from app.rules.exact import decimal_text
from app.rules.forms.answered import Answered, Spot
from app.rules.forms.model import (
    Column,
    Compare,
    Implied,
    Known,
    Rows,
    Sum,
    Years,
    day_of,
    figure,
)
from app.rules.forms.shape import pointer
from app.rules.forms.whole import at


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot all be true; the pointer is that of one of them."""

    section: str
    pointer: str
    name: str
    zh: str
    en: str


def contradictions(answered: Answered) -> Iterator[Contradiction]:
    """Everything that the form's checks find; what is not answered contradicts nothing."""
    for check in answered.whole.checks:
        match check:
            case Sum():
                for year in answered.years(*check.of, check.equals) or (None,):
                    yield from _sum(answered, check, year)
            case Compare():
                for year in answered.years(check.field, check.other) or (None,):
                    yield from _compare(answered, check, year)
            case Column():
                yield from _column(answered, check)
            case Implied():
                yield from _implied(answered, check)
            case Known():
                yield from _known(answered, check)


def _said(spot: Spot, zh: str, en: str) -> Contradiction:
    place = pointer("form", *spot.address)
    return Contradiction(spot.section.key, place, spot.name, zh, en)


def _sum(answered: Answered, check: Sum, year: int | None) -> Iterator[Contradiction]:
    parts = [answered.number(place, year) for place in check.of]
    total = answered.number(check.equals, year)
    known = [part for part in parts if part is not None]
    if total is None or len(known) < len(parts) or sum(known) == total:
        return
    spot = answered.spot(check.equals, year)
    names = "、".join(answered.spot(place, year).name for place in check.of)
    came = decimal_text(sum(known, Fraction(0)))
    zh = f"{names}之和为{came}，“{spot.name}”为{decimal_text(total)}。"
    yield _said(spot, zh, f"The parts come to {came}, “{spot.name}” is {decimal_text(total)}.")


def _compare(answered: Answered, check: Compare, year: int | None) -> Iterator[Contradiction]:
    one, other = answered.number(check.field, year), answered.number(check.other, year)
    if one is not None and other is not None:
        first = answered.spot(check.field, year)
        second = answered.spot(check.other, year)
        yield from _unequal(first, first.name, one, second.name, other, check.way)


def _unequal(
    spot: Spot, name: str, one: Fraction, other_name: str, other: Fraction, way: str
) -> Iterator[Contradiction]:
    figures = f"（{decimal_text(one)}，{decimal_text(other)}）"
    if way == "at_most" and one > other:
        zh, en = f"“{name}”大于“{other_name}”{figures}。", f"“{name}” is above “{other_name}”."
        yield _said(spot, zh, en)
    elif way == "equals" and one != other:
        zh, en = f"“{name}”与“{other_name}”不等{figures}。", f"“{name}” is not “{other_name}”."
        yield _said(spot, zh, en)


def _column(answered: Answered, check: Column) -> Iterator[Contradiction]:
    spot = answered.spot(check.list)
    other = answered.number(check.other)
    if other is None or not isinstance(spot.field, Rows):
        return
    column = next(each for each in spot.field.columns if each.key == check.column)
    lines = at(answered.document, spot.address) or ()
    figures = [figure(column, line.get(check.column)) for line in lines]
    if not figures or any(one is None for one in figures):
        return
    total = sum((one for one in figures if one is not None), Fraction(0))
    name = f"{spot.name}的{column.name}之和"
    yield from _unequal(spot, name, total, answered.spot(check.other).name, other, check.way)


def _implied(answered: Answered, check: Implied) -> Iterator[Contradiction]:
    if answered.value(check.then.field) is None:
        return
    if all(answered.holds(when) for when in check.when) and not answered.holds(check.then):
        spots = [answered.spot(when.field) for when in (*check.when, check.then)]
        names = "、".join(f"“{name}”" for name in dict.fromkeys(spot.name for spot in spots))
        yield _said(
            spots[-1], f"{names}相互矛盾：{check.says}。", f"{names} contradict each other."
        )


def _known(answered: Answered, check: Known) -> Iterator[Contradiction]:
    day = day_of(answered.value(check.day))
    _, table = answered.whole.find(check.table)
    if day is None or not isinstance(table, Years):
        return
    for row in table.rows:
        for year in answered.whole.years(table):
            place = f"{check.table}.{row.key}"
            number = answered.number(place, year)
            if year < day.year and number:
                spot = answered.spot(place, year)
                named = answered.spot(check.day).name
                zh = f"“{spot.name}”填了数，而“{named}”为{day}。"
                yield _said(spot, zh, f"“{spot.name}” is given, but “{named}” is {day}.")
