"""What does one moment of the database look like: its logs, and the files that it names?"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.keeping.archive import LogState
from app.keeping.refusals import NothingToKeep, SchemaUnknown
from app.platform.audit.models import LogCheckpoint, LogHead
from app.platform.audit.sealer import split_peaks
from app.platform.db.engine import AWAY, DatabaseAwayError
from app.platform.db.installation import Installation, Purpose
from app.platform.db.revision import known_revisions
from app.platform.files.contents import lying
from app.proof.merkle import Frontier
from app.wiring import CONTENTS

PATIENT = {
    "statement_timeout": "0",
    "lock_timeout": "30000",
    "idle_in_transaction_session_timeout": "0",
}
"""A snapshot is held open for as long as pg_dump reads."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one transaction sees, and the name under which pg_dump sees the same; `files` are the
    SHA-256 (hex) and the size in bytes of what the database names.
    """

    name: str
    postgresql: int
    revision: str
    purpose: Purpose
    logs: tuple[LogState, ...]
    files: dict[str, int]


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction that only reads, and always sees the same. Raises DatabaseAwayError."""
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"server_settings": PATIENT, "timeout": 10}
    )
    engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with _reached():
            db = await engine.connect()
        try:
            yield db
        finally:
            await db.close()
    finally:
        await engine.dispose()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (*AWAY, asyncpg.PostgresError) as away:
        raise DatabaseAwayError(f"连接不上数据库：{away or type(away).__name__}") from away


async def look(db: AsyncConnection) -> Snapshot:
    """Everything a backup must know of the moment. Raises NothingToKeep, SchemaUnknown."""
    if await db.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        raise NothingToKeep("这个数据库还没有由本服务建表，没有可备份的内容。")
    revision = await db.scalar(text("SELECT version_num FROM alembic_version"))
    if revision not in known_revisions():
        raise SchemaUnknown(
            f"数据库的结构是 {revision}，由更新版本的服务建立；请用那个版本来备份。"
        )
    purpose = await db.scalar(select(Installation.purpose))
    if purpose is None:
        raise NothingToKeep("服务还没有在这个数据库上启动过，没有可备份的内容。")
    return Snapshot(
        name=str(await db.scalar(text("SELECT pg_export_snapshot()"))),
        postgresql=int(str(await db.scalar(text("SHOW server_version_num")))),
        revision=str(revision),
        purpose=Purpose(purpose),
        logs=await log_states(db),
        files=await files_named(db),
    )


async def files_named(db: AsyncConnection) -> dict[str, int]:
    """The size of every content that must lie in the store, by its digest; one statement."""
    return {row.sha256: row.size for row in await db.execute(lying(CONTENTS))}


async def log_states(db: AsyncConnection) -> tuple[LogState, ...]:
    """Size, root and newest checkpoint of every sealed log; one statement."""
    last = (
        select(LogCheckpoint.log_key, LogCheckpoint.size, LogCheckpoint.token)
        .ext(distinct_on(LogCheckpoint.log_key))
        .order_by(LogCheckpoint.log_key, LogCheckpoint.size.desc())
        .subquery()
    )
    rows = await db.execute(
        select(
            func.coalesce(LogHead.log_key, last.c.log_key).label("log"),
            func.coalesce(LogHead.size, 0).label("grown"),
            func.coalesce(LogHead.peaks, b"").label("peaks"),
            last.c.size,
            last.c.token,
        )
        .select_from(LogHead)
        .outerjoin(last, last.c.log_key == LogHead.log_key, full=True)
        .order_by("log")
    )
    return tuple(
        LogState(
            log=row.log,
            size=row.grown,
            root=Frontier(row.grown, split_peaks(row.peaks)).root().hex(),
            checkpoint_size=row.size,
            checkpoint=row.token,
        )
        for row in rows
    )
