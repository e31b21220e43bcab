"""How does a bucket of an S3-compatible storage keep bytes?

What is put there is there whole or not at all: so a bucket works. Large objects are sent in parts.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import obstore
from anyio import to_thread
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from app.platform.clock import wall_clock
from app.platform.errors import StorageFull
from app.platform.files.folder import told
from app.platform.files.objects import CHUNK, Held, StorageAway
from app.rules.exact import MEBIBYTE

IN_PARTS_FROM, PART = 16 * MEBIBYTE, 8 * MEBIBYTE
LONGEST, PATIENCE = timedelta(seconds=30), timedelta(seconds=5)
"""Of one request, and until a connection stands."""
FULL = ("XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "507")
"""What storages answer that have no room left."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or the part of one under a prefix."""

    store: S3Store

    @classmethod
    def at(cls, url: str, key_id: str | None, secret: str | None) -> "Bucket":
        """`s3://bucket/prefix?endpoint=https://…&region=…`; without a key, as the role of the
        machine allows. Raises ValueError.
        """
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.netloc or set(asked) - {"endpoint", "region"}:
            msg = "files_url is a folder or s3://bucket/prefix?endpoint=https://…&region=…"
            raise ValueError(msg)
        endpoint = asked.get("endpoint")
        return cls(
            S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                endpoint=endpoint,
                region=asked.get("region", "us-east-1"),
                access_key_id=key_id,
                secret_access_key=secret,
                virtual_hosted_style_request=endpoint is None,
                client_options={
                    "timeout": LONGEST,
                    "connect_timeout": PATIENCE,
                    "allow_http": (endpoint or "").startswith("http://"),
                },
                retry_config={"max_retries": 2, "retry_timeout": LONGEST},
            )
        )

    async def put(self, key: str, file: Path) -> None:
        with told():
            size = (await to_thread.run_sync(file.stat)).st_size
        if await self._fresh(key, size):
            return
        with told(), _told():
            await obstore.put_async(
                self.store,
                key,
                file,
                use_multipart=size >= IN_PARTS_FROM,
                chunk_size=PART,
                max_concurrency=2,
            )

    async def _fresh(self, key: str, size: int) -> bool:
        """Whether it need not be sent: it is there, and so young that no sweeper looks at it."""
        with _told():
            try:
                there = await obstore.head_async(self.store, key)
            except (NotFoundError, FileNotFoundError):
                return False
        age = wall_clock() - there["last_modified"]  # the storage's clock and ours: coarse
        return there["size"] == size and age < timedelta(days=1)

    async def size(self, key: str) -> int | None:
        with _told():
            try:
                return (await obstore.head_async(self.store, key))["size"]
            except (NotFoundError, FileNotFoundError):
                return None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and start >= end:
            return
        with _told():
            got = await obstore.get_async(
                self.store,
                key,
                options={"range": {"offset": start} if end is None else (start, end)},
            )
            async for piece in got.stream(min_chunk_size=CHUNK):
                yield bytes(piece)

    async def remove(self, key: str) -> None:
        with _told():
            try:
                await obstore.delete_async(self.store, key)
            except (NotFoundError, FileNotFoundError):
                return

    async def listed(self, prefix: str) -> AsyncIterator[Held]:
        with _told():
            async for found in obstore.list(self.store, prefix or None):
                for each in found:
                    yield Held(each["path"], each["size"], each["last_modified"])

    async def ensure_usable(self) -> None:
        with _told():
            await obstore.list_with_delimiter_async(self.store, "nothing/")


@contextmanager
def _told() -> Iterator[None]:
    """What the storage refuses, in our words."""
    try:
        yield
    except (BaseError, OSError) as refused:
        full = any(word in str(refused) for word in FULL)
        raise (StorageFull if full else StorageAway) from refused
