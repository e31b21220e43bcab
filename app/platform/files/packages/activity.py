"""What in a package acts by itself, carries something along, or is fetched from outside?

The one list. Each `ensure_…` raises UnfitError, with what it has found.
"""

import re
from collections.abc import Iterable

from defusedxml.ElementTree import fromstring

from app.platform.files.kinds import ZIP
from app.platform.files.packages.budget import Fault, UnfitError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (OLE, b"MZ", b"\x7fELF", b"{\\rtf", b"#!")
MACROS = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "dialogsheet", "sheet.binary")
OBJECTS = ("oleobject", "activex", "afchunk")
"""In the names of types and relations; an `afChunk` is a file of another format, taken in whole."""
DYNAMIC = re.compile(rb"""instrText[^>]*>\s*DDE|instr="\s*DDE|<(\w+:)?ddeLink""")
"""Fields and links that have a program run: Word's DDE fields, Excel's DDE links."""
CODES = ("ascii", "utf-16-le", "utf-16-be")
DOCTYPE = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in CODES)
LONGEST = 200
"""So many bytes are enough for a word of DYNAMIC or DOCTYPE that was cut between two pieces."""


def ensure_passive_name(name: str) -> None:
    """Of an entry, in lower case."""
    if name.rpartition("/")[2].startswith(("vbaproject", "vbadata")):
        raise UnfitError(Fault.MACROS, name)
    if "/activex/" in name:
        raise UnfitError(Fault.OBJECT, name)


def ensure_passive_types(declared: Iterable[str]) -> None:
    """Of all content types that a package declares, in lower case."""
    for each in declared:
        if any(word in each for word in MACROS):
            raise UnfitError(Fault.MACROS, each)
        if any(word in each for word in OBJECTS):
            raise UnfitError(Fault.OBJECT, each)


def ensure_passive_head(name: str, head: bytes, *, may_be_package: bool) -> None:
    """Of an entry's first bytes: no program, no old Office file, no package unless it may be."""
    if head.startswith(PROGRAMS) or (head.startswith(ZIP) and not may_be_package):
        raise UnfitError(Fault.OBJECT, name)


def ensure_still(name: str, text: bytes) -> bytes:
    """Of XML: no entities, no fields that run programs. Gives the end, where a word may be cut."""
    if any(word in text for word in DOCTYPE):
        raise UnfitError(Fault.DAMAGED, name)
    if DYNAMIC.search(text):
        raise UnfitError(Fault.MACROS, "DDE")
    return text[-LONGEST:]


def ensure_inside(relations: bytes) -> None:
    """Whatever is loaded on opening lies in the package; a link to be clicked may leave it."""
    for relation in fromstring(relations):
        kind = (relation.get("Type") or "").rpartition("/")[2].casefold()
        if kind == "control" or any(word in kind for word in OBJECTS):
            raise UnfitError(Fault.OBJECT, kind)
        if "vbaproject" in kind or "macrosheet" in kind:
            raise UnfitError(Fault.MACROS, kind)
        outside = (relation.get("TargetMode") or "").casefold() == "external"
        if outside and kind != "hyperlink":
            raise UnfitError(Fault.OUTSIDE, kind)
