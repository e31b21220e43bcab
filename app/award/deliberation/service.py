"""What people do about the committee: seat it, record its vote, check the record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.award.deliberation import minutes, queries, rules
from app.award.deliberation.lifecycle import MOTION, MotionStatus
from app.award.deliberation.models import Minutes, Motion
from app.award.deliberation.schemas import (
    ConfirmationIn,
    CountIn,
    MinutesIn,
    MotionView,
    ReturnIn,
    SeatDetail,
    SeatIn,
)
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Seat
from app.award.programmes.queries import get_cycle
from app.award.programmes.rules import NothingLaunched
from app.award.stages.kind import StageAt
from app.award.stages.queries import ensure_disinterested, live_entries, open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person
from app.platform.audit.record import record
from app.platform.security.access import Found
from app.platform.workflow.advance import advancing
from app.proof.canonical import canonical, digest_text
from app.rules.voting import Count


async def seat_member(call: Call, cycle_id: UUID, body: SeatIn) -> SeatDetail:
    """Give a cycle's committee a member, before or while the cycle runs."""
    found = await get_cycle(call, cycle_id)
    found.require("cycle:seat")
    if found.it.status not in {CycleStatus.PLANNED, CycleStatus.LAUNCHED, CycleStatus.SUSPENDED}:
        raise NothingLaunched
    if body.person_id is not None and not await call.db.scalar(
        select(Person.id).where(Person.id == body.person_id)
    ):
        raise rules.PersonUnknown(pointer="/person_id")
    seat = Seat(cycle_id=cycle_id, seated_at=call.now, **body.model_dump())
    try:
        async with call.db.begin_nested():
            call.db.add(seat)
    except IntegrityError as twice:
        raise rules.SeatedTwice from twice
    detail = {"post": seat.post, "person": str(seat.person_id) if seat.person_id else None}
    record(
        call.db,
        call.actor,
        "cycle:seat",
        subject=seat.id,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )
    return SeatDetail(id=seat.id, post=seat.post, holder=seat.holder, person_id=seat.person_id)


async def record_minutes(call: Call, motion_id: UUID, body: MinutesIn) -> MotionView:
    """Enter the minutes of the sitting: who was there, who was recused, and every ballot."""
    found = await queries.get_motion(call, motion_id, lock=True)
    detail: dict[str, Any] = {"document": body.document}
    with advancing(
        call.db, found, MOTION, "record", now=call.now, log=_cycle(found), detail=detail
    ) as reasons:
        stage = await open_stage(call.db, found.it.stage_id)
        await ensure_disinterested(call, stage.id)
        at = await stage_at(call.db, stage)
        entries = [entry.id for entry in await live_entries(call.db, stage.id)]
        seats = await queries.seats_of(call.db, stage.cycle_id)
        sitting = _sitting(body)
        reasons.extend(rules.committee_obstacles(at.regulation.committee, len(seats)))
        reasons.append(await queries.meeting_obstacle(call.db, at))
        if wrong := minutes.form_obstacle(sitting, at.rule):
            reasons.append(wrong)
        else:
            interested = await queries.interests_of(call.db, stage.cycle_id, entries)
            reasons.extend(
                minutes.sitting_obstacles(sitting, frozenset(entries), seats, interested)
            )
        if not any(reasons):
            kept = await _keep(call, found.it, at, body, entries, seats)
            detail |= {"minutes": str(kept.id), "digest": kept.digest}
    found.it.sitting += 1
    found.it.recorded_by = call.actor.person_id
    await call.db.flush()
    return await queries.motion_view(call, motion_id)


async def confirm(call: Call, motion_id: UUID, body: ConfirmationIn) -> MotionView:
    """A second person counts the paper again; the motion is decided if both counts are equal."""
    found = await queries.get_motion(call, motion_id, lock=True)
    with advancing(call.db, found, MOTION, "confirm", now=call.now, log=_cycle(found)) as reasons:
        stage = await open_stage(call.db, found.it.stage_id)
        await ensure_disinterested(call, stage.id)
        at = await stage_at(call.db, stage)
        content = await queries.minutes_of(call.db, found.it)
        live = {entry.id for entry in await live_entries(call.db, stage.id)}
        reasons.append(minutes.differ(content, _counts(body.counts), live))
        members = len(content["members"])
        reasons.extend(rules.committee_obstacles(at.regulation.committee, members))
    await call.db.flush()
    return await queries.motion_view(call, motion_id)


async def send_back(call: Call, motion_id: UUID, body: ReturnIn) -> MotionView:
    """Send the minutes back to be recorded anew; what was recorded stays."""
    found = await queries.get_motion(call, motion_id, lock=True)
    detail = body.model_dump()
    with advancing(
        call.db, found, MOTION, "return", now=call.now, log=_cycle(found), detail=detail
    ) as reasons:
        stage = await open_stage(call.db, found.it.stage_id)
        await ensure_disinterested(call, stage.id)
        if found.it.status == MotionStatus.CONFIRMED:
            # Without a quorum nothing was decided: the committee may meet again.
            content = await queries.minutes_of(call.db, found.it)
            reasons.append(None if minutes.quorum_obstacle(content) else rules.MotionDecided())
    found.it.return_reason = body.reason
    await call.db.flush()
    return await queries.motion_view(call, motion_id)


def _cycle(found: Found[Motion]) -> UUID:
    cycle_id: UUID = found.facts["scope_cycle"]
    return cycle_id


def _sitting(body: MinutesIn) -> minutes.Sitting:
    return minutes.Sitting(
        present=body.present,
        recused=[(each.entry, each.seat) for each in body.recused],
        issued=body.issued,
        returned=body.returned,
        teller=body.teller,
        scrutineer=body.scrutineer,
        ballots=None
        if body.ballots is None
        else [(each.entry, each.seat, each.choice) for each in body.ballots],
        counts=None if body.counts is None else _counts(body.counts),
        valid=body.valid,
        invalid=body.invalid,
    )


def _counts(told: Sequence[CountIn]) -> list[tuple[UUID, Count]]:
    return [
        (each.entry, Count(each.approve, each.against, each.abstain, each.invalid)) for each in told
    ]


async def _keep(
    call: Call,
    motion: Motion,
    at: StageAt,
    body: MinutesIn,
    entries: list[UUID],
    seats: dict[UUID, str],
) -> Minutes:
    """Store the minutes as canonical text, under the next number of the motion's sittings."""
    content = canonical(
        minutes.content_of(_sitting(body), at.rule, entries, seats)
        | {
            "motion": str(motion.id),
            "document": body.document,
            "scan_sha256": body.scan_sha256,
        }
    )
    kept = Minutes(
        motion_id=motion.id,
        sitting=motion.sitting + 1,
        content=content,
        digest=digest_text(content),
        recorded_by=call.actor.person_id,
        recorded_at=call.now,
    )
    call.db.add(kept)
    await call.db.flush()
    return kept
