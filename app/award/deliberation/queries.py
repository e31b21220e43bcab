"""What can be read of the committee's work, and by whom?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.applications.models import Application
from app.award.applications.queries import AWARDEE
from app.award.deliberation import rules
from app.award.deliberation.lifecycle import MOTION, MotionStatus
from app.award.deliberation.minutes import quorum_obstacle, tallies
from app.award.deliberation.models import Minutes, Motion
from app.award.deliberation.rules import MotionUnknown
from app.award.deliberation.schemas import (
    MotionEntryView,
    MotionLine,
    MotionView,
    SeatView,
    TallyLine,
    TallyView,
)
from app.award.programmes.models import Cycle, Seat
from app.award.programmes.queries import CYCLE_RESOURCE
from app.award.records.queries import conflicted, interested
from app.award.stages.kind import StageAt
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.rules import RecusalNeeded
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import among
from app.platform.errors import Refusal
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Resource
from app.platform.workflow.advance import actions
from app.rules.regulation.stages import Composite, Panel

MOTION_RESOURCE = Resource(
    "motion",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    # Whoever recorded the minutes cannot be the one who checks them.
    standings={"second": lambda actor: Motion.recorded_by.is_distinct_from(actor.person_id)},
    phases={"decided": Motion.status == MotionStatus.CONFIRMED},
    missing=MotionUnknown,
)

LINES = (
    select(
        Motion.id, Stage.cycle_id, Stage.key.label("stage"), Stage.name, Motion.round, Motion.status
    )
    .join(Stage, Stage.id == Motion.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
)


@dataclass(frozen=True, slots=True)
class Sat:
    """The motion of a stage with its minutes, where some are recorded."""

    status: MotionStatus
    content: Mapping[str, Any] | None


async def list_seats(call: Call, cycle_id: UUID) -> list[SeatView]:
    """The seats of a cycle's committee, in the order they were made; two statements."""
    await _ensure_cycle(call, cycle_id)
    rows = await call.db.execute(
        select(Seat.id, Seat.post, Seat.holder)
        .where(Seat.cycle_id == cycle_id)
        .order_by(Seat.seated_at, Seat.id)
    )
    return [SeatView(id=row.id, post=row.post, holder=row.holder) for row in rows]


async def list_motions(call: Call, cycle_id: UUID) -> list[MotionLine]:
    """The motions of a cycle in the order of its stages; two statements."""
    await _ensure_cycle(call, cycle_id)
    rows = await call.db.execute(
        LINES.where(Stage.cycle_id == cycle_id, visible_to(call.actor, MOTION_RESOURCE)).order_by(
            Stage.position, Motion.round
        )
    )
    return [MotionLine.of(row) for row in rows]


async def _ensure_cycle(call: Call, cycle_id: UUID) -> None:
    cycle = select(Cycle.id).where(Cycle.id == cycle_id)
    await fetch_view(call.db, call.actor, CYCLE_RESOURCE, cycle)


async def get_motion(call: Call, motion_id: UUID, *, lock: bool = False) -> Found[Motion]:
    """The motion, or MotionUnknown."""
    statement = (
        select(Motion)
        .join(Stage, Stage.id == Motion.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Motion.id == motion_id)
    )
    return await fetch(call.db, call.actor, MOTION_RESOURCE, statement, lock=lock)


async def motion_view(call: Call, motion_id: UUID) -> MotionView:
    """The motion as the caller may see it; two statements.

    Of an entry in which the caller has an interest nothing is shown but that there is one.
    """
    found, entries = await _read(call, motion_id)
    status = MotionStatus(found.it.status)
    shown = [row for row in entries if not row.hidden]
    return MotionView.of(
        found.it,
        entries=[MotionEntryView.of(row) for row in shown if row.result != Result.WITHDRAWN],
        hidden=sum(row.hidden and row.result != Result.WITHDRAWN for row in entries),
        tally=_tally_view(found.it, shown) if status is MotionStatus.CONFIRMED else None,
        return_reason=found.it.return_reason,
        actions=actions(found, MOTION, status, **_obstacles(found.it, entries)),
    )


def _obstacles(motion: Any, entries: Sequence[Any]) -> dict[str, list[Refusal]]:
    """What stands against each move, besides the status."""
    interested = any(row.hidden and row.result is None for row in entries)
    found: dict[str, list[Refusal]] = {
        move.name: [RecusalNeeded()] if interested else [] for move in MOTION
    }
    confirmed = motion.status == MotionStatus.CONFIRMED
    if confirmed and not quorum_obstacle(json.loads(motion.content)):
        found["return"].append(rules.MotionDecided())
    return found


async def tally_view(call: Call, motion_id: UUID) -> TallyView:
    """The count of a confirmed motion, else TallyUnknown; two statements. Lines of entries in
    which the caller has an interest are left out.
    """
    found, entries = await _read(call, motion_id)
    if found.it.status != MotionStatus.CONFIRMED:
        raise rules.TallyUnknown
    return _tally_view(found.it, [row for row in entries if not row.hidden])


async def _read(call: Call, motion_id: UUID) -> tuple[Found[Any], Sequence[Any]]:
    statement = LINES.add_columns(
        Motion.stage_id, Motion.return_reason, Minutes.content, Minutes.digest
    ).outerjoin(Minutes, (Minutes.motion_id == Motion.id) & (Minutes.sitting == Motion.sitting))
    found = await fetch_view(
        call.db, call.actor, MOTION_RESOURCE, statement.where(Motion.id == motion_id)
    )
    rows = await call.db.execute(
        select(
            Entry.id,
            Entry.application_id,
            Organisation.name.label("organisation"),
            AWARDEE.label("awardee"),
            Entry.track,
            Entry.tier,
            Outcome.result,
            conflicted(call.actor, Entry.organisation_id).label("hidden"),
        )
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .join(Application, Application.id == Entry.application_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.stage_id == found.it.stage_id, Entry.round == found.it.round)
        .order_by(Organisation.name, Entry.id)
    )
    return found, rows.all()


def _tally_view(motion: Any, entries: Sequence[Any]) -> TallyView:
    content = json.loads(motion.content)
    counted = tallies(content)
    return TallyView(
        motion=motion.id,
        ballot=content.get("ballot", "named"),
        members=len(content["members"]),
        present=len(content["present"]),
        issued=content["issued"],
        returned=content["returned"],
        valid=content.get("valid"),
        invalid=content.get("invalid"),
        quorum_met=quorum_obstacle(content) is None,
        teller=content["teller"],
        scrutineer=content["scrutineer"],
        document=content["document"],
        digest=motion.digest,
        items=[
            TallyLine(
                entry=row.id,
                application_id=row.application_id,
                organisation=row.organisation,
                awardee=row.awardee,
                recused=len(content["recused"].get(str(row.id), [])),
                **{
                    name: getattr(counted[str(row.id)], name)
                    for name in ("approve", "against", "abstain", "invalid")
                },
                base=counted[str(row.id)].base,
                needed=counted[str(row.id)].needed,
                carried=counted[str(row.id)].carried,
            )
            for row in entries
            if str(row.id) in counted
        ],
    )


async def seats_of(db: AsyncSession, cycle_id: UUID) -> dict[UUID, str]:
    """The holders of a committee's seats."""
    rows = await db.execute(select(Seat.id, Seat.holder).where(Seat.cycle_id == cycle_id))
    return {row.id: row.holder for row in rows}


async def interests_of(
    db: AsyncSession, cycle_id: UUID, entries: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Which seats are held by somebody with an interest in which of these entries: (entry, seat);
    one statement.
    """
    rows = await db.execute(
        select(Entry.id.label("entry"), Seat.id.label("seat"))
        .join(Seat, Seat.cycle_id == cycle_id)
        .where(
            among(Entry.id, entries),
            Seat.person_id.is_not(None),
            interested(Seat.person_id, Entry.organisation_id),
        )
    )
    return [(row.entry, row.seat) for row in rows]


async def meeting_obstacle(db: AsyncSession, stage: StageAt) -> rules.MeetingStillScores | None:
    """Whether the panel that is scored in the same meeting still is; one statement, and none for a
    meeting in which nobody scores.
    """
    key = stage.rule.meeting_of
    if key is None:
        return None
    status = await db.scalar(
        select(Stage.status).where(Stage.cycle_id == stage.cycle_id, Stage.key == key)
    )
    done = status == StageStatus.CLOSED
    return None if done else rules.MeetingStillScores(name=stage.regulation.stage(key).name)


async def sat(db: AsyncSession, stage_id: UUID, round_: int) -> Sat | None:
    """How far the motion of a stage has come; one statement."""
    row = (
        await db.execute(
            select(Motion.status, Minutes.content)
            .outerjoin(
                Minutes, (Minutes.motion_id == Motion.id) & (Minutes.sitting == Motion.sitting)
            )
            .where(Motion.stage_id == stage_id, Motion.round == round_)
        )
    ).first()
    if row is None:
        return None
    status = MotionStatus(row.status)
    kept = row.content is not None and status is not MotionStatus.OPEN
    return Sat(status, json.loads(row.content) if kept else None)


async def last_scores(db: AsyncSession, stage: StageAt) -> dict[UUID, tuple[int | None, int]]:
    """What the last panel or composite before a vote has made of each entry before it: rank and
    score (1/10000 point) by application; one statement.
    """
    known = stage.regulation
    before = known.upstream(stage.rule)
    keys = [s.key for s in known.stages if s.key in before and isinstance(s, Panel | Composite)]
    here = aliased(Entry)
    rows = await db.execute(
        select(Entry.application_id, Outcome.rank, Outcome.units)
        .join(Outcome, Outcome.entry_id == Entry.id)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .join(here, here.application_id == Entry.application_id)
        .where(
            Stage.cycle_id == stage.cycle_id,
            Stage.key.in_(keys),
            Stage.status == StageStatus.CLOSED,
            Outcome.units.is_not(None),
            here.stage_id == stage.id,
            here.round == stage.round,
        )
        .order_by(Stage.position)
    )
    return {row.application_id: (row.rank, row.units) for row in rows}


async def minutes_of(db: AsyncSession, motion: Motion) -> dict[str, Any]:
    """The minutes that count for a recorded motion."""
    text = await db.execute(
        select(Minutes.content).where(
            Minutes.motion_id == motion.id, Minutes.sitting == motion.sitting
        )
    )
    content: dict[str, Any] = json.loads(text.scalar_one())
    return content
