"""How is a clerical error put right after a stage is closed? Beside it; nothing is written over."""

from uuid import UUID

from app.award.programmes.lifecycle import CYCLE
from app.award.programmes.queries import get_cycle
from app.award.stages import queries, rules
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Correction
from app.award.stages.schemas import CorrectionIn, CorrectionView
from app.award.stages.service.moves import announce
from app.platform.accounts.callers import Call
from app.platform.workflow.advance import advancing


async def correct(call: Call, cycle_id: UUID, key: str, body: CorrectionIn) -> CorrectionView:
    """Put right what was said about a closed stage, or about one entry of it; whoever is concerned
    is told. No score, rank or result changes.
    """
    found = await get_cycle(call, cycle_id, lock=True)
    stage = (await queries.get_stage(call, cycle_id, key)).it
    with advancing(
        call.db,
        found,
        CYCLE,
        "correct",
        now=call.now,
        log=cycle_id,
        detail={"stage": key} | body.model_dump(mode="json"),
    ) as reasons:
        if body.entry is not None:
            entry = (await queries.get_entry(call, body.entry)).it
            if entry.stage_id != stage.id:
                raise rules.EntryUnknown(pointer="/entry")
        closed = stage.status == StageStatus.CLOSED
        reasons.append(None if closed else rules.StageNotClosed(name=stage.name))
        reasons.append(rules.NothingCorrected(pointer="/new") if body.old == body.new else None)
    fields = body.model_dump(include={"what", "old", "new", "document", "reason"})
    corrected = CorrectionView(**fields, corrected_at=call.now)
    who = {"entry_id": body.entry, "corrected_by": call.actor.person_id}
    call.db.add(Correction(stage_id=stage.id, **who, **corrected.model_dump()))
    words = {"stage": stage.name, "old": body.old, "new": body.new}
    await announce(call, cycle_id, "correct", body, entry=body.entry, **words)
    return corrected
