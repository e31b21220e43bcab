"""How is a choice of tiers recorded? The last one counts."""

from uuid import UUID

from sqlalchemy import func, select

from app.award.stages import choosing, queries
from app.award.stages.choosing import Chooses, Chosen
from app.award.stages.kind import Kinds
from app.award.stages.models import Stage, TierChoice
from app.award.stages.schemas import TierChoiceIn
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure


async def choose_tiers(
    call: Call, kinds: Kinds, cycle_id: UUID, key: str, body: TierChoiceIn
) -> None:
    """Record which entries get which tier, where the regulation leaves it to a decision; all that
    stands against it is told at once.
    """
    found = await queries.get_stage(call, cycle_id, key)
    found.require("stage:choose-tiers")
    stage = await queries.open_stage(call.db, found.it.id)
    await queries.ensure_disinterested(call, stage.id)
    at, kind = await queries.stage_at(call.db, stage), kinds[stage.kind]
    if not choosing.by_choice(at) or not isinstance(kind, Chooses):
        raise choosing.NoChoiceHere(name=stage.name)
    lines = [Chosen(str(each.entry), each.tier, each.reason) for each in body.choices]
    ballot = await kind.ballot(call.db, at)
    ensure(choosing.choice_problems(lines, ballot, body.reason))
    choice = TierChoice(
        stage_id=stage.id,
        round=stage.round,
        number=await _next_number(call, stage),
        lines=[list(line) for line in lines],
        document=body.document,
        reason=body.reason,
        decided_at=call.now,
    )
    call.db.add(choice)
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "stage:choose-tiers",
        subject=stage.id,
        now=call.now,
        log=cycle_id,
        detail={"choice": str(choice.id)} | body.model_dump(mode="json"),
    )


async def _next_number(call: Call, stage: Stage) -> int:
    last = await call.db.scalar(
        select(func.max(TierChoice.number)).where(
            TierChoice.stage_id == stage.id, TierChoice.round == stage.round
        )
    )
    return (last or 0) + 1
