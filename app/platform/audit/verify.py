"""Has anything in the logs been changed? Computed anew from the acts themselves.

Whoever owns the database may have dropped the triggers and changed every table. What they cannot
change is a checkpoint that somebody else has kept.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.checkpoints import Checkpoint, of_row, read_checkpoint
from app.platform.audit.models import (
    AuditEvent,
    LogCheckpoint,
    LogHead,
    LogLeaf,
    UnsealedEvent,
    log_key,
)
from app.platform.audit.walk import Code, Event, Finding, Leaf, Walk, finding
from app.proof.canonical import digest_text
from app.proof.jws import BadToken, KeyRing

PAGE = 2_000
"""Rows read at a time: memory does not grow with the log."""

Progress = Callable[[int, int], None]
"""Told how many rows of how many have been read."""

COLUMNS = [getattr(AuditEvent, name) for name in Event.__dataclass_fields__ if name != "id"]
LEAVES = select(
    LogLeaf.seq,
    LogLeaf.event_id,
    LogLeaf.leaf_hash,
    LogLeaf.peak,
    AuditEvent.id.label("found"),
    *COLUMNS,
).outerjoin(AuditEvent, AuditEvent.id == LogLeaf.event_id)


async def verify(
    db: AsyncSession,
    ring: KeyRing,
    *,
    kept_outside: Sequence[str] = (),
    progress: Progress = lambda _done, _total: None,
) -> list[Finding]:
    """Everything that is wrong with the sealed logs; an empty list when all is well.

    `ring` holds the keys whose checkpoints count, `kept_outside` checkpoint tokens that somebody
    has kept. Work that goes on meanwhile is not mistaken for a change.
    """
    findings: list[Finding] = []
    outside = list(_read_all(kept_outside, ring, findings))
    count = await _Count.of(db, progress)
    for log in sorted({*await _logs(db), *(point.log for point in outside)}):
        stored = await _checkpoints(db, ring, log, findings)
        walk = Walk(log, [*stored, *(point for point in outside if point.log == log)])
        bound, size, peaks = await _edge(db, log)
        async for leaves in _pages(db, log, bound):
            for leaf in leaves:
                walk.step(leaf)
            count.add(len(leaves))
        walk.end(size, peaks)
        findings += walk.findings
    async for rows in _acts(db):
        findings += (
            finding(Code.UNSEALED, log_key(row.log), None, row.id)
            for row in rows
            if not (row.sealed or row.waiting)
        )
        count.add(len(rows))
    return findings + await _lost_before_sealing(db)


@dataclass
class _Count:
    """Tells how far the reading is; what is added meanwhile does not push it beyond the end."""

    total: int
    progress: Progress
    done: int = 0

    @classmethod
    async def of(cls, db: AsyncSession, progress: Progress) -> "_Count":
        sizes = [select(func.count()).select_from(table) for table in (LogLeaf, AuditEvent)]
        return cls(sum([await db.scalar(size) or 0 for size in sizes]), progress)

    def add(self, rows: int) -> None:
        self.done = min(self.done + rows, self.total)
        self.progress(self.done, self.total)


def _read_all(
    tokens: Iterable[str], ring: KeyRing, findings: list[Finding]
) -> Iterable[Checkpoint]:
    for token in tokens:
        try:
            yield read_checkpoint(token, ring)
        except BadToken:
            findings.append(finding(Code.CHECKPOINT_FOREIGN, "?"))


async def _logs(db: AsyncSession) -> Sequence[str]:
    """Every log that anything speaks of."""
    named = union(*(select(t.log_key) for t in (LogHead, LogCheckpoint, LogLeaf)))
    return (await db.scalars(named)).all()


async def _checkpoints(
    db: AsyncSession, ring: KeyRing, log: str, findings: list[Finding]
) -> list[Checkpoint]:
    """The stored checkpoints of a log whose signatures hold; what is wrong with the others."""
    statement = (
        select(LogCheckpoint)
        .where(LogCheckpoint.log_key == log)
        .order_by(LogCheckpoint.size)
        .execution_options(populate_existing=True)
    )
    rows = (await db.scalars(statement)).all()
    sound = []
    for before, row in pairwise([None, *rows]):
        assert row is not None  # noqa: S101  only the first of the first pair is None
        try:
            stated = read_checkpoint(row.token, ring)
        except BadToken:
            stated = None
        if stated is None or stated != of_row(row):
            findings.append(finding(Code.CHECKPOINT_FOREIGN, log, row.size))
        else:
            sound.append(stated)
        if row.prev != (None if before is None else digest_text(before.token)):
            findings.append(finding(Code.CHECKPOINT_MISSING, log, row.size, size=row.size))
    return sound


async def _edge(db: AsyncSession, log: str) -> tuple[int, int, bytes]:
    """The place after the last leaf, and the stored head: one statement, so that they agree while
    the log grows.
    """
    last = select(func.max(LogLeaf.seq)).where(LogLeaf.log_key == log).scalar_subquery()
    size = select(LogHead.size).where(LogHead.log_key == log).scalar_subquery()
    peaks = select(LogHead.peaks).where(LogHead.log_key == log).scalar_subquery()
    row = (await db.execute(select(last, size, peaks))).one()
    return (-1 if row[0] is None else row[0]) + 1, row[1] or 0, row[2] or b""


async def _pages(db: AsyncSession, log: str, bound: int) -> AsyncIterator[list[Leaf]]:
    statement = LEAVES.where(LogLeaf.log_key == log, LogLeaf.seq < bound)
    statement = statement.order_by(LogLeaf.seq).limit(PAGE)
    rows = (await db.execute(statement)).all()
    while rows:
        yield [_leaf(row) for row in rows]
        rows = (await db.execute(statement.where(LogLeaf.seq > rows[-1].seq))).all()


def _leaf(row: Any) -> Leaf:
    event = None
    if row.found is not None:
        event = Event(row.found, *(getattr(row, column.key) for column in COLUMNS))
    return Leaf(row.seq, row.event_id, row.leaf_hash, row.peak, event)


async def _acts(db: AsyncSession) -> AsyncIterator[Sequence[Any]]:
    """Every act, and whether it has a leaf or waits for one."""
    statement = select(
        AuditEvent.id,
        AuditEvent.log,
        exists().where(LogLeaf.event_id == AuditEvent.id).label("sealed"),
        exists().where(UnsealedEvent.event_id == AuditEvent.id).label("waiting"),
    )
    statement = statement.order_by(AuditEvent.id).limit(PAGE)
    rows = (await db.execute(statement)).all()
    while rows:
        yield rows
        rows = (await db.execute(statement.where(AuditEvent.id > rows[-1].id))).all()


async def _lost_before_sealing(db: AsyncSession) -> list[Finding]:
    """Acts that were announced to the sealer, and are gone."""
    gone: dict[UUID, str] = {
        row.event_id: row.log_key
        for row in await db.execute(
            select(UnsealedEvent.event_id, UnsealedEvent.log_key).where(
                ~exists().where(AuditEvent.id == UnsealedEvent.event_id)
            )
        )
    }
    return [finding(Code.DELETED, log, None, event) for event, log in gone.items()]
