"""Is a Word, Excel or OFD file that comes in what it says, bounded, and without anything active?"""

from collections.abc import Mapping
from pathlib import Path

from app.platform.errors import Invalid
from app.platform.files.inspection.faults import (
    EmbeddedObject,
    EntryNamesWrong,
    ExternalLink,
    FileBomb,
    FileDamaged,
    FileMacros,
    PasswordProtected,
)
from app.platform.files.kinds import OFD
from app.platform.files.packages.activity import OLE
from app.platform.files.packages.budget import Budget, Fault, UnfitError
from app.platform.files.packages.look import look_through
from app.platform.files.rules import TypeDiffers
from app.rules.exact import MEBIBYTE

MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 2_000, 200 * MEBIBYTE, 100
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
REFUSALS: Mapping[Fault, type[Invalid]] = {
    Fault.DAMAGED: FileDamaged,
    Fault.LOCKED: PasswordProtected,
    Fault.LARGE: FileBomb,
    Fault.NAMES: EntryNamesWrong,
    Fault.OTHER: TypeDiffers,
    Fault.MACROS: FileMacros,
    Fault.OBJECT: EmbeddedObject,
    Fault.OUTSIDE: ExternalLink,
}


def inspect_package(path: Path, media_type: str) -> None:
    """Raises any of the faults of a package, or TypeDiffers."""
    packed = path.stat().st_size
    with path.open("rb") as content:
        if content.read(len(OLE)) == OLE:
            content.seek(0)
            locked = media_type != OFD and ENCRYPTED_OFFICE in content.read()
            raise PasswordProtected if locked else TypeDiffers
        budget = Budget(min(MOST_BYTES, packed * MOST_RATIO), MOST_ENTRIES)
        try:
            look_through(content, media_type, budget)
        except UnfitError as unfit:
            raise REFUSALS[unfit.fault] from unfit
