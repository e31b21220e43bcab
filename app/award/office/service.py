"""What does an office do about what it tells people? It words it, and sends again what failed."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.award.office import rules
from app.award.office.models import ReminderPlan
from app.award.office.queries import STATE, get_message, wording_view
from app.award.office.schemas import (
    DeliveryState,
    RemindersIn,
    RemindersView,
    ResendingIn,
    WordingIn,
    WordingView,
)
from app.award.programmes.queries import get_programme
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.jobs.models import Job
from app.platform.jobs.queue import enqueue
from app.platform.notifications.models import Delivery, Wording
from app.platform.notifications.service import job_key
from app.platform.notifications.templates import Template, TemplateUnknown, broken


def template_of(templates: Mapping[str, Template], key: str) -> Template:
    """The message of that key, or TemplateUnknown."""
    if key not in templates:
        raise TemplateUnknown
    return templates[key]


async def word(call: Call, programme_id: UUID, template: Template, body: WordingIn) -> WordingView:
    """The office's own words for a message from now on; what was told before keeps its words."""
    found = await get_programme(call, programme_id, lock=True)
    found.require("programme:word")
    title, text, wrong = body.title, body.text, rules.PlaceWrong
    ensure(
        [
            rules.WordsFixed(template=template.key) if template.fixed else None,
            rules.WordsIncomplete(pointer="/title") if (title is None) != (text is None) else None,
            broken(title or "", "/title", template.places, wrong),
            broken(text or "", "/text", template.places, wrong),
        ]
    )
    last = await call.db.scalar(
        select(func.max(Wording.version)).where(
            Wording.scope_id == programme_id,
            Wording.template == template.key,
            Wording.language == body.language,
        )
    )
    row = Wording(
        scope_id=programme_id,
        template=template.key,
        language=body.language,
        version=(last or 0) + 1,
        title=title,
        text=text,
        set_by=call.actor.person_id,
        set_at=call.now,
    )
    call.db.add(row)
    await call.db.flush()
    detail = {"template": template.key, "language": body.language.value, "version": row.version}
    record(call.db, call.actor, "programme:word", subject=programme_id, now=call.now, detail=detail)
    return wording_view(row, template)


async def resend(call: Call, cycle_id: UUID, message_id: UUID, body: ResendingIn) -> None:
    """Try a delivery once more that has failed, or was given up; under a new name, so that nobody
    takes it for the old one.
    """
    found = await get_message(call, cycle_id, message_id)
    found.require("message:resend")
    row = (
        await call.db.execute(
            select(Delivery, STATE.label("state"))
            .outerjoin(Job, Job.key == Delivery.job_key)
            .where(Delivery.notification_id == message_id, Delivery.way == body.way)
            .with_for_update(of=Delivery)
        )
    ).first()
    if row is None:
        raise rules.DeliveryUnknown
    delivery: Delivery = row.Delivery
    if row.state == DeliveryState.WAITING:
        raise rules.DeliveryGoingOn
    if row.state == DeliveryState.TAKEN:
        raise rules.DeliveryTaken
    delivery.times += 1
    delivery.job_key = job_key(body.way, message_id, delivery.times)
    delivery.asked_at = call.wall
    payload = {"notification": str(message_id)}
    await enqueue(call.db, body.way.value, payload, now=call.wall, key=delivery.job_key)
    detail = {"way": body.way.value, "times": delivery.times}
    record(
        call.db,
        call.actor,
        "message:resend",
        subject=message_id,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )


async def plan_reminders(call: Call, programme_id: UUID, body: RemindersIn) -> RemindersView:
    """When people of the programme are reminded, from the next look on."""
    found = await get_programme(call, programme_id, lock=True)
    found.require("programme:remind")
    leads = [[lead.amount, lead.unit.value] for lead in body.leads]
    wrong = len(leads) != len({tuple(lead) for lead in leads})
    ensure([rules.LeadTwice(pointer="/leads") if wrong else None])
    values = {"leads": leads, "set_by": call.actor.person_id, "set_at": call.now}
    await call.db.execute(
        insert(ReminderPlan)
        .values(programme_id=programme_id, **values)
        .on_conflict_do_update(index_elements=[ReminderPlan.programme_id], set_=values)
    )
    record(
        call.db,
        call.actor,
        "programme:remind",
        subject=programme_id,
        now=call.now,
        detail={"leads": leads},
    )
    return RemindersView(leads=body.leads, assumed=False)
