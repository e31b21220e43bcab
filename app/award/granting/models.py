"""How are approvals, grants and awards stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class Approval(Model):
    """The decision of the approving body on one round of a stage, with its document."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("stage_id", "round"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    document: Mapped[str]
    meeting: Mapped[str]
    decided_on: Mapped[date]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class ApprovalDecision(Model):
    """Whether one entry was approved; who is not is told why."""

    __tablename__ = "approval_decision"
    __table_args__ = (
        CheckConstraint("approved OR reason IS NOT NULL", name="refused_with_reason"),
        APPEND_ONLY,
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"), index=True)
    approved: Mapped[bool]
    reason: Mapped[str | None]


class Consent(Model):
    """The document by which a body agrees to an approval, where the regulation asks for it."""

    __tablename__ = "consent"
    __table_args__ = (APPEND_ONLY,)

    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"), primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str]
    given_on: Mapped[date]


class GrantDecision(Model):
    """The decision by which the awards of one round of a stage are granted; and, where fewer are
    granted than the regulation asks for at least, the one by which places stay empty.
    """

    __tablename__ = "grant_decision"
    __table_args__ = (
        UniqueConstraint("stage_id", "round"),
        CheckConstraint(
            "(vacancy_document IS NULL) = (vacancy_reason IS NULL)", name="vacancy_has_its_reason"
        ),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    document: Mapped[str]
    decided_on: Mapped[date]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    vacancy_document: Mapped[str | None]
    vacancy_reason: Mapped[str | None]


class Award(Model):
    """One award as it was printed: awardee, tier and title of that day, the signed certificate
    (JWS), the last day it may be borne where it ends, and the bonus in fen with what it was
    computed from. `organisation` applied for the awardee, and is null where it is the awardee
    itself.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("bonus_fen >= 0", name="bonus_not_negative"),
        CheckConstraint(
            "(bonus_fen = 0) = (bonus_reason IS NOT NULL)", name="no_bonus_has_its_reason"
        ),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    grant_decision_id: Mapped[UUID] = mapped_column(ForeignKey("grant_decision.id"), index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), unique=True)
    certificate_number: Mapped[str] = mapped_column(unique=True)
    awardee: Mapped[str]
    organisation: Mapped[str | None]
    credit_code: Mapped[str]
    tier: Mapped[str]
    tier_name: Mapped[str]
    title: Mapped[str]
    certificate: Mapped[str]
    valid_until: Mapped[date | None]
    won_before: Mapped[bool]
    budget_funded: Mapped[bool]
    bonus_fen: Mapped[int] = mapped_column(BigInteger)
    bonus_reason: Mapped[str | None]


class Matched(Model):
    """The money (配套奖励) for having won another body's award. No honour is ever matched twice, be
    it on record twice. `payee` is the organisation as it was named that day.
    """

    __tablename__ = "matched"
    __table_args__ = (
        UniqueConstraint("programme_id", "credit_code", "key", "won_on"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        APPEND_ONLY,
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    grant_decision_id: Mapped[UUID] = mapped_column(ForeignKey("grant_decision.id"), index=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    credit_code: Mapped[str]
    payee: Mapped[str]
    key: Mapped[str]
    honour: Mapped[str]
    won_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
