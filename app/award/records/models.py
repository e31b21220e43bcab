"""How are records of organisations and conflicts of interest stored?"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class Interest(StrEnum):
    """Grounds of a conflict of interest, within the last three years."""

    EMPLOYED = "employed"
    OWNER = "owner"
    CONSULTANT = "consultant"
    RELATIVE = "relative"
    COMPETITOR = "competitor"
    OTHER = "other"


class Conflict(Model):
    """A person has an interest in an organisation: it binds the person and beats every role."""

    __tablename__ = "conflict"
    __table_args__ = (
        one_of("interest", Interest),
        UniqueConstraint("person_id", "organisation_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    interest: Mapped[str]
    note: Mapped[str | None]
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime]


class RecordKind(StrEnum):
    """What a record is about: the words that a regulation's grounds and bars use."""

    HONOUR = "honour"
    INCIDENT = "incident"
    CERTIFICATE = "certificate"
    REVOCATION = "revocation"


class Record(Model):
    """One fact about an organisation, with its evidence: an honour held, an incident, a bar.

    `what` is the regulation's word: a tier, an incident's ground, a certificate's code.
    """

    __tablename__ = "record"
    __table_args__ = (
        one_of("kind", RecordKind),
        Index("ix_record_programme_credit_code", "programme_id", "credit_code"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    credit_code: Mapped[str]
    kind: Mapped[str]
    what: Mapped[str]
    on: Mapped[date]
    until: Mapped[date | None]
    evidence: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
