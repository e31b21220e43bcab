"""Work is asked for in a transaction, taken by one, and never lost."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.ground import Ground
from app.platform.jobs.models import Job, JobState
from app.platform.jobs.queue import (
    LEASE,
    LEASE_RAN_OUT,
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    Taken,
    delay,
    enqueue,
    give_back,
    sweep,
    take,
    tick_off,
)
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    """A kind of job that no other test asks for."""
    return f"kind-{uuid4().hex}"


async def asked(ground: Ground, kind: str, count: int = 1) -> None:
    async with ground.database.writing() as db:
        for n in range(count):
            await enqueue(db, kind, {"n": n}, now=ground.clock())


async def taken(
    ground: Ground, kind: str, *, by: UUID | None = None, limit: int = 10
) -> list[Taken]:
    async with ground.database.writing() as db:
        return await take(db, [kind], by=by or uuid4(), now=ground.clock(), limit=limit)


async def row(db: AsyncSession, kind: str) -> Job:
    statement = select(Job).where(Job.kind == kind).execution_options(populate_existing=True)
    return (await db.scalars(statement)).one()


async def test_job_of_a_transaction_that_fails_does_not_exist(ground: Ground, kind: str) -> None:
    async with ground.database.writing(keep=False) as db:
        assert await enqueue(db, kind, {}, now=ground.clock())
    assert await taken(ground, kind) == []


async def test_same_key_is_asked_for_once(ground: Ground, kind: str) -> None:
    async with ground.database.writing() as db:
        assert await enqueue(db, kind, {}, now=ground.clock(), key=kind)
        assert not await enqueue(db, kind, {}, now=ground.clock(), key=kind)
    assert len(await taken(ground, kind)) == 1


async def test_job_is_taken_by_one_and_ticked_off(
    ground: Ground, db: AsyncSession, kind: str
) -> None:
    await asked(ground, kind)
    (job,) = await taken(ground, kind)
    assert (job.payload, job.attempt) == ({"n": 0}, 1)
    assert await taken(ground, kind) == []
    async with ground.database.writing() as one:
        assert await tick_off(one, job)
        assert not await tick_off(one, job), "it is done already"
    assert (await row(db, kind)).state == JobState.DONE


async def test_parallel_workers_never_take_the_same_job(ground: Ground, kind: str) -> None:
    await asked(ground, kind, 60)

    async def worker() -> list[UUID]:
        mine: list[UUID] = []
        while some := await taken(ground, kind, limit=5):
            mine += [job.id for job in some]
        return mine

    done = [job for jobs in await asyncio.gather(*(worker() for _ in range(4))) for job in jobs]
    assert len(done) == len(set(done)) == 60


async def test_batch_is_no_larger_than_asked_for_and_the_longest_due_first(
    ground: Ground, kind: str, clock: MovableClock
) -> None:
    for n in range(3):
        clock.move(seconds=1)
        async with ground.database.writing() as db:
            await enqueue(db, kind, {"n": n}, now=clock())
    first = await taken(ground, kind, limit=2)
    assert sorted(job.payload["n"] for job in first) == [0, 1]


async def test_other_kinds_are_left_to_others(ground: Ground, kind: str) -> None:
    await asked(ground, kind)
    assert await taken(ground, "another-kind") == []
    assert len(await taken(ground, kind)) == 1


async def test_failed_job_comes_again_later_with_its_error(
    ground: Ground, db: AsyncSession, kind: str, clock: MovableClock
) -> None:
    await asked(ground, kind)
    (job,) = await taken(ground, kind)
    async with ground.database.writing() as one:
        assert await give_back(one, job, "no\x00 answer", clock())
    stored = await row(db, kind)
    assert (stored.state, stored.last_error) == (JobState.WAITING, "no answer")
    assert await taken(ground, kind) == []
    clock.move(seconds=2)
    (again,) = await taken(ground, kind)
    assert again.attempt == 2


async def test_job_that_always_fails_is_given_up(
    ground: Ground, db: AsyncSession, kind: str, clock: MovableClock
) -> None:
    await asked(ground, kind)
    for _ in range(MOST_ATTEMPTS):
        (job,) = await taken(ground, kind)
        async with ground.database.writing() as one:
            await give_back(one, job, "no", clock())
        clock.move(hours=2)
    assert await taken(ground, kind) == []
    assert (await row(db, kind)).state == JobState.FAILED


async def test_lease_that_runs_out_is_given_anew_and_the_first_holder_is_too_late(
    ground: Ground, db: AsyncSession, kind: str, clock: MovableClock
) -> None:
    await asked(ground, kind)
    me = uuid4()
    (lost,) = await taken(ground, kind, by=me)
    clock.move(seconds=int(LEASE.total_seconds()))
    async with ground.database.writing() as one:
        assert await sweep(one, clock()) >= 1
    assert (await row(db, kind)).last_error == LEASE_RAN_OUT
    (job,) = await taken(ground, kind, by=me)
    async with ground.database.writing() as one:
        assert not await tick_off(one, lost)
        assert not await give_back(one, lost, "late", clock())
        assert await tick_off(one, job)


async def test_job_that_kills_its_worker_is_given_up(
    ground: Ground, db: AsyncSession, kind: str, clock: MovableClock
) -> None:
    await asked(ground, kind)
    for _ in range(MOST_ATTEMPTS):
        assert len(await taken(ground, kind)) == 1
        clock.move(minutes=2)
        async with ground.database.writing() as one:
            await sweep(one, clock())
    assert (await row(db, kind)).state == JobState.FAILED


def test_delay_grows_to_an_hour() -> None:
    delays = [delay(n) for n in range(1, MOST_ATTEMPTS + 1)]
    assert delays[:3] == [timedelta(seconds=s) for s in (2, 8, 32)]
    assert delays == sorted(delays)
    assert delays[-1] == delay(10**6) == LONGEST_DELAY
