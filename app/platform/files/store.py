"""Where do uploaded bytes lie? Under the SHA-256 of their content, in a folder or a bucket.

They arrive in a folder of this machine, are checked there, and then go to their place; parts of an
upload that goes on later lie beside them, under names of their own.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from anyio import open_file, to_thread
from starlette.requests import ClientDisconnect

from app.platform.files.folder import ARRIVING, Folder, told
from app.platform.files.objects import Held, Objects, StorageAway
from app.platform.files.rules import FileTooLarge

PARTS = "parts/"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of a stream. `broken`: the sender was gone before its end."""

    size: int
    sha256: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class FileStore:
    """Content under its digest. `spool` is a folder of this machine."""

    objects: Objects
    spool: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "FileStore":
        return cls(Folder(folder), folder / ARRIVING)

    @asynccontextmanager
    async def arriving(self) -> AsyncIterator[Path]:
        """A name for bytes that arrive; whatever lies there at the end is removed."""
        place = self.spool / uuid4().hex
        try:
            with told():
                await to_thread.run_sync(lambda: self.spool.mkdir(parents=True, exist_ok=True))
            yield place
        finally:
            with suppress(OSError):  # what failed before says more
                await to_thread.run_sync(lambda: place.unlink(missing_ok=True))

    async def receive(self, body: AsyncIterator[bytes], place: Path, *, most: int) -> Arrived:
        """Write a stream to `place`. Raises FileTooLarge, StorageFull, StorageAway."""
        running, received, broken = sha256(), 0, False
        with told():
            async with await open_file(place, "wb") as out:
                try:
                    async for chunk in body:
                        received += len(chunk)
                        if received > most:
                            raise FileTooLarge(size=most)
                        running.update(chunk)
                        await out.write(chunk)
                except ClientDisconnect:
                    broken = True
        return Arrived(received, running.hexdigest(), broken)

    async def keep(self, place: Path, digest: str) -> None:
        """Take in what lies at `place` and has this SHA-256 (hex)."""
        await self.objects.put(key_of(digest), place)

    async def keep_content(self, content: bytes) -> str:
        """Keep what the service has made itself; gives its SHA-256 (hex), to be named by a row of a
        registered table.
        """
        digest = sha256(content).hexdigest()
        async with self.arriving() as place:
            with told():
                await to_thread.run_sync(place.write_bytes, content)
            await self.keep(place, digest)
        return digest

    async def size(self, digest: str) -> int | None:
        """In bytes; None where the store has lost it."""
        return await self.objects.size(key_of(digest))

    def read(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The content, or a range of it."""
        return self.objects.read(key_of(digest), start, end)

    async def content(self, digest: str) -> bytes:
        """The whole of a content that is known to be small."""
        return b"".join([piece async for piece in self.read(digest)])

    async def fetch(self, digest: str, place: Path) -> Arrived:
        """A copy at `place`, to be looked into."""
        size = await self.size(digest)
        if size is None:
            raise StorageAway
        return await self.receive(self.read(digest), place, most=size)

    async def remove(self, digest: str) -> None:
        """Only for whoever has made sure that no row names it."""
        await self.objects.remove(key_of(digest))

    async def contents(self) -> AsyncIterator[tuple[str, Held]]:
        """Every content that lies there, with its digest."""
        async for held in self.objects.listed(""):
            folder, _, digest = held.key.partition("/")
            if len(digest) == len(sha256().hexdigest()) and digest.startswith(folder):
                yield digest, held

    # Parts

    async def keep_part(self, file_id: UUID, place: Path) -> str:
        """Keep a part of an upload; gives the name under which it lies."""
        key = f"{PARTS}{file_id}/{uuid4().hex}"
        await self.objects.put(key, place)
        return key

    async def join(self, parts: Iterable[str], last: Path, whole: Path, *, most: int) -> Arrived:
        """Write the parts and what lies at `last` to `whole`."""
        return await self.receive(self._joined(parts, last), whole, most=most)

    async def _joined(self, parts: Iterable[str], last: Path) -> AsyncIterator[bytes]:
        for key in parts:
            async for piece in self.objects.read(key):
                yield piece
        async for piece in Folder(last.parent).read(last.name):
            yield piece

    async def drop_parts(self, parts: Iterable[str]) -> None:
        """They are no longer needed; what cannot be removed now is swept later."""
        for key in parts:
            with suppress(StorageAway):
                await self.objects.remove(key)

    async def parts_since(self, before: datetime) -> AsyncIterator[str]:
        """Parts that have lain there since before an instant."""
        async for held in self.objects.listed(PARTS):
            if held.since < before:
                yield held.key


def key_of(digest: str) -> str:
    """Where the content with this hexadecimal SHA-256 lies."""
    return f"{digest[:2]}/{digest}"
