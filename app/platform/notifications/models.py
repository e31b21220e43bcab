"""How is stored what people are told, by which ways, and where e-mail and messages go?"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of, sealed_at
from app.platform.notifications.templates import Urgency


class Way(StrEnum):
    """How something reaches a person beside the inbox; also the kind of job that does it."""

    MAIL = "mail"
    SMS = "sms"


class Tongue(StrEnum):
    ZH = "zh"
    EN = "en"


class Notification(Model):
    """One thing a person was told, in the words it was told in. It lies in the inbox from the
    start. `about` is the matter it belongs to (the scope of a log), null for the person's own;
    `outside` is the text that goes by mail and telephone where that is another.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "person_id", "created_at", "id"),
        Index("ix_notification_about", "about", "created_at", "id"),
    )

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    about: Mapped[UUID | None]
    template: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    title: Mapped[str]
    text: Mapped[str]
    outside: Mapped[str | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(Model):
    """A notification is to go by one way; how far that has come, its job says.

    `masked` is what may be shown of the address, `times` how often it was asked for, and `taken_at`
    when a server took it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("way", Way),
        CheckConstraint("times >= 1", name="asked_for"),
        UniqueConstraint("job_key"),
    )

    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notification.id"), primary_key=True)
    way: Mapped[str] = mapped_column(primary_key=True)
    job_key: Mapped[str]
    masked: Mapped[str]
    times: Mapped[int]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class MailAddress(Model):
    """A person's e-mail address, sealed with the key outside the database; `masked` is what may be
    shown of it, and `least` the least urgent thing that is mailed.
    """

    __tablename__ = "mail_address"
    __table_args__ = (one_of("least", Urgency),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address_sealed: Mapped[bytes] = sealed_at("mail_address:{person_id}")
    masked: Mapped[str] = mapped_column(server_default="***")
    least: Mapped[str] = mapped_column(default=Urgency.ORDINARY, server_default="ordinary")
    set_at: Mapped[datetime]


class PhoneNumber(Model):
    """A person's mobile telephone, kept like their mail address."""

    __tablename__ = "phone_number"
    __table_args__ = (one_of("least", Urgency),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    number_sealed: Mapped[bytes] = sealed_at("phone_number:{person_id}")
    masked: Mapped[str]
    least: Mapped[str]
    set_at: Mapped[datetime]


class LanguageChoice(Model):
    """In which language a person wants to be told things; Chinese without a row."""

    __tablename__ = "language_choice"
    __table_args__ = (one_of("language", Tongue),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    language: Mapped[str]
    set_at: Mapped[datetime]


class Wording(Model):
    """One version of the words that an office (`scope_id`) uses for a template; the highest
    counts. Without title and text the template's own words are used again.
    """

    __tablename__ = "wording"
    __table_args__ = (
        one_of("language", Tongue),
        UniqueConstraint("scope_id", "template", "language", "version"),
        CheckConstraint("(title IS NULL) = (text IS NULL)", name="title_with_text"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    scope_id: Mapped[UUID]
    template: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    title: Mapped[str | None]
    text: Mapped[str | None]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
