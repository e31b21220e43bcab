"""Is it a Word, Excel or OFD package that unpacks to something bounded, and only lies there?

The declared sizes are checked first, then what really comes out is counted while it is unpacked.
"""

import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as DeflateError  # noqa: N812  zlib names it in lower case

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from app.platform.files.inspection.faults import (
    EmbeddedObject,
    EntryNamesWrong,
    ExternalLink,
    FileBomb,
    FileDamaged,
    FileMacros,
    PasswordProtected,
)
from app.platform.files.kinds import DOCX, OFD, XLSX
from app.platform.files.rules import HIDING, TypeDiffers

MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 2_000, 200 * 1024 * 1024, 100
LARGEST_MANIFEST = 8 * 1024 * 1024
PIECE = 256 * 1024
CODES = ("ascii", "utf-16-le", "utf-16-be")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (OLE, b"MZ", b"\x7fELF", b"{\\rtf", b"#!")
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
TYPES, RELATIONS = "[Content_Types].xml", ".rels"
MAIN = {
    DOCX: ("wordprocessingml.document.main+xml", "word/"),
    XLSX: ("spreadsheetml.sheet.main+xml", "xl/"),
}
MACROS = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "dialogsheet", "sheet.binary")
OBJECTS = ("oleobject", "activex")
DYNAMIC = re.compile(rb"""instrText[^>]*>\s*DDE|instr="\s*DDE|<(\w+:)?ddeLink""")
"""Fields and links that have a program run: Word's DDE fields, Excel's DDE links."""
DOCTYPE = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in CODES)
LOCKS = ("encryptions.xml", "encryptinfo", "decyptseed.dat", "decryptseed.dat")


@dataclass(slots=True)
class Budget:
    """What may still come out of a file, whatever is packed into it."""

    bytes_left: int
    entries_left: int = MOST_ENTRIES

    def spend(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise FileBomb


def inspect_package(path: Path, media_type: str) -> None:
    """Raises any of the faults of a package, or TypeDiffers."""
    packed = path.stat().st_size
    with path.open("rb") as content:
        if content.read(len(OLE)) == OLE:
            content.seek(0)
            locked = media_type != OFD and ENCRYPTED_OFFICE in content.read()
            raise PasswordProtected if locked else TypeDiffers
        _inspect(content, media_type, Budget(min(MOST_BYTES, packed * MOST_RATIO)), depth=0)


def _inspect(content: IO[bytes], media_type: str, budget: Budget, *, depth: int) -> None:
    try:
        with ZipFile(content) as package:
            entries = package.infolist()
            _ensure_bounded(entries, budget)
            _ensure_named(entries)
            _ensure_kind(package, media_type)
            for entry in entries:
                _inspect_entry(package, entry, budget, depth=depth)
    except (BadZipFile, DeflateError, EOFError, RuntimeError, OSError) as damaged:
        raise FileDamaged from damaged
    except (ParseError, DefusedXmlException, UnicodeError, ValueError) as malformed:
        raise FileDamaged from malformed


def _ensure_bounded(entries: list[ZipInfo], budget: Budget) -> None:
    budget.entries_left -= len(entries)
    declared = sum(entry.file_size for entry in entries)
    if budget.entries_left < 0 or declared > budget.bytes_left:
        raise FileBomb
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise PasswordProtected
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise FileDamaged


def _ensure_named(entries: list[ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        folded = unicodedata.normalize("NFC", name).casefold()
        hidden = any(unicodedata.category(sign) in HIDING for sign in name)
        strange = name.startswith("/") or "\\" in name or ":" in name
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if hidden or strange or link or ".." in name.split("/") or folded in seen:
            raise EntryNamesWrong
        seen.add(folded)


def _ensure_kind(package: ZipFile, media_type: str) -> None:
    """The package says itself what it is."""
    names = {entry.filename.casefold(): entry for entry in package.infolist()}
    if media_type == OFD:
        if "ofd.xml" not in names:
            raise TypeDiffers
        if any(name.rpartition("/")[2] in LOCKS for name in names):
            raise PasswordProtected
        return
    manifest, (main, folder) = names.get(TYPES.casefold()), MAIN[media_type]
    if manifest is None or not any(name.startswith(folder) for name in names):
        raise TypeDiffers
    if manifest.file_size > LARGEST_MANIFEST:
        raise FileBomb
    declared = [
        (part.get("ContentType") or "").casefold() for part in fromstring(package.read(manifest))
    ]
    if any(word in each for each in declared for word in MACROS):
        raise FileMacros
    if any(word in each for each in declared for word in OBJECTS):
        raise EmbeddedObject
    if not any(each.endswith(main) for each in declared):
        raise TypeDiffers


def _inspect_entry(package: ZipFile, entry: ZipInfo, budget: Budget, *, depth: int) -> None:
    name = entry.filename.casefold()
    if name.rpartition("/")[2].startswith(("vbaproject", "vbadata")):
        raise FileMacros
    relations, embedded = name.endswith(RELATIONS), "/embeddings/" in name
    text, whole, tail = relations or name.endswith(".xml"), bytearray(), b""
    for number, piece in enumerate(_unpacked(package, entry, budget)):
        if number == 0:
            _ensure_passive(piece, may_be_package=embedded and depth == 0)
        if relations or embedded:
            whole += piece
        if text:
            tail = _ensure_still(tail + piece)
    if relations:
        _ensure_inside(bytes(whole))
    elif whole:
        _inspect_workbook(bytes(whole), budget, depth=depth + 1)


def _ensure_passive(head: bytes, *, may_be_package: bool) -> None:
    if head.startswith(PROGRAMS) or (head.startswith(ZIP) and not may_be_package):
        raise EmbeddedObject


def _inspect_workbook(content: bytes, budget: Budget, *, depth: int) -> None:
    """The one thing that may be embedded: the workbook behind a chart."""
    if not content.startswith(ZIP):
        raise EmbeddedObject
    try:
        _inspect(BytesIO(content), XLSX, budget, depth=depth)
    except TypeDiffers as other:
        raise EmbeddedObject from other


def _unpacked(package: ZipFile, entry: ZipInfo, budget: Budget) -> Iterator[bytes]:
    """Counted while it comes out: what is declared may be a lie."""
    with package.open(entry) as packed:
        while piece := packed.read(PIECE):
            budget.spend(len(piece))
            yield piece


def _ensure_still(text: bytes) -> bytes:
    """No entities, and no fields that run programs; gives the end, where a word may be cut."""
    if any(word in text for word in DOCTYPE):
        raise FileDamaged
    if DYNAMIC.search(text):
        raise FileMacros
    return text[-200:]


def _ensure_inside(relations: bytes) -> None:
    """Whatever is loaded on opening lies in the package; a link to be clicked may leave it."""
    for relation in fromstring(relations):
        kind = (relation.get("Type") or "").rpartition("/")[2].casefold()
        if kind == "control" or any(word in kind for word in OBJECTS):
            raise EmbeddedObject
        if "vbaproject" in kind or "macrosheet" in kind:
            raise FileMacros
        outside = (relation.get("TargetMode") or "").casefold() == "external"
        if outside and kind != "hyperlink":
            raise ExternalLink
