"""How is a person told something, and what do people do with what they were told?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.jobs.queue import enqueue
from app.platform.notifications.models import MailAddress, Notification
from app.platform.notifications.queries import INBOX
from app.platform.notifications.schemas import MailAddressIn
from app.platform.security.access import fetch

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


async def mark_read(call: Call, notification_id: UUID) -> None:
    """The person has read it; the first time counts."""
    statement = select(Notification).where(Notification.id == notification_id)
    found = await fetch(call.db, call.actor, INBOX, statement)
    await call.db.execute(
        update(Notification)
        .where(Notification.id == found.it.id)
        .values(read_at=func.coalesce(Notification.read_at, call.wall))
        .execution_options(synchronize_session=False)
    )


async def set_mail_address(call: Call, body: MailAddressIn) -> None:
    """Where the caller's notifications are mailed from now on; nowhere without an address."""
    person = call.actor.person_id
    if body.address is None:
        await call.db.execute(delete(MailAddress).where(MailAddress.person_id == person))
    else:
        sealed = call.ground.sealer.seal(body.address, place(person))
        told = {"address_sealed": sealed, "set_at": call.wall}
        await call.db.execute(
            insert(MailAddress)
            .values(person_id=person, **told)
            .on_conflict_do_update(index_elements=[MailAddress.person_id], set_=told)
        )
    given = {"given": body.address is not None}  # the address itself stays out of the log
    record(
        call.db, call.actor, "person:set-mail-address", subject=person, now=call.now, detail=given
    )


def place(person_id: UUID | None) -> str:
    """What a sealed address is bound to."""
    return f"mail_address:{person_id}"
