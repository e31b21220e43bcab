"""A gateway of text messages that can be as unpleasant as real ones are."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import Any

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
FAULT = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ELSEWHERE = (
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
LONG = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000


@dataclass
class Gateway:
    """What was asked, with headers, and what is answered: bytes, or None to hang up. A `delay` is
    waited before; `sent` is what a gateway that knows an id twice would have sent.
    """

    port: int = 0
    answers: list[bytes | None] = field(default_factory=list)
    delay: float = 0.0
    asked: list[tuple[dict[str, str], dict[str, Any], bytes]] = field(default_factory=list)
    answering: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send?v=1"

    @property
    def sent(self) -> dict[str, dict[str, Any]]:
        return {headers["webhook-id"]: body for headers, body, _ in self.asked}

    def called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.answering.add(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await self._answered(reader, writer)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        raw = await reader.readexactly(int(headers["content-length"]))
        self.asked.append((headers | {"request": head[0]}, json.loads(raw), raw))
        await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if self.answers else OK
        if answer is not None:
            writer.write(answer)


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    """A running server on a port of the loopback interface."""
    kept = Gateway()
    server = await asyncio.start_server(kept.called, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        for task in kept.answering:
            task.cancel()
        await asyncio.gather(*kept.answering, return_exceptions=True)
