"""What do our own templates look like? Like an official document (GB/T 9704), made from words."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.award.documents.kinds import FORMS, DocumentKind
from app.platform.documents.word import written

TITLE, BODY = "方正小标宋简体", "仿宋_GB2312"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, LINE = Pt(22), Pt(16), Pt(12), Pt(28)
ALIGNED = {
    "title": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "address": WD_ALIGN_PARAGRAPH.LEFT,
    "body": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@cache
def default_template(kind: DocumentKind) -> bytes:
    """Our template of a kind; always the same bytes."""
    document, form = Document(), FORMS[kind]
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    for how, words in form.paragraphs:
        if how == "list":
            _table(document, words, form.lists[words])
        else:
            _paragraph(document.add_paragraph(), how, words)
    return written(document)


def _paragraph(paragraph: Any, how: str, words: str) -> None:
    paragraph.alignment = ALIGNED[how]
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if how == "body":
        layout.first_line_indent = BODY_SIZE * 2
    if how == "title":
        layout.space_after = LINE
    _run(
        paragraph,
        words,
        TITLE if how == "title" else BODY,
        TITLE_SIZE if how == "title" else BODY_SIZE,
    )


def _run(paragraph: Any, words: str, font: str, size: Any) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = size, font
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001  Chinese has its own font


def _table(document: Any, name: str, columns: Mapping[str, str]) -> None:
    table = document.add_table(2, len(columns), "Table Grid")
    for at, column in enumerate(columns):
        for row, words in enumerate((column, f"{{{{{name}.{column}}}}}")):
            _run(table.cell(row, at).paragraphs[0], words, BODY, TABLE_SIZE)
