"""How are notices and objections stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.award.publicity.lifecycle import NoticeStatus, ObjectionStatus
from app.award.publicity.rules import Ruling
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of, sealed_at


class Notice(Model):
    """The public notice of one round of a publicity.

    `content` is the canonical text frozen at the posting and `digest` its SHA-256; the period runs
    from `first_day` to `last_day`, and `ends_at` is the first instant that is too late.
    """

    __tablename__ = "notice"
    __table_args__ = (
        one_of("status", NoticeStatus),
        UniqueConstraint("stage_id", "round"),
        CheckConstraint(
            "(status = 'posted') = (content IS NOT NULL AND digest IS NOT NULL"
            " AND channel IS NOT NULL AND url IS NOT NULL"
            " AND posted_at IS NOT NULL AND first_day IS NOT NULL AND last_day IS NOT NULL"
            " AND ends_at IS NOT NULL AND provisional IS NOT NULL)",
            name="posted_whole",
        ),
        CheckConstraint("first_day <= last_day", name="period_in_order"),
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default=NoticeStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str]
    text: Mapped[str]
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    contact_address: Mapped[str]
    created_at: Mapped[datetime]
    content: Mapped[str | None]
    digest: Mapped[str | None]
    channel: Mapped[str | None]
    url: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    ends_at: Mapped[datetime | None]
    provisional: Mapped[bool | None]


class NoticeLine(Model):
    """One awardee-to-be, as a posted notice names it; `awardee` is null for the organisation
    itself.
    """

    __tablename__ = "notice_line"
    __table_args__ = (UniqueConstraint("notice_id", "application_code"), APPEND_ONLY)

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    application_code: Mapped[str]
    organisation: Mapped[str]
    awardee: Mapped[str | None]
    track: Mapped[str]
    tier: Mapped[str | None]


class Objection(Model):
    """An objection under a notice. Who objects is sealed with a key outside the database."""

    __tablename__ = "objection"
    __table_args__ = (
        one_of("status", ObjectionStatus),
        CheckConstraint(
            f"ruling IN ('{Ruling.DISMISSED}', '{Ruling.UPHELD}')", name="ruling_known"
        ),
        CheckConstraint(
            "(status = 'ruled') = (ruling IS NOT NULL AND reason IS NOT NULL"
            " AND document IS NOT NULL AND ruled_at IS NOT NULL)",
            name="ruled_whole",
        ),
        Index("ix_objection_notice_id", "notice_id"),
        Index("ix_objection_entry_id", "entry_id"),
    )

    id: Mapped[UUID] = identifier()
    code: Mapped[str] = mapped_column(unique=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    status: Mapped[str] = mapped_column(default=ObjectionStatus.RECEIVED)
    name_sealed: Mapped[bytes | None] = sealed_at("objection.name/{id}")
    identity_sealed: Mapped[bytes | None] = sealed_at("objection.identity/{id}")
    contact_sealed: Mapped[bytes | None] = sealed_at("objection.contact/{id}")
    statement: Mapped[str]
    evidence: Mapped[str | None]
    received_at: Mapped[datetime]
    ruling: Mapped[str | None]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    ruled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ruled_at: Mapped[datetime | None]
