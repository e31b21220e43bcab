"""What must a place for bytes be able to do? A folder and a bucket can, equally."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.platform.errors import Unavailable
from app.rules.exact import KIBIBYTE

CHUNK = 256 * KIBIBYTE


class StorageAway(Unavailable):
    code = "storage-away"
    zh = "附件的存储暂时不可用，内容没有保存，请稍后重试。"
    en = "The storage of files does not answer; nothing was kept. Try again later."


@dataclass(frozen=True, slots=True)
class Held:
    """An object that lies there: its size in bytes, and since when (wall time)."""

    key: str
    size: int
    since: datetime


class Objects(Protocol):
    """Bytes under keys of our own making. Whatever goes wrong is StorageAway or StorageFull."""

    async def put(self, key: str, file: Path) -> None:
        """Take the file in. When this returns it is there, whole and durable; otherwise nothing is.
        What lies there under this key already stays or is replaced: keys stand for one content.
        """

    async def size(self, key: str) -> int | None:
        """In bytes; None where there is no such object."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from `start` to before `end`, in pieces. StorageAway where it is missing."""

    async def remove(self, key: str) -> None:
        """It is gone; also where it was not there."""

    def listed(self, prefix: str) -> AsyncIterator[Held]:
        """Everything whose key begins with `prefix`, which is empty or ends with a slash."""

    async def ensure_usable(self) -> None:
        """StorageAway where it cannot be used now."""
