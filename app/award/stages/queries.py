"""What can be read of the sieve, and by whom?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.programmes.lifecycle import MADE_PUBLIC, CycleStatus
from app.award.programmes.models import Cycle
from app.award.programmes.queries import criteria_of, regulation_of
from app.award.records.queries import conflicted
from app.award.stages.kind import StageAt
from app.award.stages.lifecycle import STAGE, Result, StageStatus
from app.award.stages.models import Correction, Entry, Outcome, Snapshot, Stage, TieDecision
from app.award.stages.rules import (
    EntryUnknown,
    RecusalNeeded,
    StageNotOpen,
    StageUnknown,
)
from app.award.stages.schemas import (
    CorrectionView,
    EntryQuery,
    EntryView,
    RankedView,
    RankingView,
    SnapshotView,
    StageView,
)
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows
from app.platform.db.prepared import Direct, Prepared, all_of
from app.platform.db.searching import holds
from app.platform.errors import ensure
from app.platform.http.pages import Page, page
from app.platform.security.access import Found, fetch, visible_to
from app.platform.security.permission import Actor, Resource
from app.platform.workflow.advance import actions
from app.rules.exact import decimal_text, from_units
from app.rules.regulation.model import Regulation

LAUNCHED = Cycle.status.in_(MADE_PUBLIC)

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


async def kind_of(db: AsyncSession, cycle_id: UUID, key: str) -> str | None:
    """The kind of the stage of that key, which never changes; one statement."""
    return await db.scalar(select(Stage.kind).where(Stage.cycle_id == cycle_id, Stage.key == key))


async def list_stages(call: Call, cycle_id: UUID) -> list[StageView]:
    """The stages of a cycle in the order of its regulation; one statement."""
    rows = await call.db.execute(
        select(
            Stage,
            corrections(Correction.stage_id == Stage.id, Correction.entry_id.is_(None)),
            *STAGE_RESOURCE.facts(call.actor),
        )
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Stage.cycle_id == cycle_id, visible_to(call.actor, STAGE_RESOURCE))
        .order_by(Stage.position)
    )
    return [_stage_view(call, row) for row in rows]


def _stage_view(call: Call, row: Any) -> StageView:
    stage = row[0]
    facts = {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001  public
    found = Found(stage, STAGE_RESOURCE, call.actor, facts)
    fields = {name: getattr(stage, name, None) for name in StageView.model_fields}
    beside = {
        "actions": actions(found, STAGE, StageStatus(stage.status)),
        "corrections": row.corrections,
    }
    return StageView(**fields | beside)


def corrections(*about: ColumnElement[bool]) -> ColumnElement[Any]:
    """A column with the corrections of one row, oldest first, each as `CorrectionView` has it."""
    fields: list[Any] = []
    for name in CorrectionView.model_fields:
        fields += [literal_column(f"'{name}'"), getattr(Correction, name)]
    ordered = aggregate_order_by(func.jsonb_build_object(*fields), Correction.corrected_at)
    found = select(func.jsonb_agg(ordered, type_=JSONB)).where(*about).scalar_subquery()
    return func.coalesce(found, literal_column("'[]'::jsonb", JSONB)).label("corrections")


async def stage_at(db: AsyncSession, stage: Stage) -> StageAt:
    """The stage with the rule that governs it; four statements, whatever the size of the cycle, and
    one more where a quota is a share of the entries.
    """
    cycle = await db.get_one(Cycle, stage.cycle_id)
    regulation = await _settled(db, cycle.id, await regulation_of(db, cycle.regulation_hash))
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
        places_of=cycle.places_of,
    )


async def _settled(db: AsyncSession, cycle_id: UUID, regulation: Regulation) -> Regulation:
    """The regulation with its shares of entries as numbers, once their stage has taken any."""
    named = {quota.among for quota in regulation.quotas if quota.among is not None}
    if not named:
        return regulation
    rows = await db.execute(
        select(Stage.key, Entry.track, Entry.groups)
        .join(Entry, (Entry.stage_id == Stage.id) & (Entry.round == Stage.round))
        .where(Stage.cycle_id == cycle_id, Stage.key.in_(named))
    )
    taken: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for key, track, groups in rows:
        taken.setdefault(key, []).append((track, groups))
    quotas = tuple(
        quota.settled(taken[quota.among]) if quota.among in taken else quota
        for quota in regulation.quotas
    )
    return regulation.model_copy(update={"quotas": quotas})


async def open_stage(db: AsyncSession, stage_id: UUID, *, even_suspended: bool = False) -> Stage:
    """The stage, held open until the end of this transaction, in a running cycle. Every piece of a
    stage's work starts here: it is either in the snapshot, or refused with StageNotOpen.

    `even_suspended`: for what applicants and the public have a right to while a cycle is halted.
    """
    row = (
        await db.execute(
            select(Stage, Cycle.status.label("cycle"))
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .where(Stage.id == stage_id)
            .with_for_update(read=True, key_share=True)
            # It may have been closed while we waited for the lock: what is remembered is stale.
            .execution_options(populate_existing=True)
        )
    ).first()
    if row is None:
        raise StageUnknown
    held: Stage = row.Stage
    halted = even_suspended and row.cycle == CycleStatus.SUSPENDED
    running = CycleStatus.LAUNCHED if halted else row.cycle
    ensure([_closed_to_work(held.status, running, held.name)])
    return held


def _closed_to_work(stage: str, cycle: str, name: str) -> StageNotOpen | None:
    at_work = stage == StageStatus.OPEN and cycle == CycleStatus.LAUNCHED
    return None if at_work else StageNotOpen(name=name)


_HELD = (
    select(
        Stage.id,
        Stage.status,
        Stage.name,
        Stage.round,
        Stage.opens_at,
        Stage.closes_at,
        Cycle.status.label("cycle"),
    )
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .with_for_update(read=True, key_share=True)
)
HELD = Prepared(_HELD.where(Stage.id == bindparam("stage")))
HELD_BY_KEY = Prepared(
    _HELD.where(Stage.cycle_id == bindparam("cycle"), Stage.key == bindparam("key"))
)


async def hold(db: Direct, held: Prepared, **which: Any) -> tuple[Any, StageNotOpen | None]:
    """A stage as it is held until the end of this transaction, and what stands against working in
    it, for whoever has reasons of their own to tell first.
    """
    row = await db.first(held, **which)
    if row is None:
        raise StageUnknown
    return row, _closed_to_work(row.status, row.cycle, row.name)


async def hold_open(db: Direct, stage_id: UUID) -> None:
    """Like `open_stage`, for work that needs nothing of the stage but that it stays open."""
    _, obstacle = await hold(db, HELD, stage=stage_id)
    ensure([obstacle])


def live(stage_id: Any) -> ColumnElement[bool]:
    """Entries of a stage's running round without an outcome; join Stage, outer join Outcome."""
    running: ColumnElement[bool] = (Entry.stage_id == stage_id) & (Entry.round == Stage.round)
    return running & Outcome.entry_id.is_(None)


LIVE = Prepared(
    select(
        Entry.id,
        Entry.application_id,
        Entry.organisation_id,
        Entry.track,
        Entry.tier,
        Entry.groups,
        Entry.closed,
        Entry.settled,
    )
    .join(Stage, Stage.id == Entry.stage_id)
    .outerjoin(Outcome, Outcome.entry_id == Entry.id)
    .where(live(bindparam("stage")))
    .order_by(Entry.id)
)


async def live_entries(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """The entries a stage has still to judge, in no order that could matter: their ids, those of
    application and organisation, track, tier, groups, closed tiers, and whether it is settled.
    """
    return await all_of(db, LIVE, stage=stage_id)


def concerned(actor: Actor, stage_id: Any) -> ColumnElement[bool]:
    """Whether the caller has a conflict of interest with a live entry of the stage of that id."""
    entry, stage, outcome = aliased(Entry), aliased(Stage), aliased(Outcome)
    return exists(
        select(entry.id)
        .join(stage, (stage.id == entry.stage_id) & (stage.round == entry.round))
        .outerjoin(outcome, outcome.entry_id == entry.id)
        .where(
            stage.id == stage_id,
            outcome.entry_id.is_(None),
            conflicted(actor, entry.organisation_id),
        )
    )


async def ensure_disinterested(call: Call, stage_id: UUID) -> None:
    """RecusalNeeded where the caller has an interest in a live entry of the stage: an act on a
    whole list is not done by halves.
    """
    if await call.db.scalar(select(concerned(call.actor, stage_id))):
        raise RecusalNeeded


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


async def list_entries(call: Call, cycle_id: UUID, key: str, asked: EntryQuery) -> Page[EntryView]:
    """The entries of a stage that are asked for, in order of track; one statement."""
    statement = (
        select(
            Entry.id,
            Entry.application_id,
            Entry.track,
            Entry.tier,
            Entry.groups,
            Entry.closed,
            Entry.settled,
            Entry.round,
            Outcome.result,
            Outcome.reason,
            corrections(Correction.entry_id == Entry.id),
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Stage.cycle_id == cycle_id, Stage.key == key, visible_to(call.actor, ENTRY_RESOURCE))
    )

    wanted = _narrowed(statement, asked)
    return await page(call.db, wanted, asked, by=Entry.track, identity=Entry.id, view=EntryView.of)


def _narrowed(statement: Rows, asked: EntryQuery) -> Rows:
    """The entries that are asked for."""
    columns = {"track": Entry.track, "tier": Entry.tier, "result": Outcome.result}
    for name, value in asked.model_dump(include={*columns}, exclude_none=True).items():
        statement = statement.where(columns[name] == value)
    if asked.q is None:
        return statement
    found = holds(Organisation.name, Organisation.credit_code)
    named = statement.join(Organisation, Organisation.id == Entry.organisation_id)
    return named.where(found).params(q=asked.q)


async def ranking(call: Call, cycle_id: UUID, key: str) -> RankingView:
    """The ranking of a closed stage, best first; two statements.

    Entries in which the caller has an interest are left out.
    """
    found = await get_stage(call, cycle_id, key)
    found.require("stage:read-ranking")
    rows = await call.db.execute(
        select(Entry.application_id, Outcome)
        .join(Outcome, Outcome.entry_id == Entry.id)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Stage.id == found.it.id, visible_to(call.actor, ENTRY_RESOURCE))
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
