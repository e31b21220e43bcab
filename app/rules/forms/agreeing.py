"""Which answers contradict each other?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.exact import decimal_text
from app.rules.forms.answered import Answered, Spot
from app.rules.forms.model import (
    Column,
    Compare,
    Implied,
    Known,
    Money,
    NotOwn,
    Number,
    Order,
    Question,
    Rows,
    Sum,
    Unique,
    Value,
    Years,
    day_of,
    figure,
)
from app.rules.forms.shape import pointer
from app.rules.forms.whole import as_text


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
            case Order() | Unique() | NotOwn():
                yield from _in_lines(answered, check)


def _said(spot: Spot, zh: str, en: str) -> Contradiction:
    place = pointer("form", *spot.address)
    return Contradiction(spot.section.key, place, spot.name, zh, en)


def _sum(answered: Answered, check: Sum, year: int | None) -> Iterator[Contradiction]:
    parts = [answered.number(place, year) for place in check.of]
    total = answered.number(check.equals, year)
    given = {place: part for place, part in zip(check.of, parts, strict=True) if part is not None}
    known = sum(given.values(), Fraction(0))
    if total is None or known == total:
        return
    blank = [answered.spot(place, year).field for place in check.of if place not in given]
    if blank and (known < total or not all(map(_never_below_nought, blank))):
        return
    spot = answered.spot(check.equals, year)
    names = "、".join(answered.spot(place, year).name for place in given)
    came = decimal_text(known)
    zh = f"{names}之和为{came}，“{spot.name}”为{decimal_text(total)}。"
    yield _said(spot, zh, f"The parts come to {came}, “{spot.name}” is {decimal_text(total)}.")


def _never_below_nought(field: Question) -> bool:
    """What is blank there can only make a sum larger: one that is over already is wrong."""
    return isinstance(field, Number | Money) and field.at_least is not None and field.at_least >= 0


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
    figures = [figure(column, line.get(check.column)) for line in answered.lines(check.list)]
    given = [one for one in figures if one is not None]
    whole = len(given) == len(figures)
    if not given or not (whole or (check.way == "at_most" and _never_below_nought(column))):
        return
    total = sum(given, Fraction(0))
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


def _in_lines(answered: Answered, check: Order | Unique | NotOwn) -> Iterator[Contradiction]:
    if isinstance(check, Order):
        yield from _order(answered, check)
    else:
        yield from _repeated(answered, check)


def _order(answered: Answered, check: Order) -> Iterator[Contradiction]:
    if check.list is None:
        first, then = answered.spot(check.first), answered.spot(check.then)
        begun, ended = (day_of(answered.value(place)) for place in (check.first, check.then))
        if begun and ended and ended < begun:
            yield _said(then, *_earlier(then.name, first.name, begun, ended))
        return
    for number, line in enumerate(answered.lines(check.list)):
        begun, ended = (day_of(line.get(key)) for key in (check.first, check.then))
        if begun and ended and ended < begun:
            spot = _cell(answered, check.list, number, check.then)
            first = _cell(answered, check.list, number, check.first)
            yield _said(spot, *_earlier(spot.name, first.field.name, begun, ended))


def _earlier(then: str, first: str, begun: date, ended: date) -> tuple[str, str]:
    zh = f"“{then}”（{ended}）早于“{first}”（{begun}）。"
    return zh, f"“{then}” ({ended}) is before “{first}” ({begun})."


def _cell(answered: Answered, table: str, number: int, key: str) -> Spot:
    spot = answered.spot(table)
    columns = spot.field.columns if isinstance(spot.field, Rows) else ()
    column = next(each for each in columns if each.key == key)
    name = f"{spot.name}第{number + 1}行{column.name}"
    return Spot(spot.section, column, name, (*spot.address, str(number), key))


def _repeated(answered: Answered, check: Unique | NotOwn) -> Iterator[Contradiction]:
    """Lines that say what an earlier one says, or what the applicant is called by itself."""
    own = {_bare(answered.own)} - {""} if isinstance(check, NotOwn) else set[str]()
    seen = dict[str, int]()
    for number, line in enumerate(answered.lines(check.list)):
        said = _bare(line.get(check.column))
        spot = _cell(answered, check.list, number, check.column)
        if said in own:
            zh = f"“{spot.name}”是申报单位自己的，不必列入。"
            yield _said(spot, zh, f"“{spot.name}” is the applicant's own; it is not listed.")
        elif isinstance(check, Unique) and said in seen:
            zh = f"“{spot.name}”与第{seen[said] + 1}行相同。"
            yield _said(spot, zh, f"“{spot.name}” is the same as that of line {seen[said] + 1}.")
        elif said:
            seen[said] = number


def _bare(value: Value) -> str:
    return "".join(as_text(value).split()).upper()
