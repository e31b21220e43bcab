"""Is a file what it says, whole and harmless?"""

from pathlib import Path

from app.platform.files.inspection.packages import inspect_package
from app.platform.files.inspection.pdf import inspect_pdf
from app.platform.files.inspection.pictures import inspect_picture
from app.platform.files.kinds import HEADS, JPEG, PDF, PNG
from app.platform.files.packages.activity import OLE
from app.platform.files.rules import TypeDiffers


def inspect(path: Path, media_type: str) -> None:
    """Raises one of the faults."""
    with path.open("rb") as content:
        head = content.read(16)
    packed = media_type not in (PDF, PNG, JPEG)
    if not head.startswith(HEADS[media_type]) and not (packed and head.startswith(OLE)):
        raise TypeDiffers
    if media_type == PDF:
        inspect_pdf(path)
    elif packed:
        inspect_package(path, media_type)
    else:
        inspect_picture(path, media_type)
