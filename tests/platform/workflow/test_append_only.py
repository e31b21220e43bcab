"""Rows of append-only tables are never changed or removed: by grant, and by trigger."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import ARRAY, CheckConstraint, Table, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.platform.db import embedded
from app.tables import METADATA, append_only_tables

pytestmark = pytest.mark.anyio

NEVER = "rows of {table} are never changed or removed"
ATTEMPTS = {
    "update": 'UPDATE "{table}" SET "{column}" = "{column}"',
    "delete": 'DELETE FROM "{table}"',
    "truncate": 'TRUNCATE "{table}" CASCADE',
}
SAMPLES: dict[type, Any] = {
    bool: True,
    int: 1,
    str: "text",
    bytes: b"bytes",
    object: {},  # JSON
    date: date(2026, 1, 1),
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    timedelta: timedelta(),
}


@pytest.fixture(scope="module")
async def spare(cluster: embedded.Cluster, template: str, worker: str) -> AsyncIterator[str]:
    """A database of this module's own."""
    name = f"append_{worker}"
    cluster.create_database(name, template)
    yield name
    cluster.drop_database(name)


async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()
    await engine.dispose()


@pytest.fixture
async def superuser(cluster: embedded.Cluster, spare: str) -> AsyncIterator[AsyncConnection]:
    async for connection in connected(cluster.url(spare, embedded.SUPERUSER)):
        yield connection


@pytest.fixture
async def service(cluster: embedded.Cluster, spare: str) -> AsyncIterator[AsyncConnection]:
    async for connection in connected(cluster.url(spare, embedded.APP_ROLE)):
        yield connection


def row_of(table: Table) -> dict[str, Any]:
    """Any row that the columns' types admit."""
    row: dict[str, Any] = {}
    for column in table.columns:
        python = column.type.python_type
        if isinstance(column.type, ARRAY):
            row[column.name] = []
        else:
            row[column.name] = SAMPLES.get(python) if python in SAMPLES else uuid4()
    return row


async def put_a_row(connection: AsyncConnection, table: Table) -> None:
    """Without the rows it refers to, and without what its values must be: neither matters here."""
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            await connection.execute(
                text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{check.name}"')
            )
    await connection.execute(text("SET LOCAL session_replication_role = replica"))
    await connection.execute(insert(table).values(row_of(table)))
    await connection.execute(text("SET LOCAL session_replication_role = origin"))


def test_there_are_append_only_tables() -> None:
    assert {"audit_event", "outcome", "security_event", "snapshot"} <= set(append_only_tables())


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("name", append_only_tables())
async def test_trigger_refuses_even_the_owner_and_the_superuser(
    superuser: AsyncConnection, name: str, attempt: str
) -> None:
    table = METADATA.tables[name]
    await put_a_row(superuser, table)
    await superuser.execute(text(f"SET LOCAL ROLE {embedded.OWNER_ROLE}"))
    statement = ATTEMPTS[attempt].format(table=name, column=table.columns.keys()[0])
    with pytest.raises(DBAPIError, match=NEVER.format(table=name)):
        await superuser.execute(text(statement))


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("name", append_only_tables())
async def test_service_has_no_right_to_try(
    service: AsyncConnection, name: str, attempt: str
) -> None:
    statement = ATTEMPTS[attempt].format(table=name, column=METADATA.tables[name].columns.keys()[0])
    with pytest.raises(DBAPIError, match="permission denied"):
        await service.execute(text(statement))


async def test_service_may_change_and_remove_other_rows_but_empty_no_table(
    service: AsyncConnection,
) -> None:
    others = sorted(set(METADATA.tables) - set(append_only_tables()))
    for name in others:
        column = METADATA.tables[name].columns.keys()[0]
        await service.execute(text(ATTEMPTS["update"].format(table=name, column=column)))
        with pytest.raises(DBAPIError, match="permission denied"):
            await service.execute(text(f'TRUNCATE "{name}" CASCADE'))
        await service.rollback()


async def test_service_cannot_take_the_triggers_off(service: AsyncConnection) -> None:
    for statement in (
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON audit_event",
        "SET session_replication_role = replica",
        "DROP TABLE audit_event",
        f"SET ROLE {embedded.OWNER_ROLE}",
    ):
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
            await service.execute(text(statement))
        await service.rollback()
