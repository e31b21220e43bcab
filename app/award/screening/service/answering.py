"""How is a department asked by letter, and how does it answer itself?"""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from app.award.programmes.models import Authority
from app.award.screening import consultation_queries, consulting, queries
from app.award.screening.cure_queries import names_of
from app.award.screening.messages import ASKED, ASKED_WITHOUT_TIME, REPLIED
from app.award.screening.models import Consultation, ConsultedGround, Opinion, Reply
from app.award.screening.rules import NotAScreening
from app.award.screening.schemas import ConsultationIn, ConsultationView, ReplyIn
from app.award.stages.kind import StageAt
from app.award.stages.queries import get_stage, open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.files.models import Upload
from app.platform.notifications.service import Matter, notify, notify_all
from app.platform.uploads.service import take
from app.rules.calendar import Deadline

SCAN = "consultation-letter"


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
    sent = await _send(call, at, until, body)
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
    await _tell_department(call, at, sent)
    return await consultation_queries.consultation_view(call, sent.id)


async def _tell_department(call: Call, at: StageAt, sent: Consultation) -> None:
    names = (await call.db.execute(names_of(at.cycle_id))).one()
    told = {"department": sent.department, "document": sent.document, "consultation": str(sent.id)}
    until = {} if sent.last_day is None else {"day": f"{sent.last_day}"}
    await notify_all(
        call.db,
        await consultation_queries.officers_of(call.db, sent.authority_id),
        ASKED if until else ASKED_WITHOUT_TIME,
        told | until | {"programme": names.programme, "cycle": names.cycle},
        call.wall,
        occasion=sent.id,
        matter=Matter(at.cycle_id, words_of=at.programme_id),
    )


async def _send(
    call: Call, stage: StageAt, until: Deadline | None, body: ConsultationIn
) -> Consultation:
    """Keep the letter, and with it what it asks. Raises ConsultedAlready."""
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
    call.db.add_all(
        ConsultedGround(consultation_id=sent.id, track=track, ground=ground)
        for track, ground in consulting.asked_of(stage.regulation, stage.rule, sent.department)
    )
    return sent


async def reply(call: Call, consultation_id: UUID, body: ReplyIn) -> ConsultationView:
    """A department's own letter on the entries it names; each question is answered once. The
    office is told.
    """
    found = await consultation_queries.get_consultation(call, consultation_id)
    found.require("consultation:answer")
    row = found.it
    await open_stage(call.db, row.stage_id)
    asked = await consultation_queries.questions_of(call, row)
    questions = [(entry.id, question) for entry, question in asked]
    known = await queries.opinions_of(call.db, sorted({entry for entry, _ in questions}))
    late = row.ends_at is not None and call.now >= row.ends_at
    against = consulting.reply_obstacles(
        [(each.entry, each.ground) for each in body.opinions],
        {(entry, question.ground) for entry, question in questions},
        consulting.heard(questions, known),
    )
    ensure([consulting.OpinionLate(day=row.last_day) if late else None, *against])
    made = await _written(call, row, body)
    record(
        call.db,
        call.actor,
        "consultation:answer",
        subject=consultation_id,
        now=call.now,
        log=row.cycle_id,
        detail={
            "department": row.department,
            "document": body.document,
            "scan": None if made is None else made.sha256,
            "opinions": [[str(each.entry), each.ground, each.said.value] for each in body.opinions],
        },
    )
    await _tell_office(call, row, body)
    return await consultation_queries.consultation_view(call, consultation_id)


async def _written(call: Call, row: Any, body: ReplyIn) -> Upload | None:
    """Keep the letter with what it says; gives its scan. Raises AnsweredBefore where a colleague
    was faster.
    """
    scan = None
    if body.scan_id is not None:
        scan = await take(call, body.scan_id, SCAN, pointer="/scan_id")
    reply_id = uuid4()
    call.db.add(
        Reply(
            id=reply_id,
            consultation_id=row.id,
            document=body.document,
            scan_id=body.scan_id,
            replied_by=call.actor.person_id,
            replied_at=call.now,
        )
    )
    await call.db.flush()
    opinions = (
        Opinion(
            entry_id=each.entry,
            department=row.department,
            ground=each.ground,
            said=each.said,
            statement=each.statement,
            document=body.document,
            consultation_id=row.id,
            reply_id=reply_id,
            entered_by=call.actor.person_id,
            entered_at=call.now,
        )
        for each in body.opinions
    )
    try:
        async with call.db.begin_nested():
            call.db.add_all(opinions)
    except IntegrityError as lost_the_race:
        raise consulting.AnsweredBefore from lost_the_race
    return scan


async def _tell_office(call: Call, row: Any, body: ReplyIn) -> None:
    told = {
        "department": row.department,
        "document": body.document,
        "count": len(body.opinions),
        "consultation": str(row.id),
    }
    matter = Matter(row.cycle_id, words_of=row.programme_id)
    await notify(call.db, row.asked_by, REPLIED, told, call.wall, matter=matter)


async def open_scan(call: Call, reply_id: UUID) -> Upload:
    """Open the scan of a department's letter: an audited read."""
    cycle_id, scan = await consultation_queries.get_reply(call, reply_id)
    record(
        call.db, call.actor, "consultation:open-scan", subject=reply_id, now=call.now, log=cycle_id
    )
    return scan
