"""Word files for tests: made here, and made wrong here."""

import io
import zipfile
from collections.abc import Callable, Mapping

from docx import Document

from app.platform.documents.word import written


def word_file(*paragraphs: str, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """A file of these paragraphs; {braces} that Word would split are split into runs."""
    document = Document()
    for text in paragraphs:
        paragraph = document.add_paragraph()
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            paragraph.add_run(part)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return written(document)


def changed(
    word: bytes,
    change: Mapping[str, Callable[[bytes], bytes]] | None = None,
    add: Mapping[str, bytes] | None = None,
) -> bytes:
    """The file with parts changed and added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, (change or {}).get(name, bytes)(content))
        for name, content in (add or {}).items():
            new.writestr(name, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def in_body(xml: str) -> Callable[[bytes], bytes]:
    """Puts XML at the start of the body."""
    return lambda content: content.replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)
