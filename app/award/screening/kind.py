"""How does the screening (资格审查) work as a stage? Whoever meets every ground goes on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.screening import consulting, cures, queries
from app.award.screening.cure_queries import cures_of
from app.award.screening.rules import (
    Decision,
    EntriesUnscreened,
    GroundAnswer,
    belonging,
    closed_by,
    decided_by,
    tiers_left,
)
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.platform.errors import Refusal

INELIGIBLE = "ineligible"
NO_TIER_OPEN = "no-tier-open"
DISQUALIFIED = "disqualified"


class ScreeningKind:
    """资格审查: the office decides on every entry, ground by ground."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Nothing to prepare: grounds are computed when they are read."""

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Entries without a decision, and departments whose time to answer is not over."""
        rows = await queries.decisions(db, stage.id)
        found: list[Refusal] = []
        if unscreened := sum(row.decision is None for row in rows):
            found.append(EntriesUnscreened(count=unscreened))
        if open_ := await _awaited(db, stage, rows, now):
            found.append(consulting.ConsultationsOpen(count=open_))
        if stage.rule.cure and (waits := await _curing(db, rows, now)):
            found.append(cures.CuresWaiting(count=waits))
        return found

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Eligible entries go on with their groups and without the tiers closed to them; the
        answers they rest on are kept.
        """
        rows = await queries.decisions(db, stage.id)
        entries = [row.id for row in rows]
        answers = await queries.answers_of(db, entries)
        groups = await queries.groups_of(db, entries)
        before = await queries.closed_before(db, stage.id, [row.application_id for row in rows])
        formal = stage.rule.formal
        inputs: dict[str, Any] = {"formal": formal, "screenings": []}
        for row in rows:
            belongs = belonging((each.key, each.answer) for each in groups[row.id])
            asked = {each.key for each in answers[row.id]}
            screening = {
                "entry": str(row.id),
                "application": str(row.application_id),
                "decision": row.decision,
                "disqualified_for": row.disqualified_for,
                "note": row.note,
                "grounds": [each.model_dump(mode="json") for each in answers[row.id]],
                "groups": [each.model_dump(mode="json") for each in groups[row.id]],
                "tiers": [] if formal else list(tiers_left(stage.regulation, row.track, belongs)),
                "closed_before": sorted(
                    {
                        *queries.still_closed(before.get(row.application_id, {}), asked),
                        *stage.regulation.other_tiers(row.track, row.applied_for),
                    }
                ),
            }
            inputs["screenings"].append(screening)
        if stage.rule.consults:
            inputs["opinions"] = await _heard(db, stage, rows, now)
        if stage.rule.cure:
            inputs["cures"] = await _cured(db, rows, now)
        return Judgement(verdicts(inputs), inputs)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts that these inputs amount to, computed from the answers alone."""
    return [_verdict(each, formal=inputs["formal"]) for each in inputs["screenings"]]


def _verdict(screening: Mapping[str, Any], *, formal: bool) -> Verdict:
    entry = UUID(screening["entry"])
    if screening["decision"] == Decision.DISQUALIFIED:
        return Verdict(entry, Result.DISQUALIFIED, reason=DISQUALIFIED)
    answers = [(each["answer"], each["closes"]) for each in screening["grounds"]]
    before = screening["closed_before"]
    if decided_by(answers, screening["tiers"], before) is Decision.INELIGIBLE:
        refused = any(a == GroundAnswer.NOT_MET and c is None for a, c in answers)
        if refused:
            return Verdict(entry, Result.ELIMINATED, reason=INELIGIBLE)
        return Verdict(entry, Result.ELIMINATED, reason=NO_TIER_OPEN)
    if formal:
        return Verdict(entry, Result.ADVANCED)
    groups = belonging((each["key"], each["answer"]) for each in screening["groups"])
    closed = tuple(sorted(closed_by(answers) | set(before)))
    return Verdict(entry, Result.ADVANCED, groups=groups, closed=closed)


async def _awaited(db: AsyncSession, stage: StageAt, rows: Sequence[Any], now: datetime) -> int:
    """How many opinions are awaited on entries that are not thrown out anyway."""
    if not stage.rule.consults:
        return 0
    known = await queries.opinions_of(db, [row.id for row in rows])
    return sum(
        consulting.waiting(_asked(stage, row), known[row.id], now)
        for row in rows
        if row.decision != Decision.DISQUALIFIED
    )


async def _curing(db: AsyncSession, rows: Sequence[Any], now: datetime) -> int:
    """How many undecided entries are still within their time to cure."""
    made = await cures_of(db, [row.id for row in rows if row.decision is None])
    return sum(cures.unsettled(each, now) is not None for each in made.values())


async def _cured(db: AsyncSession, rows: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """What was called for, and what came of it, silence too."""
    made = await cures_of(db, [row.id for row in rows])
    return [
        {
            "entry": str(entry),
            "number": each.number,
            "document": each.document,
            "state": cures.state_of(each, now).value,
            "supplement": each.digest,
        }
        for entry, found in made.items()
        for each in found
    ]


async def _heard(
    db: AsyncSession, stage: StageAt, rows: Sequence[Any], now: datetime
) -> list[dict[str, Any]]:
    """What the departments said of each entry, silence too."""
    known = await queries.opinions_of(db, [row.id for row in rows])
    return [
        {
            "entry": str(row.id),
            "department": question.department,
            "ground": question.ground,
            "state": consulting.awaited(question, last, now).value,
            "said": last.said if last else None,
        }
        for row in rows
        for question in _asked(stage, row)
        for last in [consulting.last_of(question, known[row.id])]
    ]


def _asked(stage: StageAt, row: Any) -> list[consulting.Question]:
    return consulting.questions(stage.regulation, stage.rule, row.track, stage.opened_at)
