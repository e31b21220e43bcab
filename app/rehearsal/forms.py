"""What does an applicant of the rehearsal answer to a form? Whatever it cannot do without."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from app.catalogue import loader
from app.rehearsal.cast import Firm
from app.rehearsal.clock import CUT_OFF
from app.rules.exact import decimal_text, fraction_from_text
from app.rules.forms.model import (
    YUAN_OF,
    Listed,
    Money,
    Number,
    Picked,
    Question,
    Rows,
    Years,
)
from app.rules.forms.whole import (
    REGISTERED_AREA,
    AnyField,
    Lists,
    Origin,
    PageMap,
    WholeForm,
    whole_form,
)
from app.rules.regulation import Regulation
from app.rules.regulation.stages import Intake

AMOUNT = "1000.5"
DISTRICT = "320211"
FIXED: Mapping[str, Any] = {
    "yes_no": False,
    "date": "2019-05-20",
    "decimal": "1",
    "phone": "13900001111",
    "mail": "lisi@example.cn",
    "identity_number": "11010519491231002X",
}
"""What is answered to a field of these kinds."""


def answers(
    regulation: Regulation, rule: Intake, track: str, firm: Firm, declared: Mapping[str, str]
) -> dict[str, Any]:
    """Every required answer that stands under `answers`; figures as the facts declare them."""
    whole, lists = _form(regulation, rule, track)
    found: dict[str, Any] = {}
    for section, field in whole.placed():
        asked = section.origin in {Origin.FORM, Origin.REPORT}
        if asked and section.address(field)[0] == "answers":
            made = _answer(whole, field, firm.registered_on, declared, lists)
            if field.key == REGISTERED_AREA:
                made = area_of(firm)
            if made is not None:
                found[field.key] = made
    return found


def area_of(firm: Firm) -> str:
    """Where a firm is registered: in the rehearsal each has a neighbourhood of its own."""
    return f"{DISTRICT}{firm.number:06}"


def _form(regulation: Regulation, rule: Intake, key: str) -> tuple[WholeForm, Lists]:
    track = next(each for each in regulation.tracks if each.key == key)
    form_set = loader.form_set(track.form or loader.default_form(track.awardee))
    criteria = loader.criteria(track.criteria) if track.criteria else None
    whole = whole_form(regulation, rule, key, form_set, criteria, CUT_OFF, {})
    return whole, loader.lists_of(form_set)


def _answer(
    whole: WholeForm, field: AnyField, since: date, declared: Mapping[str, str], lists: Lists
) -> Any:
    match field:
        case Years():
            years = [year for year in whole.years(field) if year >= since.year]
            return {
                row.key: {str(year): _figure(row, year, declared) for year in years}
                for row in field.rows
                if row.required
            }
        case PageMap():
            return {code: [1, 1] for code, _ in field.items}
        case _ if not field.required:
            return None
        case Rows():
            return [{column.key: _single(column, lists) for column in field.columns}]
        case _:
            return _single(field, lists)


def _figure(row: Number | Money, year: int, declared: Mapping[str, str]) -> Any:
    said = declared.get(f"{row.feeds}-{year}")
    if said is None or not isinstance(row, Money):
        return AMOUNT if isinstance(row, Money) else _single(row, {})
    return decimal_text(fraction_from_text(said, signed=True) / Fraction(YUAN_OF[row.unit]))


def _single(field: Question, lists: Lists) -> Any:
    match field:
        case Money():
            return AMOUNT
        case Number(kind="whole"):
            return int(field.at_least or 1)
        case Listed():
            return next(iter(lists[field.list, field.version]))
        case Picked():
            return field.options[0].code
        case _:
            return FIXED.get(getattr(field, "kind", ""), field.name[:200])
