"""How does a statement that is asked all the time reach the driver without detours?

A `Prepared` statement is composed and compiled once, with a place for every value. A `Direct`
connection runs it on asyncpg itself: no session, no cache keys, no cursor. Everything else speaks
to the same pools through SQLAlchemy; who listens to an engine hears of both.
"""

from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

T = TypeVar("T")
Change = Callable[[Any], Any]
DIALECT = dialect()  # type: ignore[no-untyped-call]  # it has no types


class Prepared:
    """One statement, compiled once. Every `bindparam` without a value is given at each run."""

    __slots__ = ("_changes", "_line", "_places", "text")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # all have it
        kept = {bind.key: _Place(bind.key) for bind in compiled.binds.values() if bind.required}
        state = compiled.construct_expanded_state(kept)
        self.text = state.statement
        changes = dict(state.processors) | {
            name: bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
            for name, bind in compiled.binds.items()
        }
        self._places = [
            _getter(state.parameters[name], changes.get(name)) for name in state.positiontup or ()
        ]
        columns = list(statement.exported_columns)  # type: ignore[attr-defined]  # those here have
        self._line: Any = namedtuple("Line", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024  as selected
        types = [column.type.dialect_impl(DIALECT) for column in columns]
        found = enumerate(each.result_processor(DIALECT, None) for each in types)
        self._changes = [(place, change) for place, change in found if change]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in its order. KeyError where a value is missing."""
        return [place(values) for place in self._places]

    def lines(self, records: list[asyncpg.Record]) -> list[Any]:
        """The rows as named tuples."""
        if not self._changes:
            return [self._line._make(record) for record in records]
        return [self._line(*self._changed(list(record))) for record in records]

    def _changed(self, values: list[Any]) -> list[Any]:
        for place, change in self._changes:
            values[place] = change(values[place])
        return values


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


class Direct:
    """A connection of a pool without a session, taken when it is first needed. Where it `writes`,
    all is one transaction, committed when the block ends; rolled back when it raises, or unless
    `keep`.
    """

    __slots__ = ("_driver", "_engine", "_keep", "_pooled", "_transaction", "_writes")

    def __init__(self, engine: AsyncEngine, *, writes: bool, keep: bool = True) -> None:
        self._engine, self._writes, self._keep = engine, writes, keep
        self._pooled: PoolProxiedConnection | None = None
        self._driver: Any = None
        self._transaction: Any = None

    async def all(self, prepared: Prepared, **values: Any) -> list[Any]:
        """The rows that the statement gives, run with these values. Raises DBAPIError."""
        if self._pooled is None:
            await self._open()
        arguments, engine = prepared.arguments(values), self._engine.sync_engine
        for hear in engine.dispatch.before_cursor_execute:
            hear(engine, None, prepared.text, arguments, None, False)
        return prepared.lines(await self._said(self._driver.fetch, prepared.text, *arguments))

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
            await self._said(transaction.start)
            self._transaction = transaction

    async def _said(self, ask: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """The driver's answer; its faults as SQLAlchemy would tell them."""
        try:
            return await ask(*arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
            lost = self._driver.is_closed() or isinstance(fault, OSError)
            raise DBAPIError(None, None, fault, connection_invalidated=lost) from fault

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
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
            await self._said(self._transaction.commit)
        elif self._transaction:
            await self._said(self._transaction.rollback)
        return not self._driver.is_closed()


def _cut(fault: BaseException | None) -> bool:
    """Whether it came from outside: cancelled, out of time, or without the server."""
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated
    return isinstance(fault, OSError) or not isinstance(fault, Exception | None)
