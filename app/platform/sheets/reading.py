"""What stands in a spreadsheet (xlsx, or csv in UTF-8 or GB 18030), row by row, as plain text?

Cells are values, never programs: of a formula only the result that was saved counts. How large a
file may become is known before anything of it is unpacked.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from unicodedata import normalize

from openpyxl import load_workbook

from app.platform.errors import Invalid, Refusal, ensure
from app.platform.files.kinds import ZIP
from app.platform.files.packages.budget import Budget, Fault, UnfitError, opened
from app.rules.exact import MEBIBYTE, size_text

MOST_ROWS, MOST_COLUMNS = 10_000, 60
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 200, 48 * MEBIBYTE, 200
LAST_ROW = 1_048_576
"""Of any sheet. A file may claim more, and each that it skips would be counted up to."""
ABOVE_TITLES = 5
"""Offices write the name of a list above its titles: so many lines are looked at."""
MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; what it shows of more was never typed."""


class SheetUnreadable(Invalid):
    code = "sheet-unreadable"
    zh = "文件不是可读取的 xlsx 表格，也不是 UTF-8 或 GB 18030 编码的 csv。"
    en = "This is no xlsx workbook that can be read, and no csv in UTF-8 or GB 18030."


class SheetTooLarge(Invalid):
    code = "sheet-too-large"
    zh = "表格过大：最多 {rows} 行、{columns} 列，解压后最多 {unpacked}。"
    en = "At most {rows} rows and {columns} columns, and {unpacked} when unpacked."


class SheetsSeveral(Invalid):
    code = "sheet-more-than-one"
    zh = "工作表{sheets}都有要导入的列，请合并到一个工作表后再导入。"
    en = "{sheets} all have the columns to read; put them on one sheet."


class SheetEmpty(Invalid):
    code = "sheet-empty"
    zh = "表格中没有数据行。"
    en = "There is no row in the sheet."


class ColumnMissing(Invalid):
    code = "sheet-column-missing"
    zh = "标题行中没有“{column}”这一列。"
    en = "The row of titles has no column “{column}”."


class ColumnUnknown(Invalid):
    code = "sheet-column-unknown"
    zh = "标题行中的“{column}”不是模板中的列。"
    en = "The template has no column “{column}”."


class ColumnTwice(Invalid):
    code = "sheet-column-twice"
    zh = "“{column}”这一列出现了不止一次。"
    en = "The column “{column}” stands there more than once."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a form: its title in the first row, whether every row fills it, an example, the
    words it may hold where they are a closed list, and what whoever fills it in should know.
    """

    title: str
    needed: bool = False
    example: str = ""
    words: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number as the spreadsheet shows it, and its cells by title."""

    number: int
    cells: dict[str, str]


def read_rows(content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The rows below the titles. Takes seconds for a large file: never call it on the event loop.

    Raises SheetUnreadable, SheetTooLarge, SheetsSeveral, SheetEmpty, and of the titles everything
    at once: ColumnMissing, ColumnUnknown, ColumnTwice.
    """
    lines = _workbook(content, columns) if content.startswith(ZIP) else _text(content)
    above, titles = _titles(lines, columns)
    _ensure_titles(titles, columns)
    rows: list[Row] = []
    for number, line in enumerate(lines, start=above + 2):
        cells = {title: cell for title, cell in zip(titles, line, strict=False) if title}
        if any(cells.values()):
            if number > MOST_ROWS + above + 1:
                raise _too_large()
            rows.append(Row(number, {column.title: "" for column in columns} | cells))
    if not rows:
        raise SheetEmpty
    return rows


def plain(cell: str) -> str:
    """What is the same whether typed in full or half width, and with or without blanks."""
    return "".join(normalize("NFKC", cell).split())


def day_of(cell: str) -> date | None:
    """A day as offices write it: 2024-05-01, 2024/5/1, 2024.5.1, 2024 年 5 月 1 日 or 20240501, of
    full or half width, at midnight; None for anything else, and where the day itself is not said.
    """
    text = plain(re.sub(r"\s0?0:00(:00)?$", "", cell))
    for mark in "年月/.":
        text = text.replace(mark, "-")
    text = text.removesuffix("日")
    if len(text) == 8 and text.isdecimal() and text.isascii():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def _titles(lines: Iterator[list[str]], columns: Sequence[Column]) -> tuple[int, list[str]]:
    """How many lines stand above the titles, and the titles: the first line that has all that are
    needed; where none has, the one that has most.
    """
    named = {plain(column.title): column.title for column in columns}
    needed = {column.title for column in columns if column.needed}
    seen: list[tuple[int, list[str]]] = []
    for above, line in enumerate(islice(lines, ABOVE_TITLES + 1)):
        titles = [named.get(plain(cell), cell) for cell in line]
        if needed <= {*titles}:
            return above, titles
        seen.append((above, titles))
    most = {*named.values()}
    return max(seen, key=lambda one: len(most.intersection(one[1])), default=(0, []))


def _ensure_titles(titles: Sequence[str], columns: Sequence[Column]) -> None:
    known = {column.title for column in columns}
    found: list[Refusal] = [
        ColumnMissing(column=column.title)
        for column in columns
        if column.needed and column.title not in titles
    ]
    for place, title in enumerate(titles):
        if title and title not in known:
            found.append(ColumnUnknown(column=title))
        elif title and title in titles[:place]:
            found.append(ColumnTwice(column=title))
    ensure(found)


def _workbook(content: bytes, columns: Sequence[Column]) -> Iterator[list[str]]:
    """The sheet of a workbook that has the titles, as text; nothing is unpacked that is larger than
    allowed.
    """
    budget = Budget(min(MOST_UNPACKED, MOST_RATIO * len(content)), MOST_PARTS)
    try:
        # Of each part no more is unpacked than its entry declares, and that is counted here.
        with opened(BytesIO(content), budget):
            book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            yield from _lines(_sheet(book, columns), LAST_ROW)
            book.close()
    except UnfitError as unfit:
        raise _too_large() if unfit.fault is Fault.LARGE else SheetUnreadable from unfit
    except (KeyError, ValueError, IndexError, TypeError, OSError, SyntaxError) as wrong:
        raise SheetUnreadable from wrong


def _sheet(book: Any, columns: Sequence[Column]) -> Any:
    """The one sheet in sight that has the titles; where none has, the first in sight."""
    needed = {column.title for column in columns if column.needed}
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    fit = [
        sheet
        for sheet in shown
        if needed <= {*_titles(_lines(sheet, ABOVE_TITLES + 1), columns)[1]}
    ]
    if len(fit) > 1:
        raise SheetsSeveral(sheets="、".join(f"“{sheet.title}”" for sheet in fit))
    return [*fit, *shown][0]


def _lines(sheet: Any, last: int) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for line in _bounded(sheet.iter_rows(max_row=last, values_only=True)):
        yield [_cell(cell) for cell in line]


def _bounded(lines: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    for line in lines:
        if len(line) > MOST_COLUMNS and any(cell is not None for cell in line[MOST_COLUMNS:]):
            raise _too_large()
        yield line[:MOST_COLUMNS] if any(cell is not None for cell in line) else ()


def _text(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetUnreadable
    if "\x00" in text:
        raise SheetUnreadable
    try:
        for line in csv.reader(StringIO(text, newline=""), strict=True):
            if len(line) > MOST_COLUMNS:
                raise _too_large()
            yield [cell.strip() for cell in line]
    except csv.Error as wrong:
        raise SheetUnreadable from wrong


def _cell(value: object) -> str:
    """As a person reads it in the cell: a whole number without a point, a day without an hour."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case date():  # and of a datetime the day
            return value.isoformat()[:10]
        case int() | float() if abs(value) >= MOST_DIGITS:
            return f"{value:.5E}"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()


def _too_large() -> SheetTooLarge:
    return SheetTooLarge(rows=MOST_ROWS, columns=MOST_COLUMNS, unpacked=size_text(MOST_UNPACKED))
