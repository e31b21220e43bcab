"""Does a virus scanner know the file? None, or clamd over its INSTREAM command."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from anyio import open_file

from app.platform.files.objects import CHUNK

PATIENCE = 20.0  # seconds


class ScannerAwayError(Exception):
    """It could not tell: it does not answer, or refuses to scan this."""


class Scanner(Protocol):
    """Asked about every file before it is stored."""

    async def scan(self, file: Path) -> str | None:
        """What was found, or None. Raises ScannerAwayError."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """ClamAV's daemon, by `clamd://host:port` or `clamd:///path/of/its.sock`."""

    host: str | None
    port: int
    socket: str

    @classmethod
    def at(cls, url: str) -> "Clamd":
        parts = urlsplit(url)
        if parts.scheme != "clamd" or not (parts.hostname or parts.path):
            msg = "scanner_url is clamd://host:port or clamd:///path/of/its.sock"
            raise ValueError(msg)
        return cls(parts.hostname, parts.port or 3310, parts.path)

    async def scan(self, file: Path) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                said = (await self._ask(file)).strip(b"\0\n ").decode()
        except (OSError, TimeoutError, UnicodeError) as away:
            raise ScannerAwayError(type(away).__name__) from away
        if said.endswith("FOUND"):
            return said.removeprefix("stream:").removesuffix("FOUND").strip()
        if said != "stream: OK":
            raise ScannerAwayError(said[:200])
        return None

    async def _ask(self, file: Path) -> bytes:
        if self.host:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        else:
            reader, writer = await asyncio.open_unix_connection(self.socket)
        try:
            writer.write(b"zINSTREAM\0")
            async with await open_file(file, "rb") as content:
                while piece := await content.read(CHUNK):
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return await reader.read(4096)
        finally:
            writer.close()
