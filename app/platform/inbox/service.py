"""What do people do with what they were told?"""

from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.inbox.queries import INBOX
from app.platform.inbox.schemas import MailAddressIn
from app.platform.notifications.models import MailAddress, Notification
from app.platform.notifications.service import place
from app.platform.security.access import fetch


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
