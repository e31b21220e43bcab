"""Is it the Word, Excel or OFD package that it is said to be, within its budget, and only lies
there?
"""

import stat
import unicodedata
from io import BytesIO
from typing import IO
from zipfile import ZipFile, ZipInfo

from defusedxml.ElementTree import fromstring

from app.platform.files.kinds import DOCX, OFD, XLSX, ZIP
from app.platform.files.packages.activity import (
    ensure_inside,
    ensure_passive_head,
    ensure_passive_name,
    ensure_passive_types,
    ensure_still,
)
from app.platform.files.packages.budget import Budget, Fault, UnfitError, opened, unpacked
from app.platform.files.rules import HIDING
from app.rules.exact import MEBIBYTE

LARGEST_MANIFEST = 8 * MEBIBYTE
TYPES, RELATIONS = "[content_types].xml", ".rels"
MAIN = {
    DOCX: ("wordprocessingml.document.main+xml", "word/"),
    XLSX: ("spreadsheetml.sheet.main+xml", "xl/"),
}
LOCKS = ("encryptions.xml", "encryptinfo", "decyptseed.dat", "decryptseed.dat")


def look_through(
    content: IO[bytes], media_type: str, budget: Budget, *, charts: bool = True
) -> None:
    """Raises UnfitError. With `charts`, the one thing that may be embedded is the workbook behind a
    chart; it is looked through as well, on the same budget.
    """
    with opened(content, budget) as package:
        entries = package.infolist()
        _ensure_named(entries)
        texts = (".xml", RELATIONS, *_ensure_kind(package, media_type))
        for entry in entries:
            _look_at(package, entry, budget, texts, charts=charts)


def _ensure_named(entries: list[ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        folded = unicodedata.normalize("NFC", name).casefold()
        hidden = any(unicodedata.category(sign) in HIDING for sign in name)
        strange = name.startswith("/") or "\\" in name or ":" in name
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if hidden or strange or link or ".." in name.split("/") or folded in seen:
            raise UnfitError(Fault.NAMES, name)
        seen.add(folded)


def _ensure_kind(package: ZipFile, media_type: str) -> list[str]:
    """The package says itself what it is, and which parts are XML whatever they are named: how the
    names of those end.
    """
    names = {entry.filename.casefold(): entry for entry in package.infolist()}
    if media_type == OFD:
        if "ofd.xml" not in names:
            raise UnfitError(Fault.OTHER)
        if any(name.rpartition("/")[2] in LOCKS for name in names):
            raise UnfitError(Fault.LOCKED)
        return []
    manifest, (main, folder) = names.get(TYPES), MAIN[media_type]
    if manifest is None or not any(name.startswith(folder) for name in names):
        raise UnfitError(Fault.OTHER)
    if manifest.file_size > LARGEST_MANIFEST:
        raise UnfitError(Fault.LARGE)
    parts = list(fromstring(package.read(manifest)))
    declared = [(part.get("ContentType") or "").casefold() for part in parts]
    ensure_passive_types(declared)
    if not any(each.endswith(main) for each in declared):
        raise UnfitError(Fault.OTHER)
    return [
        (part.get("PartName") or f".{part.get('Extension')}").casefold().removeprefix("/")
        for part, kind in zip(parts, declared, strict=True)
        if kind.endswith("+xml") and not kind.startswith("image/")
    ]


def _look_at(
    package: ZipFile, entry: ZipInfo, budget: Budget, texts: tuple[str, ...], *, charts: bool
) -> None:
    name = entry.filename.casefold()
    ensure_passive_name(name)
    relations, embedded = name.endswith(RELATIONS), "/embeddings/" in name
    text, whole, tail = name.endswith(texts), bytearray(), b""
    for number, piece in enumerate(unpacked(package, entry, budget)):
        if number == 0:
            ensure_passive_head(name, piece, may_be_package=embedded and charts)
        if relations or embedded:
            whole += piece
        if text:
            tail = ensure_still(name, tail + piece)
    if relations:
        ensure_inside(bytes(whole))
    elif whole:
        _look_through_workbook(name, bytes(whole), budget)


def _look_through_workbook(name: str, content: bytes, budget: Budget) -> None:
    if not content.startswith(ZIP):
        raise UnfitError(Fault.OBJECT, name)
    try:
        look_through(BytesIO(content), XLSX, budget, charts=False)
    except UnfitError as unfit:
        if unfit.fault is not Fault.OTHER:
            raise
        raise UnfitError(Fault.OBJECT, name) from unfit
