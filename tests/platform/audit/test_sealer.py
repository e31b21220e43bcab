"""Committed acts get their leaf, once, and none is lost."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import LogLeaf, UnsealedEvent, log_key
from app.platform.audit.sealer import find_missed, frontier_of, seal, waiting_acts
from app.platform.db.engine import Database
from app.platform.ground import Ground
from app.proof.merkle import root
from tests.platform.audit.acts import act, acts_of, intruder

pytestmark = pytest.mark.anyio


async def leaves_of(db: AsyncSession, log: UUID | None) -> list[bytes]:
    statement = select(LogLeaf.leaf_hash).where(LogLeaf.log_key == log_key(log))
    return list(await db.scalars(statement.order_by(LogLeaf.seq)))


async def write(ground: Ground, log: UUID, count: int) -> list[str]:
    async with ground.database.writing() as db:
        return [act(db, log, ground.clock()) for _ in range(count)]


async def sealing(ground: Ground, log: UUID, limit: int = 100) -> int:
    async with ground.database.writing() as db:
        return await seal(db, log=str(log), limit=limit)


async def test_committed_acts_are_sealed_once_and_in_batches(
    ground: Ground, db: AsyncSession
) -> None:
    log = uuid4()
    written = await write(ground, log, 7)
    assert [await sealing(ground, log, 4) for _ in range(3)] == [4, 3, 0]
    leaves = await leaves_of(db, log)
    assert sorted(leaf.hex() for leaf in leaves) == sorted(written)
    frontier = await frontier_of(db, str(log))
    assert (frontier.size, frontier.root()) == (7, root(leaves))


async def test_peak_is_the_root_of_the_largest_subtree_that_ends_there(
    ground: Ground, db: AsyncSession
) -> None:
    log = uuid4()
    await write(ground, log, 8)
    await sealing(ground, log)
    leaves = await leaves_of(db, log)
    statement = select(LogLeaf.peak).where(LogLeaf.log_key == str(log)).order_by(LogLeaf.seq)
    expected = [root(leaves[n & (n - 1) : n]) for n in range(1, 9)]
    assert list(await db.scalars(statement)) == expected


async def test_act_of_a_running_transaction_is_sealed_when_it_is_committed(
    ground: Ground, db: AsyncSession
) -> None:
    log = uuid4()
    async with ground.database.writing() as late:
        leaf = act(late, log, ground.clock())
        await late.flush()
        await write(ground, log, 2)
        assert await sealing(ground, log) == 2
    assert await sealing(ground, log) == 1
    assert (await leaves_of(db, log))[-1].hex() == leaf


async def test_act_that_is_rolled_back_leaves_nothing_to_seal(ground: Ground) -> None:
    log = uuid4()
    async with ground.database.writing(keep=False) as db:
        act(db, log, ground.clock())
        await db.flush()
    assert await sealing(ground, log) == 0


async def test_parallel_sealers_and_writers_give_every_act_one_place(
    ground: Ground, db: AsyncSession
) -> None:
    log = uuid4()

    async def seal_all() -> None:
        for _ in range(4):
            async with ground.database.writing() as one:
                await seal(one, limit=1_000)

    await asyncio.gather(
        *(write(ground, log, 5) for _ in range(8)), *(sealing(ground, log) for _ in range(4))
    )
    await asyncio.gather(*(seal_all() for _ in range(3)))
    while await sealing(ground, log):
        pass
    assert len(set(await acts_of(db, log))) == 40
    assert (await frontier_of(db, str(log))).size == 40


async def test_every_log_is_sealed_also_that_of_no_matter(ground: Ground, db: AsyncSession) -> None:
    first, second = uuid4(), uuid4()
    async with ground.database.writing() as one:
        written = {act(one, log, ground.clock()) for log in (first, second, None)}
    async with ground.database.writing() as one:
        while await seal(one, limit=1_000):
            pass
    found = [leaf.hex() for log in (first, second, None) for leaf in await leaves_of(db, log)]
    assert written <= set(found)


async def test_act_nobody_announced_is_found(fresh_database_url: str, ground: Ground) -> None:
    log = uuid4()
    async with intruder(fresh_database_url) as db:  # no trigger speaks
        act(db, log, ground.clock())
    database = Database.connect(fresh_database_url, pool_size=2)
    async with database.writing() as db:
        assert await seal(db, limit=10) == 0
        assert await find_missed(db) == 1
        assert await find_missed(db) == 0
        assert await seal(db, limit=10) == 1
    async with database.writing() as db:
        assert await find_missed(db) == 0
    await database.close()


async def test_act_announced_twice_is_sealed_once(ground: Ground, db: AsyncSession) -> None:
    log = uuid4()
    await write(ground, log, 1)
    await sealing(ground, log)
    (sealed,) = await acts_of(db, log)
    async with ground.database.writing() as one:
        one.add(UnsealedEvent(log_key=str(log), event_id=sealed))
    await sealing(ground, log)
    assert await acts_of(db, log) == [sealed]
    left = select(func.count()).where(UnsealedEvent.log_key == str(log))
    assert await db.scalar(left) == 0


async def test_leaves_are_never_changed_or_removed(ground: Ground, db: AsyncSession) -> None:
    log = uuid4()
    await write(ground, log, 1)
    await sealing(ground, log)
    with pytest.raises(Exception, match="permission denied"):
        await db.execute(delete(LogLeaf).where(LogLeaf.log_key == str(log)))


async def test_finding_what_to_seal_does_not_read_what_is_sealed(fresh_database_url: str) -> None:
    """By plan: 20 000 sealed acts, and three that wait."""
    many = """
    INSERT INTO audit_event (id, log, at, act, body, salt)
    SELECT gen_random_uuid(), :log, now(), 'act', repeat('x', 300), 'salt'
    FROM generate_series(1, :n)
    """
    log = uuid4()
    statement = waiting_acts(str(log), 1_000).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    async with intruder(fresh_database_url) as db:
        await db.execute(text(many), {"log": log, "n": 20_000})
        await db.execute(text("SET LOCAL session_replication_role = origin"))
        await db.execute(text(many), {"log": log, "n": 3})
        await db.execute(text("ANALYZE"))
        plan = "\n".join(await db.scalars(text(f"EXPLAIN {statement}")))
    assert "Seq Scan on audit_event" not in plan
    assert "pk_audit_event" in plan
