"""How is a long list read? By keyset cursors, never by offset."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.platform.db.base import Rows
from app.platform.errors import Invalid

T = TypeVar("T")
MOST = 100


class CursorUnreadable(Invalid):
    code = "cursor-unreadable"
    zh = "翻页标记无法识别，请从第一页重新读取。"
    en = "The cursor cannot be read; start again from the first page."


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the cursor of the following one, or null at the end."""

    items: list[T]
    next: str | None = Field(default=None, examples=["WyIyMDI2LTAxLTA1IiwgIuKApiJd"])


class Paging(BaseModel):
    """Where to start and how many to give."""

    model_config = {"extra": "forbid"}

    cursor: str | None = Field(
        default=None, max_length=500, description="`next` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=MOST)


PageQuery = Annotated[Paging, Query()]


def _encode(values: Sequence[Any]) -> str:
    return urlsafe_b64encode(json.dumps([str(v) for v in values]).encode()).decode().rstrip("=")


def _decode(cursor: str, identity: Callable[[str], Any]) -> tuple[str, Any]:
    try:
        key, last = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        # encoded and back: half a surrogate pair cannot be compared in the database
        after = str(key).encode().decode(), identity(str(last))
    except (ValueError, TypeError) as unreadable:
        raise CursorUnreadable(pointer="/query/cursor") from unreadable
    if "\x00" in after[0]:
        raise CursorUnreadable(pointer="/query/cursor")
    return after


async def page(
    db: AsyncSession,
    statement: Rows,
    paging: Paging,
    *,
    by: InstrumentedAttribute[str],
    identity: InstrumentedAttribute[Any],
    view: Callable[[Any], T],
) -> Page[T]:
    """One page of `statement`, ordered by a text column and the id; one statement."""
    if paging.cursor:
        after = _decode(paging.cursor, identity.type.python_type)
        statement = statement.where(tuple_(by, identity) > after)
    ordered = statement.order_by(by, identity).limit(paging.limit + 1)
    rows = (await db.execute(ordered.add_columns(by.label("_by"), identity.label("_id")))).all()
    shown = rows[: paging.limit]
    more = len(rows) > paging.limit
    return Page(
        items=[view(row) for row in shown],
        next=_encode([shown[-1]._by, shown[-1]._id]) if more else None,  # noqa: SLF001  our labels
    )
