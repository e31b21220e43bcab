"""How are the decisions of a screening stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.award.screening.rules import Decision, GroundAnswer
from app.platform.db.base import APPEND_ONLY, Model, one_of
from app.rules.eligibility import Met


class Screening(Model):
    """The decision on one entry: there is one, and it is final."""

    __tablename__ = "screening"
    __table_args__ = (one_of("decision", Decision), APPEND_ONLY)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    decision: Mapped[str]
    note: Mapped[str | None]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class ScreenedGround(Model):
    """One ground of a decision: what the facts said then, and what the person answered."""

    __tablename__ = "screened_ground"
    __table_args__ = (one_of("found", Met), one_of("answer", GroundAnswer), APPEND_ONLY)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("screening.entry_id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    found: Mapped[str]
    because: Mapped[str]
    answer: Mapped[str]
    evidence: Mapped[str]
