"""What stands in a spreadsheet, and which files are not read."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.platform.errors import Refusal
from app.platform.sheets.reading import MOST_ROWS, Column, day_of, read_rows
from app.platform.sheets.writing import form

COLUMNS = (Column("代码", needed=True), Column("日期", needed=True), Column("金额"))
TITLES = ["代码", "日期", "金额"]


def book(*lines: list[Any], titles: list[Any] = TITLES) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for line in (titles, *lines):
        sheet.append(line)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def codes(content: bytes) -> list[str]:
    with pytest.raises(Refusal) as refused:
        read_rows(content, COLUMNS)
    return [each.code for each in refused.value.reasons]


def test_cells_are_read_as_a_person_reads_them() -> None:
    content = book(
        ["9132", datetime(2024, 5, 1, 0, 0), 500000.0],  # noqa: DTZ001  a cell has no zone
        [None, None, None],
        [" 9133 ", "2024年5月1日", 0.5],
    )
    rows = read_rows(content, COLUMNS)
    assert [(row.number, *row.cells.values()) for row in rows] == [
        (2, "9132", "2024-05-01", "500000"),
        (4, "9133", "2024年5月1日", "0.5"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_csv_is_read_in_the_encodings_of_offices(encoding: str) -> None:
    text = "代码,日期\r\n9132,2024-05-01\r\n\r\n"
    (row,) = read_rows(text.encode(encoding), COLUMNS)
    assert row.cells == {"代码": "9132", "日期": "2024-05-01", "金额": ""}


def test_formula_is_only_what_was_saved_of_it() -> None:
    rows = read_rows(book(["=1+1", "2024-05-01", "x"]), COLUMNS)
    assert rows[0].cells["代码"] == ""


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["代码"], ["sheet-column-missing"]),
        (["代码", "日期", "别的"], ["sheet-column-unknown"]),
        (["代码", "代码"], ["sheet-column-missing", "sheet-column-twice"]),
        ([], ["sheet-column-missing"] * 2),
    ],
)
def test_first_row_is_refused_with_everything_at_once(
    titles: list[str], expected: list[str]
) -> None:
    assert codes(book(["9132", "2024-05-01", ""], titles=titles)) == expected


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\xfa\x00\x81", b"PK\x03\x04 no zip", "代码,日期\n\x00,1".encode()]
)
def test_what_is_no_sheet_is_refused(content: bytes) -> None:
    assert codes(content)[0] in {"sheet-unreadable", "sheet-column-missing"}


def test_sheet_without_rows_is_refused() -> None:
    assert codes(book()) == ["sheet-empty"]


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\x00" * (60 * 1024 * 1024))
    assert codes(out.getvalue()) == ["sheet-too-large"]


def test_damaged_part_is_refused() -> None:
    """Its end is cut off while the directory of the package is whole."""
    content, out = book(["9132", "2024-05-01", ""]), BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in kept.items():
            packed.writestr(name, part)
        start = packed.getinfo("xl/worksheets/sheet1.xml").header_offset
    whole = bytearray(out.getvalue())
    whole[start + 80 : start + 140] = bytes(60)
    assert codes(bytes(whole)) == ["sheet-unreadable"]


def test_entity_bomb_is_refused() -> None:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)
    )
    evil = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><worksheet>&i;</worksheet>'
    content, out = book(["1", "2", "3"]), BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, evil if name.endswith("sheet1.xml") else old.read(name))
    assert codes(out.getvalue()) == ["sheet-unreadable"]


def test_too_many_rows_are_refused() -> None:
    line = "9132,2024-05-01\n"
    assert codes(("代码,日期\n" + line * (MOST_ROWS + 1)).encode()) == ["sheet-too-large"]
    assert len(read_rows(("代码,日期\n" + line * MOST_ROWS).encode(), COLUMNS)) == MOST_ROWS


@pytest.mark.parametrize(
    "cell", ["2024-05-01", "2024/5/1", "2024.5.1", "2024年5月1日", "20240501", "2024-5-1"]
)
def test_days_are_read_as_offices_write_them(cell: str) -> None:
    assert day_of(cell) == date(2024, 5, 1)


@pytest.mark.parametrize("cell", ["", "2024-13-01", "去年", "2024-05", "45413", "２０２４-05-01"])
def test_what_is_no_day_is_none(cell: str) -> None:
    assert day_of(cell) is None


def test_form_has_titles_in_text_cells_and_no_formulas() -> None:
    columns = (Column("=代码", needed=True, words=("是", "否")), Column("日期"))
    made = load_workbook(BytesIO(form("档案", columns)))
    sheet = made.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["=代码", "日期"]
    assert {cell.data_type for cell in sheet[1]} == {"s"}
    assert sheet.column_dimensions["A"].number_format == "@"
