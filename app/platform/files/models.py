"""How is a file stored that somebody announced, and what is known of its bytes?"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model, identifier, one_of


class FileState(StrEnum):
    """`checking`: all bytes are here, their content is looked into. `quarantined`: the scanner
    could not tell; it is asked again.
    """

    EXPECTED = "expected"
    CHECKING = "checking"
    QUARANTINED = "quarantined"
    STORED = "stored"


class Announced:
    """The columns of a table whose rows are files: announced with size and SHA-256 (hex), then
    filled. `received` bytes are durable, in `parts` of the store until the file is whole; `refusal`
    is the code for which the bytes that came last were refused after the answer.
    """

    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default=FileState.EXPECTED)
    received: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    parts: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    refusal: Mapped[str | None]
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]

    # Both have a column for their identity; it is not declared here, because tables differ in it.
    id: Mapped[UUID]


def of_files() -> tuple[CheckConstraint, ...]:
    """The constraints of such a table."""
    return (
        one_of("state", FileState),
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("received BETWEEN 0 AND size", name="received_within_size"),
    )


class Upload(Announced, Model):
    """A file that a person uploads to attach it to something afterwards, by its id. `taken_at` says
    when something did: then it is no longer the person's to discard, and whatever took it names it.
    All instants are wall time.
    """

    __tablename__ = "upload"
    __table_args__ = (
        *of_files(),
        CheckConstraint("taken_at IS NULL OR state = 'stored'", name="only_stored_is_taken"),
        Index("ix_upload_person_id", "person_id"),
        Index("ix_upload_sha256", "sha256"),
    )

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    taken_at: Mapped[datetime | None]
