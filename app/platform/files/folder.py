"""How does a folder keep bytes? A name in it always stands for the whole content.

A file is flushed to the disk and then renamed to its place, in the same file system.
"""

import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anyio import open_file, to_thread

from app.platform.errors import StorageFull
from app.platform.files.objects import CHUNK, Held, StorageAway

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ARRIVING = "arriving"


@contextmanager
def told() -> Iterator[None]:
    """What the file system refuses, in our words."""
    try:
        yield
    except OSError as refused:
        raise (StorageFull if refused.errno in NO_ROOM else StorageAway) from refused


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, or one that several machines share."""

    root: Path

    def place(self, key: str) -> Path:
        return self.root / key

    async def put(self, key: str, file: Path) -> None:
        with told():
            await to_thread.run_sync(self._put, key, file)

    def _put(self, key: str, file: Path) -> None:
        place = self.place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        flush(file)
        file.replace(place)
        for folder in (place.parent, place.parent.parent):  # a folder may be as new as the file
            flush(folder)

    async def size(self, key: str) -> int | None:
        with told():
            try:
                return (await to_thread.run_sync(self.place(key).stat)).st_size
            except FileNotFoundError:
                return None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        with told():
            async with await open_file(self.place(key), "rb") as content:
                await content.seek(start)
                left = end - start if end is not None else None
                while left is None or left > 0:
                    piece = await content.read(CHUNK if left is None else min(CHUNK, left))
                    if not piece:
                        break
                    left = left if left is None else left - len(piece)
                    yield piece

    async def remove(self, key: str) -> None:
        with told():
            await to_thread.run_sync(lambda: self.place(key).unlink(missing_ok=True))

    async def listed(self, prefix: str) -> AsyncIterator[Held]:
        with told():
            found = await to_thread.run_sync(lambda: list(self._listed(prefix)))
        for held in found:
            yield held

    def _listed(self, prefix: str) -> Iterator[Held]:
        for path in sorted((self.root / prefix).rglob("*")):
            key = path.relative_to(self.root).as_posix()
            try:
                if key.startswith(f"{ARRIVING}/") or not path.is_file():
                    continue
                state = path.stat()
            except FileNotFoundError:
                continue  # taken away meanwhile
            yield Held(key, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC))

    async def ensure_usable(self) -> None:
        with told():
            await to_thread.run_sync(self._ensure_usable)

    def _ensure_usable(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "the folder of files cannot be written")


def flush(path: Path) -> None:
    """Until it is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
