"""How are applications and their attachments stored?"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.award.applications.lifecycle import ApplicationStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of, sealed_at
from app.platform.files.models import Announced, of_files


class Application(Model):
    """An organisation's application in one cycle and track.

    `content` is the canonical text frozen at submission, `digest` its SHA-256, `receipt` the signed
    answer. `awardee` is the name to be printed, null where the organisation itself is awarded, and
    `tier` the one applied for. `entry_key`, settled at submission, is what the regulation counts
    once: the organisation, it in one track, or the awardee. `secrets` are what the applicant marks
    as trade secrets: keys of sections, ids of attachments. `scope`, settled at submission, are the
    credit codes of the legal persons that the application speaks for, its own among them.
    `differing_paper` is the digest on the sealed paper that counts where that is not the content
    that was submitted.
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
        Index("ix_application_code", "cycle_id", "code", "id"),
        Index("ix_application_received", "cycle_id", "submitted_at", "id"),
        Index(
            "ix_application_bigrams",
            func.bigrams(column("code"), column("awardee")),
            postgresql_using="gin",
        ),
    )

    id: Mapped[UUID] = identifier()
    code: Mapped[str] = mapped_column(unique=True)
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    track: Mapped[str]
    status: Mapped[str] = mapped_column(default=ApplicationStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    form: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secrets: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    awardee: Mapped[str | None]
    tier: Mapped[str | None]
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    entry_key: Mapped[str]
    content: Mapped[str | None]
    digest: Mapped[str | None]
    receipt: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    differing_paper: Mapped[str | None]


class FormPart(Model):
    """A section of an application's form as it was saved last: `content` is the canonical text of
    its answers, `version` counts its saves, `revision` numbers what is kept of them.

    Saves of one person within a minute are one revision, unless somebody else has read it (`seen`)
    or it was restored. `form_version` is the application's version after the save.
    """

    __tablename__ = "form_part"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    revision: Mapped[int]
    content: Mapped[str]
    digest: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    form_version: Mapped[int]
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    seen: Mapped[bool]
    restored_from: Mapped[int | None]


class FormRevision(Model):
    """A revision of a section that a later one has followed: who saved which answers, and when."""

    __tablename__ = "form_revision"
    __table_args__ = (APPEND_ONLY,)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    content: Mapped[str]
    digest: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    restored_from: Mapped[int | None]


class SealedAnswer(Model):
    """A private answer of an application, sealed with the key outside the database. The documents
    hold its `commitment` and what may be shown of it; `unfit` is what is wrong with it.
    """

    __tablename__ = "sealed_answer"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    commitment: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    masked: Mapped[str]
    unfit: Mapped[str | None]
    text_sealed: Mapped[bytes] = sealed_at("sealed_answer.text/{application_id}/{commitment}")


class PageCount(Model):
    """How many pages a PDF has, by the SHA-256 of its content."""

    __tablename__ = "page_count"
    __table_args__ = (CheckConstraint("pages > 0", name="has_pages"), APPEND_ONLY)

    sha256: Mapped[str] = mapped_column(primary_key=True)
    pages: Mapped[int]


class ScopeClaim(Model):
    """A legal person that a submission of this cycle speaks for, and whose submission that is: of
    a group and its subsidiary, entering at once, the second is refused by the database.
    """

    __tablename__ = "scope_claim"

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    credit_code: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))


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
