"""How does the service reach its database?

Two pools. The writing one opens ordinary transactions; the reading one is read-only by a setting
of the connection, so the database itself refuses a write, and runs in autocommit, so that one
statement costs one round trip.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

TIMEOUTS = {
    "statement_timeout": "15000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Database:
    """The two pools of one web worker."""

    write_engine: AsyncEngine
    read_engine: AsyncEngine
    _writers: async_sessionmaker[AsyncSession]
    _readers: async_sessionmaker[AsyncSession]

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 8) -> "Database":
        """Make the pools; a connection is opened when the first request needs one."""

        def engine(*, read_only: bool) -> AsyncEngine:
            settings = TIMEOUTS | ({"default_transaction_read_only": "on"} if read_only else {})
            return create_async_engine(
                url,
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=10,
                isolation_level="AUTOCOMMIT" if read_only else "READ COMMITTED",
                connect_args={"server_settings": settings},
            )

        write, read = engine(read_only=False), engine(read_only=True)
        return cls(
            write,
            read,
            async_sessionmaker(write, expire_on_commit=False),
            async_sessionmaker(read, expire_on_commit=False, autoflush=False),
        )

    @asynccontextmanager
    async def writing(self, *, keep: bool = True) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        With `keep=False` it is rolled back in any case: everything is tried and nothing stays.
        """
        async with self._writers() as session:
            yield session
            if keep:
                await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that cannot write."""
        async with self._readers() as session:
            yield session

    async def close(self) -> None:
        await self.write_engine.dispose()
        await self.read_engine.dispose()
