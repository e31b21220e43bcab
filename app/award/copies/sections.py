"""What stands on the pages of an application? Titles, names and values, from its content. Pure.

The content is the canonical one that is frozen at submission, read back; a draft's is what would be
frozen now. The template knows sections only, so that another form needs another function here, and
no other page.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.rules.regulation.model import Regulation

Block = dict[str, Any]
Section = dict[str, Any]
"""`title` and `blocks`: pairs with rows, tables with head, rows and figures, prose with text."""

YEAR_DIGITS = 4
NOT_FILLED = "（未填）"
FILLED = (
    ("registered_on", "注册日期"),
    ("employees", "职工人数"),
    ("industry", "所属行业（GB/T 4754）"),
    ("contact_name", "联系人"),
    ("subject", "申报的模式或成果"),
)


def sections_of(
    content: Mapping[str, Any], regulation: Regulation, fact_names: Mapping[str, str]
) -> list[Section]:
    """Every part of the form in order; `fact_names` are the Chinese names of declared facts."""
    form = content["form"]
    found = [
        ("基本情况", [_pairs([*_basics(form), *_chosen(form, regulation)])]),
        ("获奖对象", list(_awardee(form.get("awardee") or {}))),
        ("申报事项", list(_facts(form.get("facts") or {}, fact_names))),
        ("主要情况", [_prose(form["summary"])] if form.get("summary") else []),
    ]
    return [{"title": title, "blocks": blocks} for title, blocks in found if blocks]


def _basics(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, name in FILLED:
        if form.get(key) is not None or key != "subject":
            yield name, _said(form.get(key))


def _chosen(form: Mapping[str, Any], regulation: Regulation) -> Iterator[tuple[str, str]]:
    if tier := form.get("tier"):
        names = {one.key: one.name for one in regulation.tiers}
        yield "申报等次", names.get(tier, tier)
    if notice := form.get("internal_notice"):
        yield "内部公示", f"{_day(notice['first_day'])}至{_day(notice['last_day'])}"


def _awardee(awardee: Mapping[str, Any]) -> Iterator[Block]:
    if awardee.get("name"):
        yield _pairs([("名称", awardee["name"])])
    if people := awardee.get("people"):
        rows = [[one["name"], one.get("post") or ""] for one in people]
        yield _table(["姓名", "职务"], rows, figures=False)


def _facts(facts: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Block]:
    """Facts of single years side by side, a row for each; the others in pairs."""
    yearly: dict[str, dict[str, str]] = {}
    plain: list[tuple[str, str]] = []
    for key, value in sorted(facts.items()):
        stem, _, year = key.rpartition("-")
        if stem and len(year) == YEAR_DIGITS and year.isdecimal():
            yearly.setdefault(stem, {})[year] = value
        else:
            plain.append((names.get(key, key), _yes_or_no(value)))
    if plain:
        yield _pairs(plain)
    if yearly:
        years = sorted({year for values in yearly.values() for year in values})
        rows = [
            [names.get(stem, stem), *(_yes_or_no(values.get(year, "")) for year in years)]
            for stem, values in yearly.items()
        ]
        yield _table(["项目", *(f"{year}年" for year in years)], rows, figures=True)


def _pairs(rows: Sequence[tuple[str, str]]) -> Block:
    return {"kind": "pairs", "rows": [list(row) for row in rows]}


def _table(head: list[str], rows: list[list[str]], *, figures: bool) -> Block:
    """`figures`: all but the first column are numbers, written flush right."""
    return {"kind": "table", "head": head, "rows": rows, "figures": figures}


def _prose(text: str) -> Block:
    return {"kind": "prose", "text": text}


def _said(value: object) -> str:
    return NOT_FILLED if value in {None, ""} else str(value)


def _yes_or_no(value: str) -> str:
    return {"yes": "是", "no": "否"}.get(value, value)


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    return f"{day.year}年{day.month}月{day.day}日"
