"""How does the composite (综合评价) work as a stage? Nobody works; earlier outcomes decide."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.ranking import queries
from app.award.ranking.rules import ComponentMissing, Contest, inputs_of, verdicts
from app.award.stages.kind import Judgement, StageAt
from app.award.stages.outcome_queries import consolations
from app.platform.errors import Refusal


class CompositeKind:
    """综合评价: totals of earlier stages, ranked, with tiers where the regulation proposes here."""

    many_rows_decide = True

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: everything it needs has been decided before."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Stages from which an entry has no score."""
        del now
        found = await queries.scores(db, stage)
        missing = queries.missing(stage, found)
        return [
            ComponentMissing(name=stage.regulation.stage(key).name, count=count)
            for key, count in missing.items()
        ]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Exact totals, one rounding, ranks, tiers under the quotas and the places granted."""
        del now
        found, held = await queries.scores(db, stage), await consolations(db, stage)
        contest = Contest(
            rule=stage.rule,
            tiers=stage.regulation.tiers,
            quotas=stage.quotas,
            places=stage.places,
            tie_order=stage.tie_order,
            contenders=queries.contenders(stage, found),
            sought=None if stage.places_sought == stage.places else stage.places_sought,
            held=held,
            consolation=stage.consolation(held),
        )
        return Judgement(verdicts(contest), inputs_of(contest))
