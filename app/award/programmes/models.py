"""How are authorities, programmes, regulations and cycles stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.award.programmes.lifecycle import CycleStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class Authority(Model):
    """A body that runs awards (主管机关), such as a district's market regulation bureau."""

    __tablename__ = "authority"

    id: Mapped[UUID] = identifier()
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class Programme(Model):
    """An award as an institution (奖项), whatever regulation is in force."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("authority_id", "name"),)

    id: Mapped[UUID] = identifier()
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    name: Mapped[str]
    created_at: Mapped[datetime]


class RegulationEdition(Model):
    """One edition of a regulation, as the text that was adopted; its digest is its name."""

    __tablename__ = "regulation"
    __table_args__ = (APPEND_ONLY,)

    hash: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class CriteriaEdition(Model):
    """One edition of a criteria set, as the text in use; its digest is its name."""

    __tablename__ = "criteria_set"
    __table_args__ = (APPEND_ONLY,)

    hash: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class FormEdition(Model):
    """One edition of an application form (申报表), as the text in use; its digest is its name."""

    __tablename__ = "form_set"
    __table_args__ = (APPEND_ONLY,)

    hash: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class Adoption(Model):
    """A programme adopts an edition of a regulation."""

    __tablename__ = "adoption"
    __table_args__ = (UniqueConstraint("programme_id", "regulation_hash"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    regulation_hash: Mapped[str] = mapped_column(ForeignKey("regulation.hash"))
    document: Mapped[str]
    adopted_at: Mapped[datetime]


class Cycle(Model):
    """One run of a regulation. It keeps the edition it was opened under.

    `special_document` lets a special cycle (增开) be held out of turn. `places` are granted in all,
    `places_of` in single tiers, where the launch approval names them.
    """

    __tablename__ = "cycle"
    __table_args__ = (
        one_of("status", CycleStatus),
        UniqueConstraint("programme_id", "ordinal"),
        CheckConstraint("ordinal >= 1", name="ordinal_counts"),
        CheckConstraint("period_from <= period_to", name="period_in_order"),
        CheckConstraint(
            "(status = 'planned' OR status = 'cancelled') OR places IS NOT NULL",
            name="launched_with_places",
        ),
    )

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    regulation_hash: Mapped[str] = mapped_column(ForeignKey("regulation.hash"))
    ordinal: Mapped[int]
    label: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    cut_off: Mapped[date]
    special_document: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=CycleStatus.PLANNED)
    places: Mapped[int | None]
    places_of: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")
    launch_body: Mapped[str | None]
    launch_document: Mapped[str | None]
    launched_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CycleCriteria(Model):
    """The edition of each criteria set that a cycle judges by."""

    __tablename__ = "cycle_criteria"
    __table_args__ = (APPEND_ONLY,)

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    criteria_hash: Mapped[str] = mapped_column(ForeignKey("criteria_set.hash"))


class CycleForm(Model):
    """The edition of the form that a track fills in; `assumed` where the regulation names none."""

    __tablename__ = "cycle_form"
    __table_args__ = (APPEND_ONLY,)

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    track: Mapped[str] = mapped_column(primary_key=True)
    form_hash: Mapped[str] = mapped_column(ForeignKey("form_set.hash"))
    assumed: Mapped[bool]


class Slot(Model):
    """When a stage is planned to open and close: the timetable of a cycle."""

    __tablename__ = "slot"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),)

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    stage_key: Mapped[str] = mapped_column(primary_key=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Seat(Model):
    """A seat of a cycle's committee: its post, and who holds it.

    `person_id` ties it to the person, so that a conflict of interest becomes a recusal.
    """

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    post: Mapped[str]
    holder: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    seated_at: Mapped[datetime]
