"""What has a log looked like at a moment that counts, signed, so that nobody can deny it later?

Whoever keeps a checkpoint outside can show any later change of what it covers: an operator who
rewrites history must collect every copy.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import LogCheckpoint, LogHead
from app.platform.audit.sealer import seal_whole
from app.proof.canonical import digest_text
from app.proof.jws import BadToken, Fault, KeyRing, Typ, sign, verify

CLAIMS = {"log": str, "size": int, "root": str, "at": str, "why": str, "prev": str | None}

REST = timedelta(days=1)
"""After this time a log that has grown gets a checkpoint though nothing has happened."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's size and root (hex) at an instant of award time; `prev` is the digest of the
    checkpoint before, so that a removed one is missed.
    """

    log: str
    size: int
    root: str
    at: str
    why: str
    prev: str | None
    token: str


async def checkpoint(
    db: AsyncSession, log: str, why: str, now: datetime, keys: KeyRing
) -> Checkpoint:
    """Seal what this transaction sees of a log, its own acts included, and sign the result.

    A log that has not grown since its last checkpoint keeps that one.
    """
    if keys.active is None:
        raise ValueError("a checkpoint needs a key that signs")
    await db.flush()
    frontier = await seal_whole(db, log)
    before = await db.scalar(newest(log))
    if before is not None and before.size == frontier.size:
        return of_row(before)
    root = frontier.root()
    prev = None if before is None else digest_text(before.token)
    token = sign(
        {
            "log": log,
            "size": frontier.size,
            "root": root.hex(),
            "at": now.isoformat(),
            "why": why,
            "prev": prev,
        },
        typ=Typ.CHECKPOINT,
        key=keys.active,
    )
    row = LogCheckpoint(
        log_key=log, size=frontier.size, root=root, at=now, why=why, prev=prev, token=token
    )
    db.add(row)
    return of_row(row)


def newest(log: str) -> Select[LogCheckpoint]:
    """The last checkpoint of a log."""
    return (
        select(LogCheckpoint)
        .where(LogCheckpoint.log_key == log)
        .order_by(LogCheckpoint.size.desc())
        .limit(1)
    )


def of_row(row: LogCheckpoint) -> Checkpoint:
    """A checkpoint as it is stored; whether the signature holds is not asked."""
    at = row.at.isoformat()
    return Checkpoint(row.log_key, row.size, row.root.hex(), at, row.why, row.prev, row.token)


def read_checkpoint(token: str, ring: KeyRing) -> Checkpoint:
    """What a checkpoint states, if a key of the ring has signed it. Raises BadToken."""
    claims = verify(token, typ=Typ.CHECKPOINT, ring=ring)
    if claims.keys() != CLAIMS.keys():
        raise BadToken(Fault.CLAIMS)
    if any(not isinstance(claims[name], kind) for name, kind in CLAIMS.items()):
        raise BadToken(Fault.CLAIMS)
    return Checkpoint(**claims, token=token)  # type: ignore[arg-type]  # checked by CLAIMS


async def logs_at_rest(db: AsyncSession, now: datetime) -> list[str]:
    """The logs that have grown since their last checkpoint and have had none for a day."""
    last = (
        select(LogCheckpoint.size, LogCheckpoint.at)
        .where(LogCheckpoint.log_key == LogHead.log_key)
        .order_by(LogCheckpoint.size.desc())
        .limit(1)
        .lateral("last")
    )
    due = or_(last.c.size.is_(None), and_(last.c.size < LogHead.size, last.c.at <= now - REST))
    statement = select(LogHead.log_key).outerjoin(last, true()).where(due).order_by(LogHead.log_key)
    return list((await db.scalars(statement)).all())
