"""How are experts, undertakings, panels and assignments stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class Expert(Model):
    """A person in a programme's pool of judges, with what they know."""

    __tablename__ = "expert"
    __table_args__ = (UniqueConstraint("programme_id", "person_id"),)

    id: Mapped[UUID] = identifier()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    industries: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    qualification: Mapped[str]
    enrolled_at: Mapped[datetime]


class Undertaking(Model):
    """An expert has signed the undertaking (承诺书) of a cycle, in these words."""

    __tablename__ = "undertaking"
    __table_args__ = (UniqueConstraint("expert_id", "cycle_id"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    text: Mapped[str]
    signed_at: Mapped[datetime]


class Panel(Model):
    """A panel (评审组), formed for one stage; a later stage may take it over (`panel_of`)."""

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("stage_id", "name"),)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    name: Mapped[str]
    formed_at: Mapped[datetime]


class Member(Model):
    """An expert on a panel; without `categories` they score everything."""

    __tablename__ = "panel_member"
    __table_args__ = (
        # A panel has one leader, who walks it through the consensus.
        Index(
            "uq_panel_member_one_leader", "panel_id", unique=True, postgresql_where=text("leader")
        ),
        Index("ix_panel_member_expert_id", "expert_id"),
    )

    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    leader: Mapped[bool]
    categories: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))


class PanelEntry(Model):
    """An entry is before one panel; the key says that it is before no other."""

    __tablename__ = "panel_entry"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"), index=True)


class Assignment(Model):
    """One judge is to judge one entry (分派)."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("entry_id", "expert_id"),
        Index("ix_assignment_expert_id", "expert_id"),
        Index("ix_assignment_panel_id", "panel_id"),
    )

    id: Mapped[UUID] = identifier()
    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
