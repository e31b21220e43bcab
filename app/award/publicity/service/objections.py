"""What becomes of an objection: the public raises it, the head of the office rules on it."""

from secrets import choice
from uuid import UUID, uuid4

from sqlalchemy import select

from app.award.applications.service import ALPHABET
from app.award.publicity import queries, rules
from app.award.publicity.lifecycle import OBJECTION
from app.award.publicity.models import NoticeLine, Objection
from app.award.publicity.schemas import (
    ObjectionIn,
    ObjectionReceipt,
    ObjectionView,
    ObjectorView,
    RulingIn,
)
from app.award.stages.models import Stage
from app.award.stages.queries import ensure_disinterested, open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.workflow.advance import advancing


async def object_to(call: Call, code: str, body: ObjectionIn) -> ObjectionReceipt:
    """Object to an application that a posted notice names, within its period.

    Name, identity number and contact are sealed; the log knows only that an objection came.
    """
    found = await queries.get_posted(call, code)
    found.require("notice:object")
    notice = found.it
    at = await stage_at(call.db, await call.db.get_one(Stage, notice.stage_id))
    ensure([rules.over(at.rule, notice.posted_at, notice.ends_at, call.now)])
    await open_stage(call.db, notice.stage_id, even_suspended=True)
    entry_id = await _named(call, notice.id, body.application_code)
    obstacles = rules.objection_obstacles(
        at.rule.objection,
        name=body.name,
        contact=body.contact,
        identity_number=body.identity_number,
        evidence=body.evidence,
    )
    if entry_id is None:
        obstacles.insert(
            0, rules.NotOnNotice(pointer="/application_code", code=body.application_code)
        )
    ensure(obstacles)
    objection = _sealed(call, notice.id, entry_id, body)
    call.db.add(objection)
    await call.db.flush()
    detail = {"code": objection.code, "notice": code, "application": body.application_code}
    record(
        call.db,
        call.actor,
        "notice:object",
        subject=objection.id,
        now=call.now,
        log=at.cycle_id,
        detail=detail,
    )
    return ObjectionReceipt(code=objection.code, received_at=call.now)


async def rule(call: Call, objection_id: UUID, body: RulingIn) -> ObjectionView:
    """Dismiss or uphold an objection, with the reason and the document. It is final."""
    found, stage = await queries.get_objection(call, objection_id, lock=True)
    found.require("objection:rule")
    await open_stage(call.db, stage.id)
    await ensure_disinterested(call, stage.id)
    detail = {"ruling": body.ruling.value, "document": body.document}
    with advancing(
        call.db, found, OBJECTION, "rule", now=call.now, log=stage.cycle_id, detail=detail
    ):
        pass
    objection = found.it
    objection.ruling, objection.reason = body.ruling, body.reason
    objection.document = body.document
    objection.ruled_by, objection.ruled_at = call.actor.person_id, call.now
    await call.db.flush()
    return await queries.objection_view(call, objection_id)


async def objector(call: Call, objection_id: UUID) -> ObjectorView:
    """Open who objects: an audited read."""
    found, stage = await queries.get_objection(call, objection_id)
    found.require("objection:read-objector")
    objection = found.it
    record(
        call.db,
        call.actor,
        "objection:read-objector",
        subject=objection_id,
        now=call.now,
        log=stage.cycle_id,
    )
    return ObjectorView(
        name=_opened(call, objection.name_sealed, objection_id, "name"),
        identity_number=_opened(call, objection.identity_sealed, objection_id, "identity"),
        contact=_opened(call, objection.contact_sealed, objection_id, "contact"),
    )


async def _named(call: Call, notice_id: UUID, application_code: str) -> UUID | None:
    return await call.db.scalar(
        select(NoticeLine.entry_id).where(
            NoticeLine.notice_id == notice_id, NoticeLine.application_code == application_code
        )
    )


def _sealed(call: Call, notice_id: UUID, entry_id: UUID | None, body: ObjectionIn) -> Objection:
    objection_id = uuid4()

    def seal(text: str | None, field: str) -> bytes | None:
        return call.ground.sealer.seal(text, _place(objection_id, field)) if text else None

    return Objection(
        id=objection_id,
        code="YY-" + "".join(choice(ALPHABET) for _ in range(8)),
        notice_id=notice_id,
        entry_id=entry_id,
        name_sealed=seal(body.name, "name"),
        identity_sealed=seal(body.identity_number, "identity"),
        contact_sealed=seal(body.contact, "contact"),
        statement=body.statement,
        evidence=body.evidence or None,
        received_at=call.now,
    )


def _opened(call: Call, sealed: bytes | None, objection_id: UUID, field: str) -> str | None:
    return call.ground.sealer.open(sealed, _place(objection_id, field)) if sealed else None


def _place(objection_id: UUID, field: str) -> str:
    return f"objection.{field}/{objection_id}"
