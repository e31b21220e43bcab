"""Which types of file are there, and how does each begin?"""

from collections.abc import Mapping
from typing import Final, Literal

MediaType = Literal[
    "application/pdf",
    "application/ofd",
    "image/png",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]

PDF: Final = "application/pdf"
OFD: Final = "application/ofd"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BY_ENDING: Mapping[str, MediaType] = {
    "pdf": PDF,
    "ofd": OFD,
    "docx": DOCX,
    "xlsx": XLSX,
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": PNG,
}
"""As people name them, and as regulations do."""

ENDINGS: Mapping[str, tuple[str, ...]] = {
    of: tuple(ending for ending, each in BY_ENDING.items() if each == of)
    for of in BY_ENDING.values()
}
"""How the name of a file of each type ends."""

DOCUMENTS = frozenset({PDF, OFD, DOCX, XLSX})
SCANS = frozenset({PDF, OFD, PNG, JPEG})
ALL = DOCUMENTS | SCANS

ZIP: Final = b"PK\x03\x04"
HEADS: Mapping[str, tuple[bytes, ...]] = {
    PDF: (b"%PDF-",),
    OFD: (ZIP,),
    PNG: (b"\x89PNG\r\n\x1a\n",),
    JPEG: (b"\xff\xd8\xff",),
    DOCX: (ZIP,),
    XLSX: (ZIP,),
}
