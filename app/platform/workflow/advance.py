"""The only writer of `status`: permission, table, rules and audit cannot be skipped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from app.platform.audit.record import record
from app.platform.db.prepared import Connected
from app.platform.errors import Refusal, ensure
from app.platform.security.access import Found
from app.platform.workflow.lifecycle import Lifecycle, MoveNotPossible

S = TypeVar("S", bound=StrEnum)


class HasStatus(Protocol):
    """What `advancing` moves: a row with an id and a status."""

    @property
    def id(self) -> Any: ...

    status: Any


T = TypeVar("T", bound=HasStatus)


class Against(list[Refusal | None]):
    """What stands against a move. After the block, `leaf` is the hash (hex) under which the move
    stands in the log, for a receipt to name.
    """

    leaf: str = ""


@contextmanager
def advancing(
    db: Connected,
    found: Found[T],
    lifecycle: Lifecycle[S],
    name: str,
    *,
    now: datetime,
    log: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> Iterator[Against]:
    """Make one move: may they (403), can it (409), the caller's rules (409), audit, status.

    The block appends to the list what stands against the move; all reasons are refused together.
    The row must have been fetched under a lock.
    """
    move = lifecycle[name]
    found.require(move.permission)
    if not found.locked:
        msg = f"{name}: a row must be locked before it moves"
        raise RuntimeError(msg)
    before = lifecycle.statuses(found.it.status)
    after = move.leads_to(before)
    ensure([move.obstacle(before)])
    reasons = Against()
    yield reasons
    ensure(reasons)
    reasons.leaf = record(
        db,
        found.actor,
        f"{found.resource.name}:{name}",
        subject=found.it.id,
        now=now,
        log=log,
        before=before.value,
        after=after.value,
        detail=detail,
    )
    found.it.status = after


class Action(BaseModel):
    """A move of this thing, and whether the caller can make it now."""

    move: str = Field(examples=["submit"])
    allowed: bool
    reasons: list[str] = Field(
        default=[], description="Codes of what stands against it.", examples=[["move-not-possible"]]
    )


def actions(
    found: Found[Any], lifecycle: Lifecycle[S], status: S, **obstacles: list[Refusal]
) -> list[Action]:
    """The moves the caller has a right to, each with what stands against it now.

    `obstacles` names further refusals by move (dashes written as underscores).
    """
    listed: list[Action] = []
    for move in lifecycle:
        if not found.may(move.permission):
            continue
        reasons = [r.code for r in obstacles.get(move.name.replace("-", "_"), [])]
        if move.obstacle(status):
            reasons.insert(0, MoveNotPossible.code)
        listed.append(Action(move=move.name, allowed=not reasons, reasons=reasons))
    return listed
