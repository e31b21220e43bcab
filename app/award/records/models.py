"""How are records of organisations and conflicts of interest stored?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of
from app.rules.facts import RecordKind


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


class RecordImport(Model):
    """A spreadsheet from which records were entered: the SHA-256 of the file, and by whom."""

    __tablename__ = "record_import"
    __table_args__ = (Index("ix_record_import_programme_id", "programme_id"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    digest: Mapped[str]
    rows: Mapped[int]
    added: Mapped[int]
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]


class Record(Model):
    """One fact about an organisation, with its evidence: an honour held, an incident, a bar.

    `what` is the regulation's word: a tier, an incident's ground, a certificate's code, the fact
    that is graded; of an honour elsewhere the level of the award, of a succession how it came.
    `cycle_ordinal` is the programme's cycle in which it happened; `predecessor` the credit code of
    the organisation that this one succeeds. `import_id` and `row`: from which line of which file.
    """

    __tablename__ = "record"
    __table_args__ = (
        one_of("kind", RecordKind),
        CheckConstraint(
            f"kind <> '{RecordKind.HONOUR_ELSEWHERE}' OR award IS NOT NULL", name="award_named"
        ),
        CheckConstraint(f"kind <> '{RecordKind.GRADE}' OR grade IS NOT NULL", name="grade_given"),
        CheckConstraint(
            f"(kind = '{RecordKind.SUCCESSION}') = (predecessor IS NOT NULL)",
            name="succession_of_somebody",
        ),
        CheckConstraint("cycle_ordinal >= 1", name="cycle_counts"),
        CheckConstraint("(import_id IS NULL) = (row IS NULL)", name="imported_from_a_row"),
        CheckConstraint("bonus_fen >= 0", name="bonus_not_negative"),
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
    award: Mapped[str | None]
    grade: Mapped[str | None]
    cycle_ordinal: Mapped[int | None]
    bonus_fen: Mapped[int | None] = mapped_column(BigInteger)
    predecessor: Mapped[str | None]
    evidence: Mapped[str]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("record_import.id"))
    row: Mapped[int | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


def disqualification(
    case: Any, ground: str, document: str, on: date, by: UUID | None, at: datetime
) -> Record:
    """What later cycles must know of who was thrown out of this one. `case` names programme,
    ordinal of the cycle and credit code.
    """
    return Record(
        programme_id=case.programme_id,
        credit_code=case.credit_code,
        kind=RecordKind.DISQUALIFICATION,
        what=ground,
        on=on,
        cycle_ordinal=case.ordinal,
        evidence=document,
        entered_by=by,
        entered_at=at,
    )
