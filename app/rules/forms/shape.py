"""Can a draft hold these answers at all? Only their shape is asked: a draft may be incomplete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.rules.forms.model import (
    Day,
    Money,
    Number,
    Private,
    Question,
    Rows,
    Writing,
    Years,
    YesNo,
    day_of,
)
from app.rules.forms.private import is_sealed
from app.rules.forms.whole import (
    LONGEST_TEXT,
    AnyField,
    Awardee,
    PageMap,
    Period,
    Section,
    WholeForm,
    at,
)

LONGEST_LINE, LONGEST_NUMBER, MOST_LINES = 200, 40, 200
MOST_NUMBER = 10**12


@dataclass(frozen=True, slots=True)
class Misfit:
    """An answer that the form has no room for: a JSON pointer inside the answers, and why."""

    pointer: str
    zh: str
    en: str


def pointer(*steps: object) -> str:
    """A JSON pointer (RFC 6901); a key that is no text at all is told with question marks."""
    told = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    return told.encode(errors="replace").decode()


def misfits(section: Section, whole: WholeForm, answers: Mapping[str, Any]) -> list[Misfit]:
    """Everything in a section's answers that is not of its shape; empty where all can be kept."""
    known = {field.key: field for field in section.fields}
    found: list[Misfit] = []
    for key, value in answers.items():
        if key not in known:
            found.append(_unknown(pointer(key)))
        elif value is not None:
            found.extend(_misfit(known[key], whole, value, (key,)))
    return found


def form_misfits(whole: WholeForm, document: Mapping[str, Any]) -> list[Misfit]:
    """The same of a whole document, with pointers into it."""
    found: list[Misfit] = []
    answers = document.get("answers") or {}
    taken = set[str]()
    for section, field in whole.placed():
        address = section.address(field)
        value = at(document, address)
        if address[0] == "answers":
            taken.add(field.key)
        if value is not None:
            found.extend(_misfit(field, whole, value, address))
    found += [_unknown(pointer("answers", key)) for key in answers if key not in taken]
    return found


def _unknown(place: str) -> Misfit:
    return Misfit(place, "没有这一项。", "There is no such field.")


Steps = tuple[object, ...]


def _misfit(field: AnyField, whole: WholeForm, value: object, steps: Steps) -> Iterator[Misfit]:
    match field:
        case Years():
            yield from _table(field, whole, value, steps)
        case Rows():
            yield from _lines(field, value, steps)
        case PageMap():
            yield from _pages(field, value, steps)
        case Awardee() | Period():
            return  # the body's own model has read it
        case _:
            yield from _single(field, value, steps)


def _single(field: Question, value: object, steps: Steps) -> Iterator[Misfit]:
    if not _fits(field, value):
        wanted = _WANTED[type(field).__name__]
        if isinstance(field, Number) and field.kind == "whole":
            wanted = ("应为整数。", "This must be a whole number.")
        yield Misfit(pointer(*steps), *wanted)


_TEXT = ("应为文本，且不能过长。", "This must be text, and not too long.")
_WANTED = {
    "Writing": _TEXT,
    "Number": ("应为写成文本的数。", "This must be a number written as text."),
    "Money": ("应为写成文本的金额。", "This must be an amount written as text."),
    "Day": ("应为 YYYY-MM-DD 的日期。", "This must be a date, YYYY-MM-DD."),
    "Listed": _TEXT,
    "Picked": _TEXT,
    "Private": (
        "应为文本，或读到的密封值原样。",
        "This must be text, or the sealed value as it was read.",
    ),
    "YesNo": ("应为 true 或 false。", "This must be true or false."),
}


def _fits(field: Question, value: object) -> bool:
    match field:
        case Number(kind="whole"):
            return type(value) is int and abs(value) <= MOST_NUMBER
        case Day():
            return day_of(value) is not None
        case Private() if isinstance(value, dict):
            return is_sealed(value)
        case YesNo():
            return isinstance(value, bool)
        case Writing(kind="prose"):
            longest = LONGEST_TEXT
        case _:
            longest = LONGEST_NUMBER if isinstance(field, Number | Money) else LONGEST_LINE
    return isinstance(value, str) and len(value) <= longest and _printable(value)


def _printable(text: str) -> bool:
    """No control characters but those of running text."""
    return not any((ord(c) < 32 and c not in "\t\n\r") or ord(c) == 127 or _half(c) for c in text)


def _half(character: str) -> bool:
    return 0xD800 <= ord(character) <= 0xDFFF


def _table(field: Years, whole: WholeForm, value: object, steps: Steps) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield Misfit(pointer(*steps), "应为按指标和年度填写的表。", "This must be rows of years.")
        return
    rows = {row.key: row for row in field.rows}
    years = {str(year) for year in whole.years(field)}
    for key, cells in value.items():
        if key not in rows:
            yield _unknown(pointer(*steps, key))
        elif not isinstance(cells, dict):
            yield Misfit(pointer(*steps, key), "应按年度填写。", "This must be answers by year.")
        else:
            for year, cell in cells.items():
                if year not in years:
                    told = "、".join(sorted(years))
                    yield Misfit(
                        pointer(*steps, key, year),
                        f"本届只填{told}年度。",
                        f"This cycle asks for the years {told}.",
                    )
                elif cell is not None:
                    yield from _single(rows[key], cell, (*steps, key, year))


def _lines(field: Rows, value: object, steps: Steps) -> Iterator[Misfit]:
    if not isinstance(value, list) or len(value) > MOST_LINES:
        yield Misfit(
            pointer(*steps), "应为表的各行，且不能过多。", "This must be lines, not too many."
        )
        return
    columns = {column.key: column for column in field.columns}
    for place, line in enumerate(value):
        if not isinstance(line, dict):
            yield Misfit(pointer(*steps, place), "应为表的一行。", "This must be one line.")
            continue
        for key, cell in line.items():
            if key not in columns:
                yield _unknown(pointer(*steps, place, key))
            elif cell is not None:
                yield from _single(columns[key], cell, (*steps, place, key))


def _pages(field: PageMap, value: object, steps: Steps) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield Misfit(pointer(*steps), "应按评分项填写页码。", "This must be pages by item.")
        return
    items = {code for code, _ in field.items}
    for code, pages in value.items():
        if code not in items:
            yield _unknown(pointer(*steps, code))
        elif pages is not None and not (
            isinstance(pages, list)
            and len(pages) == 2
            and all(type(page) is int and 1 <= page <= 100_000 for page in pages)
        ):
            yield Misfit(
                pointer(*steps, code), "应为起止两个页码。", "This must be a first and a last page."
            )
