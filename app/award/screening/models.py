"""How are the decisions of a screening, and the opinions of departments, stored?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.award.screening.rules import Decision, GroundAnswer, Said
from app.platform.db.base import APPEND_ONLY, Model, identifier, one_of
from app.rules.facts import Met


class Screening(Model):
    """The decision on one entry: there is one, and it is final.

    Whoever is disqualified is so on a ground, by a document.
    """

    __tablename__ = "screening"
    __table_args__ = (
        one_of("decision", Decision),
        CheckConstraint(
            f"(decision = '{Decision.DISQUALIFIED}') = (disqualified_for IS NOT NULL)"
            " AND (disqualified_for IS NULL) = (document IS NULL)",
            name="disqualified_on_a_ground",
        ),
        APPEND_ONLY,
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    decision: Mapped[str]
    note: Mapped[str | None]
    disqualified_for: Mapped[str | None]
    document: Mapped[str | None]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class ScreenedGround(Model):
    """One ground of a decision: what the facts said then, and what the person answered.

    clause: of the regulation, where the text is cited. closes: the tiers that are closed where it
    is not met; null where nothing is open then.
    """

    __tablename__ = "screened_ground"
    __table_args__ = (one_of("found", Met), one_of("answer", GroundAnswer), APPEND_ONLY)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("screening.entry_id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    clause: Mapped[str | None]
    found: Mapped[str]
    because: Mapped[str]
    answer: Mapped[str]
    evidence: Mapped[str]
    closes: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))


class ScreenedGroup(Model):
    """Whether the entry belongs to one group: what the facts said, and what the person answered."""

    __tablename__ = "screened_group"
    __table_args__ = (one_of("found", Met), one_of("answer", GroundAnswer), APPEND_ONLY)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("screening.entry_id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    clause: Mapped[str | None]
    found: Mapped[str]
    because: Mapped[str]
    answer: Mapped[str]
    evidence: Mapped[str]


class Consultation(Model):
    """A department asked by letter (征求意见函): the authority that acts as it, and until when."""

    __tablename__ = "consultation"
    __table_args__ = (
        UniqueConstraint("stage_id", "round", "department"),
        CheckConstraint("(last_day IS NULL) = (ends_at IS NULL)", name="ends_on_a_day"),
        Index("ix_consultation_authority_id", "authority_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    department: Mapped[str]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    document: Mapped[str]
    last_day: Mapped[date | None]
    ends_at: Mapped[datetime | None]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]


class ConsultedGround(Model):
    """What a consultation asks about each entry of a track: one ground, or the whole (null)."""

    __tablename__ = "consulted_ground"
    __table_args__ = (
        UniqueConstraint("consultation_id", "track", "ground", postgresql_nulls_not_distinct=True),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    track: Mapped[str]
    ground: Mapped[str | None]


class Reply(Model):
    """A department's own letter (复函) in answer to a consultation, with its scan."""

    __tablename__ = "consultation_reply"
    __table_args__ = (
        Index("ix_consultation_reply_consultation_id", "consultation_id"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    document: Mapped[str]
    scan_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"), unique=True)
    replied_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime]


class Opinion(Model):
    """What a department said of an entry, on one ground or on the whole; the last one counts. A
    department answers each question once itself; what corrects it is entered by the office.
    """

    __tablename__ = "opinion"
    __table_args__ = (
        one_of("said", Said),
        CheckConstraint(
            f"(said = '{Said.SILENT}') = (document IS NULL)", name="silence_has_no_document"
        ),
        Index("ix_opinion_entry_id", "entry_id"),
        Index("ix_opinion_reply_id", "reply_id"),
        Index(
            "uq_opinion_answered_once",
            "consultation_id",
            "entry_id",
            "ground",
            unique=True,
            postgresql_where=text("reply_id IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    department: Mapped[str]
    ground: Mapped[str | None]
    said: Mapped[str]
    statement: Mapped[str | None]
    document: Mapped[str | None]
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultation.id"))
    reply_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultation_reply.id"))
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class Cure(Model):
    """A call to cure (补正通知): what is wrong with a file, and until when it may be mended."""

    __tablename__ = "cure"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint("number >= 1", name="number_counts"),
        Index("ix_cure_ends_at", "ends_at"),
        APPEND_ONLY,
    )

    id: Mapped[UUID] = identifier()
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    document: Mapped[str]
    last_day: Mapped[date]
    ends_at: Mapped[datetime]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]


class Defect(Model):
    """One thing that is wrong: where it is, what is wrong with it, and what is asked."""

    __tablename__ = "defect"
    __table_args__ = (UniqueConstraint("cure_id", "pointer"), APPEND_ONLY)

    cure_id: Mapped[UUID] = mapped_column(ForeignKey("cure.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    pointer: Mapped[str]
    wrong: Mapped[str]
    asked: Mapped[str]
