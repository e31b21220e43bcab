"""How is stored when an office has people reminded?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model


class ReminderPlan(Model):
    """How long before something is due the people of a programme are reminded: [amount, unit]."""

    __tablename__ = "reminder_plan"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    leads: Mapped[list[Any]] = mapped_column(JSONB)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
