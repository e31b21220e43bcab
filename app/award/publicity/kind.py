"""How does the publicity (公示) work as a stage? Who no upheld objection stands against goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.publicity import queries, rules
from app.award.publicity.models import Notice
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.queries import live_entries
from app.platform.errors import Refusal

UPHELD = "objection-upheld"


class PublicityKind:
    """公示: the notice is posted, its period runs out, every objection is ruled on."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: the office drafts the notice."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """No posting, a period that still runs or may move, objections without a ruling."""
        notice = await queries.notice_of(db, stage.id, stage.round)
        if notice is None or notice.posted_at is None:
            return rules.closing_obstacles(None, None, 0, now)
        return rules.closing_obstacles(
            notice.ends_at,
            rules.period(stage.rule, notice.posted_at),
            await queries.unruled(db, stage.id, stage.round),
            now,
        )

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Who was removed by an upheld objection leaves its place empty; the others keep theirs."""
        del now
        notice = await queries.notice_of(db, stage.id, stage.round)
        if notice is None:
            raise rules.NotPosted
        inputs = {
            "notice": _posting(notice),
            "entries": [
                {"entry": str(entry.id), "tier": entry.tier}
                for entry in await live_entries(db, stage.id)
            ],
            "objections": [
                {
                    "code": one.code,
                    "entry": str(one.entry_id),
                    "received_at": one.received_at.isoformat(),
                    "ruling": one.ruling,
                    "document": one.document,
                }
                for one in await queries.rulings(db, notice.id)
            ],
        }
        return Judgement(verdicts(inputs), inputs)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts that these inputs amount to."""
    removed = rules.removed(inputs["objections"])
    return [
        Verdict(UUID(one["entry"]), Result.ELIMINATED, reason=UPHELD)
        if one["entry"] in removed
        else Verdict(UUID(one["entry"]), Result.ADVANCED, tier=one["tier"])
        for one in inputs["entries"]
    ]


def _posting(notice: Notice) -> dict[str, Any]:
    return {
        "code": notice.code,
        "digest": notice.digest,
        "posted_at": notice.posted_at.isoformat() if notice.posted_at else None,
        "from": notice.first_day.isoformat() if notice.first_day else None,
        "to": notice.last_day.isoformat() if notice.last_day else None,
        "ends_at": notice.ends_at.isoformat() if notice.ends_at else None,
    }
