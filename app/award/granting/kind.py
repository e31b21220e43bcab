"""How do the approval (审定) and the grant (授奖) work as stages?"""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.granting.matching import matched_by
from app.award.granting.models import Award, GrantDecision
from app.award.granting.queries import (
    approval_of,
    awards_of,
    consents_of,
    decisions_of,
    grant_of,
)
from app.award.granting.rules import NotYetApproved, NotYetGranted
from app.award.programmes.models import Cycle
from app.award.records.models import Record
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.queries import live_entries
from app.platform.errors import Refusal
from app.rules.exact import text_from_fen
from app.rules.facts import RecordKind


class ApprovalKind:
    """审定: the government approves each entry, or not."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: the list is what has come so far."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """The decision, where there is anybody to decide about."""
        del now
        if await approval_of(db, stage.id, stage.round) or not await live_entries(db, stage.id):
            return []
        return [NotYetApproved(body=stage.rule.body)]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Approved goes on with its tier; the decision covers every entry that is still live."""
        del now
        approval = await approval_of(db, stage.id, stage.round)
        decided = await decisions_of(db, stage.id, stage.round)
        verdicts = [
            Verdict(entry.id, Result.ADVANCED, tier=entry.tier)
            if decided[entry.id]
            else Verdict(entry.id, Result.ELIMINATED, reason="not-approved")
            for entry in await live_entries(db, stage.id)
        ]
        inputs: dict[str, Any] = {
            "document": approval.document if approval else None,
            "meeting": approval.meeting if approval else None,
            "decided_on": approval.decided_on.isoformat() if approval else None,
            "decisions": {str(entry): approved for entry, approved in decided.items()},
        }
        if approval and stage.rule.with_consent_of:
            given = (await consents_of(db, approval.id)).values()
            inputs["consents"] = {one.body: one.document for one in given}
        return Judgement(verdicts, inputs)


class GrantKind:
    """授奖: every entry that has come here with a tier has its award."""

    many_rows_decide = True

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """The decision that grants the awards, where there is anybody to award."""
        del now
        if await grant_of(db, stage.id, stage.round) or not await live_entries(db, stage.id):
            return []
        return [NotYetGranted()]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Awarded goes on and has its honour on record; who came without a tier ends here."""
        grant = await grant_of(db, stage.id, stage.round)
        awards = {award.entry_id: award for award in await awards_of(db, stage.id, stage.round)}
        entries = await live_entries(db, stage.id)
        verdicts = [
            Verdict(entry.id, Result.ADVANCED, tier=awards[entry.id].tier)
            if entry.id in awards
            else Verdict(entry.id, Result.ELIMINATED, reason="no-tier")
            for entry in entries
        ]
        inputs: dict[str, Any] = {
            "document": grant.document if grant else None,
            "decided_on": grant.decided_on.isoformat() if grant else None,
            "entries": {
                str(entry.id): {
                    "track": entry.track,
                    "tier": entry.tier,
                    "groups": list(entry.groups),
                }
                for entry in entries
            },
            "awards": {str(award.entry_id): _told(award) for award in awards.values()},
        }
        if grant and grant.vacancy_document:
            inputs["vacancy"] = {
                "document": grant.vacancy_document,
                "reason": grant.vacancy_reason,
            }
        if stage.regulation.matching:
            paid = await matched_by(db, stage.id, stage.round)
            inputs["matched"] = [one.model_dump(mode="json") for one in paid]
        cycle = await db.get_one(Cycle, stage.cycle_id)
        honours = [
            _honour(stage, cycle.ordinal, grant, awards[entry.id], now)
            for entry in entries
            if grant and entry.id in awards
        ]
        return Judgement(verdicts, inputs, honours)


def _honour(
    stage: StageAt, ordinal: int, grant: GrantDecision, award: Award, now: datetime
) -> Record:
    """What later cycles must know: bars and first wins are counted from these."""
    return Record(
        programme_id=stage.programme_id,
        credit_code=award.credit_code,
        kind=RecordKind.HONOUR,
        what=award.tier,
        on=grant.decided_on,
        cycle_ordinal=ordinal,
        bonus_fen=award.bonus_fen,
        evidence=grant.document,
        entered_by=grant.entered_by,
        entered_at=now,
    )


def _told(award: Award) -> dict[str, Any]:
    return {
        "certificate_number": award.certificate_number,
        "won_before": award.won_before,
        "budget_funded": award.budget_funded,
        "bonus": text_from_fen(award.bonus_fen),
        "bonus_reason": award.bonus_reason,
    }
