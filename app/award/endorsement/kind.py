"""How does a recommendation (推荐) work as a stage? Who has the word it needs goes on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.endorsement import queries, rules
from app.award.stages.kind import Judgement, StageAt
from app.award.stages.queries import live_entries
from app.platform.errors import Refusal


class EndorsementKind:
    """推荐: each entry is routed to bodies, and each body answers in one letter."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: the office routes the entries."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Entries that nobody was asked about, and letters that may still come."""
        tracks = {entry.id: entry.track for entry in await live_entries(db, stage.id)}
        unrouted, unanswered = rules.waiting(
            stage.rule, tracks, await queries.answered(db, stage.id)
        )
        waits = unanswered and now < stage.closes_at
        return [
            *([rules.EntriesUnrouted(count=unrouted)] if unrouted else []),
            *([rules.EntriesUnanswered(count=unanswered)] if waits else []),
        ]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Recommended entries go on; what each body said is kept, and who said nothing (None)."""
        del now
        answers = await queries.answered(db, stage.id)
        inputs = {
            "needs": stage.rule.needs,
            "entries": [
                {
                    "entry": str(entry.id),
                    "answers": [
                        {
                            "body": row.body,
                            "authority": str(row.authority_id),
                            "recommended": row.recommended,
                            "position": row.position,
                            "reason": row.reason,
                        }
                        for row in answers
                        if row.entry_id == entry.id
                    ],
                }
                for entry in await live_entries(db, stage.id)
            ],
        }
        return Judgement(rules.verdicts(inputs), inputs)
