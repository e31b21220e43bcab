"""How does the composite (综合评价) work as a stage? Nobody works; earlier outcomes decide."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.ranking import queries
from app.award.ranking.rules import ComponentMissing, Contest, inputs_of, standing, verdicts
from app.award.stages.choosing import Ballot, by_choice, closing_obstacles, quotas_of
from app.award.stages.chosen import chosen
from app.award.stages.kind import Judgement, StageAt
from app.award.stages.outcome_queries import given_elsewhere
from app.platform.errors import Refusal, ensure


class CompositeKind:
    """综合评价: totals of earlier stages, ranked, with tiers where the regulation proposes here."""

    many_rows_decide = True

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: everything it needs has been decided before."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Stages from which an entry has no score; tiers that nobody has chosen."""
        del now
        found = await queries.scores(db, stage)
        missing = queries.missing(stage, found)
        if missing:
            return _lacking(stage, missing)
        if not found.entries or not by_choice(stage):
            return []
        return closing_obstacles(await chosen(db, stage), await self.ballot(db, stage))

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Exact totals, one rounding, ranks, tiers under the quotas and the places granted."""
        del now
        found = await queries.scores(db, stage)
        contest = await _contest(db, stage, found)
        entries = {str(entry.id): entry.id for entry in found.entries}
        return Judgement(verdicts(contest, entries.__getitem__), inputs_of(contest))

    async def ballot(self, db: AsyncSession, stage: StageAt) -> Ballot:
        """Tiers are chosen among all, as their totals rank them. Raises ComponentMissing."""
        found = await queries.scores(db, stage)
        ensure(_lacking(stage, queries.missing(stage, found)))
        contest = await _contest(db, stage, found)
        quotas = quotas_of(stage, contest.held)
        return Ballot(standing(contest), contest.tiers, quotas, contest.rule.lines)


def _lacking(stage: StageAt, missing: Mapping[str, int]) -> list[Refusal]:
    return [
        ComponentMissing(name=stage.regulation.stage(key).name, count=count)
        for key, count in missing.items()
    ]


async def _contest(db: AsyncSession, stage: StageAt, found: queries.Scores) -> Contest:
    held = await given_elsewhere(db, stage)
    choice = await chosen(db, stage) if by_choice(stage) else None
    return Contest(
        rule=stage.rule,
        tiers=stage.regulation.tiers,
        quotas=stage.quotas,
        places=stage.places,
        tie_order=stage.tie_order,
        weights=queries.weights(stage, found),
        contenders=queries.contenders(stage, found),
        sought=None if stage.places_sought == stage.places else stage.places_sought,
        held=held,
        lots=stage.lots_sought,
        consolation=stage.consolation(held),
        choice=None if choice is None else choice.lines,
    )
