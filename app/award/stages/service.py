"""What people do with the sieve: launch, open and close stages, decide ties."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes import service as programmes
from app.award.programmes.lifecycle import CYCLE, CycleStatus
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle, regulation_of, slots_of
from app.award.programmes.rules import NothingLaunched, StagesUnfinished
from app.award.programmes.schemas import LaunchIn
from app.award.stages import queries, rules
from app.award.stages.kind import Judgement, Kinds, StageAt, Verdict
from app.award.stages.lifecycle import STAGE, Result, StageStatus
from app.award.stages.models import Entry, Outcome, Snapshot, Stage, TieDecision, Withdrawal
from app.award.stages.schemas import CancellationIn, ClosingView, SnapshotView, TieDecisionIn
from app.platform.accounts.callers import Call
from app.platform.audit.checkpoints import checkpoint
from app.platform.audit.models import log_key
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.workflow.advance import advancing
from app.proof.canonical import canonical, digest_text
from app.rules.exact import decimal_text, to_units


async def launch(call: Call, cycle_id: UUID, body: LaunchIn) -> None:
    """Launch the cycle and lay out its stages as the regulation names them."""
    found = await programmes.launch(call, cycle_id, body)
    regulation = await regulation_of(call.db, found.it.regulation_hash)
    slots = {slot.stage_key: slot for slot in await slots_of(call.db, cycle_id)}
    call.db.add_all(
        Stage(
            cycle_id=cycle_id,
            key=stage.key,
            kind=stage.kind,
            name=stage.name,
            position=position,
            opens_at=slots[stage.key].opens_at,
            closes_at=slots[stage.key].closes_at,
        )
        for position, stage in enumerate(regulation.stages)
    )


async def complete(call: Call, cycle_id: UUID) -> None:
    """End a cycle whose stages are all closed."""
    found = await get_cycle(call, cycle_id, lock=True)
    unfinished = await call.db.scalar(
        select(func.count()).where(Stage.cycle_id == cycle_id, Stage.status != StageStatus.CLOSED)
    )
    with advancing(call.db, found, CYCLE, "complete", now=call.now, log=cycle_id) as reasons:
        reasons.append(StagesUnfinished(count=unfinished) if unfinished else None)


async def cancel(call: Call, cycle_id: UUID, body: CancellationIn) -> None:
    """Cancel a cycle, with the document that says so."""
    found = await get_cycle(call, cycle_id, lock=True)
    detail = body.model_dump()
    with advancing(call.db, found, CYCLE, "cancel", now=call.now, log=cycle_id, detail=detail):
        pass


async def open_stage(call: Call, kinds: Kinds, cycle_id: UUID, key: str) -> None:
    """Open a stage: what advanced in the stages before flows in."""
    found = await queries.get_stage(call, cycle_id, key, lock=True)
    stage, at = found.it, await queries.stage_at(call.db, found.it)
    before = await _before(call.db, at)
    cycle = await call.db.get_one(Cycle, cycle_id)
    with advancing(call.db, found, STAGE, "open", now=call.now, log=cycle_id) as reasons:
        reasons.append(None if _running(cycle) else NothingLaunched())
        reasons.extend(
            rules.opening_obstacles(
                stage.name,
                stage.opens_at,
                call.now,
                [(one.name, one.status == StageStatus.CLOSED) for one in before],
            )
        )
    stage.opened_at = call.now
    if before:
        await _let_in(call.db, at, [one.key for one in before], call.now)
    await call.db.flush()
    await kinds[stage.kind].opened(call.db, at, call.now)


async def close_stage(call: Call, kinds: Kinds, cycle_id: UUID, key: str) -> ClosingView:
    """Close a stage: every live entry gets its outcome, and the snapshot is taken."""
    found = await queries.get_stage(call, cycle_id, key, lock=True)
    stage, at = found.it, await queries.stage_at(call.db, found.it)
    kind = kinds[stage.kind]
    cycle = await call.db.get_one(Cycle, cycle_id)
    with advancing(call.db, found, STAGE, "close", now=call.now, log=cycle_id) as reasons:
        reasons.append(None if _running(cycle) else NothingLaunched())
        reasons.extend(await kind.blockers(call.db, at, call.now))
    stage.closed_at = call.now
    judgement = await kind.judge(call.db, at, call.now)
    entries = await queries.live_entries(call.db, stage.id)
    if {verdict.entry_id for verdict in judgement.verdicts} != {entry.id for entry in entries}:
        msg = f"{stage.kind} has not judged exactly the live entries of {key}"
        raise RuntimeError(msg)
    if judgement.verdicts:
        outcomes = [_outcome(verdict, call.now) for verdict in judgement.verdicts]
        await call.db.execute(insert(Outcome), outcomes)
    call.db.add_all(judgement.leaves)
    snapshot = _snapshot(at, judgement, entries, call.now)
    call.db.add(snapshot)
    sealed = await checkpoint(
        call.db, log_key(cycle_id), f"stage:close/{key}", call.now, call.ground.keys
    )
    advanced = sum(verdict.result == Result.ADVANCED for verdict in judgement.verdicts)
    return ClosingView(
        stage=key,
        entered=len(entries),
        advanced=advanced,
        eliminated=len(entries) - advanced,
        digest=snapshot.digest,
        checkpoint=sealed.root,
    )


async def decide_tie(call: Call, cycle_id: UUID, key: str, body: TieDecisionIn) -> None:
    """Record in which order entries that stand level are taken."""
    found = await queries.get_stage(call, cycle_id, key)
    found.require("stage:decide-tie")
    stage = await queries.open_stage(call.db, found.it.id)
    here = {entry.id for entry in await queries.live_entries(call.db, stage.id)}
    if len(set(body.order)) != len(body.order) or not set(body.order) <= here:
        raise rules.TieOrderWrong(pointer="/order")
    call.db.add(
        TieDecision(
            stage_id=stage.id,
            round=stage.round,
            order=body.order,
            document=body.document,
            reason=body.reason,
            decided_at=call.now,
        )
    )
    detail = {"order": [str(entry) for entry in body.order], "document": body.document}
    record(
        call.db,
        call.actor,
        "stage:decide-tie",
        subject=stage.id,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )


async def read_snapshot(call: Call, cycle_id: UUID, key: str) -> SnapshotView:
    """What a closed stage was closed on: an audited read."""
    found = await queries.get_stage(call, cycle_id, key)
    found.require("stage:read-snapshot")
    record(
        call.db,
        call.actor,
        "stage:read-snapshot",
        subject=found.it.id,
        now=call.now,
        log=cycle_id,
    )
    return await queries.snapshot_of(call.db, found.it)


async def enter(
    db: AsyncSession,
    stage: Stage,
    application_id: UUID,
    organisation_id: UUID,
    track: str,
    now: datetime,
) -> None:
    """An application reaches a stage that is open already: the intake."""
    db.add(
        Entry(
            stage_id=stage.id,
            application_id=application_id,
            organisation_id=organisation_id,
            round=stage.round,
            track=track,
            entered_at=now,
        )
    )


async def withdraw(db: AsyncSession, cycle_id: UUID, application_id: UUID, now: datetime) -> None:
    """Every stage that still had to judge this application is told that it has withdrawn, and none
    that opens later takes it in.
    """
    # No stage opens or closes meanwhile: the application is either in it, or kept out of it.
    await db.execute(
        select(Stage.id)
        .where(Stage.cycle_id == cycle_id, Stage.status != StageStatus.CLOSED)
        .order_by(Stage.position)
        .with_for_update(read=True, key_share=True)
    )
    db.add(Withdrawal(application_id=application_id, withdrawn_at=now))
    entries = await db.scalars(
        select(Entry)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.application_id == application_id, Outcome.entry_id.is_(None))
    )
    for entry in entries.all():
        await queries.open_stage(db, entry.stage_id)
        db.add(Outcome(entry_id=entry.id, result=Result.WITHDRAWN, decided_at=now))


def _running(cycle: Cycle) -> bool:
    return cycle.status == CycleStatus.LAUNCHED


async def _before(db: AsyncSession, at: StageAt) -> list[Stage]:
    keys = at.regulation.after(at.rule)
    rows = await db.scalars(
        select(Stage)
        .where(Stage.cycle_id == at.cycle_id, Stage.key.in_(keys))
        .order_by(Stage.position)
    )
    return list(rows)


async def _let_in(db: AsyncSession, at: StageAt, keys: list[str], now: datetime) -> None:
    sources: dict[str, dict[UUID, tuple[str, str | None]]] = {key: {} for key in keys}
    organisations: dict[UUID, UUID] = {}
    for key, entry, outcome in await queries.outcomes_of(db, at.cycle_id, keys):
        if outcome.result == Result.ADVANCED:
            tier = outcome.tier or entry.tier
            sources[key][entry.application_id] = (entry.track, tier)
            organisations[entry.application_id] = entry.organisation_id
    entering = rules.entrants(sources, frozenset(at.regulation.tracks_of(at.rule)))
    gone = await db.scalars(
        select(Withdrawal.application_id).where(among(Withdrawal.application_id, entering))
    )
    for application in gone:
        del entering[application]
    db.add_all(
        Entry(
            stage_id=at.id,
            application_id=application,
            organisation_id=organisations[application],
            round=at.round,
            track=track,
            tier=tier,
            entered_at=now,
        )
        for application, (track, tier) in entering.items()
    )


def _outcome(verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "entry_id": verdict.entry_id,
        "result": verdict.result,
        "units": None if verdict.score is None else to_units(verdict.score),
        "exact": None if verdict.exact is None else decimal_text(verdict.exact),
        "rank": verdict.rank,
        "tier": verdict.tier,
        "reason": verdict.reason,
        "decided_at": now,
    }


def _snapshot(at: StageAt, judgement: Judgement, entries: Iterable[Any], now: datetime) -> Snapshot:
    applications = {entry.id: str(entry.application_id) for entry in entries}
    text = canonical(
        {
            "schema": "award-snapshot/1",
            "cycle": str(at.cycle_id),
            "regulation": at.regulation_hash,
            "stage": at.key,
            "round": at.round,
            "places": at.places,
            "tie_order": list(at.tie_order),
            "inputs": judgement.inputs,
            "verdicts": sorted(
                (_plain(verdict, applications[verdict.entry_id]) for verdict in judgement.verdicts),
                key=lambda line: str(line["application"]),
            ),
        }
    )
    return Snapshot(
        stage_id=at.id, round=at.round, text=text, digest=digest_text(text), taken_at=now
    )


def _plain(verdict: Verdict, application: str) -> dict[str, Any]:
    return {
        "application": application,
        "entry": str(verdict.entry_id),
        "result": verdict.result.value,
        "exact": None if verdict.exact is None else decimal_text(verdict.exact),
        "score": None if verdict.score is None else decimal_text(verdict.score),
        "rank": verdict.rank,
        "tier": verdict.tier,
        "reason": verdict.reason,
    }
