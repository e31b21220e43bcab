"""Which types of file are there, and how does each begin?"""

from collections.abc import Mapping
from typing import Literal

MediaType = Literal[
    "application/pdf",
    "application/ofd",
    "image/png",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]

PDF, OFD, PNG, JPEG = "application/pdf", "application/ofd", "image/png", "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

DOCUMENTS = frozenset({PDF, OFD, DOCX, XLSX})
SCANS = frozenset({PDF, OFD, PNG, JPEG})
ALL = DOCUMENTS | SCANS

HEADS: Mapping[str, tuple[bytes, ...]] = {
    PDF: (b"%PDF-",),
    OFD: (b"PK\x03\x04",),
    PNG: (b"\x89PNG\r\n\x1a\n",),
    JPEG: (b"\xff\xd8\xff",),
    DOCX: (b"PK\x03\x04",),
    XLSX: (b"PK\x03\x04",),
}
