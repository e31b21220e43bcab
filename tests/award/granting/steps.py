"""The last steps of a year, for the tests of the approval and the grant."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import func, select, update

from app.award.applications.models import Application
from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.models import Entry
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.factories import Caller, Firm, Office, entries_in, make_caller, make_office

TODAY = "2026-03-02"


@dataclass
class Finish:
    """A cycle that has come to the approval or the grant."""

    office: Office
    entries: list[UUID]
    applications: list[UUID]
    approver: Caller
    finance: Caller

    def firm(self, place: int) -> Firm:
        return self.office.firms[self.applications[place]]


async def come_to(
    ground: Ground, key: str, count: int, *, tiers: list[str | None] | None = None, **more: Any
) -> Finish:
    """`count` entries in the stage; all have the tier `award`, unless `tiers` says otherwise."""
    office = await make_office(ground, **more)
    made = await entries_in(office, key, count)
    async with ground.database.writing() as db:
        for (_, entry), tier in zip(made, tiers or ["award"] * count, strict=True):
            await db.execute(update(Entry).where(Entry.id == entry).values(tier=tier))
    return Finish(
        office,
        [entry for _, entry in made],
        [application for application, _ in made],
        approver=await make_caller(ground, (Role.APPROVER, office.programme_id)),
        finance=await make_caller(ground, (Role.FINANCE, office.programme_id)),
    )


def approval(*decisions: tuple[UUID, bool], **changes: Any) -> dict[str, Any]:
    return {
        "decisions": [
            {"entry": str(entry), "approved": approved}
            | ({} if approved else {"reason": "发生重大质量事故"})
            for entry, approved in decisions
        ],
        "document": "滨政发〔2026〕18号",
        "meeting": "区政府第62次常务会议",
        "decided_on": TODAY,
    } | changes


def grant(**changes: Any) -> dict[str, Any]:
    return {"document": "滨政发〔2026〕21号", "decided_on": TODAY} | changes


async def approve(client: AsyncClient, finish: Finish, body: dict[str, Any]) -> Response:
    path = finish.office.path("/stages/government/approval")
    return await client.post(path, json=body, **finish.approver.auth)


async def award(client: AsyncClient, finish: Finish, **changes: Any) -> Response:
    path = finish.office.path("/stages/grant/awards")
    return await client.post(path, json=grant(**changes), **finish.office.head.auth)


async def declare(ground: Ground, person: Caller, firm: Firm) -> None:
    """The person has an interest in the firm."""
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=person.person_id,
                organisation_id=firm.id,
                interest="relative",
                declared_by=person.person_id,
                declared_at=ground.clock(),
            )
        )


async def budget_funded(ground: Ground, application: UUID) -> None:
    async with ground.database.writing() as db:
        row = await db.get_one(Application, application)
        row.form = row.form | {"facts": {"budget-funded": "yes"}}


async def acts(ground: Ground, office: Office, *of: str) -> int:
    """How many rows of these acts the cycle's log has; of any, without naming one."""
    statement = select(func.count()).where(AuditEvent.log == office.cycle_id)
    if of:
        statement = statement.where(AuditEvent.act.in_(of))
    async with ground.database.reading() as db:
        return await db.scalar(statement) or 0
