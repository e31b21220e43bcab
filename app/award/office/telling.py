"""How does an office tell many applicants something in words of its own?"""

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import not_, select

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.applications.queries import APPLICATION_RESOURCE
from app.award.applications.rules import ApplicationUnknown
from app.award.office.rules import addressees_obstacle
from app.award.office.schemas import MessageIn, ToldView
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle
from app.award.records.queries import conflicted
from app.award.representation.queries import member
from app.award.roles import Role
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import ensure_disinterested, get_stage, live
from app.platform.accounts.callers import Call
from app.platform.accounts.models import RoleGrant
from app.platform.audit.record import record
from app.platform.db.base import Rows, among
from app.platform.errors import ensure
from app.platform.notifications.models import Way
from app.platform.notifications.service import Matter, notify_all
from app.platform.notifications.templates import Template, Urgency, Words
from app.platform.security.access import visible_to

OWN_WORDS = Template(
    "office-message",
    "{title}",
    "{text}",
    Words("{title}", "{text}"),
    sample={"title": "关于申报材料的提醒", "text": "请于截止前核对申报表中的联系人。"},
)
"""What the office writes itself; it may set a heading or an ending around it."""


async def tell(call: Call, cycle_id: UUID, body: MessageIn) -> ToldView:
    """Tell everybody who speaks for these applicants the same, each person once. A dry run tells
    how many it would reach, and by which ways. At most eleven statements, whatever their number.
    """
    found = await get_cycle(call, cycle_id)
    found.require("cycle:tell")
    ensure([addressees_obstacle(body.drafts, body.stage, body.applications)])
    applications = await _addressed(call, cycle_id, body)
    speaking = await _speaking(call, applications)
    people = sorted({person for person, _ in speaking})
    message = uuid4()
    reached = await notify_all(
        call.db,
        people,
        replace(OWN_WORDS, urgency=Urgency.URGENT) if body.urgent else OWN_WORDS,
        {"title": body.title, "text": body.text},
        call.wall,
        occasion=message,
        matter=Matter(cycle_id, words_of=found.it.programme_id),
    )
    ways = [way for reach in reached.values() for way in reach.ways]
    spoken_for = {application for _, application in speaking}
    told = ToldView(
        applications=len(applications),
        people=len(people),
        mail=ways.count(Way.MAIL),
        sms=ways.count(Way.SMS),
        nobody=sum(one not in spoken_for for one in applications),
    )
    _log(call, cycle_id, message, body, told)
    return told


def _log(call: Call, cycle_id: UUID, message: UUID, body: MessageIn, told: ToldView) -> None:
    detail = body.model_dump(mode="json", exclude={"text", "applications"}) | told.model_dump()
    detail["named"] = [str(each) for each in body.applications or ()]
    record(
        call.db,
        call.actor,
        "cycle:tell",
        subject=message,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )


async def _addressed(call: Call, cycle_id: UUID, body: MessageIn) -> list[UUID]:
    """The applications that are meant."""
    statement: Rows = select(Application.id).where(Application.cycle_id == cycle_id)
    if body.drafts:
        statement = statement.where(Application.status == ApplicationStatus.DRAFT)
    elif body.stage is not None:
        stage = (await get_stage(call, cycle_id, body.stage)).it
        await ensure_disinterested(call, stage.id)
        statement = (
            statement.join(Entry, Entry.application_id == Application.id)
            .join(Stage, Stage.id == Entry.stage_id)
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(live(stage.id))
        )
    else:
        statement = statement.join(Cycle, Cycle.id == Application.cycle_id).where(
            among(Application.id, body.applications or ()),
            visible_to(call.actor, APPLICATION_RESOURCE),
            not_(conflicted(call.actor, Application.organisation_id)),
        )
    found = dict.fromkeys(await call.db.scalars(statement))
    ensure(
        ApplicationUnknown(pointer=f"/applications/{place}")
        for place, each in enumerate(body.applications or ())
        if each not in found
    )
    return [*found]


async def _speaking(call: Call, applications: list[UUID]) -> list[tuple[UUID, UUID]]:
    """Who speaks in which of them."""
    rows = await call.db.execute(
        select(RoleGrant.person_id, Application.id)
        .join(Application, Application.organisation_id == RoleGrant.scope_id)
        .join(Cycle, Cycle.id == Application.cycle_id)
        .where(
            among(Application.id, applications),
            RoleGrant.role == Role.APPLICANT,
            RoleGrant.ended_at.is_(None),
            member(
                RoleGrant.person_id,
                Application.drafted_by,
                Application.organisation_id,
                Cycle.programme_id,
            ),
        )
    )
    return [(row.person_id, row.id) for row in rows]
