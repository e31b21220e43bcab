"""What is due, for whom? One statement over the work of every package."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, not_, or_, select, union_all

from app.award.office.models import ReminderPlan
from app.award.office.rules import Leads
from app.award.office.schemas import DeskView, DutyView, Urgent
from app.award.programmes.models import Cycle, Programme
from app.award.stages.due import Duties
from app.award.stages.models import Stage
from app.platform.accounts.callers import Call
from app.platform.db.base import Rows
from app.platform.errors import Language
from app.rules.calendar import Length, Unit, local_date

MOST = 500
"""Pieces of work on a desk: one for each kind in each stage; nobody has so many."""


def due(duties: Duties) -> tuple[Any, Rows]:
    """What waits for people, and the select of it with the names of where it waits."""
    each = [
        duty.rows().add_columns(
            literal(duty.key).label("duty"),
            literal(duty.lapses).label("lapses"),
            literal(duty.ahead).label("ahead"),
        )
        for duty in duties
    ]
    waiting = union_all(*each).subquery("due")
    statement = (
        select(
            waiting.c.duty,
            waiting.c.person_id,
            waiting.c.at,
            waiting.c.count,
            Stage.id.label("stage_id"),
            Stage.key.label("stage"),
            Stage.name.label("stage_name"),
            Stage.round,
            Stage.cycle_id,
            Cycle.label.label("cycle"),
            Cycle.programme_id,
            Programme.name.label("programme"),
        )
        .select_from(waiting)
        .join(Stage, Stage.id == waiting.c.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .join(Programme, Programme.id == Cycle.programme_id)
    )
    return waiting, statement


async def desk(call: Call, duties: Duties, within: timedelta, language: Language) -> DeskView:
    """What waits for the caller now, and what begins until then, the most pressing first; one
    statement.
    """
    waiting, statement = due(duties)
    rows = await call.db.execute(
        statement.where(
            waiting.c.person_id == call.actor.person_id,
            or_(not_(waiting.c.ahead), waiting.c.at.is_(None), waiting.c.at <= call.now + within),
            or_(waiting.c.at.is_(None), waiting.c.at > call.now, not_(waiting.c.lapses)),
        )
        .order_by(waiting.c.at.nulls_last(), waiting.c.duty, Stage.position, Stage.id)
        .limit(MOST)
    )
    named = {duty.key: duty.zh if language == "zh" else duty.en for duty in duties}
    return DeskView(at=call.now, items=[_item(row, named[row.duty], call.now) for row in rows])


def _item(row: Any, name: str, now: datetime) -> DutyView:
    return DutyView.of(
        row,
        what=row.duty,
        name=name,
        due_at=row.at,
        urgency=_urgent(row.at, now),
    )


def _urgent(at: datetime | None, now: datetime) -> Urgent:
    if at is None:
        return Urgent.COMING
    if at <= now:
        return Urgent.OVERDUE
    # 24:00 of a day belongs to it.
    ends_today = local_date(at - timedelta(microseconds=1)) == local_date(now)
    return Urgent.TODAY if ends_today else Urgent.COMING


def leads_of(plan: ReminderPlan) -> Leads:
    """What an office has set, in the words of the calendar."""
    return tuple(Length(amount, Unit(unit)) for amount, unit in plan.leads)
