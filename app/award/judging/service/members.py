"""What the office does when a judge must stand aside: one more member takes the place."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging import queries, rules
from app.award.judging.models import Assignment, Expert, Member, PanelEntry
from app.award.judging.schemas import MemberIn
from app.award.judging.service.panels import (
    Formed,
    assign,
    experts_of,
    interests_of,
    stranger,
)
from app.award.stages.kind import StageAt
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.errors import ensure
from app.rules.regulation.stages import Panel as PanelRule


async def add_member(
    call: Call, panel_id: UUID, body: MemberIn, *, settled: Sequence[UUID]
) -> list[Formed]:
    """Seat one more judge and give them the panel's live entries but for the `settled` ones."""
    found = await queries.find_panel(call, panel_id)
    found.require("panel:change")
    entries = await _live_entries(call.db, panel_id, settled)
    if not entries:
        raise rules.NothingToJudge
    work: list[tuple[StageAt, PanelRule, list[Any]]] = []
    for stage_id in sorted({entry.stage_id for entry in entries}):
        at = await stage_at(call.db, await open_stage(call.db, stage_id))
        assert isinstance(at.rule, PanelRule)  # noqa: S101  panels sit in panel stages alone
        work.append((at, at.rule, [each for each in entries if each.stage_id == stage_id]))
    await _ensure_fit(call.db, work, body)
    await _seat(call.db, panel_id, body)
    record(
        call.db,
        call.actor,
        "panel:change",
        subject=panel_id,
        now=call.now,
        log=work[0][0].cycle_id,
        detail={"expert": str(body.expert_id), "leader": body.leader},
    )
    return [
        Formed(
            panel_id,
            at,
            rule,
            await assign(
                call.db,
                panel_id,
                [(body, entry) for entry in here],
                divided=rule.division == "by_category",
            ),
        )
        for at, rule, here in work
    ]


async def _live_entries(db: AsyncSession, panel_id: UUID, settled: Sequence[UUID]) -> Sequence[Any]:
    return (
        await db.execute(
            select(Entry.id, Entry.application_id, Entry.track, Entry.stage_id)
            .join(PanelEntry, PanelEntry.entry_id == Entry.id)
            .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(
                PanelEntry.panel_id == panel_id,
                Stage.status == StageStatus.OPEN,
                Outcome.entry_id.is_(None),
                Entry.id.not_in(settled),
            )
            .order_by(Entry.id)
        )
    ).all()


async def _ensure_fit(
    db: AsyncSession, work: Sequence[tuple[StageAt, PanelRule, list[Any]]], body: MemberIn
) -> None:
    """Everything that stands against this member in any of the stages, told at once."""
    at, first, _ = work[0]
    known = await experts_of(db, at, first, [body.expert_id])
    if body.expert_id not in known:
        raise stranger(at, first)(pointer="/expert_id")
    expert = known[body.expert_id]
    categories = None if body.categories is None else tuple(body.categories)
    seat = rules.Seat(expert.name, body.leader, expert.signed, categories)
    entries = [entry for _, _, here in work for entry in here]
    reasons = await interests_of(db, [body], [entry.id for entry in entries])
    for stage, rule, here in work:
        shares = await _shares(db, [entry.id for entry in here])
        sitting = max(len(each) for each in shares.values())
        judges = stage.regulation.judges_of(rule)
        cover = _cover(stage, rule, here, shares)
        reasons += rules.member_obstacles(rule, judges, seat, sitting, cover)
    ensure(reasons)


async def _shares(db: AsyncSession, entries: Sequence[UUID]) -> dict[UUID, list[list[str] | None]]:
    """Of every entry the categories that each of its judges scores (None is all of them), without
    the judges who must stand aside.
    """
    rows = await db.execute(
        select(Assignment.entry_id, Member.categories)
        .join(
            Member,
            (Member.panel_id == Assignment.panel_id) & (Member.expert_id == Assignment.expert_id),
        )
        .join(Expert, Expert.id == Assignment.expert_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(among(Assignment.entry_id, entries), queries.unbiased())
    )
    found: dict[UUID, list[list[str] | None]] = {entry: [] for entry in entries}
    for row in rows:
        found[row.entry_id].append(row.categories)
    return found


def _cover(
    at: StageAt, rule: PanelRule, entries: Sequence[Any], shares: Mapping[UUID, Sequence[Any]]
) -> dict[str, int]:
    """How many judges score each category, on the entry that has fewest."""
    cover: dict[str, int] = {}
    for entry in entries:
        for category in rules.criteria_of(at, rule, entry.track).categories:
            given = sum(share is None or category.code in share for share in shares[entry.id])
            cover[category.code] = min(given, cover.get(category.code, given))
    return cover


async def _seat(db: AsyncSession, panel_id: UUID, body: MemberIn) -> None:
    try:
        async with db.begin_nested():
            if body.leader:
                await db.execute(
                    update(Member)
                    .where(Member.panel_id == panel_id, Member.leader)
                    .values(leader=False)
                )
            db.add(Member(panel_id=panel_id, **body.model_dump()))
    except IntegrityError as twice:
        raise rules.MemberAlready(pointer="/expert_id") from twice
