"""Between the service and its database: a pipe that can be silent, or cut while a COMMIT is under
way.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

COMMIT = b"COMMIT"


@dataclass
class Proxy:
    """`silent`: not a byte comes back until it ends. `cut` is asked at each COMMIT: None lets it
    through, True cuts the service off with the COMMIT on its way, False before it is sent.
    """

    folder: Path
    target: Path
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    cut: Callable[[], bool | None] = lambda: None
    cuts: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.silent.set()  # set: bytes flow

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            server = await asyncio.open_unix_connection(str(self.target))
            back = asyncio.create_task(self._back(server[0], writer))
            try:
                await self._forth(reader, writer, server[1])
            finally:
                back.cancel()
                server[1].close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.tasks.discard(task)

    async def _forth(
        self,
        reader: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        server: asyncio.StreamWriter,
    ) -> None:
        while octets := await reader.read(65536):
            decided = self.cut() if COMMIT in octets else None
            if decided is not None:
                self.cuts += 1
                client.transport.abort()
                if not decided:
                    return
            server.write(octets)
            await server.drain()
            if decided:
                await asyncio.sleep(0.05)  # the server carries it out before it finds nobody there
                return

    async def _back(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while octets := await reader.read(65536):
            await self.silent.wait()
            client.write(octets)


@asynccontextmanager
async def between(url: str, folder: Path) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the Unix socket of `url`, and the address that leads through it."""
    parts = urlsplit(url)
    where = parse_qs(parts.query)
    name = f".s.PGSQL.{where['port'][0]}"
    proxy = Proxy(folder, Path(where["host"][0]) / name)
    server = await asyncio.start_unix_server(proxy.take, folder / name)
    through = parts._replace(query=f"host={quote(str(folder))}&port={where['port'][0]}").geturl()
    try:
        yield proxy, through
    finally:
        proxy.silent.set()
        server.close()
        for task in list(proxy.tasks):
            task.cancel()
