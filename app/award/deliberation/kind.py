"""How does the committee's vote (评委会审议) work as a stage? Who is carried goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.deliberation import minutes, queries, rules
from app.award.deliberation.lifecycle import MotionStatus
from app.award.deliberation.models import Motion
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.queries import live_entries
from app.platform.errors import Refusal

NOT_CARRIED = "not-carried"


class VoteKind:
    """评委会审议: a named vote on paper, recorded by one person and confirmed by another."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Put the motion before the committee."""
        db.add(Motion(stage_id=stage.id, round=stage.round, created_at=now))
        await db.flush()

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """A vote that nobody has confirmed, or that was held without a quorum."""
        del now
        if not await live_entries(db, stage.id):
            return []
        sat = await queries.sat(db, stage.id, stage.round)
        found: list[Refusal] = []
        if sat is None or sat.status is not MotionStatus.CONFIRMED:
            found.append(rules.MotionNotConfirmed())
        if sat and sat.content and (obstacle := minutes.quorum_obstacle(sat.content)):
            found.append(obstacle)
        return found

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Carried entries go on with the tier they were proposed for."""
        del now
        entries = await live_entries(db, stage.id)
        sat = await queries.sat(db, stage.id, stage.round)
        inputs = {
            "minutes": dict(sat.content) if sat and sat.content else None,
            "entries": [{"entry": str(entry.id), "tier": entry.tier} for entry in entries],
        }
        return Judgement(verdicts(inputs), inputs)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts that these inputs amount to, counted from the ballots alone."""
    counted = minutes.tallies(inputs["minutes"]) if inputs["minutes"] else {}
    return [
        Verdict(UUID(each["entry"]), Result.ADVANCED, tier=each["tier"])
        if counted[each["entry"]].carried
        else Verdict(UUID(each["entry"]), Result.ELIMINATED, reason=NOT_CARRIED)
        for each in inputs["entries"]
    ]
