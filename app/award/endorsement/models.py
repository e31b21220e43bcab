"""How are routings and letters of recommendation stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.award.endorsement.following import Fact
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of


class ListedBody(Model):
    """A line of the directory (推荐单位名录): the authority that acts as one of the regulation's
    bodies, and from which areas or sectors; with neither, from everywhere.
    """

    __tablename__ = "listed_body"
    __table_args__ = (UniqueConstraint("stage_id", "body", "authority_id"),)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    body: Mapped[str]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    sectors: Mapped[list[str]] = mapped_column(ARRAY(Text()))


class Routing(Model):
    """Whose word an entry needs: an authority that acts as one of the regulation's bodies. `fact`
    is what it followed from; null where the office named the authority, or nothing was asked.
    """

    __tablename__ = "routing"
    __table_args__ = (
        UniqueConstraint("entry_id", "body"),
        one_of("fact", Fact),
        Index("ix_routing_authority_id", "authority_id"),
    )

    id: Mapped[UUID] = identifier()
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    body: Mapped[str]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    fact: Mapped[str | None]
    routed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    routed_at: Mapped[datetime]


class Letter(Model):
    """One 推荐函: an authority answers for everything routed to it as one body, at once."""

    __tablename__ = "recommendation_letter"
    __table_args__ = (
        UniqueConstraint("stage_id", "round", "authority_id", "body"),
        CheckConstraint("(notice_from IS NULL) = (notice_to IS NULL)", name="notice_has_both_days"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    body: Mapped[str]
    document: Mapped[str]
    issued_on: Mapped[date]
    scan_sha256: Mapped[str | None]
    scan_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"), unique=True)
    notice_from: Mapped[date | None]
    notice_to: Mapped[date | None]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]


class Recommendation(Model):
    """What a letter says of one entry: recommended, in which place, or refused and why."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("recommended = (reason IS NULL)", name="refused_with_a_reason"),
        CheckConstraint("recommended OR position IS NULL", name="only_recommended_are_placed"),
        APPEND_ONLY,
    )

    routing_id: Mapped[UUID] = mapped_column(ForeignKey("routing.id"), primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("recommendation_letter.id"))
    recommended: Mapped[bool]
    position: Mapped[int | None]
    reason: Mapped[str | None]
