"""Which events may a caller know of, and in which order?

The feed is read from the log, but tells only what is public, and what the caller's own organisation
did with its own application. A cursor is the id of an event that was told, so it tells nothing of
those that were not.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from app.award.applications.models import Application
from app.award.events.rules import EventUnknown
from app.award.events.schemas import EventQuery, EventsView, EventType, EventView
from app.award.programmes.models import Cycle
from app.award.publicity.models import Notice
from app.award.representation.queries import member
from app.award.stages.models import Stage
from app.platform.accounts.callers import Call
from app.platform.audit.models import AuditEvent
from app.platform.db.base import Rows
from app.platform.security.access import visible_to
from app.platform.security.permission import Resource

SETTLED = timedelta(seconds=60)
"""An event is told once it is this old: a longer transaction is not allowed to run, so none that
began earlier can still appear before one already told."""

OF_THE_AWARD = {
    "cycle:launch": EventType.CYCLE_LAUNCHED,
    "cycle:extend": EventType.CYCLE_EXTENDED,
    "cycle:postpone": EventType.CYCLE_POSTPONED,
    "cycle:suspend": EventType.CYCLE_SUSPENDED,
    "cycle:resume": EventType.CYCLE_RESUMED,
    "cycle:correct": EventType.CYCLE_CORRECTED,
    "cycle:complete": EventType.CYCLE_COMPLETED,
    "cycle:cancel": EventType.CYCLE_CANCELLED,
    "stage:open": EventType.STAGE_OPENED,
    "stage:close": EventType.STAGE_CLOSED,
    "notice:post": EventType.NOTICE_POSTED,
}
OF_AN_APPLICANT = {
    "application:draft": EventType.APPLICATION_DRAFTED,
    "application:submit": EventType.APPLICATION_SUBMITTED,
    "application:withdraw": EventType.APPLICATION_WITHDRAWN,
}
TOLD = OF_THE_AWARD | OF_AN_APPLICANT


def _is(acts: dict[str, EventType]) -> ColumnElement[bool]:
    return AuditEvent.act.in_(list(acts))


EVENT_RESOURCE = Resource(
    "event",
    scopes={"organisation": Application.organisation_id},
    standings={
        "member": lambda actor: member(
            actor.person_id,
            Application.drafted_by,
            Application.organisation_id,
            Cycle.programme_id,
        )
    },
    phases={
        # a cycle cancelled before its launch was never public
        "public": and_(_is(OF_THE_AWARD), Cycle.launched_at.is_not(None)),
        "own": and_(_is(OF_AN_APPLICANT), Application.id.is_not(None)),
    },
    missing=EventUnknown,
)

GRANTS = (AuditEvent.act == "stage:close") & (Stage.kind == "grant")


def events(*columns: Any) -> Rows:
    """Acts of the log with whatever the resource's expressions speak of."""
    cycle = func.coalesce(Stage.cycle_id, Application.cycle_id, AuditEvent.log)
    return (
        select(*columns)
        .select_from(AuditEvent)
        .outerjoin(Application, Application.id == AuditEvent.subject)
        .outerjoin(Notice, Notice.id == AuditEvent.subject)
        .outerjoin(Stage, or_(Stage.id == AuditEvent.subject, Stage.id == Notice.stage_id))
        .outerjoin(Cycle, Cycle.id == cycle)
        .where(_is(TOLD))
    )


async def list_events(call: Call, query: EventQuery) -> EventsView:
    """What the caller may know, oldest first; at most two statements. Raises EventUnknown."""
    statement = events(
        AuditEvent.id,
        AuditEvent.act,
        AuditEvent.at,
        AuditEvent.subject,
        Cycle.id.label("cycle_id"),
        Stage.key.label("stage"),
        Notice.code.label("notice"),
        case((GRANTS, True), else_=False).label("grants"),
    ).where(visible_to(call.actor, EVENT_RESOURCE), AuditEvent.at <= call.now - SETTLED)
    if query.after is not None:
        place = tuple_(AuditEvent.at, AuditEvent.id)
        statement = statement.where(place > await _place(call, query.after))
    ordered = statement.order_by(AuditEvent.at, AuditEvent.id).limit(query.count + 1)
    rows = (await call.db.execute(ordered)).all()
    items = [_view(row) for row in rows[: query.count]]
    last = items[-1].id if items else query.after
    return EventsView(items=items, last=last, more=len(rows) > query.count)


async def _place(call: Call, event: UUID) -> Any:
    """Where an event stands that the caller was told of."""
    row = (
        await call.db.execute(
            events(AuditEvent.at, AuditEvent.id).where(
                AuditEvent.id == event, visible_to(call.actor, EVENT_RESOURCE)
            )
        )
    ).first()
    if row is None:
        raise EventUnknown
    return tuple_(row.at, row.id)


def _view(row: Any) -> EventView:
    return EventView(
        id=row.id,
        type=EventType.AWARDS_PUBLISHED if row.grants else TOLD[row.act],
        at=row.at,
        cycle_id=row.cycle_id,
        subject=row.subject,
        stage=row.stage,
        notice=row.notice,
    )
