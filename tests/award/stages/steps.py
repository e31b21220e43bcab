"""Opening, deciding and looking, for the tests of the sieve."""

from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.clock import MovableClock
from tests.factories import Caller, Office, entries_in, make_office, refresh_token

LAUNCH = {"body": "滨湖区人民政府", "document": "滨政办〔2026〕2号", "places": 3}
CANCEL = {"document": "滨政办〔2026〕9号", "reason": "本届评选因故取消"}


def timetable(office: Office, *without: str) -> dict[str, Any]:
    slot = {"opens_at": "2026-04-01T09:00:00+08:00", "closes_at": "2026-04-30T17:30:00+08:00"}
    keys = [stage.key for stage in office.regulation.stages if stage.key not in without]
    return {"slots": [{"stage": key} | slot for key in keys]}


async def planned(ground: Ground, client: AsyncClient, *without: str, **more: Any) -> Office:
    office = await make_office(ground, launched=False, **more)
    path, body = office.path("/timetable"), timetable(office, *without)
    assert (await client.put(path, json=body, **office.clerk.auth)).status_code == 200
    return office


async def acts(ground: Ground, office: Office, *of: str) -> int:
    statement = select(func.count()).where(AuditEvent.log == office.cycle_id)
    if of:
        statement = statement.where(AuditEvent.act.in_(of))
    async with ground.database.reading() as db:
        return await db.scalar(statement) or 0


async def count(ground: Ground, *conditions: Any) -> int:
    async with ground.database.reading() as db:
        return await db.scalar(select(func.count()).where(*conditions)) or 0


async def open_(
    client: AsyncClient, office: Office, key: str, by: Caller | None = None
) -> Response:
    caller = by or office.clerk
    return await client.post(office.path(f"/stages/{key}/opening"), **caller.auth)


async def with_entries_to_close(ground: Ground, clock: MovableClock, office: Office) -> None:
    """The intake is open with two submissions, and its deadline has passed."""
    await entries_in(office, "intake", 2)
    clock.move(days=31)
    for caller in (office.head, office.clerk, office.supervisor):
        await refresh_token(ground, caller)


async def decide(client: AsyncClient, office: Office, by: Caller, *order: UUID) -> Response:
    body = {
        "order": [str(entry) for entry in order],
        "document": "滨质奖办〔2026〕7号",
        "reason": "评委会现场表决",
    }
    return await client.post(office.path("/stages/documents/tie-decision"), json=body, **by.auth)
