"""How is one object fetched so that nobody sees what they may not?

One statement selects the object and everything the policy asks about it. What the caller may not
read answers 404, exactly like what does not exist; what it may read but not do answers 403.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.db.base import Rows
from app.platform.db.prepared import Direct, Prepared
from app.platform.errors import NotAllowed
from app.platform.security.permission import Actor, Facts, Resource, Shape, facts_about

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """An object the caller may read, with the facts that the policy decides from."""

    it: T
    resource: Resource
    actor: Actor
    facts: Facts
    locked: bool = False

    def may(self, verb: str) -> bool:
        return self.actor.may(verb, self.facts)

    def require(self, verb: str) -> None:
        if not self.may(verb):
            raise NotAllowed


def visible_to(
    actor: Actor | Shape, resource: Resource, verb: str | None = None
) -> ColumnElement[bool]:
    """The condition under which a row is shown to the caller; every list starts from it."""
    return actor.policy.sql(actor, verb or f"{resource.name}:read", resource)


def _named(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001  public


async def fetch(
    db: AsyncSession,
    actor: Actor,
    resource: Resource,
    statement: Select[T],
    *,
    lock: bool = False,
) -> Found[T]:
    """The one object that `statement` selects, if the caller may read it.

    `statement` selects the object and joins whatever the resource's expressions speak of.
    """
    if lock:
        entity = statement.column_descriptions[0]["entity"]
        # What the session has read before may be stale: the locked row is what counts.
        statement = statement.with_for_update(of=entity).execution_options(populate_existing=True)
    asked = statement.add_columns(*facts_about(resource))
    row = (await db.execute(asked, {"caller": actor.person_id})).first()
    if row is None:
        raise resource.missing
    facts = _named(row)
    if not actor.may(f"{resource.name}:read", facts):
        raise resource.missing
    return Found(row[0], resource, actor, facts, locked=lock)


async def fetch_each(
    db: AsyncSession, actor: Actor, resource: Resource, statement: Select[T]
) -> dict[Any, Found[T]]:
    """Those of the objects that `statement` selects which the caller may read, locked one after the
    other, by their ids; one statement.
    """
    entity = statement.column_descriptions[0]["entity"]
    locked = statement.order_by(entity.id).with_for_update(of=entity)
    asked = locked.add_columns(*facts_about(resource)).execution_options(populate_existing=True)
    found: dict[Any, Found[T]] = {}
    for row in await db.execute(asked, {"caller": actor.person_id}):
        facts = _named(row)
        if actor.may(f"{resource.name}:read", facts):
            found[row[0].id] = Found(row[0], resource, actor, facts, locked=True)
    return found


async def fetch_view(
    db: AsyncSession,
    actor: Actor,
    resource: Resource,
    statement: Rows,
) -> Found[Any]:
    """One row of columns (not an entity), under the same rule."""
    asked = statement.add_columns(*facts_about(resource))
    row = (await db.execute(asked, {"caller": actor.person_id})).first()
    facts = _named(row) if row else {}
    if row is None or not actor.may(f"{resource.name}:read", facts):
        raise resource.missing
    return Found(row, resource, actor, facts)


async def fetch_prepared(
    db: Direct, actor: Actor, resource: Resource, statement: Prepared, **values: Any
) -> Found[Any]:
    """The same for a statement written once, with the resource's facts about any caller. A row
    that the statement locks can be changed, and written with `Direct.change`.
    """
    row = await db.first(statement, caller=actor.person_id, **values)
    facts = row._asdict() if row else {}
    if row is None or not actor.may(f"{resource.name}:read", facts):
        raise resource.missing
    it = SimpleNamespace(**facts) if statement.locks else row
    return Found(it, resource, actor, facts, locked=statement.locks)


def require(actor: Actor, verb: str) -> None:
    """For what concerns no object yet: only roles of the whole service, or the public, may."""
    if not actor.may(verb, {}):
        raise NotAllowed
