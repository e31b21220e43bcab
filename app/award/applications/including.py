"""Who is told that somebody else's application speaks for them?

Those who speak for a confirmed organisation that a submission names in its scope. They learn that
it is so and whom to ask; not whose application it is, nor anything else that is in it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, any_, select

from app.award.applications.models import Application, ScopeClaim
from app.award.programmes.models import Cycle, Programme
from app.award.representation.queries import speakers_of_each
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows
from app.platform.db.prepared import Direct
from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.notifications.service import Matter, notify_each
from app.platform.notifications.templates import Template, Urgency, Words

INCLUDE = "include"
"""The kind of job that tells those whom a submission names in its scope."""
INCLUDED = Template(
    "scope-included",
    "“{organisation}”已列入{programme}（{cycle}）一份申报的范围",
    "本届另一份已提交的申报将“{organisation}”列入其申报范围，贵单位因此不能再单独申报。"
    "如贵单位没有同意列入，请书面告知本届评审办，由其核实后解除。",
    Words(
        "{organisation} is inside the scope of an application for {programme} ({cycle})",
        "Another application that was submitted in this cycle names {organisation} in its scope, "
        "so {organisation} cannot enter by itself. If you have not agreed to that, tell the office "
        "of the cycle in writing; it can release you.",
    ),
    sample={"organisation": "无锡某精密机械有限公司"},
    urgency=Urgency.URGENT,
)


def have_told(db: Direct, application: Any, wall: datetime) -> None:
    """Ask for it after a submission; nothing where its scope names nobody else."""
    if len(application.scope) > 1:
        payload = {"application": str(application.id)}
        db.add(Job(kind=INCLUDE, payload=payload, created_at=wall, run_after=wall))


async def tell_included(ground: Ground, payload: Mapping[str, Any]) -> None:
    """Tell whom the application still holds; done twice, nobody is told twice."""
    application_id = UUID(payload["application"])
    async with ground.database.writing() as db:
        rows = (await db.execute(_held(application_id))).all()
        if not rows:
            return
        programme = rows[0].programme_id
        people = await speakers_of_each(db, [row.id for row in rows], {programme})
        told = [
            (
                uuid5(application_id, str(row.id)),
                person,
                {
                    "organisation": row.organisation,
                    "programme": row.programme,
                    "cycle": row.cycle,
                },
            )
            for row in rows
            for person in people[row.id]
        ]
        matter = Matter(rows[0].cycle_id, words_of=programme)
        await notify_each(db, told, INCLUDED, ground.clock(), matter=matter)


def _held(application_id: UUID) -> Rows:
    """The confirmed organisations in its scope, but for its own; none once it is withdrawn."""
    return (
        select(
            Organisation.id,
            Organisation.name.label("organisation"),
            Application.cycle_id,
            Cycle.label.label("cycle"),
            Cycle.programme_id,
            Programme.name.label("programme"),
        )
        .select_from(Application)
        .join(
            ScopeClaim,
            and_(
                ScopeClaim.cycle_id == Application.cycle_id,
                ScopeClaim.organisation_id == Application.organisation_id,
                ScopeClaim.credit_code == any_(Application.scope),
            ),
        )
        .join(Organisation, Organisation.credit_code == ScopeClaim.credit_code)
        .join(Cycle, Cycle.id == Application.cycle_id)
        .join(Programme, Programme.id == Cycle.programme_id)
        .where(
            Application.id == application_id,
            Organisation.id != Application.organisation_id,
            Organisation.confirmed_at.is_not(None),
        )
        .order_by(Organisation.id)
    )
