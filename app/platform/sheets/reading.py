"""What stands in a spreadsheet (xlsx, or csv in UTF-8 or GB 18030), row by row, as plain text?

Cells are values, never programs: of a formula only the result that was saved counts. How large a
file may become is known before anything of it is unpacked.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO

from openpyxl import load_workbook

from app.platform.errors import Invalid, Refusal, ensure
from app.platform.files.kinds import ZIP
from app.platform.files.packages.budget import Budget, Fault, UnfitError, opened
from app.rules.exact import MEBIBYTE, size_text

MOST_ROWS, MOST_COLUMNS = 10_000, 60
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 200, 48 * MEBIBYTE, 200


class SheetUnreadable(Invalid):
    code = "sheet-unreadable"
    zh = "文件不是可读取的 xlsx 表格，也不是 UTF-8 或 GB 18030 编码的 csv。"
    en = "This is no xlsx workbook that can be read, and no csv in UTF-8 or GB 18030."


class SheetTooLarge(Invalid):
    code = "sheet-too-large"
    zh = "表格过大：最多 {rows} 行、{columns} 列，解压后最多 {unpacked}。"
    en = "At most {rows} rows and {columns} columns, and {unpacked} when unpacked."


class SheetEmpty(Invalid):
    code = "sheet-empty"
    zh = "表格中没有数据行。"
    en = "There is no row in the sheet."


class ColumnMissing(Invalid):
    code = "sheet-column-missing"
    zh = "第一行中没有“{column}”这一列。"
    en = "The first row has no column “{column}”."


class ColumnUnknown(Invalid):
    code = "sheet-column-unknown"
    zh = "第一行中的“{column}”不是模板中的列。"
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

    Raises SheetUnreadable, SheetTooLarge, SheetEmpty, and of the first row everything at once:
    ColumnMissing, ColumnUnknown, ColumnTwice.
    """
    lines = _workbook(content) if content.startswith(ZIP) else _text(content)
    titles = next(lines, [])
    _ensure_titles(titles, columns)
    rows: list[Row] = []
    for number, line in enumerate(lines, start=2):
        cells = {title: cell for title, cell in zip(titles, line, strict=False) if title}
        if any(cells.values()):
            if number > MOST_ROWS + 1:
                raise _too_large()
            rows.append(Row(number, {column.title: "" for column in columns} | cells))
    if not rows:
        raise SheetEmpty
    return rows


def day_of(cell: str) -> date | None:
    """A day as offices write it: 2024-05-01, 2024/5/1, 2024.5.1, 2024年5月1日 or 20240501; None for
    anything else.
    """
    text = cell
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


def _workbook(content: bytes) -> Iterator[list[str]]:
    """The first sheet of a workbook, as text; nothing is unpacked that is larger than allowed."""
    budget = Budget(min(MOST_UNPACKED, MOST_RATIO * len(content)), MOST_PARTS)
    try:
        # Of each part no more is unpacked than its entry declares, and that is counted here.
        with opened(BytesIO(content), budget):
            book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            lines = sheet.iter_rows(values_only=True)
            yield from (_line(line) for line in _bounded(lines))
            book.close()
    except UnfitError as unfit:
        raise _too_large() if unfit.fault is Fault.LARGE else SheetUnreadable from unfit
    except (KeyError, IndexError, TypeError, SyntaxError) as wrong:
        raise SheetUnreadable from wrong


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


def _line(cells: Sequence[object]) -> list[str]:
    return [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """As a person reads it in the cell: a whole number without a point, a day without an hour."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()


def _too_large() -> SheetTooLarge:
    return SheetTooLarge(rows=MOST_ROWS, columns=MOST_COLUMNS, unpacked=size_text(MOST_UNPACKED))
