"""How does a survey (满意度, 社会评价) work as a stage? Its confirmed report is the score."""

import json
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.stages.cutting import Field, Standing
from app.award.stages.kind import Judgement, StageAt
from app.award.stages.queries import live_entries
from app.award.survey import queries, rules
from app.platform.errors import Refusal


class SurveyKind:
    """满意度调查: entered by one person, confirmed by another."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: the survey is made outside."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """A report that nobody has confirmed, or that leaves entries out."""
        del now
        entries = await _live(db, stage)
        if not entries:
            return []
        report = await queries.last_report(db, stage.id, stage.round)
        if report is None or not report.confirmed:
            return [rules.SurveyNotConfirmed()]
        count = rules.missing(json.loads(report.content), entries)
        return [rules.SurveyIncomplete(count=count)] if count else []

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Points as reported, ranks, and the cut; TieUnresolved where a decision is needed."""
        del now
        entries = await live_entries(db, stage.id)
        report = await queries.last_report(db, stage.id, stage.round)
        full = Fraction(stage.rule.scale)
        known = {str(each.id): Standing(each.track, each.groups, full) for each in entries}
        among = Field(stage.places_sought, stage.lots_sought, known)
        inputs = {
            "survey": json.loads(report.content) if report else {"scores": {}},
            "advance": stage.rule.advances.model_dump(mode="json", exclude_none=True),
            "places": among.places,
            "tie_order": list(stage.tie_order),
            "entries": [*known],
            **among.plain(stage.rule.advances),
        }
        return Judgement(rules.verdicts(inputs), inputs)


async def _live(db: AsyncSession, stage: StageAt) -> list[UUID]:
    return [entry.id for entry in await live_entries(db, stage.id)]
