"""How does a statement that is asked all the time reach the driver without detours?

A `Prepared` statement is composed and compiled once, with a place for every value. A `Direct`
connection runs it on asyncpg itself: no session, no cache keys, no cursor. Everything else speaks
to the same pools through SQLAlchemy; who listens to an engine hears of both. What both kinds of
request need is written once and run by `all_of` on whichever of the two they have; new rows are
given to either with `add`.
"""

from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg
from sqlalchemy import ARRAY, Executable, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.pool import PoolProxiedConnection

from app.platform.db.base import Model

T = TypeVar("T")
Change = Callable[[Any], Any]
DIALECT = dialect()  # type: ignore[no-untyped-call]  # it has no types


class Prepared:
    """One statement, compiled once. Every `bindparam` without a value is given at each run."""

    __slots__ = ("_changes", "_line", "_places", "locks", "statement", "text")

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # all have it
        kept = {bind.key: _Place(bind.key) for bind in compiled.binds.values() if bind.required}
        state = compiled.construct_expanded_state(kept)
        self.text = state.statement
        self.locks = " FOR UPDATE" in self.text  # so that what it selects may be changed
        changes = dict(state.processors) | {
            name: bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
            for name, bind in compiled.binds.items()
        }
        self._places = [
            _getter(state.parameters[name], changes.get(name)) for name in state.positiontup or ()
        ]
        columns = list(statement.exported_columns)  # type: ignore[attr-defined]  # those here have
        self._line: Any = namedtuple("Line", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024  as selected
        found = enumerate(_reader(column.type) for column in columns)
        self._changes = [(place, change) for place, change in found if change]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in its order. KeyError where a value is missing."""
        return [place(values) for place in self._places]

    def lines(self, records: list[asyncpg.Record]) -> list[Any]:
        """The rows as named tuples."""
        if not self._changes:
            return [self._line._make(record) for record in records]
        return [self._line._make(self._changed([*record])) for record in records]

    def _changed(self, values: list[Any]) -> list[Any]:
        for place, change in self._changes:
            values[place] = change(values[place])
        return values


def _as_tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def _reader(kind: Any) -> Change | None:
    """What SQLAlchemy makes of a value that the driver gives; None where it is as it should be."""
    if isinstance(kind, ARRAY) and _reader(kind.item_type) is None:
        return _as_tuple if kind.as_tuple else None  # a list, which would only be copied
    change: Change | None = kind.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return change


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is put at each run."""

    key: str


def _getter(given: Any, change: Change | None) -> Callable[[Mapping[str, Any]], Any]:
    """How one parameter is found among the values, in the form that the driver takes."""
    if isinstance(given, _Place):
        find = itemgetter(given.key)
        return (lambda values: change(find(values))) if change else find
    constant = change(given) if change else given
    return lambda _: constant


def _place_of(key: str) -> str:
    """What a place for a new value is called: the bare name is that of the column."""
    return f"new_{key}"


@lru_cache(maxsize=256)
def _inserting(model: type[Model]) -> Prepared:
    """A new row of this table, every column given."""
    columns = model.__table__.columns
    return Prepared(insert(model).values({c.key: bindparam(_place_of(c.key)) for c in columns}))


@lru_cache(maxsize=256)
def _changing(model: type[Model], names: tuple[str, ...]) -> Prepared:
    """Other values in these columns of the row with this key."""
    key = [*model.__table__.primary_key]
    return Prepared(
        update(model)
        .where(*(column == bindparam(column.key) for column in key))
        .values({name: bindparam(_place_of(name)) for name in names})
        .returning(*key)
    )


def _values_of(row: Model) -> dict[str, Any]:
    """What a new row is stored with: what it was given, or what its table gives in its place."""
    values = dict.fromkeys(row.__table__.columns.keys()) | {
        key: value for key, value in vars(row).items() if value is not None
    }
    for column in row.__table__.columns:
        default: Any = column.default
        if default is not None and values[column.key] is None:
            values[column.key] = default.arg(None) if default.is_callable else default.arg
    return {_place_of(column.key): values[column.key] for column in row.__table__.columns}


async def _ask(
    engine: Engine, driver: Any, prepared: Prepared, values: Mapping[str, Any]
) -> list[Any]:
    """Run it on the driver, heard by who listens to the engine. Raises DBAPIError."""
    arguments = prepared.arguments(values)
    for hear in engine.dispatch.before_cursor_execute:
        hear(engine, None, prepared.text, arguments, None, False)
    return prepared.lines(await _said(driver, driver.fetch, prepared.text, *arguments))


async def _said(driver: Any, ask: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """The driver's answer; its faults as SQLAlchemy would tell them."""
    try:
        return await ask(*arguments)
    except asyncpg.IntegrityConstraintViolationError as fault:
        raise IntegrityError(None, None, fault) from fault
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
        lost = driver.is_closed() or isinstance(fault, OSError)
        raise DBAPIError(None, None, fault, connection_invalidated=lost) from fault


class Direct:
    """A connection of a pool without a session, taken when it is first needed. Where it `writes`,
    all is one transaction, committed when the block ends; rolled back when it raises, or unless
    `keep`.
    """

    __slots__ = ("_driver", "_engine", "_keep", "_new", "_pooled", "_transaction", "_writes")

    def __init__(self, engine: AsyncEngine, *, writes: bool, keep: bool = True) -> None:
        self._engine, self._writes, self._keep = engine, writes, keep
        self._pooled: PoolProxiedConnection | None = None
        self._driver: Any = None
        self._transaction: Any = None
        self._new: list[Model] = []

    def add(self, row: Model) -> None:
        """Store a new row: it is written before the next statement, or before the commit."""
        self._new.append(row)

    async def change(self, held: Any, model: type[Model], *names: str) -> None:
        """Write these columns of a row of `model` as they now stand on it; it was selected under a
        lock. Raises IntegrityError.
        """
        key = {column.key: getattr(held, column.key) for column in model.__table__.primary_key}
        values = {_place_of(name): getattr(held, name) for name in names}
        if not await self.all(_changing(model, names), **key, **values):
            msg = f"{model.__name__}: the row that was held is not there"
            raise RuntimeError(msg)

    async def flush(self) -> None:
        """Write what was added so far. Raises IntegrityError."""
        added, self._new = self._new, []
        for row in added:
            await self._run(_inserting(type(row)), _values_of(row))

    async def all(self, prepared: Prepared, **values: Any) -> list[Any]:
        """The rows that the statement gives, run with these values. Raises DBAPIError."""
        if self._new:
            await self.flush()
        return await self._run(prepared, values)

    async def _run(self, prepared: Prepared, values: Mapping[str, Any]) -> list[Any]:
        if self._pooled is None:
            await self._open()
        return await _ask(self._engine.sync_engine, self._driver, prepared, values)

    async def first(self, prepared: Prepared, **values: Any) -> Any | None:
        """The first row, if there is one."""
        rows = await self.all(prepared, **values)
        return rows[0] if rows else None

    async def _open(self) -> None:
        pooled = await self._engine.raw_connection()
        driver: Any = pooled.driver_connection
        while driver.is_closed():  # since it was given back to the pool
            pooled.invalidate()
            pooled = await self._engine.raw_connection()
            driver = pooled.driver_connection
        self._pooled, self._driver = pooled, driver
        if self._writes:
            transaction = self._driver.transaction(isolation="read_committed")
            await _said(self._driver, transaction.start)
            self._transaction = transaction

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
        if fault is None:
            try:
                await self.flush()
            except BaseException as late:
                await self._leave(late)
                raise
        await self._leave(fault)

    async def _leave(self, fault: BaseException | None) -> None:
        if self._pooled is None:
            return
        whole = False
        try:
            whole = await self._ended(fault)
        finally:
            if not whole:  # an answer may still be under way: it is not used again
                self._pooled.invalidate()
            self._pooled.close()

    async def _ended(self, fault: BaseException | None) -> bool:
        """Commit or roll back; whether the connection can be used again. Raises DBAPIError where
        what should stay cannot be committed.
        """
        if _cut(fault) or (fault is not None and self._driver.is_closed()):
            return False
        if self._transaction and fault is None and self._keep:
            await _said(self._driver, self._transaction.commit)
        elif self._transaction:
            await _said(self._driver, self._transaction.rollback)
        return not self._driver.is_closed()


def _cut(fault: BaseException | None) -> bool:
    """Whether it came from outside: cancelled, out of time, or without the server."""
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated
    return isinstance(fault, OSError) or not isinstance(fault, Exception | None)


Connected = AsyncSession | Direct
"""Whatever a request speaks to the database through."""


async def all_of(db: Connected, prepared: Prepared, **values: Any) -> list[Any]:
    """What the statement gives with these values, over the connection that the caller has."""
    if isinstance(db, Direct):
        return await db.all(prepared, **values)
    await db.flush()  # what the statement may look for
    connection = await db.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if driver.is_in_transaction():
        return await _ask(connection.sync_engine, driver, prepared, values)
    result = await connection.execute(prepared.statement, values)  # which begins the transaction
    return [*result.all()] if result.returns_rows else []


async def first_of(db: Connected, prepared: Prepared, **values: Any) -> Any | None:
    """The first of them, if there is one."""
    found = await all_of(db, prepared, **values)
    return found[0] if found else None


async def insert_many(
    db: AsyncSession, model: type[Model], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Store many new rows by COPY, however many, in the session's transaction; each line names the
    same columns. Raises IntegrityError.
    """
    if not lines:
        return
    await db.flush()  # what the rows may point at
    connection = await db.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if not driver.is_in_transaction():
        await connection.execute(select(1))  # which begins it
    table, names = model.__tablename__, [*lines[0]]
    for hear in connection.sync_engine.dispatch.before_cursor_execute:
        hear(connection.sync_engine, None, f"COPY {table} ({', '.join(names)})", [], None, True)
    columns = [model.__table__.columns[name] for name in names]
    changes = [each.type.dialect_impl(DIALECT).bind_processor(DIALECT) for each in columns]
    given = [*zip(names, changes, strict=True)]
    records = [
        [change(line[name]) if change else line[name] for name, change in given] for line in lines
    ]

    async def copy() -> None:
        await driver.copy_records_to_table(table, records=records, columns=names)

    await _said(driver, copy)
