"""A service that is told to stop finishes what it has begun, and takes nothing new."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.platform.db import embedded
from app.serving import free_port
from tests.test_serving import start

CLIENTS = 12
FAR = "2031-01-01T00:00:00Z"
BODY = json.dumps({"now": FAR}).encode()
HEAD = (
    "PUT /api/v1/rehearsal/clock HTTP/1.1\r\n"
    "Host: award.test\r\n"
    "Content-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n"
    "Expect: 100-continue\r\n\r\n"
).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "award"
    embedded.remove(embedded.start(tmp_path / "award"))


@dataclass
class Begun:
    """A request that is being carried out: its route waits for the rest of the body."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def at(cls, port: int) -> "Begun":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        return cls(reader, writer)

    async def ended(self) -> bytes:
        """Send the rest; gives everything that came back until the connection was closed."""
        self.writer.write(BODY)
        answer = await self.reader.read()
        self.writer.close()
        return answer


async def refused(port: int, within: float) -> bool:
    """Whether nobody listens any more."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return True
        writer.close()
        await asyncio.sleep(0.05)
    return False


@pytest.mark.parametrize("workers", ["1", "2"])
def test_running_requests_are_finished_before_the_end(folder: Path, workers: str) -> None:
    port = free_port()
    server = start(folder, port, profile="rehearsal", cheap_passwords="true", workers=workers)

    async def story() -> list[bytes]:
        begun = await asyncio.gather(*(Begun.at(port) for _ in range(CLIENTS)))
        server.send_signal(signal.SIGTERM)
        assert await refused(port, within=8), "new callers are kept waiting"
        return await asyncio.gather(*(one.ended() for one in begun))

    answers = asyncio.run(asyncio.wait_for(story(), 30))
    assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * CLIENTS
    assert all(FAR.encode() in answer for answer in answers)
    server.communicate(timeout=20)
    assert server.returncode in {0, -signal.SIGTERM}
    assert embedded.start(folder).started, "the service left its database running"
