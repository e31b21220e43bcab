"""Where do uploaded bytes lie? In a folder, under the SHA-256 of their content.

A file is written beside its place, flushed to the disk and then renamed, so a name in the store
always stands for the whole content.
"""

import errno
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from anyio import open_file, to_thread

from app.platform.errors import Invalid, StorageFull, TooLarge

CHUNK = 256 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileTooLarge(TooLarge):
    code = "file-too-large"
    zh = "文件超过所声明的大小（{size} 字节）。"
    en = "The file is larger than declared ({size} bytes)."


class ContentDiffers(Invalid):
    code = "content-differs"
    zh = "收到的内容与所声明的大小或 SHA-256 不一致，请重新上传。"
    en = "What arrived differs from the declared size or SHA-256; upload it again."


@dataclass(frozen=True, slots=True)
class FileStore:
    """A content-addressed folder."""

    folder: Path

    def path(self, digest: str) -> Path:
        """Where the content with this hexadecimal SHA-256 lies."""
        return self.folder / digest[:2] / digest

    async def put(self, body: AsyncIterator[bytes], *, digest: str, size: int) -> bytes:
        """Store a stream that must have this SHA-256 and size; gives its first 16 bytes."""
        arriving = self.folder / "arriving" / uuid4().hex
        try:
            await to_thread.run_sync(lambda: arriving.parent.mkdir(parents=True, exist_ok=True))
            head = await self._receive(body, arriving, digest=digest, size=size)
            await to_thread.run_sync(self._keep, arriving, digest)
        except OSError as full:
            if full.errno in NO_ROOM:
                raise StorageFull from full
            raise
        finally:
            with suppress(OSError):  # what failed before says more
                await to_thread.run_sync(lambda: arriving.unlink(missing_ok=True))
        return head

    async def _receive(
        self, body: AsyncIterator[bytes], arriving: Path, *, digest: str, size: int
    ) -> bytes:
        running, received, head = sha256(), 0, b""
        async with await open_file(arriving, "wb") as out:
            async for chunk in body:
                received += len(chunk)
                if received > size:
                    raise FileTooLarge(size=size)
                head = head or chunk[:16]
                running.update(chunk)
                await out.write(chunk)
            if received != size or running.hexdigest() != digest:
                raise ContentDiffers
            await out.flush()
            await to_thread.run_sync(os.fsync, out.wrapped.fileno())
        return head

    def _keep(self, arriving: Path, digest: str) -> None:
        place = self.path(digest)
        place.parent.mkdir(exist_ok=True)
        arriving.replace(place)
        for folder in (place.parent, self.folder):  # the folder may be as new as the file
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
