"""What do people do with what they were told?"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.inbox.queries import INBOX
from app.platform.inbox.schemas import LanguageIn, MailAddressIn, PhoneNumberIn
from app.platform.notifications.models import LanguageChoice, MailAddress, Notification, PhoneNumber
from app.platform.notifications.service import phone_place, place
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
    values: dict[str, Any] | None = None
    if body.address is not None:
        sealed = call.ground.sealer.seal(body.address, place(call.actor.person_id))
        values = {"address_sealed": sealed, "masked": masked_address(body.address)}
        values |= {"least": body.least, "set_at": call.wall}
    await _set(call, MailAddress, values, "person:set-mail-address")


async def set_phone_number(call: Call, body: PhoneNumberIn) -> None:
    """Where the caller's text messages go from now on; nowhere without a number."""
    values: dict[str, Any] | None = None
    if body.number is not None:
        sealed = call.ground.sealer.seal(body.number, phone_place(call.actor.person_id))
        values = {"number_sealed": sealed, "masked": f"{body.number[:3]}****{body.number[-4:]}"}
        values |= {"least": body.least, "set_at": call.wall}
    await _set(call, PhoneNumber, values, "person:set-phone-number")


async def choose_language(call: Call, body: LanguageIn) -> None:
    """In which language the caller is told things from now on."""
    values = {"language": body.language, "set_at": call.wall}
    await _set(call, LanguageChoice, values, "person:choose-language")


def masked_address(address: str) -> str:
    """What may be shown of a mail address: its first character and its domain."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}"


async def _set(call: Call, table: Any, values: dict[str, Any] | None, act: str) -> None:
    person = call.actor.person_id
    if values is None:
        await call.db.execute(delete(table).where(table.person_id == person))
    else:
        await call.db.execute(
            insert(table)
            .values(person_id=person, **values)
            .on_conflict_do_update(index_elements=[table.person_id], set_=values)
        )
    given = {"given": values is not None}  # what was given stays out of the log
    record(call.db, call.actor, act, subject=person, now=call.now, detail=given)
