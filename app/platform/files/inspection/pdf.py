"""Is it a PDF that can be opened without a password and does nothing by itself?

Objects inside compressed object streams are read as well. Restrictions of printing and copying,
signatures and seals are no obstacle.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pikepdf import (
    Array,
    DataDecodingError,
    Dictionary,
    ForeignObjectError,
    Object,
    PasswordError,
    Pdf,
    PdfError,
    Stream,
)

from app.platform.files.inspection.faults import ActiveContent, FileDamaged, PasswordProtected

TAIL = 2048
DEEPEST = 100
MOST_OBJECTS = 500_000
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/RichMediaExecute",
    "/Rendition",
    "/Movie",
    "/GoToE",
    "/GoTo3DView",
}
KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
KINDS = {"/RichMedia", "/FileAttachment", "/EmbeddedFile", "/Movie", "/Screen", "/3D"}
OPENING = {"/GoTo"}
"""What may happen by itself when the document is opened: to go to a page of it."""


def inspect_pdf(path: Path) -> None:
    """Raises FileDamaged, PasswordProtected, ActiveContent."""
    with path.open("rb") as content:
        content.seek(max(0, path.stat().st_size - TAIL))
        if b"%%EOF" not in content.read():
            raise FileDamaged
    try:
        with Pdf.open(path, suppress_warnings=True) as pdf:
            if len(pdf.pages) == 0 or not all("/Type" in page for page in pdf.pages):
                raise FileDamaged
            _ensure_at_rest(pdf)
    except PasswordError as closed:
        raise PasswordProtected from closed
    except (PdfError, DataDecodingError, ForeignObjectError, ValueError, TypeError) as damaged:
        raise FileDamaged from damaged


def _ensure_at_rest(pdf: Pdf) -> None:
    opening = pdf.Root.get("/OpenAction")
    if isinstance(opening, Dictionary) and str(opening.get("/S")) not in OPENING:
        raise ActiveContent(what="OpenAction")
    for number, top in enumerate(pdf.objects):
        if number > MOST_OBJECTS:
            raise FileDamaged
        for found in _dictionaries(top, 0):
            if what := _active(found):
                raise ActiveContent(what=what.lstrip("/"))


def _dictionaries(it: Any, depth: int) -> Iterator[Object]:
    """Every dictionary that is written directly inside an object, itself among them."""
    if depth > DEEPEST:
        raise FileDamaged
    if isinstance(it, Stream):
        it = it.stream_dict
    if isinstance(it, Dictionary):
        yield it
        inner = [it.get(key) for key in it.keys()]  # noqa: SIM118  a PDF dictionary is no mapping
    elif isinstance(it, Array):
        inner = list(it)
    else:
        return
    for child in inner:
        if isinstance(child, Dictionary | Array | Stream) and not child.is_indirect:
            yield from _dictionaries(child, depth + 1)


def _active(found: Object) -> str | None:
    """What in a dictionary acts or carries something along."""
    keys = KEYS.intersection(found.keys())
    if keys:
        return min(keys)
    kinds = {str(found.get(key)) for key in ("/Subtype", "/Type")} & KINDS
    if kinds:
        return min(kinds)
    action = str(found.get("/S"))
    return action if action in ACTIONS else None
