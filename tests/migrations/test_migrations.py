"""Do the migrations make exactly what the models say, from nothing and back, with rows in it?"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from os import urandom
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from anyio import to_thread
from sqlalchemy import Connection, inspect, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.ground import Ground
from app.tables import METADATA, append_only_tables
from tests.award.world import make_world
from tests.conftest import ROOT, migrate

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")
Address = Callable[[str], str]

TRIGGERS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND t.tgenabled = 'O'
"""
RIGHTS = """
SELECT table_name, privilege_type FROM information_schema.table_privileges
 WHERE grantee = :role AND table_schema = 'public'
"""


@pytest.fixture
def address(cluster: embedded.Cluster, template: str, worker: str) -> Iterator[Address]:
    """A database of this test's own, at head: its address for a role."""
    name = f"moved_{worker}_{urandom(4).hex()}"
    cluster.create_database(name, template)
    yield partial(cluster.url, name)
    cluster.drop_database(name)


async def as_owner(address: Address, look: Callable[[Connection], Result]) -> Result:
    engine = create_async_engine(address(embedded.OWNER_ROLE), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(look)
    await engine.dispose()
    return found


async def moved(address: Address, revision: str) -> None:
    """Migrate as the owner; in a thread, because Alembic runs a loop of its own."""
    await to_thread.run_sync(migrate, address(embedded.OWNER_ROLE), revision)


@asynccontextmanager
async def on(ground: Ground, address: Address) -> AsyncIterator[Ground]:
    """The same service over this database, as the role it runs under."""
    database = Database.connect(address(embedded.APP_ROLE), pool_size=2)
    yield replace(ground, database=database)
    await database.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def count(connection: Connection) -> dict[str, int]:
    return {
        name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608  our own names
        for name in tables(connection)
    }


def content(connection: Connection) -> dict[tuple[str, str], str | None]:
    """A digest of all that stands in every column of every table."""
    found: dict[tuple[str, str], str | None] = {}
    for name in tables(connection):
        columns = [column["name"] for column in inspect(connection).get_columns(name)]
        digests = (f"""md5(string_agg("{c}"::text, ' ' ORDER BY "{c}"::text))""" for c in columns)
        row = connection.execute(text(f'SELECT {", ".join(digests)} FROM "{name}"')).one()  # noqa: S608  our own names
        found |= {(name, column): row[place] for place, column in enumerate(columns)}
    return found


def drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, METADATA))


def protections(connection: Connection) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in connection.execute(text(TRIGGERS))}


def rights(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, right in connection.execute(text(RIGHTS), {"role": embedded.APP_ROLE}):
        found.setdefault(table, set()).add(right)
    return found


def checks(connection: Connection) -> set[tuple[str, str]]:
    """Check constraints, which Alembic does not compare."""
    inspector = inspect(connection)
    return {
        (table, str(check["name"]))
        for table in tables(connection)
        for check in inspector.get_check_constraints(table)
    }


async def test_head_is_exactly_what_the_models_say(address: Address) -> None:
    assert await as_owner(address, drift) == []
    assert await as_owner(address, tables) == set(METADATA.tables)


async def test_check_constraints_are_those_of_the_models(address: Address) -> None:
    wanted = {
        (table.name, str(check.name))
        for table in METADATA.tables.values()
        for check in table.constraints
        if check.__visit_name__ == "check_constraint" or "Check" in type(check).__name__
    }
    assert await as_owner(address, checks) == wanted


def test_there_is_one_head_and_one_way_to_it() -> None:
    script = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


async def test_append_only_tables_are_protected_at_head(address: Address) -> None:
    wanted = {
        (table, trigger)
        for table in append_only_tables()
        for trigger in ("append_only", "never_emptied")
    }
    laid = await as_owner(address, protections)
    assert {one for one in laid if one[1] in {"append_only", "never_emptied"}} == wanted


async def test_rights_of_the_service_are_laid_table_by_table(address: Address) -> None:
    given = await as_owner(address, rights)
    appended = set(append_only_tables())
    assert given == {
        name: {"SELECT", "INSERT"} | (set() if name in appended else {"UPDATE", "DELETE"})
        for name in METADATA.tables
    } | {"alembic_version": {"SELECT"}}  # so that the service can tell that a migration is due


async def test_down_and_up_again_with_rows_in_it_keeps_working(
    ground: Ground, address: Address
) -> None:
    before = await as_owner(address, protections)
    async with on(ground, address) as service:
        await make_world(service)
    filled = await as_owner(address, count)
    assert sum(filled.values()) > 100
    await moved(address, "base")
    assert await as_owner(address, tables) == set()
    await moved(address, "head")
    assert set((await as_owner(address, count)).values()) == {0}
    assert await as_owner(address, drift) == []
    assert await as_owner(address, protections) == before
    async with on(ground, address) as service:
        await make_world(service)
    assert await as_owner(address, count) == filled


async def test_every_step_down_and_up_changes_and_loses_no_row(
    ground: Ground, address: Address
) -> None:
    async with on(ground, address) as service:
        await make_world(service)
    script = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    steps = len(list(script.walk_revisions())) - 1
    on_the_way_down = []
    for _ in range(steps):
        await moved(address, "-1")
        on_the_way_down.append(await as_owner(address, content))
    assert sum(digest is not None for digest in on_the_way_down[-1].values()) > 20
    await moved(address, "head")
    assert await as_owner(address, drift) == []
    # What a step has made goes with it on the way down; all else must stay as it was.
    stays = on_the_way_down[-1].keys()
    for before in on_the_way_down:
        await moved(address, "-1")
        after = await as_owner(address, content)
        assert after.keys() == before.keys()
        stayed = stays & before.keys()
        assert {name: after[name] for name in stayed} == {name: before[name] for name in stayed}


async def test_migrating_again_at_head_changes_nothing(ground: Ground, address: Address) -> None:
    async with on(ground, address) as service:
        await make_world(service)
    filled = await as_owner(address, count)
    await moved(address, "head")
    assert await as_owner(address, count) == filled
    assert await as_owner(address, drift) == []
