"""What can be read of a survey, and by whom?"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.models import Cycle
from app.award.stages.models import Entry, Stage
from app.award.stages.queries import ENTRY_RESOURCE, get_stage
from app.award.survey import rules
from app.award.survey.models import SurveyConfirmation, SurveyReport
from app.award.survey.schemas import SurveyedView, SurveyView
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.security.access import visible_to

KIND = "survey"


async def last_report(db: AsyncSession, stage_id: UUID, round_: int) -> Any | None:
    """The report that counts, with `confirmed`; one statement."""
    return (
        await db.execute(
            select(
                SurveyReport.id,
                SurveyReport.number,
                SurveyReport.content,
                SurveyReport.digest,
                SurveyReport.document,
                SurveyReport.entered_by,
                SurveyReport.entered_at,
                SurveyConfirmation.report_id.is_not(None).label("confirmed"),
            )
            .outerjoin(SurveyConfirmation, SurveyConfirmation.report_id == SurveyReport.id)
            .where(SurveyReport.stage_id == stage_id, SurveyReport.round == round_)
            .order_by(SurveyReport.number.desc())
            .limit(1)
        )
    ).first()


async def survey_view(call: Call, cycle_id: UUID, key: str) -> SurveyView:
    """The last report of a survey, or SurveyUnknown; three statements."""
    found = await get_stage(call, cycle_id, key)
    found.require("stage:read-survey")
    if found.it.kind != KIND:
        raise rules.NotASurvey
    report = await last_report(call.db, found.it.id, found.it.round)
    if report is None:
        raise rules.SurveyUnknown
    content = json.loads(report.content)
    rows = await call.db.execute(
        select(Entry.id, Organisation.name)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(Stage.id == found.it.id, visible_to(call.actor, ENTRY_RESOURCE))
        .order_by(Organisation.name, Entry.id)
    )
    return SurveyView(
        stage=key,
        scale=content["scale"],
        source=content["source"],
        document=report.document,
        digest=report.digest,
        entered_at=report.entered_at,
        confirmed=report.confirmed,
        items=[
            SurveyedView(
                entry=row.id, organisation=row.name, points=content["scores"].get(str(row.id))
            )
            for row in rows
        ],
    )
