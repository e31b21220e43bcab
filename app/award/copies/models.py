"""How are stored what was printed to be sealed, and what came back on paper?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class PrintedCopy(Model):
    """An application as PDF, to be sealed: `digest` is that of the content it shows, `sha256` (hex)
    that of the file.
    """

    __tablename__ = "printed_copy"
    __table_args__ = (
        UniqueConstraint("application_id", "digest", "draft"),
        Index("ix_printed_copy_sha256", "sha256"),
        CheckConstraint("size > 0", name="not_empty"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    digest: Mapped[str]
    draft: Mapped[bool]
    sha256: Mapped[str]
    size: Mapped[int]
    printed_at: Mapped[datetime]


class SealedScan(Model):
    """The scan of the sealed copy that the applicant has handed in; the highest number counts."""

    __tablename__ = "sealed_scan"
    __table_args__ = (UniqueConstraint("application_id", "number"), APPEND_ONLY)

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    handed_in_at: Mapped[datetime]


class PaperCopy(Model):
    """Sealed paper that the office has received: how many copies, on which day, by whom, and the
    digest as its pages have it, or its beginning. The row of the highest number counts.
    """

    __tablename__ = "paper_copy"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("copies > 0", name="some_copies"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    copies: Mapped[int]
    received_on: Mapped[date]
    printed_digest: Mapped[str]
    matches: Mapped[bool]
    note: Mapped[str | None]
    received_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
