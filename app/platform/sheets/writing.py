"""How does a form for a spreadsheet look? Titles, an example, lists to choose from; no formulas."""

from collections.abc import Sequence
from io import BytesIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it comes without types

from app.platform.sheets.reading import MOST_ROWS, Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LITERAL = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""What is written is text, whatever it begins with."""
WIDEST = 40


def form(name: str, columns: Sequence[Column]) -> bytes:
    """An empty form: titles in the first row, what to know of each column on a sheet of its own.

    All cells are text, so that long numbers keep their digits.
    """
    out = BytesIO()
    with Workbook(out, LITERAL) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            width = min(WIDEST, 2 * max(len(column.title), len(column.example), 5) + 2)
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, column.title, bold)
            if column.words and sum(len(word) + 1 for word in column.words) < 255:
                sheet.data_validation(
                    1, place, MOST_ROWS, place, {"validate": "list", "source": [*column.words]}
                )
        notes = book.add_worksheet("填写说明")
        for place, title in enumerate(("列", "必填", "示例", "说明")):
            notes.write_string(0, place, title, bold)
        notes.set_column(0, 3, 24)
        for line, column in enumerate(columns, start=1):
            told = (column.title, "是" if column.needed else "", column.example, column.note)
            for place, cell in enumerate(told):
                notes.write_string(line, place, cell)
    return out.getvalue()
