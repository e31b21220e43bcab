"""How are mandates stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.award.representation.lifecycle import MandateStatus
from app.award.representation.rules import MandateKind
from app.platform.db.base import Model, identifier, one_of


class Mandate(Model):
    """That a person speaks for an organisation towards a programme: claimed with a letter of
    authorisation and the licence, an agent's by invitation, or by the word of a portal, which
    counts as long as the portal stands for them.

    `credit_code` is the organisation's as it was claimed: it stays, also when the organisation
    proves to be one that is known already. `document` and `reason` are those of the last decision.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        one_of("kind", MandateKind),
        one_of("status", MandateStatus),
        CheckConstraint("kind = 'administrator' OR status <> 'claimed'", name="agents_are_invited"),
        CheckConstraint("(kind = 'portal') = (portal_id IS NOT NULL)", name="portal_named"),
        # An organisation has one administrator towards a programme: a claim accepted replaces.
        Index(
            "uq_mandate_administrator",
            "organisation_id",
            "programme_id",
            unique=True,
            postgresql_where=text("kind = 'administrator' AND status = 'accepted'"),
        ),
        Index(
            "uq_mandate_held",
            "person_id",
            "organisation_id",
            "programme_id",
            unique=True,
            postgresql_where=text("status = 'accepted'"),
        ),
        Index(
            "uq_mandate_waiting",
            "person_id",
            "organisation_id",
            "programme_id",
            unique=True,
            postgresql_where=text("status IN ('claimed', 'invited')"),
        ),
        Index("ix_mandate_programme_credit_code", "programme_id", "credit_code"),
        Index("ix_mandate_organisation_id", "organisation_id"),
    )

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    credit_code: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    status: Mapped[str]
    letter_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    licence_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    valid_until: Mapped[date | None]
    portal_id: Mapped[UUID | None] = mapped_column(ForeignKey("portal.id"))
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    document: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
