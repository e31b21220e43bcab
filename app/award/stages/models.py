"""How are stages, entries, outcomes and snapshots stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.award.stages.lifecycle import Clerical, Result, StageStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class Stage(Model):
    """One stage of one cycle, laid out when the cycle is launched."""

    __tablename__ = "stage"
    __table_args__ = (one_of("status", StageStatus), UniqueConstraint("cycle_id", "key"))

    id: Mapped[UUID] = identifier()
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    key: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    status: Mapped[str] = mapped_column(default=StageStatus.WAITING)
    round: Mapped[int] = mapped_column(default=1)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


KEYS = ARRAY(Text(), as_tuple=True)
"""Keys of a regulation, in order."""


class Entry(Model):
    """An application that has reached a stage, in one round of it.

    Track and organisation are copied from the application: the sieve asks no more of it. The
    organisation is there so that a conflict of interest binds at every entry. `groups` are the
    regulation's groups that the applicant belongs to, `closed` the tiers it cannot have; `settled`:
    it has a consolation tier, and goes past whatever scores or proposes.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("stage_id", "application_id", "round"),
        Index("ix_entry_application_id", "application_id"),
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    round: Mapped[int]
    track: Mapped[str]
    tier: Mapped[str | None]
    groups: Mapped[tuple[str, ...]] = mapped_column(KEYS, default=tuple, server_default="{}")
    closed: Mapped[tuple[str, ...]] = mapped_column(KEYS, default=tuple, server_default="{}")
    settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    entered_at: Mapped[datetime]


class Outcome(Model):
    """What became of an entry. Rows are never changed; a later round adds later ones.

    `exact` is the score as an exact fraction; `units` the same, rounded as the regulation says, in
    1/10000 point. `groups` and `closed` are those the entry had, unless the stage has found others.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        one_of("result", Result),
        CheckConstraint("rank IS NULL OR rank >= 1", name="rank_counts"),
        CheckConstraint(
            "NOT settled OR (result = 'advanced' AND tier IS NOT NULL)", name="settled_with_a_tier"
        ),
        APPEND_ONLY,
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    result: Mapped[str]
    units: Mapped[int | None] = mapped_column(BigInteger)
    exact: Mapped[str | None]
    rank: Mapped[int | None]
    tier: Mapped[str | None]
    reason: Mapped[str | None]
    groups: Mapped[tuple[str, ...] | None] = mapped_column(KEYS)
    closed: Mapped[tuple[str, ...] | None] = mapped_column(KEYS)
    settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    decided_at: Mapped[datetime]


class Withdrawal(Model):
    """An application has withdrawn: no stage that opens later takes it in any more."""

    __tablename__ = "withdrawal"
    __table_args__ = (APPEND_ONLY,)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    withdrawn_at: Mapped[datetime]


class Disqualification(Model):
    """An application has been thrown out of its cycle: no stage that opens later takes it in."""

    __tablename__ = "disqualification"
    __table_args__ = (APPEND_ONLY,)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    ground: Mapped[str]
    document: Mapped[str]
    evidence: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class TierChoice(Model):
    """A recorded decision on the tiers of a stage's entries; the one of the highest number counts.

    `lines` are [entry, tier or null, why it is passed over or null]; `reason` is why the decision
    goes beyond a number that holds in principle.
    """

    __tablename__ = "tier_choice"
    __table_args__ = (UniqueConstraint("stage_id", "round", "number"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    number: Mapped[int]
    lines: Mapped[list[list[str | None]]] = mapped_column(JSONB)
    document: Mapped[str]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]


class TieDecision(Model):
    """The recorded order of entries that stand level at a cut; the last one counts."""

    __tablename__ = "tie_decision"
    __table_args__ = (Index("ix_tie_decision_stage_id_round", "stage_id", "round"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    order: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    document: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime]


class Correction(Model):
    """A clerical error (更正) put right after a stage was closed: the old words and the new, beside
    what they were about. No score, rank or result is ever changed by it.
    """

    __tablename__ = "correction"
    __table_args__ = (
        one_of("what", Clerical),
        CheckConstraint("old <> new", name="something_corrected"),
        Index("ix_correction_stage_id", "stage_id"),
        Index("ix_correction_entry_id", "entry_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"))
    what: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    document: Mapped[str]
    reason: Mapped[str]
    corrected_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    corrected_at: Mapped[datetime]


class Snapshot(Model):
    """Everything a stage was closed on, as canonical text: enough to compute it all again."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("stage_id", "round"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    text: Mapped[str]
    digest: Mapped[str]
    taken_at: Mapped[datetime]
