"""How are motions and minutes stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.award.deliberation.lifecycle import MotionStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class Motion(Model):
    """What the committee decides in one round of a stage: the entries it has before it.

    `sitting` numbers the minutes that count; `recorded_by` is who recorded them.
    """

    __tablename__ = "motion"
    __table_args__ = (
        one_of("status", MotionStatus),
        UniqueConstraint("stage_id", "round"),
        CheckConstraint(
            "status = 'open' OR (recorded_by IS NOT NULL AND sitting > 0)",
            name="recorded_by_somebody",
        ),
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(default=MotionStatus.OPEN)
    sitting: Mapped[int] = mapped_column(default=0)
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    return_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class Minutes(Model):
    """The minutes of one sitting, as canonical text with its digest; returned ones stay.

    `content` holds the rule, the members, who was present or recused, every ballot and the paper
    count, so that the tally is a function of it alone.
    """

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("motion_id", "sitting"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    motion_id: Mapped[UUID] = mapped_column(ForeignKey("motion.id"))
    sitting: Mapped[int]
    content: Mapped[str]
    digest: Mapped[str]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
