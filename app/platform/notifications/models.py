"""How is stored what people are told, and where their e-mail goes?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model, identifier, sealed_at


class Notification(Model):
    """One thing a person was told, in the words it was told in. It lies in the inbox from the
    start; `mailed_at` says when a mail server took it as well.
    """

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_inbox", "person_id", "created_at", "id"),)

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    template: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    title: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class MailAddress(Model):
    """A person's e-mail address, sealed with the key outside the database."""

    __tablename__ = "mail_address"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address_sealed: Mapped[bytes] = sealed_at("mail_address:{person_id}")
    set_at: Mapped[datetime]
