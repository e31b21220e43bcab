"""How is a department asked by letter, and how does it answer itself?"""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.programmes.models import Authority
from app.award.screening import consultation_queries, consulting
from app.award.screening.models import Consultation, Opinion
from app.award.screening.rules import NotAScreening
from app.award.screening.schemas import ConsultationIn, ConsultationView, ReplyIn
from app.award.stages.models import Stage
from app.award.stages.queries import get_stage, open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.rules.calendar import Deadline


async def ask(call: Call, cycle_id: UUID, key: str, body: ConsultationIn) -> ConsultationView:
    """Send a department of the regulation to the authority that acts as it; its people see from
    now on what is asked of them.
    """
    found = await get_stage(call, cycle_id, key, lock=True)
    found.require("stage:consult")
    stage = await open_stage(call.db, found.it.id)
    at = await stage_at(call.db, stage)
    if stage.kind != "screening":
        raise NotAScreening
    rule = next((one for one in at.rule.consults if one.department == body.department), None)
    authority = await call.db.get(Authority, body.authority_id)
    ensure(
        [
            None if rule else consulting.NobodyAsked(pointer="/department"),
            None if authority else consulting.ConsultedUnknown(pointer="/authority_id"),
        ]
    )
    until = consulting.until_of(rule, at.opened_at) if rule else None
    sent = await _send(call, stage, until, body)
    detail = {"stage": key, "department": body.department, "authority": str(body.authority_id)}
    record(
        call.db,
        call.actor,
        "stage:consult",
        subject=stage.id,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )
    return await consultation_queries.consultation_view(call, sent.id)


async def _send(
    call: Call, stage: Stage, until: Deadline | None, body: ConsultationIn
) -> Consultation:
    """Raises ConsultedAlready."""
    sent = Consultation(
        stage_id=stage.id,
        round=stage.round,
        asked_by=call.actor.person_id,
        asked_at=call.now,
        last_day=until.last_day if until else None,
        ends_at=until.ends_at if until else None,
        **body.model_dump(),
    )
    try:
        async with call.db.begin_nested():
            call.db.add(sent)
    except IntegrityError as twice:
        raise consulting.ConsultedAlready from twice
    return sent


async def reply(call: Call, consultation_id: UUID, body: ReplyIn) -> ConsultationView:
    """A department's own letter on the entries it names; the last opinion on a ground counts."""
    found = await consultation_queries.get_consultation(call, consultation_id)
    found.require("consultation:answer")
    row = found.it
    await open_stage(call.db, row.stage_id)
    asked = await consultation_queries.questions_of(call, row)
    known = {(entry.id, question.ground) for entry, question in asked}
    late = row.ends_at is not None and call.now >= row.ends_at
    strange = [
        consulting.NotAskedOf(pointer=f"/opinions/{place}")
        for place, each in enumerate(body.opinions)
        if (each.entry, each.ground) not in known
    ]
    ensure([consulting.OpinionLate(day=row.last_day) if late else None, *strange])
    call.db.add_all(
        Opinion(
            entry_id=each.entry,
            department=row.department,
            ground=each.ground,
            said=each.said,
            statement=each.statement,
            document=body.document,
            consultation_id=consultation_id,
            entered_by=call.actor.person_id,
            entered_at=call.now,
        )
        for each in body.opinions
    )
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "consultation:answer",
        subject=consultation_id,
        now=call.now,
        log=row.cycle_id,
        detail={"department": row.department, "document": body.document},
    )
    return await consultation_queries.consultation_view(call, consultation_id)
