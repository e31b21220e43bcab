"""What can be read of what an office has told people, and by whom?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, distinct_on
from sqlalchemy.orm import aliased

from app.award.office.desk import leads_of
from app.award.office.models import ReminderPlan
from app.award.office.rules import USUAL_LEADS, MessageUnknown
from app.award.office.schemas import (
    DeliveryState,
    DeliveryView,
    LeadIn,
    LeadUnit,
    MessageQuery,
    MessageView,
    RemindersView,
    WordingView,
)
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle, get_programme
from app.award.records.queries import conflicted
from app.award.roles import Role
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person, RoleGrant
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page
from app.platform.inbox.queries import words_view
from app.platform.jobs.models import Job, JobState
from app.platform.notifications.models import Delivery, Notification, Tongue, Wording
from app.platform.notifications.templates import Template, Words
from app.platform.security.access import Found, fetch, visible_to
from app.platform.security.permission import Asking, Resource


def _speaks_for_an_interest(actor: Asking) -> ColumnElement[bool]:
    """Whether the addressee speaks for an organisation in which the caller has an interest."""
    spoken = aliased(RoleGrant)
    return exists(
        select(spoken.id).where(
            spoken.person_id == Notification.person_id,
            spoken.role == Role.APPLICANT,
            conflicted(actor, spoken.scope_id),
        )
    )


MESSAGE_RESOURCE = Resource(
    "message",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    conflict=_speaks_for_an_interest,
    missing=MessageUnknown,
)

STATE = case(
    (Delivery.taken_at.is_not(None), DeliveryState.TAKEN),
    (Job.state == JobState.FAILED, DeliveryState.FAILED),
    (Job.state == JobState.DONE, DeliveryState.STALE),
    else_=DeliveryState.WAITING,
)
"""How far a delivery has come: its job says, unless it was taken."""


def _deliveries() -> ColumnElement[Any]:
    shown = {
        "way": Delivery.way,
        "masked": Delivery.masked,
        "state": STATE,
        "times": Delivery.times,
        "attempts": func.coalesce(Job.attempts, 0),
        "error": Job.last_error,
        "asked_at": Delivery.asked_at,
        "taken_at": Delivery.taken_at,
    }
    fields: list[Any] = []
    for name in DeliveryView.model_fields:
        fields += [literal_column(f"'{name}'"), shown[name]]
    ordered = aggregate_order_by(func.jsonb_build_object(*fields), Delivery.way)
    found = (
        select(func.jsonb_agg(ordered, type_=JSONB))
        .outerjoin(Job, Job.key == Delivery.job_key)
        .where(Delivery.notification_id == Notification.id)
        .scalar_subquery()
    )
    return func.coalesce(found, literal_column("'[]'::jsonb", JSONB)).label("deliveries")


MESSAGES = (
    select(
        Notification.id,
        Person.name.label("person"),
        Notification.template,
        Notification.title,
        Notification.text,
        Notification.created_at.label("told_at"),
        Notification.read_at,
        _deliveries(),
    )
    .join(Person, Person.id == Notification.person_id)
    .join(Cycle, Cycle.id == Notification.about)
)


def _has_delivery(state: DeliveryState) -> ColumnElement[bool]:
    return exists(
        select(Delivery.way)
        .outerjoin(Job, Job.key == Delivery.job_key)
        .where(Delivery.notification_id == Notification.id, literal(state.value) == STATE)
    )


async def list_messages(call: Call, cycle_id: UUID, query: MessageQuery) -> Page[MessageView]:
    """What was told to whom about a cycle, newest first; two statements."""
    await get_cycle(call, cycle_id)
    seen = visible_to(call.actor, MESSAGE_RESOURCE)
    statement = MESSAGES.where(Notification.about == cycle_id, seen)
    if query.template is not None:
        statement = statement.where(Notification.template == query.template)
    if query.state is not None:
        statement = statement.where(_has_delivery(query.state))

    return await newest_first(
        call.db,
        statement,
        query,
        at=Notification.created_at,
        identity=Notification.id,
        view=MessageView.of,
    )


async def get_message(call: Call, cycle_id: UUID, message_id: UUID) -> Found[Notification]:
    """A message about a cycle, or MessageUnknown."""
    statement = (
        select(Notification)
        .join(Cycle, Cycle.id == Notification.about)
        .where(Notification.id == message_id, Notification.about == cycle_id)
    )
    return await fetch(call.db, call.actor, MESSAGE_RESOURCE, statement)


async def wordings(
    call: Call, programme_id: UUID, templates: Mapping[str, Template]
) -> list[WordingView]:
    """The words that an office uses instead of the original ones; two statements."""
    (await get_programme(call, programme_id)).require("programme:read-wordings")
    rows = await call.db.scalars(
        select(Wording)
        .where(Wording.scope_id == programme_id)
        .order_by(Wording.template, Wording.language, Wording.version.desc())
        .ext(distinct_on(Wording.template, Wording.language))
    )
    return [
        wording_view(row, templates[row.template])
        for row in rows
        if row.title is not None and row.template in templates
    ]


async def wording_versions(call: Call, programme_id: UUID, template: Template) -> list[WordingView]:
    """Every version of the words for one message, newest first; two statements."""
    (await get_programme(call, programme_id)).require("programme:read-wordings")
    rows = await call.db.scalars(
        select(Wording)
        .where(Wording.scope_id == programme_id, Wording.template == template.key)
        .order_by(Wording.set_at.desc(), Wording.language, Wording.version.desc())
    )
    return [wording_view(row, template) for row in rows]


def wording_view(row: Wording, template: Template) -> WordingView:
    """A version of an office's words, filled with the template's sample."""
    own = row.title is not None and row.text is not None
    words = Words(row.title or "", row.text or "") if own else template.words()
    return WordingView(
        template=row.template,
        language=Tongue(row.language),
        version=row.version,
        title=row.title,
        text=row.text,
        unused=sorted(template.places - words.places),
        preview=words_view(words.filled(template.samples)),
        set_at=row.set_at,
    )


async def reminders(call: Call, programme_id: UUID) -> RemindersView:
    """When people of a programme are reminded; two statements."""
    (await get_programme(call, programme_id)).require("programme:read-wordings")
    plan = await call.db.get(ReminderPlan, programme_id)
    leads = USUAL_LEADS if plan is None else leads_of(plan)
    return RemindersView(
        leads=[LeadIn(amount=each.amount, unit=LeadUnit(each.unit)) for each in leads],
        assumed=plan is None,
    )
