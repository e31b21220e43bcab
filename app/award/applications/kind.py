"""How does the intake (申报) work as a stage? Every submission advances when it closes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.queries import tiers_of
from app.award.applications.rules import SETTLING, NotYetSettled
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.queries import live_entries
from app.platform.clock import legal_minute
from app.platform.errors import Refusal


class IntakeKind:
    """申报: applicants submit; entries appear as they do."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: applicants come by themselves."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """The deadline, and a minute in which the last requests end."""
        del db
        until = stage.closes_at + SETTLING
        return [NotYetSettled(at=legal_minute(until))] if now < until else []

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Whatever was submitted goes on; where it names its tier, the others are closed to it."""
        del now
        entries = await live_entries(db, stage.id)
        if not stage.rule.names_tier:
            return Judgement([Verdict(entry.id, Result.ADVANCED) for entry in entries])
        tiers = await tiers_of(db, [entry.application_id for entry in entries])
        named = [(entry, tiers[entry.application_id]) for entry in entries]
        return Judgement(
            [
                Verdict(
                    entry.id,
                    Result.ADVANCED,
                    closed=stage.regulation.other_tiers(entry.track, tier),
                )
                for entry, tier in named
            ],
            {"tiers": {str(entry.application_id): tier for entry, tier in named}},
        )
