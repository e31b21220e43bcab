"""What the office does at a screening: decide on an entry, ground by ground."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.screening import queries, rules
from app.award.screening.models import ScreenedGround, Screening
from app.award.screening.schemas import ScreeningIn, ScreeningView
from app.award.stages.queries import live_entry, open_stage
from app.award.stages.rules import EntryEnded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure


async def screen(call: Call, entry_id: UUID, body: ScreeningIn) -> ScreeningView:
    """Decide whether an entry is eligible, with an answer and its evidence for every ground.

    What the facts said is kept beside what the person answered. Raises AlreadyScreened.
    """
    found = await queries.get_case(call, entry_id)
    found.require("entry:screen")
    case = found.it
    await open_stage(call.db, case.stage_id)
    examined = await queries.findings(call.db, case)
    if await live_entry(call.db, case.stage_id, case.application_id) is None:
        raise EntryEnded
    if await call.db.get(Screening, entry_id) is not None:
        raise rules.AlreadyScreened
    ensure(rules.decision_obstacles(examined, body.grounds, body.decision, body.note))
    try:
        async with call.db.begin_nested():
            await _decide(call, entry_id, body, examined)
    except IntegrityError as lost_the_race:
        raise rules.AlreadyScreened from lost_the_race
    record(
        call.db,
        call.actor,
        "entry:screen",
        subject=entry_id,
        now=call.now,
        log=case.cycle_id,
        detail={
            "decision": body.decision.value,
            "grounds": {each.key: each.answer.value for each in body.grounds},
        },
    )
    return await queries.screening_view(call, entry_id)


async def _decide(call: Call, entry_id: UUID, body: ScreeningIn, examined: Any) -> None:
    given = {each.key: each for each in body.grounds}
    call.db.add(
        Screening(
            entry_id=entry_id,
            decision=body.decision,
            note=body.note,
            decided_by=call.actor.person_id,
            decided_at=call.now,
        )
    )
    await call.db.flush()
    call.db.add_all(
        ScreenedGround(
            entry_id=entry_id,
            key=each.found.key,
            position=position,
            name=each.name,
            found=each.found.met,
            because=each.found.because,
            answer=given[each.found.key].answer,
            evidence=given[each.found.key].evidence,
        )
        for position, each in enumerate(examined)
    )
