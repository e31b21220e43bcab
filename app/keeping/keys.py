"""Which key files has a service, and how do they come into another folder?"""

import os
from contextlib import suppress
from pathlib import Path

from app.keeping.refusals import KeysMissing

PATTERNS = ("*.pem", "access/*.pem", "personal.key", "personal-*.key")


def key_files(folder: Path) -> dict[str, bytes]:
    """Every key file by its name under the folder. Raises KeysMissing."""
    for _ in range(10):
        with suppress(FileNotFoundError):  # renamed between looking and reading
            found = [path for pattern in PATTERNS for path in sorted(folder.glob(pattern))]
            keys = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
            if "personal.key" in keys:
                return keys
    raise KeysMissing(f"目录 {folder} 中没有密钥。")


def write_key(folder: Path, name: str, content: bytes) -> None:
    """Lay a key file into a new folder of keys, closed to everybody else."""
    place = folder / name
    for made in (folder, place.parent):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
