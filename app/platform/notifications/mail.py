"""How does a notification reach a mail server?

At least once: whoever is killed between sending and marking sends again. The Message-ID comes from
the notification, so receivers can tell the second from a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from sqlalchemy import select, update

from app.platform.ground import Ground
from app.platform.jobs.work import Task
from app.platform.notifications.models import MailAddress, Notification
from app.platform.notifications.service import place

SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
OLDEST = timedelta(days=3)
"""What could not be mailed by then is stale: it lies in the inbox anyway."""


class MailServerWrong(ValueError):
    """The address of the mail server, or of the sender, cannot be used."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and in whose name it is sent."""

    host: str
    port: int
    scheme: str
    sender: Address
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, sender: str) -> "MailServer":
        """From `smtp://host`, `smtp+starttls://user:password@host` or `smtps://…`, and the
        sender's address. Raises MailServerWrong.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
            address = Address("政府质量奖", addr_spec=sender)
        except (ValueError, KeyError, IndexError) as wrong:
            raise MailServerWrong("smtp://, smtp+starttls:// or smtps://, and a sender") from wrong
        if not parts.hostname or not address.domain:
            raise MailServerWrong("the mail server has no host, or the sender no domain")
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, port, parts.scheme, address, user, password)


def mailing(server: MailServer) -> Task:
    """The task that mails a notification through this server."""

    async def mail(ground: Ground, payload: Mapping[str, Any]) -> None:
        notification_id = UUID(payload["notification"])
        message = await _message(ground, server, notification_id)
        if message is None:
            return
        await _send(server, message)
        async with ground.database.writing() as db:
            await db.execute(
                update(Notification)
                .where(Notification.id == notification_id, Notification.mailed_at.is_(None))
                .values(mailed_at=ground.clock())
            )

    return mail


def compose(
    server: MailServer, to: str, *, identity: UUID, title: str, text: str, at: datetime
) -> EmailMessage:
    """The e-mail of one notification. A line break in a header is refused by the policy."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{identity}@{server.sender.domain}>"
    message["Date"] = at
    message["From"] = server.sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = title
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(text)
    return message


async def _message(ground: Ground, server: MailServer, identity: UUID) -> EmailMessage | None:
    """None where there is nothing to mail (any more)."""
    statement = (
        select(
            Notification.title,
            Notification.text,
            Notification.created_at,
            MailAddress.person_id,
            MailAddress.address_sealed,
        )
        .join(MailAddress, MailAddress.person_id == Notification.person_id)
        .where(
            Notification.id == identity,
            Notification.mailed_at.is_(None),
            Notification.created_at > ground.clock() - OLDEST,
        )
    )
    async with ground.database.reading() as db:
        row = (await db.execute(statement)).first()
    if row is None:
        return None
    to = ground.sealer.open(row.address_sealed, place(row.person_id))
    return compose(server, to, identity=identity, title=row.title, text=row.text, at=row.created_at)


async def _send(server: MailServer, message: EmailMessage) -> None:
    await aiosmtplib.send(
        message,
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.scheme == "smtps",
        start_tls=server.scheme == "smtp+starttls",
        local_hostname=server.sender.domain,
        timeout=SECONDS,
    )
