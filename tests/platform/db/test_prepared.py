"""Statements written once and run on the driver: values, rows, transactions, faults."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.platform.db.engine import Database, DatabaseAwayError
from app.platform.db.prepared import Prepared, all_of, first_of, insert_many
from app.platform.errors import NotFound
from app.platform.ground import Ground
from app.platform.http.once import Once
from app.platform.jobs.models import Job, JobState
from tests.statements import counting

pytestmark = pytest.mark.anyio

WRITE = Prepared(
    insert(Once)
    .values(
        owner=bindparam("whose"),
        key=bindparam("name"),
        request=b"",
        created_at=bindparam("now"),
    )
    .returning(Once.key)
)
READ = Prepared(select(Once.key, Once.status).where(Once.owner == bindparam("whose")))
PROCESS = Prepared(select(func.pg_backend_pid().label("number")))
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Database]:
    """Pools of a single connection, so that who comes next gets the same one."""
    database = Database.connect(database_url, pool_size=1)
    yield database
    await database.close()


async def process(database: Database) -> int:
    """The server's process behind the pool's one connection."""
    async with database.writing_directly() as db:
        row = await db.first(PROCESS)
    assert row is not None
    return int(row.number)


async def end(ground: Ground, process: int) -> None:
    """End a process of the server, and wait until its connection has noticed."""
    async with ground.database.writing() as db:
        await db.execute(select(func.pg_terminate_backend(process)))
    await asyncio.sleep(0.2)


async def names(ground: Ground, whose: str) -> list[str]:
    async with ground.database.reading_directly() as db:
        return [row.key for row in await db.all(READ, whose=whose)]


async def test_values_find_their_places_and_rows_their_names(ground: Ground) -> None:
    notes = [{"kind": "strength", "text": "改进"}]
    statement = Prepared(
        select(
            bindparam("second", type_=Once.status.type).label("b"),
            bindparam("first", type_=Once.key.type).label("a"),
            bindparam("notes", type_=JSONB()).label("notes"),
            literal("fixed").label("fixed"),
        ).where(literal("x").in_(["x", "y"]), bindparam("first", type_=Once.key.type) == "eins")
    )
    async with ground.database.reading_directly() as db:
        row = await db.first(statement, notes=notes, first="eins", second=2)
        assert row is not None
        assert row._asdict() == {"b": 2, "a": "eins", "notes": notes, "fixed": "fixed"}
        assert await db.first(statement, notes=notes, first="zwei", second=2) is None
        with pytest.raises(KeyError):
            await db.first(statement, notes=notes, first="eins")


async def test_nothing_is_taken_from_the_pool_before_it_is_needed(narrow: Database) -> None:
    async with narrow.writing_directly(), narrow.writing_directly() as db:
        assert await db.first(PROCESS) is not None


async def test_block_that_ends_is_committed(ground: Ground) -> None:
    whose = str(uuid4())
    async with ground.database.writing_directly() as db:
        assert (await db.all(WRITE, whose=whose, name="kept", now=NOW))[0].key == "kept"
        assert await names(ground, whose) == []
    assert await names(ground, whose) == ["kept"]


async def test_block_that_raises_is_rolled_back(ground: Ground) -> None:
    whose = str(uuid4())

    async def refused() -> None:
        async with ground.database.writing_directly() as db:
            await db.all(WRITE, whose=whose, name="lost", now=NOW)
            raise NotFound

    with pytest.raises(NotFound):
        await refused()
    async with ground.database.writing_directly(keep=False) as db:
        await db.all(WRITE, whose=whose, name="tried", now=NOW)
    assert await names(ground, whose) == []


async def test_reading_cannot_write(ground: Ground) -> None:
    async with ground.database.reading_directly() as db:
        with pytest.raises(DBAPIError) as refused:
            await db.all(WRITE, whose="", name="", now=NOW)
    assert refused.value.orig.sqlstate == "25006"  # type: ignore[union-attr]  # the driver's own
    assert not refused.value.connection_invalidated


async def test_fault_of_a_statement_leaves_the_connection_usable(
    narrow: Database, ground: Ground
) -> None:
    twice = {"whose": str(uuid4()), "name": "one", "now": NOW}
    before = await process(narrow)

    async def written_twice() -> None:
        async with narrow.writing_directly() as db:
            await db.all(WRITE, **twice)
            await db.all(WRITE, **twice)

    with pytest.raises(DBAPIError) as refused:
        await written_twice()
    assert refused.value.orig.sqlstate == "23505"  # type: ignore[union-attr]  # the driver's own
    assert await process(narrow) == before
    assert await names(ground, str(twice["whose"])) == []


async def test_connection_that_died_in_the_pool_is_replaced(
    narrow: Database, ground: Ground
) -> None:
    before = await process(narrow)
    await end(ground, before)
    assert await process(narrow) != before


async def test_connection_lost_at_work_is_told_and_replaced(
    narrow: Database, ground: Ground
) -> None:
    before = await process(narrow)

    async def losing_it() -> None:
        async with narrow.writing_directly() as db:
            await db.first(PROCESS)
            await end(ground, before)
            await db.first(PROCESS)

    with pytest.raises(DBAPIError) as lost:
        await losing_it()
    assert lost.value.connection_invalidated
    assert await process(narrow) != before


async def test_every_connection_that_died_in_the_pool_is_passed_over(
    database_url: str, ground: Ground
) -> None:
    wide = Database.connect(database_url, pool_size=3)
    async with (
        wide.reading_directly() as a,
        wide.reading_directly() as b,
        wide.reading_directly() as c,
    ):
        found = [await db.first(PROCESS) for db in (a, b, c)]
    for row in found:
        assert row is not None
        await end(ground, row.number)
    async with wide.reading_directly() as db:
        assert await db.first(PROCESS) not in found
    await wide.close()


async def test_what_cannot_be_committed_is_told(narrow: Database, ground: Ground) -> None:
    whose, before = str(uuid4()), await process(narrow)

    async def died_before_the_commit() -> None:
        async with narrow.writing_directly() as db:
            await db.all(WRITE, whose=whose, name="lost", now=NOW)
            await end(ground, before)

    with pytest.raises(DBAPIError) as lost:
        await died_before_the_commit()
    assert lost.value.connection_invalidated
    assert await process(narrow) != before
    assert await names(ground, whose) == []


@pytest.mark.parametrize("cut", [DatabaseAwayError, asyncio.CancelledError])
async def test_connection_cut_off_is_not_used_again(
    narrow: Database, cut: type[BaseException]
) -> None:
    before = await process(narrow)

    async def cut_off() -> None:
        async with narrow.writing_directly() as db:
            await db.first(PROCESS)
            raise cut

    with pytest.raises(cut):
        await cut_off()
    assert await process(narrow) != before


async def test_who_listens_to_the_pools_hears_of_it(ground: Ground) -> None:
    with counting(ground) as sent:
        async with ground.database.reading_directly() as db:
            await db.first(PROCESS)
    assert sent == [PROCESS.text]


async def test_statements_that_give_no_rows(ground: Ground) -> None:
    change = Prepared(update(Once).where(Once.owner == bindparam("whose")).values(status=200))
    remove = Prepared(delete(Once).where(Once.owner == bindparam("whose")))
    whose = str(uuid4())
    async with ground.database.writing_directly() as db:
        await db.all(WRITE, whose=whose, name="a", now=NOW)
        assert await db.all(change, whose=whose) == []
        assert [row.status for row in await db.all(READ, whose=whose)] == [200]
        await db.all(remove, whose=whose)
    assert await names(ground, whose) == []


def line(whose: str, key: str) -> dict[str, object]:
    return {"owner": whose, "key": key, "request": b"\x00", "status": None, "created_at": NOW}


async def test_added_row_is_written_before_what_looks_for_it(ground: Ground) -> None:
    whose = str(uuid4())
    async with ground.database.writing_directly() as db:
        db.add(Once(**line(whose, "a")))
        assert [one.key for one in await db.all(READ, whose=whose)] == ["a"]
        db.add(Once(**line(whose, "b")))
    assert sorted(await names(ground, whose)) == ["a", "b"]


async def test_added_row_gets_what_its_table_gives(ground: Ground) -> None:
    kind = str(uuid4())
    made = Prepared(select(Job.id, Job.state, Job.payload, Job.key).where(Job.kind == kind))
    async with ground.database.writing_directly(keep=False) as db:
        db.add(Job(kind=kind, payload={"a": ["b"]}, created_at=NOW, run_after=NOW))
        job = await db.first(made)
    assert job is not None
    assert isinstance(job.id, UUID)
    assert (job.state, job.payload, job.key) == (JobState.WAITING, {"a": ["b"]}, None)


async def test_added_row_of_a_block_that_raises_is_not_written(ground: Ground) -> None:
    whose = str(uuid4())

    async def refused() -> None:
        async with ground.database.writing_directly() as db:
            db.add(Once(**line(whose, "a")))
            raise NotFound

    with pytest.raises(NotFound):
        await refused()
    assert await names(ground, whose) == []


async def test_row_refused_at_the_end_takes_all_back(narrow: Database, ground: Ground) -> None:
    whose, before = str(uuid4()), await process(narrow)

    async def twice() -> None:
        async with narrow.writing_directly() as db:
            db.add(Once(**line(whose, "a")))
            await db.first(PROCESS)
            db.add(Once(**line(whose, "a")))

    with pytest.raises(IntegrityError):
        await twice()
    assert await names(ground, whose) == []
    assert await process(narrow) == before


async def test_held_row_is_changed_in_the_columns_named(ground: Ground) -> None:
    whose = str(uuid4())
    async with ground.database.writing_directly() as db:
        db.add(Once(**line(whose, "a")))
        held = SimpleNamespace(owner=whose, key="a", status=201, headers="x", body=b"y")
        await db.change(held, Once, "status", "headers")
    async with ground.database.reading() as session:
        found = await session.get_one(Once, (whose, "a"))
    assert (found.status, found.headers, found.body) == (201, "x", None)


async def test_change_of_a_row_that_is_not_there_is_a_fault(ground: Ground) -> None:
    async with ground.database.writing_directly(keep=False) as db:
        with pytest.raises(RuntimeError):
            await db.change(SimpleNamespace(owner="no", key="one", status=1), Once, "status")


@pytest.mark.parametrize("many", [0, 1, 3])
async def test_many_rows_are_one_statement(ground: Ground, many: int) -> None:
    whose = str(uuid4())
    with counting(ground) as sent:
        async with ground.database.writing() as session:
            await session.execute(select(func.now()))
            await insert_many(session, Once, [line(whose, str(n)) for n in range(many)])
    assert len(sent) == (2 if many else 1)
    assert len(await names(ground, whose)) == many


async def test_many_rows_stay_or_go_with_their_transaction(ground: Ground) -> None:
    whose = str(uuid4())

    async def refused() -> None:
        async with ground.database.writing() as session:
            session.add(Once(**line(whose, "added before")))
            await insert_many(session, Once, [line(whose, "a")])
            await insert_many(session, Once, [line(whose, "b"), line(whose, "added before")])

    with pytest.raises(IntegrityError) as twice:
        await refused()
    assert twice.value.orig.sqlstate == "23505"  # type: ignore[union-attr]  # the driver's own
    assert await names(ground, whose) == []


async def test_many_rows_hold_documents(ground: Ground) -> None:
    kind = str(uuid4())
    made = {"kind": kind, "state": JobState.WAITING, "attempts": 0, "created_at": NOW}
    lines = [
        made | {"id": uuid4(), "payload": {"n": n, "字": ["一"]}, "run_after": NOW}
        for n in range(3)
    ]
    async with ground.database.writing(keep=False) as session:
        await insert_many(session, Job, lines)
        found = await session.scalars(select(Job.payload).where(Job.kind == kind))
        assert sorted(one["n"] for one in found) == [0, 1, 2]


async def test_statement_runs_on_the_connection_that_the_caller_has(ground: Ground) -> None:
    whose = str(uuid4())
    async with ground.database.writing() as session:
        session.add(Once(**line(whose, "added")))
        first = await first_of(session, WRITE, whose=whose, name="begun", now=NOW)
        assert first is not None
        assert first.key == "begun"
        with counting(ground) as sent:
            found = await all_of(session, READ, whose=whose)
        assert sent == [READ.text]
        assert sorted(one.key for one in found) == ["added", "begun"]
        assert await names(ground, whose) == []
    async with ground.database.reading_directly() as db:
        assert len(await all_of(db, READ, whose=whose)) == 2


async def test_refused_on_a_session_it_is_told_and_rolled_back(
    narrow: Database, ground: Ground
) -> None:
    whose, before = str(uuid4()), await process(narrow)

    async def twice() -> None:
        async with narrow.writing() as session:
            await all_of(session, WRITE, whose=whose, name="one", now=NOW)
            await all_of(session, WRITE, whose=whose, name="one", now=NOW)

    with pytest.raises(IntegrityError) as refused:
        await twice()
    assert refused.value.orig.sqlstate == "23505"  # type: ignore[union-attr]  # the driver's own
    assert await names(ground, whose) == []
    assert await process(narrow) == before


async def test_connection_lost_under_a_session_is_replaced(
    narrow: Database, ground: Ground
) -> None:
    before = await process(narrow)

    async def losing_it() -> None:
        async with narrow.writing() as session:
            await all_of(session, PROCESS)
            await end(ground, before)
            await all_of(session, PROCESS)

    with pytest.raises(DBAPIError):
        await losing_it()
    assert await process(narrow) != before
