"""What has been done in a cycle, when, and by whom? For the supervisor; reading it is an act, too.

The log tells that something moved, never what was in it: details of an act can hold scores, or
words about an organisation that the supervisor has a conflict of interest with.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.award.programmes.queries import get_cycle
from app.award.stages.schemas import LogLine
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person
from app.platform.audit.models import AuditEvent
from app.platform.audit.record import record
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging


async def read_log(call: Call, cycle_id: UUID, paging: Paging) -> Page[LogLine]:
    """The acts of a cycle, newest first: an audited read. Raises CycleUnknown, NotAllowed."""
    found = await get_cycle(call, cycle_id)
    found.require("cycle:read-log")
    statement = (
        select(
            AuditEvent.at,
            AuditEvent.act,
            AuditEvent.subject,
            AuditEvent.body,
            Person.name.label("person"),
        )
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.log == cycle_id)
    )
    lines = await newest_first(
        call.db, statement, paging, at=AuditEvent.at, identity=AuditEvent.id, view=_line
    )
    record(call.db, call.actor, "cycle:read-log", subject=cycle_id, now=call.now, log=cycle_id)
    return lines


def _line(row: Any) -> LogLine:
    body = json.loads(row.body)
    return LogLine(
        at=row.at,
        act=row.act,
        subject=row.subject,
        before=body["before"],
        after=body["after"],
        person=row.person,
    )
