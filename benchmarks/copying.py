"""How do many rows come into a database quickly? By COPY, over a bare connection."""

import json
from collections.abc import Iterable
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url

from app.platform.db.base import Model

Row = dict[str, Any]


async def copy(connection: asyncpg.Connection, model: type[Model], rows: Iterable[Row]) -> None:
    """Copy rows into a table; what the model fills in by itself is filled in here too."""
    wanted = [column for column in model.__table__.columns if column.server_default is None]

    def value(row: Row, column: Any) -> Any:
        given = row.get(column.name)
        if given is None and column.default is not None:
            made = column.default.arg
            given = made(None) if column.default.is_callable else made
        return json.dumps(given) if isinstance(column.type, JSONB) else given

    await connection.copy_records_to_table(
        model.__tablename__,
        records=[tuple(value(row, column) for column in wanted) for row in rows],
        columns=[column.name for column in wanted],
    )


async def connect(url: str) -> asyncpg.Connection:
    """A bare connection to the database of a SQLAlchemy address."""
    return await asyncpg.connect(**address(url))


def address(url: str) -> Row:
    """asyncpg's own way to say where a database is."""
    parsed = make_url(url)
    return {
        "host": parsed.query.get("host") or parsed.host,
        "port": int(str(parsed.query.get("port") or parsed.port or 5432)),
        "user": parsed.username,
        "password": parsed.password,
        "database": parsed.database,
    }
