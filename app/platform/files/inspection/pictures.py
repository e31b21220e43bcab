"""Is it a picture of the declared type, whole, and not too large? It is decoded to know."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from app.platform.files.inspection.faults import FileDamaged, PictureTooLarge
from app.platform.files.kinds import JPEG, PNG

MOST_PIXELS = 40_000_000
FORMAT = {PNG: "PNG", JPEG: "JPEG"}


def inspect_picture(path: Path, media_type: str) -> None:
    """Raises FileDamaged, PictureTooLarge. The size is known before a pixel is decoded."""
    Image.MAX_IMAGE_PIXELS = None  # our own cap comes first, with our own words
    try:
        with Image.open(path, formats=[FORMAT[media_type]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureTooLarge(most=MOST_PIXELS // 10_000)
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as damaged:
        raise FileDamaged from damaged
