"""How is work to be done later stored?"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import Model, identifier, one_of


class JobState(StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"


class Job(Model):
    """A piece of work. Whoever holds the lease does it; a lease that has run out is given anew.
    All instants are wall time. `key` keeps the same work from being asked for twice.

    Who asked for it over HTTP is its `owner`, to whom `result` is told once it is done: the address
    of what came of it; or `refusal`, why nothing will: a code and sentences in both languages.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint(
            "(state = 'leased') = (lease_until IS NOT NULL AND lease_by IS NOT NULL)",
            name="leased_has_a_lease",
        ),
        Index("ix_job_waiting", "run_after", postgresql_where=text("state = 'waiting'")),
        Index("ix_job_leased", "lease_until", postgresql_where=text("state = 'leased'")),
    )

    id: Mapped[UUID] = identifier()
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    run_after: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[UUID | None]
    last_error: Mapped[str | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    result: Mapped[str | None]
    refusal: Mapped[dict[str, str] | None] = mapped_column(JSONB)
