"""What stands in a spreadsheet, and which files are not read."""

import time
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


def rewritten(content: bytes, old: bytes, new: bytes) -> bytes:
    """A workbook whose first sheet says something else."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as was, zipfile.ZipFile(out, "w") as made:
        for name in was.namelist():
            part = was.read(name)
            made.writestr(name, part.replace(old, new) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


def test_rows_that_a_file_claims_to_skip_are_not_counted_for_ever() -> None:
    content = rewritten(book(["9132", "2024-05-01", ""]), b'<row r="2"', b'<row r="900000000000"')
    began = time.monotonic()
    assert codes(content) == ["sheet-empty"]
    assert time.monotonic() - began < 20


def test_titles_below_the_name_of_the_list_are_found() -> None:
    lines = [
        ["历届获奖企业名单", None, None],
        [None, None, None],
        TITLES,
        ["9132", "2024-05-01", 1],
    ]
    for content in (
        book(*lines[1:], titles=lines[0]),
        "历届获奖企业名单,,\n,,\n代码,日期,金额\n9132,2024-05-01,1".encode(),
    ):
        (row,) = read_rows(content, COLUMNS)
        assert (row.number, row.cells["代码"]) == (4, "9132")


def test_titles_in_half_width_or_with_blanks_are_the_same() -> None:
    columns = (Column("奖金（元）", needed=True),)
    (row,) = read_rows(book(["1"], titles=["奖金 (元)\n"]), columns)
    assert row.cells == {"奖金（元）": "1"}


def sheets(*named: tuple[str, str]) -> bytes:
    """A workbook of several sheets, each with the titles and a row that says its name."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, state in named:
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(TITLES)
        sheet.append([name, "2024-05-01", ""])
    made.active = next(n for n, (_, state) in enumerate(named) if state == "visible")
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_hidden_sheet_is_not_read() -> None:
    (row,) = read_rows(sheets(("旧", "hidden"), ("新", "visible")), COLUMNS)
    assert row.cells["代码"] == "新"


def test_second_sheet_with_the_titles_is_refused_not_forgotten() -> None:
    content = sheets(("2022", "visible"), ("2023", "visible"))
    assert codes(content) == ["sheet-more-than-one"]


@pytest.mark.parametrize("number", [913202117345678901, 9.13202117345678e17, -(10**15)])
def test_number_of_more_digits_than_a_spreadsheet_keeps_is_no_code(number: float) -> None:
    (row,) = read_rows(book([number, "2024-05-01", ""]), COLUMNS)
    assert "E+" in row.cells["代码"]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-01",
        "2024/5/1",
        "2024.5.1",
        "2024年5月1日",
        "20240501",
        "2024-5-1",
        "２０２４．５．１",
        "2024 年 5 月 1 日",
        "2024-05-01 00:00:00",
        "2024/5/1 0:00",
    ],
)
def test_days_are_read_as_offices_write_them(cell: str) -> None:
    assert day_of(cell) == date(2024, 5, 1)


@pytest.mark.parametrize(
    "cell", ["", "2024-13-01", "去年", "2024-05", "2024年5月", "45413", "9999999999"]
)
def test_what_is_no_day_is_none(cell: str) -> None:
    assert day_of(cell) is None


def test_form_has_titles_in_text_cells_and_no_formulas() -> None:
    columns = (Column("=代码", needed=True, words=("是", "否")), Column("日期"))
    made = load_workbook(BytesIO(form("档案", columns)))
    sheet = made.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["=代码", "日期"]
    assert {cell.data_type for cell in sheet[1]} == {"s"}
    assert sheet.column_dimensions["A"].number_format == "@"
