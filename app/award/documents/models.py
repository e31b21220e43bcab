"""How are the office's documents, their files, their delivery and their reading stored?"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.award.documents.kinds import DocumentKind
from app.award.documents.lifecycle import DocumentStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class Origin(StrEnum):
    """Where a file comes from: our template, somebody's hand, or the signature that closed it."""

    MADE = "made"
    EDITED = "edited"
    FINISHED = "finished"


class Way(StrEnum):
    INBOX = "inbox"
    HAND = "hand"
    POST = "post"
    OFFICE = "office"


class OfficeDocument(Model):
    """A document (公文). `stage_id`, `entry_id`, `organisation_id`, `cure_id` as far as it is about
    them; `file_number` is its newest file, 0 before there is one. From the signature on it has a
    number, and once its last file is made, `content`: its words, with their `digest`.
    """

    __tablename__ = "office_document"
    __table_args__ = (
        one_of("status", DocumentStatus),
        one_of("kind", DocumentKind),
        CheckConstraint("checked_by <> author_id", name="checked_by_another"),
        CheckConstraint(
            "(number IS NULL) = (dated IS NULL) AND (number IS NULL) = (year IS NULL)"
            " AND (number IS NULL) = (signed_by IS NULL)",
            name="signed_whole",
        ),
        CheckConstraint(
            "status NOT IN ('signed', 'sent', 'replaced') OR number IS NOT NULL",
            name="signed_with_a_number",
        ),
        CheckConstraint("cure_id IS NULL OR kind = 'cure'", name="cure_of_its_letter"),
        CheckConstraint("(content IS NULL) = (digest IS NULL)", name="content_with_digest"),
        # A number stays taken when its document is withdrawn or replaced.
        UniqueConstraint("programme_id", "year", "number"),
        # Of two simultaneous letters of one kind about one entry one is refused by the database;
        # there is a letter to each call to cure.
        Index(
            "uq_office_document_one_letter",
            "entry_id",
            "kind",
            unique=True,
            postgresql_where=text(
                "kind <> 'cure' AND replaces_id IS NULL AND status NOT IN ('withdrawn', 'replaced')"
            ),
        ),
        Index(
            "uq_office_document_one_letter_of_cure",
            "cure_id",
            unique=True,
            postgresql_where=text(
                "replaces_id IS NULL AND status NOT IN ('withdrawn', 'replaced')"
            ),
        ),
        Index("ix_office_document_cycle_id", "cycle_id", "drafted_at", "id"),
        Index("ix_office_document_organisation_id", "organisation_id"),
    )

    id: Mapped[UUID] = identifier()
    code: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    stage_id: Mapped[UUID | None] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    cure_id: Mapped[UUID | None] = mapped_column(ForeignKey("cure.id"))
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    status: Mapped[str] = mapped_column(default=DocumentStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    file_number: Mapped[int] = mapped_column(default=0)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("office_document.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    number: Mapped[str | None]
    dated: Mapped[date | None]
    year: Mapped[int | None]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    scan_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    content: Mapped[str | None]
    digest: Mapped[str | None]
    ended_because: Mapped[str | None]


class DocumentFile(Model):
    """A Word file of a document; a later one has a higher number. `sha256` in hex."""

    __tablename__ = "document_file"
    __table_args__ = (
        one_of("origin", Origin),
        CheckConstraint("size > 0", name="not_empty"),
        Index("ix_document_file_sha256", "sha256"),
        APPEND_ONLY,
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("office_document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class DocumentTemplate(Model):
    """A programme's own template of a kind; the highest number counts, none means ours."""

    __tablename__ = "document_template"
    __table_args__ = (
        one_of("kind", DocumentKind),
        UniqueConstraint("programme_id", "kind", "number"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str]
    number: Mapped[int]
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id"))
    put_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    put_at: Mapped[datetime]


class DocumentDelivery(Model):
    """A document was delivered: put into an inbox, handed over, posted, or sent by the office's own
    system. The first makes it sent.
    """

    __tablename__ = "document_delivery"
    __table_args__ = (
        one_of("way", Way),
        Index("ix_document_delivery_document_id", "document_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    document_id: Mapped[UUID] = mapped_column(ForeignKey("office_document.id"))
    way: Mapped[str]
    delivered_on: Mapped[date]
    note: Mapped[str | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class DocumentReading(Model):
    """Somebody of the addressee has opened a letter for the first time."""

    __tablename__ = "document_reading"
    __table_args__ = (APPEND_ONLY,)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("office_document.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    read_at: Mapped[datetime]
