"""How are sheets, scorebooks and every revision of them stored?

An item's row carries what is printed on the form (name, full points in 1/10000 point), so that a
sheet is read in one statement and stays as it was handed out. `content` is the canonical text
frozen when it is locked, `digest` its SHA-256, `receipt` the signed answer. `scale` is set where
the criteria are scored in other steps and bands than the usual ones (`rules.scale_of`).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.award.scoring.lifecycle import ScorebookStatus, SheetStatus
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


def a_percentage() -> tuple[CheckConstraint, CheckConstraint]:
    """Whole multiples of 5 from 0 to 100; none until the item is first saved."""
    return (
        CheckConstraint(
            "percentage BETWEEN 0 AND 100 AND percentage % 5 = 0", name="percentage_a_step"
        ),
        CheckConstraint("(version = 0) = (percentage IS NULL)", name="untouched_is_empty"),
    )


def frozen_when_locked() -> CheckConstraint:
    """Status, text, digest, receipt and instant come together."""
    return CheckConstraint(
        "(status = 'locked') = (content IS NOT NULL) AND (content IS NULL) = (digest IS NULL)"
        " AND (content IS NULL) = (receipt IS NULL) AND (content IS NULL) = (locked_at IS NULL)",
        name="frozen_when_locked",
    )


def a_scale() -> Mapped[dict[str, Any] | None]:
    """Step and bands of the criteria; null for steps of five in six bands."""
    return mapped_column(JSONB(none_as_null=True))


class Sheet(Model):
    """What one judge makes of one entry. Until it is locked nobody else sees it."""

    __tablename__ = "sheet"
    __table_args__ = (one_of("status", SheetStatus), frozen_when_locked())

    id: Mapped[UUID] = identifier()
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), unique=True)
    status: Mapped[str] = mapped_column(default=SheetStatus.DRAFT)
    scale: Mapped[dict[str, Any] | None] = a_scale()
    content: Mapped[str | None]
    digest: Mapped[str | None]
    receipt: Mapped[str | None]
    total: Mapped[str | None]
    locked_at: Mapped[datetime | None]


class SheetItem(Model):
    """One item of a sheet as it stands; `starting` is the percentage of an earlier scorebook."""

    __tablename__ = "sheet_item"
    __table_args__ = a_percentage()

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    category: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    units: Mapped[int] = mapped_column(BigInteger)
    starting: Mapped[int | None]
    percentage: Mapped[int | None]
    comments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    version: Mapped[int] = mapped_column(default=0)


class SheetRevision(Model):
    """What a judge saved, each time; the digest of all of them enters the log with the lock."""

    __tablename__ = "sheet_revision"
    __table_args__ = (APPEND_ONLY,)

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    percentage: Mapped[int]
    comments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]


class Scorebook(Model):
    """What a panel makes of one entry together. `version` counts the leader's changes."""

    __tablename__ = "scorebook"
    __table_args__ = (one_of("status", ScorebookStatus), frozen_when_locked())

    id: Mapped[UUID] = identifier()
    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"), index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), unique=True)
    status: Mapped[str] = mapped_column(default=ScorebookStatus.OPEN)
    scale: Mapped[dict[str, Any] | None] = a_scale()
    version: Mapped[int] = mapped_column(default=0)
    content: Mapped[str | None]
    digest: Mapped[str | None]
    receipt: Mapped[str | None]
    total: Mapped[str | None]
    locked_at: Mapped[datetime | None]


class ScorebookItem(Model):
    """One item of a scorebook as it stands, with the leader's reason where one was needed."""

    __tablename__ = "scorebook_item"
    __table_args__ = a_percentage()

    scorebook_id: Mapped[UUID] = mapped_column(ForeignKey("scorebook.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    category: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    units: Mapped[int] = mapped_column(BigInteger)
    starting: Mapped[int | None]
    percentage: Mapped[int | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=0)


class ScorebookRevision(Model):
    """What the leader proposed, each time."""

    __tablename__ = "scorebook_revision"
    __table_args__ = (APPEND_ONLY,)

    scorebook_id: Mapped[UUID] = mapped_column(ForeignKey("scorebook.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    percentage: Mapped[int]
    reason: Mapped[str | None]
    saved_at: Mapped[datetime]


class Agreement(Model):
    """A member's answer to the scorebook as it stood at `version`; a later change voids it."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("scorebook_id", "expert_id", "version"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    scorebook_id: Mapped[UUID] = mapped_column(ForeignKey("scorebook.id"))
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    version: Mapped[int]
    agrees: Mapped[bool]
    dissent: Mapped[str | None]
    answered_at: Mapped[datetime]
