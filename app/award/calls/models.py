"""How is the call of a cycle stored? As editions that never change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class CallEdition(Model):
    """One edition of a call. `content` is its canonical text, downloads with their digests
    included, and `digest` its SHA-256; every edition but the first says why it corrects.
    """

    __tablename__ = "call_edition"
    __table_args__ = (
        UniqueConstraint("cycle_id", "edition"),
        CheckConstraint("(edition = 1) = (reason IS NULL)", name="corrected_with_a_reason"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    edition: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    document: Mapped[str]
    reason: Mapped[str | None]
    content: Mapped[str]
    digest: Mapped[str]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


class CallFile(Model):
    """A file that the office has put beside a call."""

    __tablename__ = "call_file"
    __table_args__ = (APPEND_ONLY,)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call_edition.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("upload.id"))
