"""How is work asked for, taken, and ticked off? At least once, never by two at a time.

A job is asked for in the transaction of the act that needs it. It is taken under a lease, in a
transaction of its own, and ticked off in another: what it does lies between the two, outside any
transaction. Whoever is killed in between leaves a lease that runs out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.errors import Refusal
from app.platform.jobs.models import Job, JobState

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 10
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)
ERROR_LENGTH = 500
LEASE_RAN_OUT = "the lease ran out"


@dataclass(frozen=True, slots=True)
class Taken:
    """A job under a lease of ours; `attempt` counts from 1."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    by: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """Work to be done once under its key."""

    kind: str
    payload: Mapping[str, Any]
    key: str


async def enqueue_all(db: AsyncSession, asked: Sequence[Asked], *, now: datetime) -> None:
    """Ask for several pieces of work in the caller's transaction, in one statement; what has been
    asked for before under its key is passed over. `now` is wall time.
    """
    rows = [
        {
            "id": uuid4(),
            "kind": each.kind,
            "payload": dict(each.payload),
            "key": each.key,
            "created_at": now,
            "run_after": now,
        }
        for each in asked
    ]
    if rows:
        await db.execute(insert(Job).on_conflict_do_nothing(index_elements=[Job.key]), rows)


async def enqueue(
    db: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    key: str | None = None,
) -> bool:
    """Ask for work in the caller's transaction; `now` is wall time. False where the same key has
    been asked for before.
    """
    statement = (
        insert(Job)
        .values(
            id=uuid4(), kind=kind, payload=dict(payload), key=key, created_at=now, run_after=now
        )
        .on_conflict_do_nothing(index_elements=[Job.key])
        .returning(Job.id)
    )
    return await db.scalar(statement) is not None


async def ask(
    db: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    owner: UUID | None,
    result: str,
) -> UUID:
    """Ask for work that somebody waits for; gives the id of the job, under which they can see how
    far it is. `result` is the address of what will come of it; `now` is wall time.
    """
    job_id = uuid4()
    await db.execute(
        insert(Job).values(
            id=job_id,
            kind=kind,
            payload=dict(payload),
            created_at=now,
            run_after=now,
            owner_id=owner,
            result=result,
        )
    )
    return job_id


async def take(
    db: AsyncSession, kinds: Collection[str], *, by: UUID, now: datetime, limit: int
) -> list[Taken]:
    """Take what is due, the longest due first; jobs that others are taking are passed over."""
    due = (
        select(Job.id)
        .where(Job.state == JobState.WAITING, Job.run_after <= now, Job.kind.in_(kinds))
        .order_by(Job.run_after)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = await db.execute(
        update(Job)
        .where(Job.id.in_(select(due.c.id)))
        .values(
            state=JobState.LEASED,
            lease_until=now + LEASE,
            lease_by=by,
            attempts=Job.attempts + 1,
        )
        .returning(Job.id, Job.kind, Job.payload, Job.attempts)
        .execution_options(synchronize_session=False)
    )
    return [Taken(row.id, row.kind, row.payload, row.attempts, by) for row in rows]


async def tick_off(db: AsyncSession, job: Taken) -> bool:
    """The job is done. False where the lease was lost meanwhile: somebody else does it again."""
    return await _release(db, job, {"state": JobState.DONE, "last_error": None})


async def give_back(db: AsyncSession, job: Taken, error: str, now: datetime) -> bool:
    """The job has failed: again after a growing delay, or never after MOST_ATTEMPTS."""
    over = job.attempt >= MOST_ATTEMPTS
    then = {
        "state": JobState.FAILED if over else JobState.WAITING,
        "run_after": now + delay(job.attempt),
        "last_error": error.replace("\x00", "")[:ERROR_LENGTH],
    }
    return await _release(db, job, then)


async def give_up(db: AsyncSession, job: Taken, refused: Refusal) -> bool:
    """The job was refused: it would be every time, so whoever asked is told why."""
    told = {
        "code": refused.code,
        "zh": refused.sentence("zh"),
        "en": refused.sentence("en"),
    }
    then = {"state": JobState.FAILED, "refusal": told, "last_error": str(refused)[:ERROR_LENGTH]}
    return await _release(db, job, then)


def delay(attempt: int) -> timedelta:
    """How long to wait after the n-th attempt: 2 s, 8 s, 32 s, … at most an hour."""
    factor: int = 4 ** min(attempt - 1, 10)
    return min(FIRST_DELAY * factor, LONGEST_DELAY)


async def sweep(db: AsyncSession, now: datetime) -> int:
    """Leases that have run out: whoever held them is gone. Gives how many there were."""
    over = Job.attempts >= MOST_ATTEMPTS
    rows = await db.execute(
        update(Job)
        .where(Job.state == JobState.LEASED, Job.lease_until <= now)
        .values(
            state=case((over, JobState.FAILED), else_=JobState.WAITING),
            run_after=now,
            lease_until=None,
            lease_by=None,
            last_error=LEASE_RAN_OUT,
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


def _ours(job: Taken) -> ColumnElement[bool]:
    """The attempt is part of it: the same worker may have taken the job again since."""
    return (
        (Job.id == job.id)
        & (Job.state == JobState.LEASED)
        & (Job.lease_by == job.by)
        & (Job.attempts == job.attempt)
    )


async def _release(db: AsyncSession, job: Taken, then: dict[str, Any]) -> bool:
    rows = await db.execute(
        update(Job)
        .where(_ours(job))
        .values(lease_until=None, lease_by=None, **then)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return rows.first() is not None
