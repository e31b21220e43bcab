"""How is a person told something?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.db.base import among
from app.platform.jobs.queue import enqueue
from app.platform.notifications.models import MailAddress, Notification

MAIL = "mail"
"""The kind of job that mails a notification."""


@dataclass(frozen=True, slots=True)
class Template:
    """Words with {named} gaps, and the stable key under which programs know them."""

    key: str
    title: str
    text: str


async def notify(
    db: AsyncSession,
    person_id: UUID,
    template: Template,
    params: Mapping[str, str | int],
    now: datetime,
) -> UUID:
    """Tell a person something, in the caller's transaction: it lies in their inbox, and is mailed
    where they have given an address. `now` is wall time. Raises KeyError for an unfilled gap.
    """
    notification = Notification(
        id=uuid4(),
        person_id=person_id,
        template=template.key,
        params=dict(params),
        title=" ".join(template.title.format(**params).split()),  # one line, whatever is filled in
        text=template.text.format(**params),
        created_at=now,
    )
    db.add(notification)
    if await db.scalar(select(exists().where(MailAddress.person_id == person_id))):
        payload = {"notification": str(notification.id)}
        await enqueue(db, MAIL, payload, now=now, key=f"{MAIL}:{notification.id}")
    return notification.id


async def notify_all(
    db: AsyncSession,
    people: Sequence[UUID],
    template: Template,
    params: Mapping[str, str | int],
    now: datetime,
    *,
    occasion: UUID,
) -> None:
    """Tell several people the same, each once however often this is done for one `occasion`; one
    statement more for each who has given an address. `now` is wall time.
    """
    if not people:
        return
    told = {
        "template": template.key,
        "params": dict(params),
        "title": " ".join(template.title.format(**params).split()),
        "text": template.text.format(**params),
        "created_at": now,
    }
    named = {person: uuid5(occasion, str(person)) for person in people}
    rows = [told | {"id": each, "person_id": person} for person, each in named.items()]
    await db.execute(insert(Notification).on_conflict_do_nothing(), rows)
    mailed = await db.scalars(
        select(MailAddress.person_id).where(among(MailAddress.person_id, people))
    )
    for person in mailed.all():
        payload = {"notification": str(named[person])}
        await enqueue(db, MAIL, payload, now=now, key=f"{MAIL}:{named[person]}")


def place(person_id: UUID | None) -> str:
    """What a sealed address is bound to."""
    return f"mail_address:{person_id}"
