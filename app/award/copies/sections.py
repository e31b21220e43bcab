"""What stands on the pages of an application? Titles, names and values, as its form asks. Pure.

The document is the frozen one, read back; a draft's is what would be frozen now. Every kind of
field has one way to be written, so that another form needs nothing here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.rules.forms.model import (
    UNIT_NAMES,
    Day,
    Listed,
    Money,
    Number,
    Picked,
    Private,
    Question,
    Rows,
    Writing,
    Years,
    YesNo,
)
from app.rules.forms.private import MASKED
from app.rules.forms.whole import Awardee, Lists, PageMap, Period, WholeForm
from app.rules.forms.whole import Section as Asked

Block = dict[str, Any]
Section = dict[str, Any]
"""`title` and `blocks`: pairs with rows, tables with head, rows and figures, prose with text."""

NOT_FILLED, SECRET = "（未填）", "（商业秘密）"
OTHERS = "其他申明事项"


def sections_of(
    whole: WholeForm,
    lists: Lists,
    form: Mapping[str, Any],
    secrets: Collection[str] = (),
    fact_names: Mapping[str, str] | None = None,
) -> list[Section]:
    """Every section of the form in order, those that are trade secrets (keys) marked so; declared
    facts that no field asks for stand at the end, under their names.
    """
    found = [
        (
            section.name + (SECRET if section.key in secrets else ""),
            _blocks(section, form, whole, lists),
        )
        for section in whole.sections
    ]
    others = _others(whole, form.get("facts") or {}, fact_names or {})
    if others:
        found.append((OTHERS, [_pairs(others)]))
    return [{"title": title, "blocks": blocks} for title, blocks in found]


def _blocks(section: Asked, form: Mapping[str, Any], whole: WholeForm, lists: Lists) -> list[Block]:
    """Fields in order; single answers that follow each other stand in one table."""
    blocks: list[Block] = []
    answers = section.answers(form)
    for field in section.fields:
        value = answers[field.key]
        match field:
            case Years():
                blocks.append(_years(field, value or {}, whole.years(field)))
            case Rows():
                blocks.append(_lines(field, value or [], lists))
            case PageMap():
                blocks.append(_pages(field, value or {}))
            case Awardee():
                blocks.extend(_awardee(value or {}))
            case Writing(kind="prose"):
                blocks.append({"kind": "prose", "name": field.name, "text": value or NOT_FILLED})
            case _:
                if not blocks or blocks[-1]["kind"] != "pairs":
                    blocks.append(_pairs([]))
                blocks[-1]["rows"].append([_named(field), _said(field, value, lists)])
    return blocks


def _years(field: Years, table: Mapping[str, Any], years: Sequence[int]) -> Block:
    rows = [
        [_named(row), *(_cell((table.get(row.key) or {}).get(str(year))) for year in years)]
        for row in field.rows
    ]
    return _table([field.name, *(f"{year}年" for year in years)], rows, figures=True)


def _lines(field: Rows, lines: Sequence[Mapping[str, Any]], lists: Lists) -> Block:
    rows = [
        [_said(column, line.get(column.key), lists, empty="") for column in field.columns]
        for line in lines
    ]
    head = [_named(column) for column in field.columns]
    return {**_table(head, rows or [["（无）", *[""] * (len(head) - 1)]]), "name": field.name}


def _pages(field: PageMap, pages: Mapping[str, Any]) -> Block:
    def told(code: str) -> str:
        found = pages.get(code)
        return f"{found[0]}—{found[1]}" if found else NOT_FILLED

    rows = [[f"{code} {name}", told(code)] for code, name in field.items]
    return _table(["评分项", f"{field.document}页码"], rows)


def _awardee(awardee: Mapping[str, Any]) -> Iterator[Block]:
    if awardee.get("name"):
        yield _pairs([["名称", awardee["name"]]])
    if people := awardee.get("people"):
        yield _table(["姓名", "职务"], [[one["name"], one.get("post") or ""] for one in people])


def _others(
    whole: WholeForm, facts: Mapping[str, str], names: Mapping[str, str]
) -> list[list[str]]:
    known = {one for section, field in whole.placed() for one in _fed(section, field, whole)}
    return [[names.get(key, key), facts[key]] for key in sorted(facts) if key not in known]


def _fed(section: Asked, field: Question, whole: WholeForm) -> Iterator[str]:
    """Facts that are told already where the field stands."""
    if section.address(field)[0] == "facts":  # type: ignore[arg-type]  # every field of a section
        yield field.key
    if field.feeds:
        yield field.feeds
    if isinstance(field, Years):
        fed = [row.feeds for row in field.rows if row.feeds]
        yield from (f"{fact}-{year}" for fact in fed for year in whole.years(field))


def _said(field: Question, value: Any, lists: Lists, empty: str = NOT_FILLED) -> str:
    """An answer in words."""
    match field:
        case _ if value is None or value == "":
            said = empty
        case YesNo():
            said = "是" if value is True or value == "yes" else "否"
        case Listed():
            name = lists.get((field.list, field.version), {}).get(value)
            # Codes of a standard are told with their names; words of ours are not for readers.
            said = name if name and value.islower() else f"{value} {name or ''}".strip()
        case Picked():
            said = {one.code: one.name for one in field.options}.get(value, str(value))
        case Day():
            said = _day(value)
        case Private():
            said = value[MASKED]
        case Period():
            said = f"{_day(value['first_day'])}至{_day(value['last_day'])}"
        case _:
            said = str(value)
    return said


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _named(field: Question) -> str:
    """With its unit."""
    unit = UNIT_NAMES[field.unit] if isinstance(field, Money) else None
    unit = field.unit if isinstance(field, Number) else unit
    return f"{field.name}（{unit}）" if unit else field.name


def _pairs(rows: list[list[str]]) -> Block:
    return {"kind": "pairs", "rows": rows}


def _table(head: list[str], rows: list[list[str]], *, figures: bool = False) -> Block:
    """`figures`: all but the first column are numbers, written flush right."""
    return {"kind": "table", "name": "", "head": head, "rows": rows, "figures": figures}


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    return f"{day.year}年{day.month}月{day.day}日"
