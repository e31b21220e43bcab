"""What is done about an incomplete file: the office calls to cure it, the applicant mends."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.award.applications import queries as applications
from app.award.applications.asking import Asked, asked_of
from app.award.applications.attaching import document_named
from app.award.applications.completing import frozen_form
from app.award.applications.drafting import ensure_fits, keep_form, read_form
from app.award.applications.models import Application, Attachment, Validity
from app.award.applications.rules import AttachmentKnown, UploadUnfinished, file_obstacles
from app.award.applications.schemas import AttachmentIn, AttachmentView, Form
from app.award.applications.sealing import sealed_form
from app.award.applications.supplementing import Mending, pending, supplement
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import history_of
from app.award.representation.queries import speakers_of
from app.award.screening import cure_queries, cures, queries, rules
from app.award.screening.messages import CALLED, SUPPLIED
from app.award.screening.models import Cure, Defect, Screening
from app.award.screening.schemas import CureIn, CureView, SupplementIn
from app.award.screening.service.deciding import held
from app.award.stages.queries import live_entry, open_stage
from app.award.stages.rules import EntryEnded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import Refusal, ensure
from app.platform.files.models import FileState
from app.platform.files.naming import naming
from app.platform.files.rules import file_name_obstacle
from app.platform.notifications.service import Matter, notify, notify_all
from app.rules.eligibility import assess, groups_of
from app.rules.facts import Answer, Facts, Met
from app.rules.forms.feeding import fed
from app.rules.forms.whole import at


async def call_to_cure(call: Call, entry_id: UUID, body: CureIn) -> CureView:
    """Tell the applicant everything that is wrong with its file, and until when to mend it.

    Raises IneligibilityNotCurable where a place fails a ground by what is declared there.
    """
    found = await queries.get_case(call, entry_id)
    found.require("entry:cure")
    case = await held(call, found.it)
    regulation, rule = await queries.rule_of(call.db, case)
    if await call.db.get(Screening, entry_id) is not None:
        raise rules.AlreadyScreened
    before = (await cure_queries.cures_of(call.db, [entry_id]))[entry_id]
    documents = rules.documents_asked(regulation, case.track)
    asked = await asked_of(call.db, case.cycle_id, case.track)
    fields = {"/".join(part.address(field)) for part, field in asked.whole.placed()}
    curable = cures.Curable({*Form.model_fields} - {"answers", "facts"} | fields, documents)
    places = [each.pointer for each in body.defects]
    ensure(cures.issue_obstacles(rule, before, places, curable, call.now))
    ensure(await _failing(call, case, asked, places))
    assert rule.cure is not None  # noqa: S101  issue_obstacles has refused without one
    until = cures.cure_deadline(rule.cure, call.now)
    cure = Cure(
        id=uuid4(),
        entry_id=entry_id,
        number=len(before) + 1,
        document=body.document,
        last_day=until.last_day,
        ends_at=until.ends_at,
        issued_by=call.actor.person_id,
        issued_at=call.now,
    )
    call.db.add(cure)
    await call.db.flush()
    call.db.add_all(
        Defect(cure_id=cure.id, position=position, **each.model_dump())
        for position, each in enumerate(body.defects)
    )
    await _tell(call, case, cure, len(places))
    return await cure_queries.cure_view(call, cure.id)


async def _tell(call: Call, case: Any, cure: Cure, count: int) -> None:
    record(
        call.db,
        call.actor,
        "entry:cure",
        subject=case.id,
        now=call.now,
        log=case.cycle_id,
        detail={"cure": str(cure.id), "document": cure.document, "until": str(cure.last_day)},
    )
    names = (await call.db.execute(cure_queries.names_of(case.cycle_id))).one()
    await notify_all(
        call.db,
        await speakers_of(call.db, case.organisation_id, case.programme_id),
        CALLED,
        {
            "programme": names.programme,
            "cycle": names.cycle,
            "document": cure.document,
            "count": count,
            "day": f"{cure.last_day}",
            "cure": str(cure.id),
        },
        call.wall,
        occasion=cure.id,
        matter=Matter(case.cycle_id, words_of=case.programme_id),
    )


async def _failing(call: Call, case: Any, asked: Asked, places: list[str]) -> list[Refusal]:
    """Places at which what is declared fails a ground of the regulation: they are not curable."""
    records = await history_of(call.db, case.programme_id, case.credit_code)
    occasion, regulation = queries.occasion_of(case, call.now), asked.regulation

    def answers(form: dict[str, Any]) -> list[Answer]:
        filled = Form.model_validate(form)
        facts = Facts(filled.registered_on, filled.facts, records)
        belongs = {each.key: each.met for each in groups_of(regulation, facts, occasion)}
        return assess(regulation, facts, occasion, belongs)

    before = answers(case.form)
    if all(each.met is not Met.NOT_MET for each in before):
        return []
    named = rules.names(regulation)
    return [
        obstacle
        for number, place in enumerate(places)
        if cures.path_of(place)
        for obstacle in cures.ineligibility_obstacles(
            number, before, answers(_with(asked, case.form, {place: None})), named
        )
    ]


async def announce(call: Call, cure_id: UUID, body: AttachmentIn) -> AttachmentView:
    """Say which file will be uploaded for a document that the call names."""
    found = await cure_queries.get_cure(call, cure_id)
    found.require("cure:supply")
    row = found.it
    asked = [each.pointer for each in (await cure_queries.defects_of(call.db, [cure_id]))[cure_id]]
    place = f"{cures.DOCUMENT}{body.document}"
    ensure(
        [
            cures.late_obstacle(row, call.now),
            file_name_obstacle(body.file_name, body.media_type),
            None if place in asked else cures.PlaceNotAsked(pointer="/document", place=place),
        ]
    )
    ensure(await _against(call, row, body))
    await naming(call.db, body.sha256)
    attachment = Attachment(
        application_id=row.application_id,
        cure_id=cure_id,
        validity=Validity.PENDING,
        created_at=call.now,
        **body.model_dump(),
    )
    try:
        async with call.db.begin_nested():
            call.db.add(attachment)
    except IntegrityError as twice:
        raise AttachmentKnown from twice
    return applications.attachment_view(attachment)


async def _against(call: Call, cure: Any, body: AttachmentIn) -> list[Refusal | None]:
    """What the regulation says against one more file; those of the supplement count, because they
    take the place of all earlier ones.
    """
    application = await call.db.get_one(Application, cure.application_id, with_for_update=True)
    cycle = await call.db.get_one(Cycle, application.cycle_id)
    regulation = await regulation_of(call.db, cycle.regulation_hash)
    wanted = document_named(regulation, application.track, body.document)
    if wanted is None:
        return []
    there = [each for each in await pending(call.db, cure.id) if each.document == body.document]
    return [*file_obstacles(wanted, body.media_type, body.size, len(there))]


async def supply(call: Call, cure_id: UUID, body: SupplementIn) -> CureView:
    """Hand in everything that was asked for, at once; what was submitted stays beside it. What
    counts is when the request arrived. Answered with a signed receipt.
    """
    found = await cure_queries.get_cure(call, cure_id)
    found.require("cure:supply")
    application = await _held_application(call, found.it)
    row = (await cure_queries.get_cure(call, cure_id)).it  # as it is under the lock
    if await call.db.get(Screening, row.entry_id) is not None:
        raise rules.AlreadyScreened
    ensure([cures.late_obstacle(row, call.now)])
    asked = [each.pointer for each in (await cure_queries.defects_of(call.db, [cure_id]))[cure_id]]
    files = await pending(call.db, cure_id)
    uploaded = {each.document for each in files}
    ensure(
        [
            *cures.supply_obstacles(asked, body.answers, uploaded),
            *(
                UploadUnfinished(name=each.file_name)
                for each in files
                if each.state != FileState.STORED
            ),
        ]
    )
    form = await asked_of(call.db, application.cycle_id, application.track)
    mended = await _mended(call, application, body, form)
    mending = Mending(
        cure_id=cure_id,
        document=row.document,
        deadline=row.ends_at,
        answers=[_as_kept(each, mended) for each in body.answers],
        form=mended,
        replaced=sorted(uploaded),
    )
    made = await supplement(call, application, mending, files)
    await keep_form(call, application, form)
    await _tell_office(call, row)
    await call.db.flush()
    call.db.expire(made)
    return await cure_queries.cure_view(call, cure_id)


async def _tell_office(call: Call, row: Any) -> None:
    told = {"organisation": row.organisation, "document": row.document, "cure": str(row.id)}
    await notify(call.db, row.issued_by, SUPPLIED, told, call.wall, matter=Matter(row.cycle_id))


async def _held_application(call: Call, row: Any) -> Application:
    """The application, locked, while its entry is still to be judged and its stage is held open."""
    await open_stage(call.db, row.stage_id, even_suspended=True)
    application = await call.db.scalar(
        select(Application).where(Application.id == row.application_id).with_for_update()
    )
    entry = await live_entry(call.db, row.stage_id, row.application_id)
    if application is None or entry is None:
        raise EntryEnded
    return application


def _as_kept(answer: Any, form: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of the supplement as it is frozen: a private one as the form keeps it."""
    said: dict[str, Any] = answer.model_dump(mode="json")
    path = cures.path_of(answer.pointer)
    if answer.value is None or not path or path[0] != "answers":
        return said
    return said | {"value": at(form, tuple(path))}


async def _mended(
    call: Call, application: Application, body: SupplementIn, asked: Asked
) -> dict[str, Any]:
    """The form with the new values, and what they tell of declared facts. Raises AnswerWrong for
    everything that the form has no room for.
    """
    values = {
        each.pointer: each.value
        for each in body.answers
        if each.value is not None and cures.path_of(each.pointer)
    }
    if not values:
        return application.form
    form = _with(asked, application.form, values)
    read_form(form)
    ensure_fits(asked, form)
    return await sealed_form(call, application.id, asked, form, application.form)


def _with(asked: Asked, form: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A frozen form with other values; what its fields told of facts they tell anew."""
    told = fed(asked.whole, form, asked.lists)
    own = {key: said for key, said in (form.get("facts") or {}).items() if key not in told}
    return frozen_form(asked, cures.mended(dict(form) | {"facts": own}, values))
