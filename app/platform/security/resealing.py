"""How are stored values sealed anew under the newest key, beside a service that runs?

Page by page, each in a transaction of its own with its rows held; it can be broken off and begun
again, since what is sealed under the newest key already is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, MetaData, Table, and_, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.db.engine import Database
from app.platform.security.sealing import Sealer

PAGE = 200
Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


@dataclass(slots=True)
class Resealed:
    """How many values were sealed anew, and where those stand that no key opens."""

    anew: int = 0
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table that holds sealed values, and in which columns."""

    table: Table
    columns: list[Column[Any]]

    @property
    def key(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)

    @property
    def filled(self) -> Any:
        return or_(*(column.is_not(None) for column in self.columns))

    async def count(self, db: AsyncSession) -> int:
        statement = select(func.count()).select_from(self.table).where(self.filled)
        return await db.scalar(statement) or 0

    async def page(self, db: AsyncSession, last: tuple[Any, ...]) -> Any:
        """The rows after `last`, in order of their key, held until the transaction ends."""
        statement = select(*self.key, *self.columns).where(self.filled).order_by(*self.key)
        if last:
            statement = statement.where(tuple_(*self.key) > tuple_(*last))
        return (await db.execute(statement.limit(PAGE).with_for_update())).all()


def shelves(tables: MetaData) -> list[Shelf]:
    """Every table with sealed values."""
    found = [
        Shelf(table, [column for column in table.columns if "sealed_at" in column.info])
        for table in tables.sorted_tables
    ]
    return [shelf for shelf in found if shelf.columns]


async def reseal(
    database: Database, tables: MetaData, sealer: Sealer, progress: Progress
) -> Resealed:
    """Seal everything anew that an older key has sealed. Values that no key opens stay."""
    found, done = Resealed(), 0
    async with database.reading() as db:
        total = sum([await shelf.count(db) for shelf in shelves(tables)])
    for shelf in shelves(tables):
        last: tuple[Any, ...] = ()
        while True:
            async with database.writing() as db:
                rows = await shelf.page(db, last)
                for row in rows:
                    await _anew(db, shelf, row, sealer, found)
            if not rows:
                break
            last = tuple(rows[-1][: len(shelf.key)])
            done += len(rows)
            progress(done, max(done, total))
    return found


async def _anew(db: AsyncSession, shelf: Shelf, row: Any, sealer: Sealer, found: Resealed) -> None:
    key = {column.name: getattr(row, column.name) for column in shelf.key}
    values: dict[str, bytes] = {}
    for column in shelf.columns:
        sealed, place = getattr(row, column.name), column.info["sealed_at"].format(**key)
        if sealed is None:
            continue
        try:
            text, newer = sealer.open_with_age(sealed, place)
        except InvalidTag:
            named = ", ".join(str(value) for value in key.values())
            found.unreadable.append(f"{shelf.table.name}.{column.name} {named}")
            continue
        if newer:
            values[column.name] = sealer.seal(text, place)
    if values:
        this = and_(*(shelf.table.c[name] == value for name, value in key.items()))
        await db.execute(update(shelf.table).where(this).values(values))
        found.anew += len(values)
