"""How is a package opened so that whatever comes out of it is bounded?

The declared sizes are checked first, then what really comes out is counted while it is unpacked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as DeflateError  # noqa: N812  zlib names it in lower case

from defusedxml.ElementTree import ParseError

from app.rules.exact import KIBIBYTE

PIECE = 256 * KIBIBYTE


class Fault(StrEnum):
    """What is wrong with a package; whoever opens it has a sentence for each."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    LARGE = "large"
    NAMES = "names"
    OTHER = "other"  # of another kind than it is said to be
    MACROS = "macros"
    OBJECT = "object"
    OUTSIDE = "outside"


class UnfitError(Exception):
    """A package that is not opened; `what` names the part of it where one is at fault."""

    def __init__(self, fault: Fault, what: str = "") -> None:
        super().__init__(fault, what)
        self.fault, self.what = fault, what


@dataclass(slots=True)
class Budget:
    """How many bytes and entries may still come out, whatever is packed into what."""

    bytes_left: int
    entries_left: int

    def spend(self, size: int) -> None:
        """Raises UnfitError."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise UnfitError(Fault.LARGE)


@contextmanager
def opened(content: IO[bytes], budget: Budget) -> Iterator[ZipFile]:
    """The package, where what it declares fits the budget. Raises UnfitError; what breaks while it
    is read inside the block is DAMAGED.
    """
    try:
        with ZipFile(content) as package:
            _ensure_bounded(package.infolist(), budget)
            yield package
    except (BadZipFile, DeflateError, EOFError, RuntimeError, OSError) as damaged:
        raise UnfitError(Fault.DAMAGED) from damaged
    except (ParseError, ValueError) as malformed:
        raise UnfitError(Fault.DAMAGED) from malformed


def unpacked(package: ZipFile, entry: ZipInfo, budget: Budget) -> Iterator[bytes]:
    """An entry in pieces, counted while it comes out: what is declared may be a lie."""
    with package.open(entry) as packed:
        while piece := packed.read(PIECE):
            budget.spend(len(piece))
            yield piece


def _ensure_bounded(entries: list[ZipInfo], budget: Budget) -> None:
    budget.entries_left -= len(entries)
    declared = sum(entry.file_size for entry in entries)
    if budget.entries_left < 0 or declared > budget.bytes_left:
        raise UnfitError(Fault.LARGE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnfitError(Fault.LOCKED)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise UnfitError(Fault.DAMAGED)
