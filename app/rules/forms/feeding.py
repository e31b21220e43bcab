"""Which declared facts does a filled form tell, beside those that were declared as such?"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from app.rules.exact import InexactError, MalformedNumber, decimal_text, fraction_from_text
from app.rules.forms.model import Listed, Money, Question, Years, figure
from app.rules.forms.whole import Lists, Origin, WholeForm, as_text, at


def fed(whole: WholeForm, document: Mapping[str, Any], lists: Lists) -> dict[str, str]:
    """What the form's fields say of declared facts, by the fact's code; money in yuan."""
    return {fact: text for fact, text, _ in feeding(whole, document, lists)}


def feeding(
    whole: WholeForm, document: Mapping[str, Any], lists: Lists
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each such fact, what is said of it, and where that stands."""
    for section, field in whole.placed():
        if section.origin is not Origin.FORM:
            continue
        address = section.address(field)
        value = at(document, address)
        if field.feeds and value is not None:
            yield field.feeds, _text(field, value, lists), address
        if isinstance(field, Years) and isinstance(value, dict):
            for row in field.rows:
                for year in whole.years(field) if row.feeds else ():
                    cell = at(value, (row.key, str(year)))
                    if cell is not None:
                        place = (*address, row.key, str(year))
                        yield f"{row.feeds}-{year}", _text(row, cell, lists), place


def declared(whole: WholeForm, document: Mapping[str, Any], lists: Lists) -> dict[str, str]:
    """All declared facts: those declared as such, and those that fields tell."""
    return dict(document.get("facts") or {}) | fed(whole, document, lists)


def same(one: str, other: str) -> bool:
    """Whether two texts say the same of a fact: figures are compared as figures."""
    if one.strip() == other.strip():
        return True
    numbers = (_number(one), _number(other))
    return None not in numbers and numbers[0] == numbers[1]


def _number(text: str) -> Fraction | None:
    try:
        return fraction_from_text(text.strip(), signed=True)
    except MalformedNumber:
        return None


def _text(field: Question, value: Any, lists: Lists) -> str:
    if isinstance(field, Listed):
        return lists.get((field.list, field.version), {}).get(value, value)
    number = figure(field, value) if isinstance(field, Money) else None
    if number is None:
        return as_text(value)
    try:
        return decimal_text(number, 2)
    except InexactError:
        return decimal_text(number)
