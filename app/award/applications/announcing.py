"""Who is told when a cycle is moved, and in which words?

Everybody who speaks for an organisation with a draft or a submitted application in the cycle. The
work process finds them, after the move is committed.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.programmes.models import Cycle, Programme
from app.award.representation.queries import member
from app.award.roles import Role
from app.award.stages.models import Entry
from app.platform.accounts.models import RoleGrant
from app.platform.db.base import Rows
from app.platform.ground import Ground
from app.platform.notifications.service import Matter, notify_all
from app.platform.notifications.templates import Template, Urgency, Words

BECAUSE = "依据：{document}。原因：{reason}"
BECAUSE_EN = " By {document}, because: {reason}"
MESSAGES: Mapping[str, Template] = {
    "extend": Template(
        "cycle-extended",
        "{programme}（{cycle}）申报期限延长",
        "“{stage}”截止时间延长至{closes}，此前送达的申报均为有效。" + BECAUSE,
        Words(
            "{programme} ({cycle}): more time to apply",
            "“{stage}” is open until {closes}; what arrives until then is in time." + BECAUSE_EN,
        ),
        urgency=Urgency.URGENT,
    ),
    "postpone": Template(
        "cycle-postponed",
        "{programme}（{cycle}）“{stage}”环节推迟",
        "“{stage}”环节的时间改为{opens}至{closes}。" + BECAUSE,
        Words(
            "{programme} ({cycle}): “{stage}” postponed",
            "“{stage}” now runs from {opens} to {closes}." + BECAUSE_EN,
        ),
    ),
    "suspend": Template(
        "cycle-suspended",
        "{programme}（{cycle}）暂停",
        "本届评选自即日起暂停；草稿仍可编辑，恢复前不受理提交。" + BECAUSE,
        Words(
            "{programme} ({cycle}) suspended",
            "The cycle is suspended from today. Drafts can be edited; nothing is received until it "
            "is resumed." + BECAUSE_EN,
        ),
        urgency=Urgency.URGENT,
    ),
    "resume": Template(
        "cycle-resumed",
        "{programme}（{cycle}）恢复",
        "本届评选恢复进行；各环节的时间以时间表为准。" + BECAUSE,
        Words(
            "{programme} ({cycle}) resumed",
            "The cycle goes on; the timetable says when." + BECAUSE_EN,
        ),
        urgency=Urgency.URGENT,
    ),
    "cancel": Template(
        "cycle-cancelled",
        "{programme}（{cycle}）取消",
        "本届评选取消。" + BECAUSE,
        Words("{programme} ({cycle}) cancelled", "The cycle is cancelled." + BECAUSE_EN),
        urgency=Urgency.URGENT,
    ),
    "correct": Template(
        "cycle-corrected",
        "{programme}（{cycle}）更正",
        "“{stage}”环节中的“{old}”更正为“{new}”，不影响评分、名次和结果。" + BECAUSE,
        Words(
            "{programme} ({cycle}): correction",
            "In “{stage}”, “{old}” now reads “{new}”. No score, rank or result changes."
            + BECAUSE_EN,
        ),
    ),
}
"""What is said of each move."""


async def announce(ground: Ground, payload: Mapping[str, Any]) -> None:
    """Tell everybody concerned of a move; done twice, nobody is told twice."""
    cycle_id, entry = UUID(payload["cycle"]), payload["entry"]
    async with ground.database.writing() as db:
        names = (
            await db.execute(
                select(Programme.id, Programme.name, Cycle.label)
                .join(Cycle, Cycle.programme_id == Programme.id)
                .where(Cycle.id == cycle_id)
            )
        ).one()
        people = await db.scalars(_concerned(cycle_id, UUID(entry) if entry else None))
        await notify_all(
            db,
            people.all(),
            MESSAGES[payload["move"]],
            {"programme": names.name, "cycle": names.label, **payload["params"]},
            ground.clock(),
            occasion=UUID(payload["announcement"]),
            matter=Matter(cycle_id, words_of=names.id),
        )


def _concerned(cycle_id: UUID, entry: UUID | None) -> Rows:
    people = (
        select(RoleGrant.person_id)
        .join(Application, Application.organisation_id == RoleGrant.scope_id)
        .join(Cycle, Cycle.id == Application.cycle_id)
        .where(
            Application.cycle_id == cycle_id,
            Application.status != ApplicationStatus.WITHDRAWN,
            RoleGrant.role == Role.APPLICANT,
            RoleGrant.ended_at.is_(None),
            member(
                RoleGrant.person_id,
                Application.drafted_by,
                Application.organisation_id,
                Cycle.programme_id,
            ),
        )
        .distinct()
        .order_by(RoleGrant.person_id)
    )
    if entry is None:
        return people
    return people.join(Entry, Entry.application_id == Application.id).where(Entry.id == entry)
