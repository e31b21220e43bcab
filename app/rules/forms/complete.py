"""What does a filled form lack, what in it is beyond its limits, and what contradicts?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.rules.forms import limits
from app.rules.forms.agreeing import contradictions
from app.rules.forms.answered import Answered
from app.rules.forms.feeding import feeding, same
from app.rules.forms.model import Question, Rows, Years, day_of
from app.rules.forms.shape import pointer
from app.rules.forms.whole import (
    AnyField,
    Lists,
    Origin,
    PageMap,
    Section,
    WholeForm,
    at,
)


class Sort(StrEnum):
    """What kind of thing stands against a form."""

    MISSING = "missing"
    UNFIT = "unfit"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing: in which section, where in the document, what the field is called, and why."""

    sort: Sort
    section: str
    pointer: str
    name: str
    zh: str = ""
    en: str = ""


def gaps(
    whole: WholeForm,
    document: Mapping[str, Any],
    lists: Lists,
    pages: int | None = None,
    own: str | None = None,
) -> list[Gap]:
    """Everything at once. `pages`: how many the report has, None where nobody has counted; `own`:
    the applicant's credit code.
    """
    answered = Answered(whole, document, own)
    found: list[Gap] = []
    for section, field in whole.placed():
        if section.origin in {Origin.FORM, Origin.REPORT}:
            found.extend(_of_field(section, field, answered, lists, pages))
    found.extend(_twice_declared(whole, document, lists))
    found.extend(
        Gap(Sort.CONTRADICTORY, said.section, said.pointer, said.name, said.zh, said.en)
        for said in contradictions(answered)
    )
    found.extend(_length_of_report(whole, document))
    return found


def _of_field(
    section: Section, field: AnyField, answered: Answered, lists: Lists, pages: int | None
) -> Iterator[Gap]:
    address = section.address(field)
    value = at(answered.document, address)
    required = field.required or (
        bool(field.required_if) and all(answered.holds(when) for when in field.required_if)
    )
    match field:
        case Years():
            yield from _table(section, field, value, answered, address)
        case PageMap():
            yield from _pages(section, field, value or {}, pages)
        case _ if not _said(value):
            if required:
                yield _missing(section, address, field.name)
        case Rows():
            yield from _lines(section, field, value, answered, lists)
        case _:
            yield from _unfit(section, field, value, answered.whole.cut_off, lists, address)


def _said(value: object) -> bool:
    return value is not None and value not in ("", [], {}) and str(value).strip() != ""


def _missing(section: Section, address: tuple[object, ...], name: str) -> Gap:
    return Gap(Sort.MISSING, section.key, pointer("form", *address), name)


def _unfit(
    section: Section,
    field: Question,
    value: Any,
    cut_off: date,
    lists: Lists,
    address: tuple[object, ...],
    name: str = "",
) -> Iterator[Gap]:
    name = name or field.name
    for zh, en in limits.broken(field, value, cut_off, lists):
        place = pointer("form", *address)
        yield Gap(Sort.UNFIT, section.key, place, name, f"“{name}”{zh}", f"“{name}” {en}")


def _table(
    section: Section,
    field: Years,
    value: Any,
    answered: Answered,
    address: tuple[str, ...],
) -> Iterator[Gap]:
    cells = value or {}
    since = day_of(answered.value(field.since)) if field.since else None
    for row in field.rows:
        for year in answered.whole.years(field):
            cell = at(cells, (row.key, str(year)))
            place = (*address, row.key, str(year))
            name = f"{year}年{row.name}"
            if _said(cell):
                cut_off = answered.whole.cut_off
                yield from _unfit(section, row, cell, cut_off, {}, place, name)
            elif row.required and (since is None or year >= since.year):
                yield _missing(section, place, name)


def _lines(
    section: Section, field: Rows, value: Any, answered: Answered, lists: Lists
) -> Iterator[Gap]:
    address = section.address(field)
    if len(value) > field.at_most:
        zh, en = f"最多 {field.at_most} 行。", f"has more than {field.at_most} lines."
        place = pointer("form", *address)
        yield Gap(
            Sort.UNFIT,
            section.key,
            place,
            field.name,
            f"“{field.name}”{zh}",
            f"“{field.name}” {en}",
        )
    for number, line in enumerate(value):
        for column in field.columns:
            cell = line.get(column.key)
            place_of = (*address, number, column.key)
            name = f"{field.name}第{number + 1}行{column.name}"
            if _said(cell):
                cut_off = answered.whole.cut_off
                yield from _unfit(section, column, cell, cut_off, lists, place_of, name)
            elif column.required:
                yield _missing(section, place_of, name)


def _pages(
    section: Section, field: PageMap, value: Mapping[str, Any], pages: int | None
) -> Iterator[Gap]:
    """Every scored item, first page not after the last, and no page that the report has not."""
    for code, item in field.items:
        given = value.get(code)
        place = pointer("form", *section.address(field), code)
        if given is None:
            yield Gap(Sort.MISSING, section.key, place, f"{code}{item}的页码")
            continue
        first, last = given
        if first > last:
            zh, en = f"{code}的起始页在终止页之后。", f"{code}: the first page is after the last."
            yield Gap(Sort.CONTRADICTORY, section.key, place, field.name, zh, en)
        elif pages is not None and last > pages:
            zh = f"{code}的页码到第{last}页，{field.document}只有{pages}页。"
            en = f"{code} goes to page {last}; the report has {pages}."
            yield Gap(Sort.CONTRADICTORY, section.key, place, field.name, zh, en)
    if pages is not None and field.most_pages is not None and pages > field.most_pages:
        zh = f"{field.document}有{pages}页，管理办法限{field.most_pages}页。"
        en = f"The report has {pages} pages; the regulation allows {field.most_pages}."
        yield Gap(Sort.UNFIT, section.key, pointer("form", *section.address(field)), "", zh, en)


def _twice_declared(whole: WholeForm, document: Mapping[str, Any], lists: Lists) -> Iterator[Gap]:
    """A fact that was declared otherwise than the form's own field tells it."""
    said = document.get("facts") or {}
    for fact, text, address in feeding(whole, document, lists):
        if fact in said and not same(said[fact], text):
            zh = f"申报事项“{fact}”填为“{said[fact]}”，申报表中为“{text}”。"
            en = f"The fact “{fact}” is declared as “{said[fact]}”; the form says “{text}”."
            section = next(
                s.key for s, f in whole.placed() if s.address(f) == address[: len(s.address(f))]
            )
            yield Gap(Sort.CONTRADICTORY, section, pointer("form", *address), fact, zh, en)


def _length_of_report(whole: WholeForm, document: Mapping[str, Any]) -> Iterator[Gap]:
    if whole.assessed is None or whole.assessed.most_characters is None:
        return
    texts = [
        at(document, section.address(field)) or ""
        for section, field in whole.placed()
        if section.origin is Origin.REPORT and not isinstance(field, PageMap)
    ]
    length, most = sum(len(text) for text in texts), whole.assessed.most_characters
    if length > most:
        zh = f"自评报告共{length}字，管理办法限{most}字。"
        en = f"The texts have {length} characters together; the regulation allows {most}."
        yield Gap(Sort.UNFIT, "report", pointer("form", "answers"), whole.assessed.document, zh, en)
