"""How many requests a second does a server answer, and how long does each wait?

A client over raw sockets, so that it costs far less than what it measures: every connection stays
open, sends one request and waits for its answer, until the time or the requests are up.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.operations import Operation, Tokens, Wish, Wishes

CONNECTIONS = 16


@dataclass(slots=True)
class Measured:
    """One round of one operation on one server; times in seconds."""

    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refused: int = 0
    first_refusal: str = ""

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def written(wish: Wish, tokens: Tokens) -> bytes:
    """The request as octets."""
    headers = {"Host": "award.test", "Content-Length": str(len(wish.body))}
    lines = [f"{wish.method} {wish.path} HTTP/1.1"]
    lines += [
        f"{name}: {value}" for name, value in (headers | wish.headers(tokens.of(wish.who))).items()
    ]
    return "\r\n".join([*lines, "", ""]).encode() + wish.body


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        start = head.find(b"content-length:") + 15
        length = int(head[start : head.index(b"\r", start)])
        return int(head[9:12]), await self.reader.readexactly(length)


async def measure(
    port: int,
    operation: Operation,
    wishes: Wishes,
    tokens: Tokens,
    *,
    seconds: float,
    most: int,
    connections: int = CONNECTIONS,
) -> Measured:
    """Ask for `seconds`, or `most` requests in all, over `connections` connections at once."""
    measured = Measured()
    lanes = [wishes.of(operation, lane, connections) for lane in range(connections)]
    share = -(-most // connections)
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in lanes]
    start = time.perf_counter()

    async def drive(connection: Connection, lane: Iterator[Wish]) -> None:
        for _ in range(share):
            if (began := time.perf_counter()) - start > seconds:
                return
            wish = next(lane)
            status, body = await connection.ask(written(wish, tokens))
            measured.waits.append(time.perf_counter() - began)
            if not 200 <= status < 300:
                measured.refused += 1
                measured.first_refusal = measured.first_refusal or f"{status} {body[:300]!r}"

    await asyncio.gather(
        *(drive(Connection(*pair), lane) for pair, lane in zip(opened, lanes, strict=True))
    )
    measured.seconds = time.perf_counter() - start
    for _, writer in opened:
        writer.close()
    return measured
