"""A mail server that keeps what it is given."""

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller

from app.serving import free_port


@dataclass
class Mailbox:
    """Every message as it arrived; `before_answer` runs when one has, and the server has not yet
    said that it keeps it.
    """

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    answer: str = "250 kept"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del server, session
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        message = email.message_from_bytes(envelope.content, policy=default)
        self.messages.append(cast("EmailMessage", message))
        self.before_answer()
        return self.answer


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A running server on a port of the loopback interface."""
    kept = Mailbox(free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
