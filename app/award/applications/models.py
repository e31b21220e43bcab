"""How are applications and their attachments stored?"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.award.applications.lifecycle import ApplicationStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of
from app.platform.files.models import Announced, of_files


class Application(Model):
    """An organisation's application in one cycle and track.

    `content` is the canonical text frozen at submission, `digest` its SHA-256, `receipt` the signed
    answer. `awardee` is the name to be printed, null where the organisation itself is awarded, and
    `tier` the one applied for. `entry_key`, settled at submission, is what the regulation counts
    once: the organisation, it in one track, or the awardee.
    """

    __tablename__ = "application"
    __table_args__ = (
        one_of("status", ApplicationStatus),
        CheckConstraint(
            "(submitted_at IS NULL) = (content IS NULL) AND (content IS NULL) = (receipt IS NULL)",
            name="frozen_when_submitted",
        ),
        # one_entry_per: of two simultaneous submissions one is refused by the database.
        Index(
            "uq_application_one_entry",
            "cycle_id",
            "entry_key",
            unique=True,
            postgresql_where=text("status = 'submitted'"),
        ),
        Index("ix_application_organisation_id", "organisation_id"),
    )

    id: Mapped[UUID] = identifier()
    code: Mapped[str] = mapped_column(unique=True)
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    track: Mapped[str]
    status: Mapped[str] = mapped_column(default=ApplicationStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    form: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    awardee: Mapped[str | None]
    tier: Mapped[str | None]
    entry_key: Mapped[str]
    content: Mapped[str | None]
    digest: Mapped[str | None]
    receipt: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]


class Validity(StrEnum):
    """Whether a file counts: it does, waits for its supplement, or another has its place."""

    IN_FORCE = "in_force"
    PENDING = "pending"
    REPLACED = "replaced"


class Attachment(Announced, Model):
    """A file of an application: announced with size and digest, then uploaded.

    `cure_id` is the call to cure under which it was announced; it counts from the supplement on.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        *of_files(),
        one_of("validity", Validity),
        UniqueConstraint(
            "application_id",
            "document",
            "sha256",
            "cure_id",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_attachment_sha256", "sha256"),
    )

    id: Mapped[UUID] = identifier()
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    document: Mapped[str]
    cure_id: Mapped[UUID | None] = mapped_column(ForeignKey("cure.id"))
    validity: Mapped[str] = mapped_column(default=Validity.IN_FORCE, server_default="in_force")


class Supplement(Model):
    """What cures (补正) a submission: frozen beside it, with a receipt of its own.

    The submission's content, digest and receipt stay as they were; the application's form and the
    attachments in force are those after the last supplement.
    """

    __tablename__ = "supplement"
    __table_args__ = (
        UniqueConstraint("cure_id"),
        Index("ix_supplement_application_id", "application_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    cure_id: Mapped[UUID] = mapped_column(ForeignKey("cure.id"))
    document: Mapped[str]
    content: Mapped[str]
    digest: Mapped[str]
    receipt: Mapped[str]
    supplied_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]
