"""Acts to seal, and somebody who owns the database and obeys no trigger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from app.platform.audit.models import AuditEvent, LogLeaf
from app.platform.audit.record import record
from app.platform.db.embedded import APP_ROLE, SUPERUSER
from app.platform.security.permission import Actor
from app.wiring import POLICY


def act(db: AsyncSession, log: UUID | None, now: datetime, what: str = "stage:open") -> str:
    """One act of somebody in this log; gives its leaf hash."""
    actor = Actor(POLICY, uuid4(), uuid4())
    return record(
        db, actor, what, subject=uuid4(), now=now, log=log, before="planned", after="open"
    )


async def acts_of(db: AsyncSession, log: UUID | None) -> list[UUID]:
    """The acts of a log in the order in which they are sealed."""
    rows = await db.scalars(
        select(AuditEvent.id)
        .join(LogLeaf, LogLeaf.event_id == AuditEvent.id)
        .where(AuditEvent.log == log)
        .order_by(LogLeaf.seq)
    )
    return list(rows)


@asynccontextmanager
async def intruder(url: str) -> AsyncIterator[AsyncSession]:
    """A transaction of the superuser in which neither triggers nor foreign keys hold."""
    engine = create_async_engine(url.replace(APP_ROLE, SUPERUSER), poolclass=NullPool)
    try:
        async with AsyncSession(engine) as db, db.begin():
            await db.execute(text("SET LOCAL session_replication_role = replica"))
            yield db
    finally:
        await engine.dispose()
