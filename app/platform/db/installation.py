"""What is this database for, and how far is its award time moved?"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Interval, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model, one_of


class Purpose(StrEnum):
    AWARD = "award"
    REHEARSAL = "rehearsal"


class Installation(Model):
    """One row. Only a rehearsal's database may move its award time."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        one_of("purpose", Purpose),
        CheckConstraint(
            "purpose = 'rehearsal' OR clock_shift = interval '0'", name="award_time_is_wall_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    clock_shift: Mapped[timedelta] = mapped_column(Interval, default=timedelta())


clock_shift = func.coalesce(select(Installation.clock_shift).scalar_subquery(), timedelta()).label(
    "clock_shift"
)
"""How far award time is ahead of wall time, as a column of the session look-up."""


async def settle(db: AsyncSession, purpose: Purpose) -> Purpose:
    """Say what a new database is for; tell what an older one was made for."""
    existing = await db.get(Installation, 1)
    if existing is None:
        db.add(Installation(id=1, purpose=purpose, clock_shift=timedelta()))
        return purpose
    return Purpose(existing.purpose)
