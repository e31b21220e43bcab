"""How is a list read whose newest lines come first? By keyset cursors over an instant and an id."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.platform.db.base import Rows
from app.platform.http.pages import CursorUnreadable, Page, Paging

T = TypeVar("T")


async def newest_first(
    db: AsyncSession,
    statement: Rows,
    paging: Paging,
    *,
    at: InstrumentedAttribute[datetime],
    identity: InstrumentedAttribute[Any],
    view: Callable[[Any], T],
) -> Page[T]:
    """One page of `statement`, newest first; one statement."""
    if paging.cursor:
        after = _read(paging.cursor, identity.type.python_type)
        statement = statement.where(tuple_(at, identity) < after)
    ordered = statement.order_by(at.desc(), identity.desc()).limit(paging.limit + 1)
    rows = (await db.execute(ordered.add_columns(at.label("_at"), identity.label("_id")))).all()
    shown = rows[: paging.limit]
    more = len(rows) > paging.limit
    return Page(
        items=[view(row) for row in shown],
        next=_write(shown[-1]._at, shown[-1]._id) if more else None,  # noqa: SLF001  our labels
    )


def _write(at: datetime, identity: object) -> str:
    text = json.dumps([at.isoformat(), str(identity)])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, identity: Callable[[str], Any]) -> tuple[datetime, Any]:
    try:
        at, last = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(str(at)).astimezone(UTC), identity(str(last))
    except (ValueError, TypeError, OverflowError) as unreadable:
        raise CursorUnreadable(pointer="/query/cursor") from unreadable
