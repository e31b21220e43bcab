"""How is an act remembered?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, after_insert, identifier

SERVICE_LOG = "service"
"""The key of the log of what belongs to no matter: accounts, roles, authorities."""

AWAIT_SEAL = """
INSERT INTO unsealed_event (log_key, event_id)
VALUES (coalesce(CAST(NEW.log AS text), 'service'), NEW.id)
"""
"""With every act, in its transaction; `log_key` says the same in Python."""


def log_key(log: UUID | None) -> str:
    """Under which key the sealed log of a matter is kept."""
    return SERVICE_LOG if log is None else str(log)


class AuditEvent(Model):
    """One act. `log` names the matter it belongs to (a cycle); `body` is canonical text."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_log_at", "log", "at"),
        Index("ix_audit_event_act_at", "act", "at"),
        APPEND_ONLY | after_insert(AWAIT_SEAL),
    )

    id: Mapped[UUID] = identifier()
    log: Mapped[UUID | None]
    at: Mapped[datetime]
    person_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    act: Mapped[str]
    subject: Mapped[UUID | None] = mapped_column(index=True)
    body: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class UnsealedEvent(Model):
    """An event that no leaf stands for yet; a trigger adds it with the event, the sealer takes it
    away. So the sealer finds its work without a look at what is sealed. No foreign key: it would
    be checked in every request.
    """

    __tablename__ = "unsealed_event"

    log_key: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class LogLeaf(Model):
    """One place of a Merkle log (RFC 9162). `peak` is the root of the largest complete subtree
    that ends here: with it any proof takes a few dozen rows, and an exchanged leaf is named.
    """

    __tablename__ = "log_leaf"
    __table_args__ = (Index("ix_log_leaf_leaf_hash", "leaf_hash"), APPEND_ONLY)

    log_key: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    peak: Mapped[bytes] = mapped_column(LargeBinary)


class LogHead(Model):
    """How far a log has grown: its size and its peaks, 32 bytes each, left to right."""

    __tablename__ = "log_head"

    log_key: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Model):
    """A signed statement that a log had this size and this root. One for a size: a log that has
    not grown needs no other.
    """

    __tablename__ = "log_checkpoint"
    __table_args__ = (UniqueConstraint("log_key", "size"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    log_key: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    why: Mapped[str]
    prev: Mapped[str | None]
    token: Mapped[str]


class SecurityEvent(Model):
    """A failed sign-in, a replay, a denial: written in a transaction of its own."""

    __tablename__ = "security_event"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[UUID] = identifier()
    at: Mapped[datetime]
    what: Mapped[str]
    account_id: Mapped[UUID | None]
    network: Mapped[str | None]
