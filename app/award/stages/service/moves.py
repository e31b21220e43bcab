"""What the head does with a cycle: launch it, keep its timetable, halt it, end it.

Whoever has an application in it is told of every move by `announce`, once the move is committed.
"""

from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from app.award.programmes import service as programmes
from app.award.programmes.lifecycle import CYCLE
from app.award.programmes.models import Slot
from app.award.programmes.queries import get_cycle, regulation_of, slots_of
from app.award.programmes.rules import StagesUnfinished, Times, postponement_obstacles
from app.award.programmes.schemas import LaunchIn
from app.award.stages import rules
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Stage
from app.award.stages.schemas import ExtensionIn, MoveIn, PostponementIn
from app.platform.accounts.callers import Call
from app.platform.clock import legal_minute
from app.platform.jobs.queue import enqueue
from app.platform.workflow.advance import advancing

ANNOUNCE = "announce"
"""The kind of job that tells everybody concerned of a move."""
INTAKE = "intake"


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


async def cancel(call: Call, cycle_id: UUID, body: MoveIn) -> None:
    """Cancel a cycle, with the document that says so."""
    await _moved(call, cycle_id, "cancel", body)


async def suspend(call: Call, cycle_id: UUID, body: MoveIn) -> None:
    """Halt a cycle: nothing is opened, closed, submitted or decided until it is resumed."""
    await _moved(call, cycle_id, "suspend", body)


async def resume(call: Call, cycle_id: UUID, body: MoveIn) -> None:
    """Let a suspended cycle go on where it stood; its timetable is as it was, or as moved since."""
    await _moved(call, cycle_id, "resume", body)


async def extend(call: Call, cycle_id: UUID, key: str, body: ExtensionIn) -> None:
    """Take applications longer than announced; what arrives until the new deadline is in time."""
    await _postponed(call, cycle_id, key, "extend", body)


async def postpone(call: Call, cycle_id: UUID, key: str, body: PostponementIn) -> None:
    """Move the slot of a stage that is not closed; of one that is open only its end."""
    await _postponed(call, cycle_id, key, "postpone", body)


async def announce(
    call: Call,
    cycle_id: UUID,
    move: str,
    body: MoveIn,
    *,
    entry: UUID | None = None,
    **params: str,
) -> None:
    """Tell everybody who drafts or has entered an application in the cycle, or only those behind
    one entry; the work process finds out who they are.
    """
    payload = {
        "announcement": str(uuid4()),
        "cycle": str(cycle_id),
        "entry": None if entry is None else str(entry),
        "move": move,
        "params": {"document": body.document, "reason": body.reason} | params,
    }
    await enqueue(call.db, ANNOUNCE, payload, now=call.wall)


async def _moved(call: Call, cycle_id: UUID, move: str, body: MoveIn) -> None:
    found = await get_cycle(call, cycle_id, lock=True)
    detail = body.model_dump()
    with advancing(call.db, found, CYCLE, move, now=call.now, log=cycle_id, detail=detail):
        pass
    await announce(call, cycle_id, move, body)


async def _postponed(
    call: Call, cycle_id: UUID, key: str, move: str, body: ExtensionIn | PostponementIn
) -> None:
    found = await get_cycle(call, cycle_id, lock=True)
    stage = await _held(call, cycle_id, key)
    planned = stage.opens_at, stage.closes_at
    wanted = getattr(body, "opens_at", stage.opens_at), body.closes_at
    detail = {"stage": key, "from": _written(planned), "to": _written(wanted)}
    with advancing(
        call.db,
        found,
        CYCLE,
        move,
        now=call.now,
        log=cycle_id,
        detail=detail | body.model_dump(include={"document", "reason"}),
    ) as reasons:
        if move == "extend" and stage.kind != INTAKE:
            reasons.append(rules.NoIntake(name=stage.name))
        if stage.status == StageStatus.CLOSED:
            reasons.append(rules.StageEnded(name=stage.name))
        opened = stage.status == StageStatus.OPEN
        reasons.extend(postponement_obstacles(stage.name, planned, wanted, call.now, opened=opened))
    stage.opens_at, stage.closes_at = wanted
    slot = update(Slot).where(Slot.cycle_id == cycle_id, Slot.stage_key == key)
    await call.db.execute(slot.values(opens_at=wanted[0], closes_at=wanted[1]))
    opens, closes = map(legal_minute, wanted)
    await announce(call, cycle_id, move, body, stage=stage.name, opens=opens, closes=closes)


async def _held(call: Call, cycle_id: UUID, key: str) -> Stage:
    """The stage, so held that it is not closed meanwhile, while work in it goes on."""
    stage = await call.db.scalar(
        select(Stage)
        .where(Stage.cycle_id == cycle_id, Stage.key == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if stage is None:
        raise rules.StageUnknown
    return stage


def _written(times: Times) -> list[str]:
    return [instant.isoformat() for instant in times]
