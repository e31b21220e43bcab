"""A client over raw sockets: it knows whether an answer came, and many of them start at once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from tests.factories import Caller

T = TypeVar("T")
LOST = (OSError, asyncio.IncompleteReadError, TimeoutError)
"""No answer came: whether the request was carried out is unknown."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The code of a problem, or the one reason that stands against it."""
        problem = self.json
        return problem.get("code") if isinstance(problem, dict) else None


class Client:
    """One kept-alive connection, opened anew where it broke."""

    def __init__(self, port: int, patience: float = 60.0) -> None:
        self.port, self.patience = port, patience
        self.pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def connect(self) -> "Client":
        if self.pipe is None:
            self.pipe = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    def close(self) -> None:
        if self.pipe is not None:
            self.pipe[1].close()
            self.pipe = None

    async def ask(
        self,
        method: str,
        path: str,
        caller: Caller | None = None,
        body: object = None,
        **headers: str,
    ) -> Answer:
        """The answer, or one of LOST."""
        content = b"" if body is None else json.dumps(body).encode()
        wanted = dict(caller.auth["headers"]) if caller else {}
        if method == "POST":
            wanted["Idempotency-Key"] = uuid4().hex
        wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
        wanted |= {"Host": "award.test", "Content-Length": str(len(content))}
        if content:
            wanted["Content-Type"] = "application/json"
        lines = [f"{method} /api/v1{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in wanted.items()]
        octets = "\r\n".join([*lines, "", ""]).encode() + content
        try:
            async with asyncio.timeout(self.patience):
                return await self._exchange(octets)
        except BaseException:
            self.close()
            raise

    async def _exchange(self, octets: bytes) -> Answer:
        await self.connect()
        assert self.pipe is not None
        reader, writer = self.pipe
        writer.write(octets)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(first.split()[1]), headers, body)


async def together(port: int, count: int, ask: Callable[[Client, int], Awaitable[T]]) -> list[T]:
    """`count` clients, each on a connection of its own that stands before the first one asks."""
    clients = [await Client(port).connect() for _ in range(count)]
    try:
        return list(await asyncio.gather(*(ask(one, n) for n, one in enumerate(clients))))
    finally:
        for client in clients:
            client.close()
