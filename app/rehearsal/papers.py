"""What does a firm of the rehearsal hand in for a document? A PDF, or what the regulation takes."""

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZipFile

import docx
from PIL import Image
from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it comes without types

from app.rehearsal.cast import Firm, document
from app.rules.regulation.handed_in import Document, FileType

OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES: Mapping[FileType, str] = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "ofd": "application/ofd",
}
"""The likeliest first."""


def paper(asked: Document, firm: Firm) -> tuple[FileType, bytes]:
    """A small file of a type that is taken."""
    ending = next(each for each in MEDIA_TYPES if asked.types is None or each in asked.types)
    return ending, _MADE[ending](asked.name, firm)


def _word(title: str, firm: Firm) -> bytes:
    written, out = docx.Document(), BytesIO()
    written.add_paragraph(f"{title} {firm.name}")
    written.save(out)
    return out.getvalue()


def _sheet(title: str, firm: Firm) -> bytes:
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, f"{title} {firm.name}")
    return out.getvalue()


def _picture(form: str) -> Callable[[str, Firm], bytes]:
    def drawn(title: str, firm: Firm) -> bytes:
        del title, firm
        out = BytesIO()
        Image.new("L", (8, 8), 255).save(out, form)
        return out.getvalue()

    return drawn


def _ofd(title: str, firm: Firm) -> bytes:
    out = BytesIO()
    space = 'xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"'
    about = f"<ofd:DocInfo><ofd:Title>{title} {firm.name}</ofd:Title></ofd:DocInfo>"
    with ZipFile(out, "w") as packed:
        packed.writestr(
            "OFD.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {space}>'
            f"<ofd:DocBody>{about}</ofd:DocBody></ofd:OFD>",
        )
    return out.getvalue()


_MADE: Mapping[FileType, Callable[[str, Firm], bytes]] = {
    "pdf": document,
    "docx": _word,
    "xlsx": _sheet,
    "png": _picture("PNG"),
    "jpg": _picture("JPEG"),
    "ofd": _ofd,
}
