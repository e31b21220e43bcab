"""What can be read of the sieve, and by whom?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Cycle
from app.award.programmes.queries import criteria_of, regulation_of
from app.award.records.queries import conflicted
from app.award.stages.kind import StageAt
from app.award.stages.lifecycle import STAGE, Result, StageStatus
from app.award.stages.models import Entry, Outcome, Snapshot, Stage, TieDecision
from app.award.stages.rules import EntryUnknown, StageNotOpen, StageUnknown
from app.award.stages.schemas import EntryView, RankedView, RankingView, SnapshotView, StageView
from app.platform.accounts.callers import Call
from app.platform.http.pages import Page, Paging, page
from app.platform.security.access import Found, fetch, visible_to
from app.platform.security.permission import Resource
from app.platform.workflow.advance import actions
from app.rules.exact import decimal_text, from_units

LAUNCHED = Cycle.status.in_([CycleStatus.LAUNCHED, CycleStatus.COMPLETED])

STAGE_RESOURCE = Resource(
    "stage",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    phases={"launched": LAUNCHED, "closed": Stage.status == StageStatus.CLOSED},
    missing=StageUnknown,
)
ENTRY_RESOURCE = Resource(
    "entry",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=EntryUnknown,
)


async def get_stage(call: Call, cycle_id: UUID, key: str, *, lock: bool = False) -> Found[Stage]:
    """The stage of that key, or StageUnknown."""
    statement = (
        select(Stage)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Stage.cycle_id == cycle_id, Stage.key == key)
    )
    return await fetch(call.db, call.actor, STAGE_RESOURCE, statement, lock=lock)


async def list_stages(call: Call, cycle_id: UUID) -> list[StageView]:
    """The stages of a cycle in the order of its regulation; one statement."""
    rows = await call.db.execute(
        select(Stage, *STAGE_RESOURCE.facts(call.actor))
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Stage.cycle_id == cycle_id, visible_to(call.actor, STAGE_RESOURCE))
        .order_by(Stage.position)
    )
    return [_stage_view(call, row) for row in rows]


def _stage_view(call: Call, row: Any) -> StageView:
    stage = row[0]
    facts = {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001  public
    found = Found(stage, STAGE_RESOURCE, call.actor, facts)
    fields = {name: getattr(stage, name) for name in StageView.model_fields if name != "actions"}
    return StageView(**fields, actions=actions(found, STAGE, StageStatus(stage.status)))


async def stage_at(db: AsyncSession, stage: Stage) -> StageAt:
    """The stage with the rule that governs it; four statements, whatever the size of the cycle."""
    cycle = await db.get_one(Cycle, stage.cycle_id)
    regulation = await regulation_of(db, cycle.regulation_hash)
    order = await db.scalar(
        select(TieDecision.order)
        .where(TieDecision.stage_id == stage.id, TieDecision.round == stage.round)
        .order_by(TieDecision.decided_at.desc(), TieDecision.id)
        .limit(1)
    )
    return StageAt(
        id=stage.id,
        cycle_id=cycle.id,
        programme_id=cycle.programme_id,
        key=stage.key,
        round=stage.round,
        opens_at=stage.opens_at,
        closes_at=stage.closes_at,
        opened_at=stage.opened_at,
        rule=regulation.stage(stage.key),
        regulation=regulation,
        regulation_hash=cycle.regulation_hash,
        criteria=await criteria_of(db, cycle.id),
        cut_off=cycle.cut_off,
        places=cycle.places or 0,
        tie_order=tuple(str(entry) for entry in order or ()),
    )


async def open_stage(db: AsyncSession, stage_id: UUID) -> Stage:
    """The stage, held open until the end of this transaction, in a running cycle. Every piece of a
    stage's work starts here: it is either in the snapshot, or refused with StageNotOpen.
    """
    row = (
        await db.execute(
            select(Stage, Cycle.status)
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .where(Stage.id == stage_id)
            .with_for_update(read=True, key_share=True)
            # It may have been closed while we waited for the lock: what is remembered is stale.
            .execution_options(populate_existing=True)
        )
    ).first()
    if row is None:
        raise StageUnknown
    stage, running = row.Stage, row.status == CycleStatus.LAUNCHED
    if stage.status != StageStatus.OPEN or not running:
        raise StageNotOpen(name=stage.name)
    held: Stage = stage
    return held


def live(stage_id: UUID) -> ColumnElement[bool]:
    """Entries of a stage's running round without an outcome; join Stage, outer join Outcome."""
    return (Entry.stage_id == stage_id) & (Entry.round == Stage.round) & Outcome.entry_id.is_(None)


async def live_entries(db: AsyncSession, stage_id: UUID) -> Sequence[Entry]:
    """The entries a stage has still to judge, in no order that could matter."""
    return (
        await db.scalars(
            select(Entry)
            .join(Stage, Stage.id == Entry.stage_id)
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(live(stage_id))
            .order_by(Entry.id)
        )
    ).all()


async def live_entry(db: AsyncSession, stage_id: UUID, application_id: UUID) -> Entry | None:
    """The entry of one application that a stage has still to judge."""
    return await db.scalar(
        select(Entry)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id), Entry.application_id == application_id)
    )


async def get_entry(call: Call, entry_id: UUID, *, lock: bool = False) -> Found[Entry]:
    """The entry, or EntryUnknown."""
    statement = (
        select(Entry)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Entry.id == entry_id)
    )
    return await fetch(call.db, call.actor, ENTRY_RESOURCE, statement, lock=lock)


async def list_entries(call: Call, cycle_id: UUID, key: str, paging: Paging) -> Page[EntryView]:
    """The entries of a stage, in order of track; one statement."""
    statement = (
        select(
            Entry.id,
            Entry.application_id,
            Entry.track,
            Entry.tier,
            Entry.round,
            Outcome.result,
            Outcome.reason,
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Stage.cycle_id == cycle_id, Stage.key == key, visible_to(call.actor, ENTRY_RESOURCE))
    )

    def view(row: Any) -> EntryView:
        return EntryView(**{name: getattr(row, name) for name in EntryView.model_fields})

    return await page(call.db, statement, paging, by=Entry.track, identity=Entry.id, view=view)


async def outcomes_of(
    db: AsyncSession, cycle_id: UUID, keys: Sequence[str]
) -> Sequence[tuple[str, Entry, Outcome]]:
    """What closed stages have told: (stage key, entry, outcome) of their last rounds."""
    rows = await db.execute(
        select(Stage.key, Entry, Outcome)
        .join(Entry, (Entry.stage_id == Stage.id) & (Entry.round == Stage.round))
        .join(Outcome, Outcome.entry_id == Entry.id)
        .where(
            Stage.cycle_id == cycle_id,
            Stage.key.in_(keys),
            Stage.status == StageStatus.CLOSED,
        )
    )
    return [(row.key, row.Entry, row.Outcome) for row in rows]


async def ranking(call: Call, cycle_id: UUID, key: str) -> RankingView:
    """The ranking of a closed stage, best first; two statements."""
    found = await get_stage(call, cycle_id, key)
    found.require("stage:read-ranking")
    rows = await call.db.execute(
        select(Entry.application_id, Outcome)
        .join(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.stage_id == found.it.id, Entry.round == found.it.round)
        .order_by(Outcome.rank.nulls_last(), Entry.application_id)
    )
    return RankingView(
        stage=key,
        round=found.it.round,
        items=[
            RankedView(
                application=row.application_id,
                points=points_text(row.Outcome.units),
                rank=row.Outcome.rank,
                result=Result(row.Outcome.result),
                tier=row.Outcome.tier,
                reason=row.Outcome.reason,
            )
            for row in rows
        ],
    )


def points_text(units: int | None) -> str | None:
    """A stored score as plain decimal text, in points."""
    return None if units is None else decimal_text(from_units(units))


async def snapshot_of(db: AsyncSession, stage: Stage) -> SnapshotView:
    """What the last round of a closed stage was closed on; one statement."""
    row = (
        await db.execute(
            select(Snapshot.digest, Snapshot.text, Snapshot.taken_at).where(
                Snapshot.stage_id == stage.id, Snapshot.round == stage.round
            )
        )
    ).one()
    return SnapshotView(digest=row.digest, text=row.text, taken_at=row.taken_at)
