"""Who is reminded of what is due, and when? The work process looks now and again.

Nothing is planned ahead: what is due, and until when, is read from the timetable as it stands at
each look, so a reminder moves with its deadline and survives any restart. Each has a name made of
the work, its deadline, the lead time and the person: told once, it is never told again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.office.desk import due, leads_of
from app.award.office.models import ReminderPlan
from app.award.office.rules import USUAL_LEADS, Leads, furthest, lead_come
from app.award.stages.due import Duties
from app.platform.clock import legal_minute
from app.platform.db.base import among
from app.platform.ground import Ground
from app.platform.jobs.work import award_time
from app.platform.notifications.models import Notification
from app.platform.notifications.service import Matter, notify_all
from app.platform.notifications.templates import Template
from app.rules.calendar import Calendar, Length

SECONDS_BETWEEN_REMINDERS = 300.0


async def remind(ground: Ground, duties: Duties) -> int:
    """Remind everybody of what is due soon and who has not been reminded; always gives 0, so that
    the next look comes after a pause.
    """
    reminded = tuple(duty for duty in duties if duty.reminder)
    templates = {duty.key: duty.reminder for duty in reminded if duty.reminder}
    async with ground.database.reading() as db:
        now = await award_time(db, ground)
        plans = {
            plan.programme_id: leads_of(plan) for plan in await db.scalars(select(ReminderPlan))
        }
        rows = await _soon(db, reminded, now, plans)
    for (occasion, _), alike in _occasions(rows, now, plans).items():
        async with ground.database.writing() as db:
            await _tell(db, occasion, alike, templates[alike[0].duty], ground.clock())
    return 0


async def _soon(
    db: AsyncSession, duties: Duties, now: datetime, plans: Mapping[UUID, Leads]
) -> Sequence[Any]:
    waiting, statement = due(duties)
    until = now + furthest(plans.values())
    return (await db.execute(statement.where(waiting.c.at > now, waiting.c.at <= until))).all()


def _occasions(
    rows: Sequence[Any], now: datetime, plans: Mapping[UUID, Leads]
) -> dict[tuple[UUID, int], list[Any]]:
    """Whom to remind of the same thing in the same words: by occasion, and how much waits."""
    found: dict[tuple[UUID, int], list[Any]] = defaultdict(list)
    leads: dict[tuple[UUID, datetime], Length | None] = {}
    for row in rows:
        when = row.programme_id, row.at
        if when not in leads:
            plan = plans.get(row.programme_id, USUAL_LEADS)
            leads[when] = lead_come(row.at, plan, now, Calendar())
        lead = leads[when]
        if lead is not None:
            name = f"{row.duty}:{row.round}:{row.at.isoformat()}:{lead.amount}:{lead.unit}"
            found[uuid5(row.stage_id, name), row.count].append(row)
    return found


async def _tell(
    db: AsyncSession, occasion: UUID, alike: Sequence[Any], template: Template, wall: datetime
) -> None:
    """Tell those who have not been told."""
    first = alike[0]
    named = {uuid5(occasion, str(row.person_id)): row.person_id for row in alike}
    known = await db.scalars(select(Notification.id).where(among(Notification.id, named)))
    for identity in known:
        del named[identity]
    params = {
        "programme": first.programme,
        "cycle": first.cycle,
        "stage": first.stage_name,
        "at": legal_minute(first.at),
        "count": first.count,
    }
    await notify_all(
        db,
        [*named.values()],
        template,
        params,
        wall,
        occasion=occasion,
        matter=Matter(first.cycle_id, words_of=first.programme_id),
    )
