"""What does a line of an office's spreadsheet say, in the words of a record? Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from app.award.records.rules import (
    OwnPredecessor,
    RecordAhead,
    UntilBeforeOn,
    particulars_obstacles,
    word_obstacle,
)
from app.award.records.schemas import RecordIn
from app.platform.errors import Invalid, Refusal
from app.platform.sheets.reading import Column, Row, day_of, plain
from app.rules.exact import MalformedNumber, fraction_from_text
from app.rules.facts import RecordKind
from app.rules.identifiers import credit_code_problem
from app.rules.recorded import Known
from app.rules.regulation.words import CERTIFICATES, FACTS, INCIDENTS, LEVELS

KINDS: Mapping[str, RecordKind] = {
    "本奖获奖": RecordKind.HONOUR,
    "其他奖项": RecordKind.HONOUR_ELSEWHERE,
    "事故、处罚等": RecordKind.INCIDENT,
    "证书": RecordKind.CERTIFICATE,
    "等级评定": RecordKind.GRADE,
    "撤销奖项": RecordKind.REVOCATION,
    "取消参评资格": RecordKind.DISQUALIFICATION,
    "承继": RecordKind.SUCCESSION,
}
SUCCESSIONS = {"merger": "合并", "division": "分立", "restructuring": "改制"}
WORDS: Mapping[RecordKind, Mapping[str, str]] = {
    RecordKind.HONOUR_ELSEWHERE: LEVELS,
    RecordKind.INCIDENT: INCIDENTS,
    RecordKind.CERTIFICATE: CERTIFICATES,
    RecordKind.GRADE: FACTS,
    RecordKind.REVOCATION: INCIDENTS,
    RecordKind.DISQUALIFICATION: INCIDENTS,
    RecordKind.SUCCESSION: SUCCESSIONS,
}
"""Of each kind, the regulation's words and what they are called; tiers have their own names."""

CODE, KIND, WHAT, ON, UNTIL, EVIDENCE, AWARD, GRADE, CYCLE, BONUS, PREDECESSOR, CHECKED = (
    "统一社会信用代码",
    "记录种类",
    "内容",
    "发生或授予日期",
    "有效期至",
    "依据",
    "奖项名称",
    "等级",
    "届次",
    "奖金（元）",
    "前身信用代码",
    "代码已人工核对",
)
COLUMNS = (
    Column(CODE, needed=True, example="91320211MA1P2R3T49"),
    Column(KIND, needed=True, example="事故、处罚等", words=tuple(KINDS)),
    Column(WHAT, needed=True, example="安全事故", note="等次、事由、证书、级别的名称或代码"),
    Column(ON, needed=True, example="2024-05-01"),
    Column(UNTIL, example="2027-04-30"),
    Column(EVIDENCE, needed=True, example="锡应急〔2024〕12号"),
    Column(AWARD, example="无锡市市长质量奖", note="其他奖项须填；本奖改名前的名称也可填"),
    Column(GRADE, example="AA", note="等级评定须填"),
    Column(CYCLE, example="3", note="本奖第几届，只填数字"),
    Column(BONUS, example="500000.00"),
    Column(PREDECESSOR, example="91320211MA1P2R3T49", note="承继须填"),
    Column(CHECKED, example="是", words=("是",), note="校验位不符的代码，经人工核对无误后填“是”"),
)
FIELDS = {
    "credit_code": CODE,
    "kind": KIND,
    "what": WHAT,
    "on": ON,
    "until": UNTIL,
    "evidence": EVIDENCE,
    "award": AWARD,
    "grade": GRADE,
    "cycle_ordinal": CYCLE,
    "bonus": BONUS,
    "predecessor": PREDECESSOR,
}
"""The fields of a record, and the columns in which they stand."""
WORDED = {EVIDENCE, AWARD, GRADE}
"""Columns whose words are kept as they were written."""
AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
CODES = {CODE, PREDECESSOR}
MOST_CYCLES = 4
"""A cycle's number of more digits is none."""

Natural = tuple[Any, ...]
"""What makes a record the same as another."""


class CellUnreadable(Invalid):
    code = "sheet-cell-unreadable"
    zh = "第{row}行“{column}”：“{cell}”不能识别，应如“{example}”。"
    en = "Row {row}, “{column}”: “{cell}” cannot be read; for example “{example}” can."


class CellMissing(Invalid):
    code = "sheet-cell-missing"
    zh = "第{row}行“{column}”没有填写。"
    en = "Row {row}: “{column}” is empty."


class CodeDoubtful(Invalid):
    code = "sheet-credit-code-doubtful"
    zh = "第{row}行“{cell}”的校验位不符，请核对证照；核对无误的，在“代码已人工核对”中填“是”。"
    en = "Row {row}: “{cell}” fails its check character; look at the licence, then say so there."


class RowUnfit(Invalid):
    code = "sheet-row-unfit"
    zh = "第{row}行“{column}”：{because}"
    en = "Row {row}, “{column}”: {code}"


class RowTwice(Invalid):
    code = "sheet-row-twice"
    zh = "第{row}行与第{other}行相同。"
    en = "Row {row} says the same as row {other}."


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be entered."""

    number: int
    record: RecordIn

    @property
    def natural(self) -> Natural:
        return natural(self.record)


def natural(record: Any) -> Natural:
    """The same fact about the same organisation is entered once, whatever the evidence."""
    names = ("credit_code", "kind", "what", "on", "award", "grade", "cycle_ordinal", "predecessor")
    return tuple(getattr(record, name) for name in names)


@dataclass(frozen=True, slots=True)
class Reading:
    """By what rows are read: `tiers` are the keys of the programme's tiers by key and by name,
    `known` the words that its rules know.
    """

    tiers: Mapping[str, str]
    known: Known
    today: date


def lines_of(rows: Iterable[Row], words: Reading) -> tuple[list[Line], list[Refusal]]:
    """What can be entered, and everything that is wrong, row by row."""
    lines: list[Line] = []
    faults: list[Refusal] = []
    seen: dict[Natural, int] = {}
    words = replace(words, tiers={plain(name): key for name, key in words.tiers.items()})
    for row in rows:
        line, wrong = _line(_tidied(row), words)
        faults += wrong
        if line is None:
            continue
        if (other := seen.setdefault(line.natural, row.number)) != row.number:
            faults.append(RowTwice(pointer=f"/rows/{row.number}", row=row.number, other=other))
        lines.append(line)
    return lines, faults


def _tidied(row: Row) -> Row:
    """Codes, words, days and numbers without blanks and in half width, codes in capitals."""
    cells = {
        column: cell
        if column in WORDED
        else plain(cell).upper()
        if column in CODES
        else plain(cell)
        for column, cell in row.cells.items()
    }
    return replace(row, cells=cells)


def _line(row: Row, words: Reading) -> tuple[Line | None, list[Refusal]]:
    faults: list[Refusal] = [
        CellMissing(pointer=_at(row, each.title), row=row.number, column=each.title)
        for each in COLUMNS
        if each.needed and not row.cells[each.title]
    ]
    values: dict[str, Any] = {}
    for field, column in FIELDS.items():
        cell = row.cells[column]
        if not cell:
            continue
        read = _value(field, cell, row, words.tiers)
        if read is None:
            faults.append(_unreadable(row, column))
        values[field] = read
    faults += _code_faults(row)
    if faults:
        return None, faults
    try:
        record = RecordIn.model_validate(values)
    except ValidationError as refused:
        named = [FIELDS[str(each["loc"][0])] for each in refused.errors()]
        return None, [_unreadable(row, column) for column in named]
    strange = word_obstacle(record.kind, record.what, words.known)
    unfit = [
        *([strange] if strange else []),
        *particulars_obstacles(record.kind, record.model_dump()),
        *order_obstacles(record, words.today),
    ]
    return Line(row.number, record), [_unfit(row, each) for each in unfit]


def order_obstacles(record: RecordIn, today: date) -> list[Refusal]:
    """Days in their order, and nobody their own predecessor. What is dated ahead by a slip of the
    hand would lie outside every look-back.
    """
    found: list[Refusal] = []
    if record.on > today:
        found.append(RecordAhead(pointer="/on", on=record.on))
    if record.until is not None and record.until < record.on:
        found.append(UntilBeforeOn(pointer="/until"))
    if record.predecessor == record.credit_code:
        found.append(OwnPredecessor(pointer="/predecessor"))
    return found


def _value(field: str, cell: str, row: Row, tiers: Mapping[str, str]) -> Any:
    """What a cell says; None where that cannot be told."""
    match field:
        case "kind":
            return _kind(cell)
        case "what":
            return _word(cell, _kind(row.cells[KIND]), tiers)
        case "on" | "until":
            return day_of(cell)
        case "cycle_ordinal":
            number = cell.removeprefix("第").removesuffix("届")
            readable = number.isascii() and number.isdecimal() and len(number) <= MOST_CYCLES
            return int(number) if readable else None
        case "bonus":
            return _yuan(cell)
        case _:
            return cell


def _kind(cell: str) -> RecordKind | None:
    return {plain(name): kind for name, kind in KINDS.items()}.get(cell)


def _word(cell: str, kind: RecordKind | None, tiers: Mapping[str, str]) -> str | None:
    """The regulation's word for what is called so; a word of its own stands for itself."""
    if kind is RecordKind.HONOUR:
        return tiers.get(cell)
    if kind is None:
        return cell
    words = WORDS[kind]
    named = {plain(name): word for word, name in words.items()} | {word: word for word in words}
    return named.get(cell) or (cell if cell.isascii() else None)


def _yuan(cell: str) -> str | None:
    """Yuan and fen of an amount; None for what is finer, or no amount."""
    text = cell.replace(",", "").removesuffix("元")
    if AMOUNT.fullmatch(text) is None:
        return None
    try:
        fen = fraction_from_text(text) * 100
    except MalformedNumber:
        return None
    if fen.denominator != 1:
        return None
    yuan, rest = divmod(int(fen), 100)
    return f"{yuan}.{rest:02d}"


def _code_faults(row: Row) -> list[Refusal]:
    found: list[Refusal] = []
    checked = row.cells[CHECKED] == "是"
    for column in (CODE, PREDECESSOR):
        cell = row.cells[column]
        problem = credit_code_problem(cell) if cell else None
        if problem == "check-character" and not checked:
            found.append(CodeDoubtful(pointer=_at(row, column), row=row.number, cell=cell))
        elif problem not in (None, "check-character"):
            found.append(_unreadable(row, column))
    return found


def _unreadable(row: Row, column: str) -> CellUnreadable:
    cell = row.cells.get(column, "")[:60]
    example = next(each.example for each in COLUMNS if each.title == column)
    return CellUnreadable(
        pointer=_at(row, column), row=row.number, column=column, cell=cell, example=example
    )


def _unfit(row: Row, wrong: Refusal) -> RowUnfit:
    column = FIELDS.get((wrong.pointer or "").removeprefix("/"), "")
    return RowUnfit(
        pointer=_at(row, column),
        row=row.number,
        column=column,
        because=wrong.sentence(),
        code=wrong.code,
    )


def _at(row: Row, column: str) -> str:
    return f"/rows/{row.number}/{column}"


def tiers_of(regulations: Sequence[Any]) -> dict[str, str]:
    """The keys of all tiers, by key and by name."""
    found: dict[str, str] = {}
    for regulation in regulations:
        for tier in regulation.tiers:
            found |= {tier.key: tier.key, tier.name: tier.key}
    return found
