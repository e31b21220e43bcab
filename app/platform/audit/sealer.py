"""How do committed acts get into the Merkle log?

Acts are written unordered, each in its own transaction. The sealer puts those that are committed
into the log of their matter: one writer at a time for each log, under an advisory lock. An act
that is committed late is sealed later. Inside one batch the order is that of time.
"""

from typing import Any

from sqlalchemy import Text, cast, delete, exists, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import (
    SERVICE_LOG,
    AuditEvent,
    LogHead,
    LogLeaf,
    UnsealedEvent,
)
from app.platform.db.base import Rows, among
from app.proof.merkle import Frontier, leaf_hash

HASH_BYTES = 32
LOGS_AT_ONCE = 50
_LOCKS = 5_120_212
"""The class of the sealer's advisory locks; the second number is a hash of the log's key."""


async def seal(db: AsyncSession, *, log: str | None = None, limit: int) -> int:
    """Put at most `limit` committed acts of one log, or of every log, into their logs.

    A log that somebody else is sealing is waited for where it is named, and else left alone.
    Gives how many acts it has dealt with.
    """
    if log is not None:
        await db.execute(select(func.pg_advisory_xact_lock(_LOCKS, func.hashtext(log))))
        return await _seal_one(db, log, limit)
    sealed = 0
    keys = select(UnsealedEvent.log_key).distinct().order_by(UnsealedEvent.log_key)
    for key in (await db.scalars(keys.limit(LOGS_AT_ONCE))).all():
        free = select(func.pg_try_advisory_xact_lock(_LOCKS, func.hashtext(key)))
        if sealed < limit and await db.scalar(free):
            sealed += await _seal_one(db, key, limit - sealed)
    return sealed


async def seal_whole(db: AsyncSession, log: str) -> Frontier:
    """Seal everything of one log that this transaction sees, and hold the log until its end."""
    while await seal(db, log=log, limit=1_000):
        pass
    return await frontier_of(db, log)


async def frontier_of(db: AsyncSession, log: str) -> Frontier:
    """The right edge of a log as it is stored; an unknown log is empty."""
    head = (
        await db.execute(select(LogHead.size, LogHead.peaks).where(LogHead.log_key == log))
    ).first()
    return Frontier() if head is None else Frontier(head.size, split_peaks(head.peaks))


def split_peaks(peaks: bytes) -> list[bytes]:
    """The stored peaks, one by one."""
    return [peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)]


async def find_missed(db: AsyncSession) -> int:
    """Let the sealer know of acts that have neither leaf nor notice: a look at the whole table,
    for the start of the work. Gives how many there were.
    """
    key = func.coalesce(cast(AuditEvent.log, Text), SERVICE_LOG)
    missed = select(key, AuditEvent.id).where(
        ~exists().where(LogLeaf.event_id == AuditEvent.id),
        ~exists().where(UnsealedEvent.event_id == AuditEvent.id),
    )
    found = await db.execute(
        upsert(UnsealedEvent)
        .from_select(["log_key", "event_id"], missed)
        .on_conflict_do_nothing()
        .returning(literal(1))
    )
    return len(found.all())


def waiting_acts(key: str, limit: int) -> Rows:
    """The acts of a log that wait for their leaf, in order of time, with the leaf that an act
    announced twice has already.
    """
    return (
        select(AuditEvent.id, AuditEvent.body, AuditEvent.salt, LogLeaf.seq)
        .join(UnsealedEvent, UnsealedEvent.event_id == AuditEvent.id)
        .outerjoin(LogLeaf, LogLeaf.event_id == AuditEvent.id)
        .where(UnsealedEvent.log_key == key)
        .order_by(AuditEvent.at, AuditEvent.id)
        .limit(limit)
    )


async def _seal_one(db: AsyncSession, key: str, limit: int) -> int:
    """The log is locked; `limit` bounds the batch."""
    rows = (await db.execute(waiting_acts(key, limit))).all()
    if not rows:
        return 0
    # an act that has its leaf already was announced twice: once is enough
    frontier = await frontier_of(db, key)
    leaves = [_appended(frontier, key, row) for row in rows if row.seq is None]
    if leaves:
        await db.execute(insert(LogLeaf), leaves)
        head = {"size": frontier.size, "peaks": b"".join(frontier.peaks)}
        await db.execute(
            upsert(LogHead)
            .values(log_key=key, **head)
            .on_conflict_do_update(index_elements=[LogHead.log_key], set_=head)
        )
    await db.execute(
        delete(UnsealedEvent).where(
            UnsealedEvent.log_key == key, among(UnsealedEvent.event_id, [row.id for row in rows])
        )
    )
    return len(rows)


def _appended(frontier: Frontier, key: str, event: Any) -> dict[str, Any]:
    leaf = leaf_hash(event.body.encode(), event.salt)
    place = frontier.size
    frontier.append(leaf)
    return {
        "log_key": key,
        "seq": place,
        "event_id": event.id,
        "leaf_hash": leaf,
        "peak": frontier.peaks[-1],
    }
