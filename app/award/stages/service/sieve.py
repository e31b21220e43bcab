"""What people do with the sieve: open and close stages, decide ties."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Cycle
from app.award.programmes.rules import NothingLaunched
from app.award.stages import outcome_queries, queries, rules
from app.award.stages.kind import Judgement, Kinds, StageAt, Verdict
from app.award.stages.lifecycle import STAGE, Result, StageStatus
from app.award.stages.models import (
    Disqualification,
    Entry,
    Outcome,
    Snapshot,
    Stage,
    TieDecision,
    Withdrawal,
)
from app.award.stages.schemas import ClosingView, SnapshotView, TieDecisionIn
from app.platform.accounts.callers import Call
from app.platform.audit.checkpoints import checkpoint
from app.platform.audit.models import log_key
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.db.prepared import Connected, insert_many
from app.platform.workflow.advance import advancing
from app.proof.canonical import canonical, digest_text
from app.rules.exact import decimal_text, to_units


async def open_stage(call: Call, kinds: Kinds, cycle_id: UUID, key: str) -> None:
    """Open a stage: what advanced in the stages before flows in."""
    running = await _running(call.db, cycle_id)
    found = await queries.get_stage(call, cycle_id, key, lock=True)
    stage, at = found.it, await queries.stage_at(call.db, found.it)
    feeding = rules.feeders(at.regulation, at.rule)
    before = await _before(call.db, cycle_id, frozenset().union(*feeding.values()))
    with advancing(call.db, found, STAGE, "open", now=call.now, log=cycle_id) as reasons:
        reasons.append(None if running else NothingLaunched())
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
        await _let_in(call.db, at, feeding, call.now)
    await call.db.flush()
    await kinds[stage.kind].opened(call.db, at, call.now)


async def close_stage(call: Call, kinds: Kinds, cycle_id: UUID, key: str) -> ClosingView:
    """Close a stage: every live entry gets its outcome, and the snapshot is taken."""
    running = await _running(call.db, cycle_id)
    found = await queries.get_stage(call, cycle_id, key, lock=True)
    stage, at = found.it, await queries.stage_at(call.db, found.it)
    kind = kinds[stage.kind]
    with advancing(call.db, found, STAGE, "close", now=call.now, log=cycle_id) as reasons:
        reasons.append(None if running else NothingLaunched())
        reasons.extend(await outcome_queries.awaited(call.db, at))
        reasons.extend(await kind.blockers(call.db, at, call.now))
    stage.closed_at = call.now
    judgement = await kind.judge(call.db, at, call.now)
    entries = await queries.live_entries(call.db, stage.id)
    if {verdict.entry_id for verdict in judgement.verdicts} != {entry.id for entry in entries}:
        msg = f"{stage.kind} has not judged exactly the live entries of {key}"
        raise RuntimeError(msg)
    outcomes = [_outcome(verdict, call.now) for verdict in judgement.verdicts]
    await insert_many(call.db, Outcome, outcomes)
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


def enter(
    db: Connected,
    stage: Any,
    application_id: UUID,
    organisation_id: UUID,
    track: str,
    now: datetime,
) -> None:
    """An application reaches a stage that is open already, and held: the intake."""
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
    db.add(Withdrawal(application_id=application_id, withdrawn_at=now))
    await end_everywhere(db, cycle_id, application_id, Result.WITHDRAWN, now)


async def end_everywhere(
    db: AsyncSession, cycle_id: UUID, application_id: UUID, result: Result, now: datetime
) -> None:
    """Every stage that still had to judge this application gets this outcome for it."""
    # No stage opens or closes meanwhile: the application is either in it, or kept out of it.
    await db.execute(
        select(Stage.id)
        .where(Stage.cycle_id == cycle_id, Stage.status != StageStatus.CLOSED)
        .order_by(Stage.position)
        .with_for_update(read=True, key_share=True)
    )
    reason = result.value if result is Result.DISQUALIFIED else None
    entries = await db.scalars(
        select(Entry)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.application_id == application_id, Outcome.entry_id.is_(None))
    )
    for entry in entries.all():
        await queries.open_stage(db, entry.stage_id, even_suspended=True)
        db.add(Outcome(entry_id=entry.id, result=result, reason=reason, decided_at=now))


async def _running(db: AsyncSession, cycle_id: UUID) -> bool:
    """Whether the cycle runs, and goes on running until the end of this transaction."""
    held = select(Cycle).where(Cycle.id == cycle_id).with_for_update(read=True, key_share=True)
    cycle = await db.scalar(held)
    return cycle is not None and cycle.status == CycleStatus.LAUNCHED


async def _before(db: AsyncSession, cycle_id: UUID, keys: Iterable[str]) -> list[Stage]:
    rows = await db.scalars(
        select(Stage)
        .where(Stage.cycle_id == cycle_id, Stage.key.in_(keys))
        .order_by(Stage.position)
    )
    return list(rows)


async def _let_in(db: AsyncSession, at: StageAt, feeding: rules.Feeding, now: datetime) -> None:
    told = await outcome_queries.told_before(
        db, at.cycle_id, at.regulation.upstream(at.rule), set().union(*feeding.values())
    )
    entering = {each.application: each for each in rules.entrants(told, feeding)}
    gone = await db.scalars(
        union(
            *(
                select(ended.application_id).where(among(ended.application_id, entering))
                for ended in (Withdrawal, Disqualification)
            )
        )
    )
    for application in gone:
        del entering[application]
    await insert_many(db, Entry, [_entry(at, each, now) for each in entering.values()])


def _entry(at: StageAt, entrant: rules.Entrant, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "stage_id": at.id,
        "application_id": entrant.application,
        "organisation_id": entrant.organisation,
        "round": at.round,
        "track": entrant.track,
        "tier": entrant.tier,
        "groups": entrant.groups,
        "closed": entrant.closed,
        "settled": entrant.settled,
        "entered_at": now,
    }


def _outcome(verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "entry_id": verdict.entry_id,
        "result": verdict.result,
        "units": None if verdict.score is None else to_units(verdict.score),
        "exact": None if verdict.exact is None else decimal_text(verdict.exact),
        "rank": verdict.rank,
        "tier": verdict.tier,
        "reason": verdict.reason,
        "groups": verdict.groups,
        "closed": verdict.closed,
        "settled": verdict.settled,
        "decided_at": now,
    }


def _snapshot(at: StageAt, judgement: Judgement, entries: Iterable[Any], now: datetime) -> Snapshot:
    by_id = {entry.id: entry for entry in entries}
    granted = {"places_of": dict(at.places_of)} if at.places_of else {}
    text = canonical(
        {
            "schema": "award-snapshot/1",
            "cycle": str(at.cycle_id),
            "regulation": at.regulation_hash,
            "stage": at.key,
            "round": at.round,
            "places": at.places,
            **granted,
            "tie_order": list(at.tie_order),
            "inputs": judgement.inputs,
            "verdicts": sorted(
                (_plain(verdict, by_id[verdict.entry_id]) for verdict in judgement.verdicts),
                key=lambda line: str(line["application"]),
            ),
        }
    )
    return Snapshot(
        stage_id=at.id, round=at.round, text=text, digest=digest_text(text), taken_at=now
    )


def _plain(verdict: Verdict, entry: Any) -> dict[str, Any]:
    groups = entry.groups if verdict.groups is None else verdict.groups
    closed = entry.closed if verdict.closed is None else verdict.closed
    # What a regulation does not speak of leaves no trace in its snapshots.
    marks = {"groups": list(groups), "closed": list(closed)}
    marked = {name: keys for name, keys in marks.items() if keys}
    settled = {"settled": True} if verdict.settled or entry.settled else {}
    return {
        "application": str(entry.application_id),
        "entry": str(verdict.entry_id),
        "result": verdict.result.value,
        "exact": None if verdict.exact is None else decimal_text(verdict.exact),
        "score": None if verdict.score is None else decimal_text(verdict.score),
        "rank": verdict.rank,
        "tier": verdict.tier,
        "reason": verdict.reason,
        **marked,
        **settled,
    }
