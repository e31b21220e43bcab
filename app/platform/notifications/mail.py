"""How does a notification reach a mail server?

The Message-ID comes from the notification, so receivers can tell a second mail from a new one. What
a server says of an address does not leave this module: faults are told by their codes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.platform.jobs.work import Task
from app.platform.notifications.delivering import Dispatch, NotTaken, delivering
from app.platform.notifications.models import Way

SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


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

    async def send(dispatch: Dispatch, now: datetime) -> None:
        del now  # a mail is dated when it was told
        message = compose(
            server,
            dispatch.to,
            identity=dispatch.name,
            title=dispatch.title,
            text=dispatch.text,
            at=dispatch.told_at,
        )
        try:
            await _send(server, message)
        except aiosmtplib.SMTPResponseException as refused:
            raise NotTaken(f"{type(refused).__name__} {refused.code}") from None
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = sorted({str(each.code) for each in refused.recipients})
            raise NotTaken(f"SMTPRecipientsRefused {' '.join(codes)}") from None
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise NotTaken(type(fault).__name__) from None

    return delivering(Way.MAIL, send)


def compose(
    server: MailServer, to: str, *, identity: str, title: str, text: str, at: datetime
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
