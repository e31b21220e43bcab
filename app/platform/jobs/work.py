"""What does the work process do all day? It seals the log, and does the jobs that are due.

All of it goes on side by side: a mail server that does not answer keeps no act from being sealed,
and no file from being checked. A fault of the database is waited out.
"""

import asyncio
import logging
from asyncio import Event
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.checkpoints import checkpoint, logs_at_rest
from app.platform.audit.sealer import find_missed, seal
from app.platform.db.installation import clock_shift
from app.platform.errors import Refusal
from app.platform.ground import Ground
from app.platform.jobs.queue import LEASE, Taken, give_back, give_up, sweep, take, tick_off

LOG = logging.getLogger("quality_award")

Task = Callable[[Ground, Mapping[str, Any]], Awaitable[None]]
"""How one kind of job is done, given its payload; an exception means: not done."""

Tasks = Mapping[str, Task]

PAUSE, PAUSE_AFTER_FAULT, PAUSE_OF_CHECKPOINTS = 0.5, 2.0, 60.0  # seconds
SEALED_AT_ONCE, TAKEN_AT_ONCE = 1_000, 8
LONGEST_JOB = LEASE * 3 / 4
"""A job is broken off while its lease still holds, so that nobody else does it at that time."""


Round = tuple[Callable[[Ground], Awaitable[int]], float]
"""What is looked after now and again, and the seconds between two looks."""


async def work(
    ground: Ground,
    tasks: Tasks,
    stop: Event,
    rounds: Sequence[Round] = (),
    *,
    apart: Collection[str] = (),
) -> None:
    """Seal, do jobs, and give checkpoints to logs at rest, until `stop`. What is in hand is ended.

    Jobs of a kind that `tasks` does not name are left to others. `rounds` are made beside. Kinds
    `apart` wait for somebody else's machine: no other kind waits for them.
    """
    me = uuid4()
    near = {kind: task for kind, task in tasks.items() if kind not in apart}
    lanes = [near, *({kind: tasks[kind]} for kind in apart if kind in tasks)]
    await _until(stop, partial(find_missed_acts, ground), PAUSE_AFTER_FAULT, once=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(_until(stop, partial(seal_acts, ground), PAUSE))
        for lane in lanes:
            group.create_task(_until(stop, partial(do_jobs, ground, lane, me), PAUSE))
        group.create_task(_until(stop, partial(give_checkpoints, ground), PAUSE_OF_CHECKPOINTS))
        for turn, pause in rounds:
            group.create_task(_until(stop, partial(turn, ground), pause))


async def find_missed_acts(ground: Ground) -> int:
    """Acts that nobody announced to the sealer."""
    async with ground.database.writing() as db:
        return await find_missed(db)


async def seal_acts(ground: Ground) -> int:
    """Seal one batch; gives how many acts it held."""
    async with ground.database.writing() as db:
        return await seal(db, limit=SEALED_AT_ONCE)


async def do_jobs(ground: Ground, tasks: Tasks, me: UUID) -> int:
    """Take what is due and do it, each outside any transaction; gives how many were taken."""
    now = ground.clock()
    async with ground.database.writing() as db:
        await sweep(db, now)
        taken = await take(db, list(tasks), by=me, now=now, limit=TAKEN_AT_ONCE)
    await asyncio.gather(*(_do(ground, tasks[job.kind], job) for job in taken))
    return len(taken)


async def give_checkpoints(ground: Ground) -> int:
    """A checkpoint for every log that has grown and had none for a day; always gives 0, so that
    the next look comes after a pause.
    """
    async with ground.database.reading() as db:
        now = await award_time(db, ground)
        logs = await logs_at_rest(db, now)
    for log in logs:
        async with ground.database.writing() as db:
            await checkpoint(db, log, "daily", now, ground.keys)
    return 0


async def award_time(db: AsyncSession, ground: Ground) -> datetime:
    """What time it is for the award; another than the machine's in a rehearsal only."""
    shift: timedelta | None = await db.scalar(select(clock_shift)) if ground.rehearsal else None
    return ground.clock() + (shift or timedelta())


async def _do(ground: Ground, task: Task, job: Taken) -> None:
    try:
        async with asyncio.timeout(LONGEST_JOB.total_seconds()):
            await task(ground, job.payload)
    except Refusal as refused:
        LOG.warning("job %s of kind %s was refused: %s", job.id, job.kind, refused.code)
        async with ground.database.writing() as db:
            await give_up(db, job, refused)
        return
    except Exception as fault:
        LOG.exception("job %s of kind %s, attempt %d, failed", job.id, job.kind, job.attempt)
        async with ground.database.writing() as db:
            await give_back(db, job, f"{type(fault).__name__}: {fault}", ground.clock())
        return
    async with ground.database.writing() as db:
        await tick_off(db, job)


async def _until(
    stop: Event, turn: Callable[[], Awaitable[int]], pause: float, *, once: bool = False
) -> None:
    """Turn after turn; a pause where there was nothing to do, a longer one after a fault."""
    while not stop.is_set():
        rest = pause
        try:
            if await turn() and not once:
                continue
            if once:
                return
        except Exception:
            LOG.exception("a turn of the work failed")
            rest = max(pause, PAUSE_AFTER_FAULT)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)
