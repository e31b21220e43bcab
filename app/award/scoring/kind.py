"""How does a panel (评审) work as a stage? Judges score, the best go on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging.models import Assignment, Expert
from app.award.judging.queries import unbiased
from app.award.judging.rules import criteria_of, judges_per_item
from app.award.judging.service.panels import take_over
from app.award.scoring import rules
from app.award.scoring.lifecycle import ScorebookStatus, SheetStatus
from app.award.scoring.models import Scorebook, ScorebookItem, Sheet, SheetItem
from app.award.scoring.recount import plain_method, recount, rounded
from app.award.scoring.service.handing_out import lay_out
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.models import Entry
from app.award.stages.queries import live_entries
from app.award.stages.rules import cut
from app.platform.errors import Refusal
from app.rules.exact import decimal_text
from app.rules.ranking import Candidate, rank
from app.rules.regulation.stages import Panel


class PanelKind:
    """材料评审、现场评审、陈述答辩: sheets, and a scorebook where the panel is to agree."""

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Take over the panels of the earlier stage, where the regulation says so."""
        del now
        rule = _rule(stage)
        if rule.panel_of is not None:
            await lay_out(db, stage, rule, await take_over(db, stage, rule))

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Entries without a panel or with too few judges, sheets and scorebooks not locked."""
        del now
        rule = _rule(stage)
        entries = [entry.id for entry in await live_entries(db, stage.id)]
        sheets = await _sheets(db, entries)
        judged = defaultdict(list)
        for sheet in sheets:
            judged[sheet.entry_id].append(sheet)
        needed = max(stage.regulation.judges_of(rule).at_least, judges_per_item(rule))
        drafts = sum(sheet.status != SheetStatus.LOCKED for sheet in sheets)
        missing = sum(entry not in judged for entry in entries)
        thin = sum(len(judged[entry]) < needed for entry in entries if entry in judged)
        open_books = await _open_books(db, entries) if rule.method.consensus is not None else 0
        found: list[tuple[int, type[Refusal]]] = [
            (missing, rules.EntriesWithoutPanel),
            (thin, rules.JudgesMissing),
            (drafts, rules.SheetsNotLocked),
            (open_books, rules.ScorebooksNotLocked),
        ]
        return [refusal(count=count) for count, refusal in found if count]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """The score of every entry, exact and as rounded; ranks on the rounded figure. Raises
        TieUnresolved where the cut falls between equals.
        """
        del now
        rule, entries = _rule(stage), await live_entries(db, stage.id)
        inputs = await _inputs(db, stage, rule, entries)
        exact = {entry: totals.total for entry, totals in recount(inputs).items()}
        scores = {entry: rounded(inputs, points) for entry, points in exact.items()}
        candidates = [Candidate(entry, (score,)) for entry, score in scores.items()]
        ranks = {placed.id: placed.rank for placed in rank(candidates)}
        passed = cut(rule.advances, candidates, stage.places, stage.tie_order).advanced
        reason = rules.elimination_reason(rule.advances)
        return Judgement(
            [
                Verdict(
                    UUID(entry),
                    Result.ADVANCED if entry in passed else Result.ELIMINATED,
                    exact=exact[entry],
                    score=score,
                    rank=ranks[entry],
                    reason=None if entry in passed else reason,
                )
                for entry, score in scores.items()
            ],
            inputs,
        )


def _rule(stage: StageAt) -> Panel:
    if not isinstance(stage.rule, Panel):
        msg = f"{stage.key} is no panel"
        raise TypeError(msg)
    return stage.rule


async def _sheets(db: AsyncSession, entries: Sequence[UUID]) -> Sequence[Any]:
    """The sheets of these entries that count: not those of judges who must stand aside."""
    return (
        await db.execute(
            select(Assignment.entry_id, Sheet.id, Sheet.status, Sheet.digest)
            .join(Sheet, Sheet.assignment_id == Assignment.id)
            .join(Expert, Expert.id == Assignment.expert_id)
            .join(Entry, Entry.id == Assignment.entry_id)
            .where(Assignment.entry_id.in_(entries), unbiased())
            .order_by(Sheet.id)
        )
    ).all()


async def _open_books(db: AsyncSession, entries: Sequence[UUID]) -> int:
    statement = select(func.count()).where(
        Scorebook.entry_id.in_(entries), Scorebook.status != ScorebookStatus.LOCKED
    )
    return await db.scalar(statement) or 0


async def _inputs(
    db: AsyncSession, stage: StageAt, rule: Panel, entries: Sequence[Entry]
) -> dict[str, Any]:
    """Everything the scores are computed from, as plain values; four statements at most."""
    by_track = {entry.track: criteria_of(stage, rule, entry.track) for entry in entries}
    lines: dict[str, dict[str, Any]] = {
        str(entry.id): {
            "application": str(entry.application_id),
            "criteria": by_track[entry.track].code,
            "sheets": {},
            "scorebook": None,
        }
        for entry in entries
    }
    ids = [entry.id for entry in entries]
    sheets = await _sheets(db, ids)
    marks = await _marks(db, [sheet.id for sheet in sheets])
    for sheet in sheets:
        kept = {"digest": sheet.digest, "items": marks[sheet.id]}
        lines[str(sheet.entry_id)]["sheets"][str(sheet.id)] = kept
    consensus = rule.method.consensus is not None
    if consensus:
        await _add_scorebooks(db, ids, lines)
    return {
        "method": plain_method(None if consensus else rules.method_of(rule.method)),
        "rounding": {"places": rule.rounding.places, "mode": rule.rounding.mode},
        "advance": rule.advances.model_dump(
            mode="json", exclude_none=True, exclude={"cite", "assumed", "because"}
        ),
        "criteria": {
            criteria.code: [
                [item, category, decimal_text(points)]
                for item, category, points in criteria.scored_items()
            ]
            for criteria in by_track.values()
        },
        "entries": lines,
    }


async def _marks(db: AsyncSession, sheets: Sequence[UUID]) -> dict[UUID, dict[str, int | None]]:
    found: dict[UUID, dict[str, int | None]] = defaultdict(dict)
    for row in await db.execute(
        select(SheetItem.sheet_id, SheetItem.code, SheetItem.percentage).where(
            SheetItem.sheet_id.in_(sheets)
        )
    ):
        found[row.sheet_id][row.code] = row.percentage
    return found


async def _add_scorebooks(
    db: AsyncSession, entries: Sequence[UUID], lines: dict[str, dict[str, Any]]
) -> None:
    for row in await db.execute(
        select(
            Scorebook.entry_id,
            Scorebook.id,
            Scorebook.digest,
            ScorebookItem.code,
            ScorebookItem.percentage,
        )
        .join(ScorebookItem, ScorebookItem.scorebook_id == Scorebook.id)
        .where(Scorebook.entry_id.in_(entries))
    ):
        line = lines[str(row.entry_id)]
        if line["scorebook"] is None:
            line["scorebook"] = {"id": str(row.id), "digest": row.digest, "items": {}}
        line["scorebook"]["items"][row.code] = row.percentage
