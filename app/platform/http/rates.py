"""How often may somebody who is not signed in make us write? So often a minute from one network.

Counted in the database, so that it holds for all workers together. Who is signed in is not counted.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model
from app.platform.db.engine import Database
from app.platform.errors import TooMany
from app.platform.http.networks import neighbourhood

KEPT = timedelta(hours=1)
SWEPT_AT_ONCE = 5
"""Old rows taken away with every new count: more than a count can add."""


class TooManyRequests(TooMany):
    code = "too-many-requests"
    zh = "来自您所在网络的请求过于频繁，请 {seconds} 秒后再试。"
    en = "Too many requests from your network; try again in {seconds} seconds."


class PublicRequest(Model):
    """How often an operation was asked for from a network in one minute, the last one counted."""

    __tablename__ = "public_request"

    operation: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(index=True)
    times: Mapped[int]


async def admit(
    database: Database, most: int | None, operation: str, address: str, wall: datetime
) -> None:
    """Count this request, in a transaction of its own. Raises TooManyRequests beyond `most`."""
    if most is None:
        return
    minute = wall.replace(second=0, microsecond=0)
    network = neighbourhood(address)
    row = {"operation": operation, "network": network, "minute": minute, "times": 1}
    counted = insert(PublicRequest).values(row)
    same = PublicRequest.minute == counted.excluded.minute
    async with database.writing() as db:
        await db.execute(swept(PublicRequest, PublicRequest.minute < minute - KEPT))
        times = await db.scalar(
            counted.on_conflict_do_update(
                index_elements=[PublicRequest.operation, PublicRequest.network],
                set_={
                    "minute": counted.excluded.minute,
                    "times": case((same, PublicRequest.times + 1), else_=1),
                },
            ).returning(PublicRequest.times)
        )
    if times is not None and times > most:
        raise TooManyRequests(seconds=60 - wall.second)


def swept(model: type[Model], old: Any) -> Delete:
    """Take a few old rows away, without waiting for anybody."""
    key = list(model.__table__.primary_key)
    few = select(*key).where(old).limit(SWEPT_AT_ONCE).with_for_update(skip_locked=True)
    rows = few.subquery()
    return delete(model).where(*(column == rows.c[column.name] for column in key))
