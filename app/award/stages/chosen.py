"""Which choice of tiers counts for a stage?"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.stages.choosing import Choice, Chosen
from app.award.stages.kind import StageAt
from app.award.stages.models import TierChoice


async def chosen(db: AsyncSession, stage: StageAt) -> Choice | None:
    """The last one recorded in this round, or None; one statement."""
    row = (
        await db.execute(
            select(TierChoice.lines, TierChoice.reason)
            .where(TierChoice.stage_id == stage.id, TierChoice.round == stage.round)
            .order_by(TierChoice.number.desc())
            .limit(1)
        )
    ).first()
    return row and Choice(tuple(Chosen(*line) for line in row.lines), row.reason)
