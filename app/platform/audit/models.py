"""How is an act remembered?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class AuditEvent(Model):
    """One act. `log` names the matter it belongs to (a cycle); `body` is canonical text."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_log_at", "log", "at"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    log: Mapped[UUID | None]
    at: Mapped[datetime]
    person_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    act: Mapped[str]
    subject: Mapped[UUID | None] = mapped_column(index=True)
    body: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class SecurityEvent(Model):
    """A failed sign-in, a replay, a denial: written in a transaction of its own."""

    __tablename__ = "security_event"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[UUID] = identifier()
    at: Mapped[datetime]
    what: Mapped[str]
    account_id: Mapped[UUID | None]
    network: Mapped[str | None]
