"""How does the screening (资格审查) work as a stage? Whoever meets every ground goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.screening import queries
from app.award.screening.rules import Decision, EntriesUnscreened, decided_by
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.platform.errors import Refusal

INELIGIBLE = "ineligible"


class ScreeningKind:
    """资格审查: the office decides on every entry, ground by ground."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: grounds are computed when they are read."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Entries without a decision."""
        del now
        rows = await queries.decisions(db, stage.id)
        waiting = sum(row.decision is None for row in rows)
        return [EntriesUnscreened(count=waiting)] if waiting else []

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Eligible entries go on; the answers they rest on are kept."""
        del now
        rows = await queries.decisions(db, stage.id)
        answers = await queries.answers_of(db, [row.id for row in rows])
        inputs = {
            "screenings": [
                {
                    "entry": str(row.id),
                    "application": str(row.application_id),
                    "decision": row.decision,
                    "note": row.note,
                    "grounds": [each.model_dump(mode="json") for each in answers[row.id]],
                }
                for row in rows
            ]
        }
        return Judgement(verdicts(inputs), inputs)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts that these inputs amount to, computed from the answers alone."""
    return [
        Verdict(UUID(each["entry"]), Result.ADVANCED)
        if decided_by(ground["answer"] for ground in each["grounds"]) is Decision.ELIGIBLE
        else Verdict(UUID(each["entry"]), Result.ELIMINATED, reason=INELIGIBLE)
        for each in inputs["screenings"]
    ]
