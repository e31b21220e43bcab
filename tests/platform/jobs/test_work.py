"""The work process: it seals, does jobs, and outlives faults."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.platform.audit.models import LogCheckpoint, LogLeaf
from app.platform.db.engine import Database
from app.platform.ground import Ground
from app.platform.jobs import work as working
from app.platform.jobs.models import Job, JobState
from app.platform.jobs.queue import enqueue
from app.platform.jobs.work import Tasks, work
from tests.platform.audit.acts import act, intruder

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own(ground: Ground, fresh_database_url: str) -> AsyncIterator[Ground]:
    """A ground with a database of its own: the work is on everything that lies there."""
    database = Database.connect(fresh_database_url, pool_size=4)
    yield replace(ground, database=database)
    await database.close()


@asynccontextmanager
async def at_work(ground: Ground, tasks: Tasks, apart: tuple[str, ...] = ()) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working_ = asyncio.create_task(work(ground, tasks, stop, apart=apart))
    yield
    stop.set()
    await asyncio.wait_for(working_, 5)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  the database tells no event
            await asyncio.sleep(0.05)


async def state_of(ground: Ground, key: str) -> Job:
    async with ground.database.reading() as db:
        return (await db.scalars(select(Job).where(Job.key == key))).one()


async def ask(ground: Ground, kind: str, key: str) -> None:
    async with ground.database.writing() as db:
        await enqueue(db, kind, {"key": key}, now=ground.clock(), key=key)


async def test_acts_are_sealed_within_two_seconds_and_get_a_checkpoint(own: Ground) -> None:
    log = uuid4()

    async def sealed() -> bool:
        async with own.database.reading() as db:
            return await db.scalar(select(LogLeaf.seq).where(LogLeaf.log_key == str(log))) == 0

    async with own.database.writing() as db:
        act(db, log, own.clock())
    async with at_work(own, {}):
        await until(sealed, 2)
    await working.give_checkpoints(own)
    async with own.database.reading() as db:
        point = (await db.scalars(select(LogCheckpoint))).one()
    assert (point.log_key, point.size, point.why) == (str(log), 1, "daily")


async def test_jobs_are_done_side_by_side_and_failures_are_kept(own: Ground) -> None:
    done: list[str] = []
    together = asyncio.Barrier(2)

    async def good(ground: Ground, payload: Mapping[str, Any]) -> None:
        assert ground is own
        await together.wait()
        done.append(payload["key"])

    async def bad(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground, payload
        raise LookupError("nobody there")

    for kind, key in (("good", "a"), ("good", "b"), ("bad", "c"), ("unknown", "d")):
        await ask(own, kind, key)

    async def settled() -> bool:
        return len(done) == 2 and (await state_of(own, "c")).last_error is not None

    async with at_work(own, {"good": good, "bad": bad}):
        await until(settled)
    assert sorted(done) == ["a", "b"]
    assert (await state_of(own, "a")).state == JobState.DONE
    failed = await state_of(own, "c")
    assert (failed.state, failed.last_error) == (JobState.WAITING, "LookupError: nobody there")
    untouched = await state_of(own, "d")
    assert (untouched.state, untouched.attempts) == (JobState.WAITING, 0)


async def test_endless_job_is_broken_off_while_its_lease_holds(
    own: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "LONGEST_JOB", working.LONGEST_JOB / 450)  # 0.1 s

    async def endless(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground, payload
        await asyncio.sleep(3600)

    await ask(own, "endless", "a")
    assert await working.do_jobs(own, {"endless": endless}, uuid4()) == 1
    job = await state_of(own, "a")
    assert (job.state, job.lease_by) == (JobState.WAITING, None)
    assert (job.last_error or "").startswith("TimeoutError")


async def test_slow_jobs_keep_no_act_from_being_sealed(own: Ground) -> None:
    log, go_on = uuid4(), asyncio.Event()

    async def slow(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground, payload
        await go_on.wait()

    async def sealed() -> bool:
        async with own.database.reading() as db:
            return await db.scalar(select(LogLeaf.seq).where(LogLeaf.log_key == str(log))) == 0

    async def leased() -> bool:
        return (await state_of(own, "a")).state == JobState.LEASED

    await ask(own, "slow", "a")
    async with at_work(own, {"slow": slow}):
        await until(leased)
        async with own.database.writing() as db:
            act(db, log, own.clock())
        await until(sealed, 2)
        go_on.set()
    assert (await state_of(own, "a")).state == JobState.DONE


async def test_far_machine_that_does_not_answer_keeps_no_other_work_waiting(own: Ground) -> None:
    go_on = asyncio.Event()

    async def far(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground, payload
        await go_on.wait()

    async def near(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground, payload

    async def leased() -> bool:
        return (await state_of(own, "mail")).state == JobState.LEASED

    async def done() -> bool:
        return (await state_of(own, "check")).state == JobState.DONE

    await ask(own, "far", "mail")
    async with at_work(own, {"near": near, "far": far}, apart=("far", "nobody's")):
        await until(leased)
        await ask(own, "near", "check")
        await until(done)
        go_on.set()
    assert (await state_of(own, "mail")).state == JobState.DONE


async def test_broken_connections_are_waited_out(
    own: Ground, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "PAUSE_AFTER_FAULT", 0.2)
    done: list[str] = []

    async def good(ground: Ground, payload: Mapping[str, Any]) -> None:
        del ground
        done.append(payload["key"])

    async def both() -> bool:
        return done == ["a", "b"]

    async def first() -> bool:
        return done == ["a"]

    cut = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    await ask(own, "good", "a")
    async with at_work(own, {"good": good}):
        await until(first)
        async with intruder(fresh_database_url) as db:
            await db.execute(text(cut))
        async with intruder(fresh_database_url) as db:
            await enqueue(db, "good", {"key": "b"}, now=own.clock(), key="b")
        await until(both, 8)
