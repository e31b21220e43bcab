"""How does the service reach its database?

Two pools. The writing one opens ordinary transactions; the reading one is read-only by a setting
of the connection, so the database itself refuses a write, and runs in autocommit, so that one
statement costs one round trip.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.platform.db.prepared import Direct

TIMEOUTS = {
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
}
FIRST_ANSWER = 2.0  # seconds within which a healthy database answers the look-up of a session
FAREWELL = 0.5
ANSWER_OF_A_REQUEST = 4.0  # seconds after which the server ends a statement of a web request
ANSWER = 15.0  # the same for work that nobody waits for
SILENCE = 1.0  # so much later it counts as silent: it would have ended the statement itself
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


class DatabaseAwayError(ConnectionError):
    """The database cannot be reached, or does not answer."""


class Pulse:
    """Whether the database answers at all. A request waits for its turn as long as others are
    answered; where nobody has been for a while, all that wait are told at once.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Timeout] = set()
        self._extended = 0.0

    @asynccontextmanager
    async def expected(self) -> AsyncIterator[None]:
        """The first statement of a request, over a connection that may be hung: it is answered, or
        DatabaseAwayError is raised when nobody has been answered for so long.
        """
        try:
            async with asyncio.timeout(FIRST_ANSWER) as limit:
                self._waiting.add(limit)
                try:
                    yield
                finally:
                    self._waiting.discard(limit)
        except TimeoutError as silent:
            raise DatabaseAwayError(f"数据库在 {FIRST_ANSWER:.0f} 秒内没有回答。") from silent
        self._beat(asyncio.get_running_loop().time())

    def _beat(self, now: float) -> None:
        if now - self._extended > FIRST_ANSWER / 8:
            self._extended = now
            for limit in self._waiting:
                if not limit.expired():
                    limit.reschedule(now + FIRST_ANSWER)


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that does not wait long for the goodbye of a silent server."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  asyncpg's own
        await super().close(timeout=min(timeout or FAREWELL, FAREWELL))


async def _connect(*where: Any, **settings: Any) -> Any:
    try:
        return await asyncpg.connect(*where, connection_class=_Connection, **settings)
    except AWAY as away:
        raise DatabaseAwayError(f"连接不上数据库：{away or type(away).__name__}") from away


@dataclass(frozen=True, slots=True)
class Database:
    """The two pools of one web worker."""

    write_engine: AsyncEngine
    read_engine: AsyncEngine
    _writers: async_sessionmaker[AsyncSession]
    _readers: async_sessionmaker[AsyncSession]
    pulse: Pulse = field(default_factory=Pulse)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 8, answer: float = ANSWER) -> "Database":
        """Make the pools; a connection is opened when the first request needs one. No statement
        may take longer than `answer`, in seconds.
        """
        timeouts = TIMEOUTS | {"statement_timeout": str(int(answer * 1000))}

        def engine(*, read_only: bool) -> AsyncEngine:
            settings = timeouts | ({"default_transaction_read_only": "on"} if read_only else {})
            return create_async_engine(
                url,
                pool_size=pool_size,
                max_overflow=0,
                hide_parameters=True,  # what is stored has no place in an error's text
                pool_timeout=10,
                isolation_level="AUTOCOMMIT" if read_only else "READ COMMITTED",
                json_deserializer=from_json,  # three times as fast as Python's own
                connect_args={
                    "server_settings": settings,
                    "timeout": FIRST_ANSWER,
                    "command_timeout": answer + SILENCE,
                    "async_creator_fn": _connect,
                },
            )

        write, read = engine(read_only=False), engine(read_only=True)
        return cls(
            write,
            read,
            async_sessionmaker(write, expire_on_commit=False),
            async_sessionmaker(read, expire_on_commit=False, autoflush=False),
        )

    @asynccontextmanager
    async def writing(
        self, *, keep: bool = True, serializable: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        With `keep=False` it is rolled back in any case: everything is tried and nothing stays.
        """
        async with self._writers() as session:
            if serializable:
                await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
            yield session
            if keep:
                await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that cannot write."""
        async with self._readers() as session:
            yield session

    def writing_directly(self, *, keep: bool = True) -> Direct:
        """One transaction like `writing`, without a session: for prepared statements alone."""
        return Direct(self.write_engine, writes=True, keep=keep)

    def reading_directly(self) -> Direct:
        """Like `reading`, without a session: for prepared statements alone."""
        return Direct(self.read_engine, writes=False)

    async def close(self) -> None:
        await self.write_engine.dispose()
        await self.read_engine.dispose()
