"""How are the results of a survey stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.db.base import APPEND_ONLY, Model, identifier


class SurveyReport(Model):
    """One entering of a survey's result, as canonical text with its digest; the last one counts."""

    __tablename__ = "survey_report"
    __table_args__ = (UniqueConstraint("stage_id", "round", "number"), APPEND_ONLY)

    id: Mapped[UUID] = identifier()
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    round: Mapped[int]
    number: Mapped[int]
    content: Mapped[str]
    digest: Mapped[str]
    document: Mapped[str]
    scan_sha256: Mapped[str | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class SurveyConfirmation(Model):
    """A second person has compared a report with the paper."""

    __tablename__ = "survey_confirmation"
    __table_args__ = (APPEND_ONLY,)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("survey_report.id"), primary_key=True)
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime]
