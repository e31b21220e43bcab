"""How does a notification leave the service? At least once, under a name that stays.

Whoever is killed between handing over and marking hands over again; the name says that it is the
same thing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.platform.ground import Ground
from app.platform.jobs.work import Task
from app.platform.notifications.models import (
    Delivery,
    MailAddress,
    Notification,
    PhoneNumber,
    Way,
)
from app.platform.notifications.service import phone_place, place

OLDEST = timedelta(days=3)
"""What could not be delivered by then is stale: it lies in the inbox anyway."""


class NotTaken(Exception):
    """Nobody took it, this time. Says why without any address: it stands in the log."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What goes out: `name` stays the same however often it is tried."""

    name: str
    to: str = field(repr=False)
    template: str
    title: str
    text: str
    told_at: datetime


Send = Callable[[Dispatch, datetime], Awaitable[None]]
"""Hands it over, at this wall time; raises NotTaken."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a way finds a person, what the sealed place is bound to, and what may be shown."""

    table: Any
    sealed: Any
    place: Callable[[UUID | None], str]


CONTACTS = {
    Way.MAIL: Contact(MailAddress, MailAddress.address_sealed, place),
    Way.SMS: Contact(PhoneNumber, PhoneNumber.number_sealed, phone_place),
}


def delivering(way: Way, send: Send) -> Task:
    """The task that takes notifications out by one way."""

    async def deliver(ground: Ground, payload: Mapping[str, Any]) -> None:
        notification = UUID(payload["notification"])
        found = await _dispatch(ground, way, notification)
        if found is None:
            return
        dispatch, masked = found
        await send(dispatch, ground.clock())
        async with ground.database.writing() as db:
            await db.execute(
                update(Delivery)
                .where(
                    Delivery.notification_id == notification,
                    Delivery.way == way,
                    Delivery.taken_at.is_(None),
                )
                .values(taken_at=ground.clock(), masked=masked)
            )

    return deliver


async def _dispatch(ground: Ground, way: Way, identity: UUID) -> tuple[Dispatch, str] | None:
    """None where there is nothing to deliver (any more)."""
    contact = CONTACTS[way]
    statement = (
        select(
            Notification.person_id,
            Notification.template,
            Notification.title,
            func.coalesce(Notification.outside, Notification.text).label("text"),
            Notification.created_at,
            Delivery.times,
            contact.sealed.label("sealed"),
            contact.table.masked,
        )
        .join(Delivery, Delivery.notification_id == Notification.id)
        .join(contact.table, contact.table.person_id == Notification.person_id)
        .where(
            Notification.id == identity,
            Delivery.way == way,
            Delivery.taken_at.is_(None),
            Delivery.asked_at > ground.clock() - OLDEST,
        )
    )
    async with ground.database.reading() as db:
        row = (await db.execute(statement)).first()
    if row is None:
        return None
    to = ground.sealer.open(row.sealed, contact.place(row.person_id))
    name = str(identity) if row.times == 1 else f"{identity}.{row.times}"
    told = Dispatch(name, to, row.template, row.title, row.text, row.created_at)
    return told, row.masked
