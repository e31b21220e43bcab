"""People who claim to speak for an organisation, and the office that weighs their papers."""

from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.factories import Caller, Office, credit_code, make_caller, make_office
from tests.platform.uploads.sending import announced, pdf, send

DECISION = {"document": "授权核验单2026-17"}
REFUSAL = DECISION | {"reason": "授权书未加盖公章。"}
ENDING = {"reason": "人员已离职。"}


async def open_office(ground: Ground, client: AsyncClient, **more: Any) -> Office:
    """An office whose intake is open."""
    office = await make_office(ground, **more)
    answer = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return office


async def in_log(ground: Ground, office: Office) -> int:
    """How many acts the log of the office's cycle holds."""
    async with ground.database.reading() as db:
        count = select(func.count()).where(AuditEvent.log == office.cycle_id)
        return await db.scalar(count) or 0


async def paper(client: AsyncClient, caller: Caller) -> str:
    """Letter and licence in one uploaded file; gives its upload."""
    content = pdf() + f"%{caller.account_id}".encode()
    upload = await announced(client, caller, content)
    assert (await send(client, caller, upload, content)).status_code == 200
    return upload


async def register(client: AsyncClient, caller: Caller, code: str, name: str = "某公司") -> str:
    """The caller registers an organisation for themselves."""
    body = {"name": name, "credit_code": code}
    answer = await client.post("/organisations", json=body, **caller.auth)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def claim(
    client: AsyncClient, office: Office, caller: Caller, organisation: str, **more: Any
) -> Response:
    """The caller claims to speak for it towards the office's programme."""
    body = {
        "programme_id": str(office.programme_id),
        "organisation_id": organisation,
        "letter": await paper(client, caller),
    } | more
    return await client.post("/mandates", json=body, **caller.auth)


async def claimed(
    client: AsyncClient, office: Office, code: str | None = None, name: str = "某公司", **more: Any
) -> tuple[Caller, str, dict[str, Any]]:
    """Somebody new with an organisation of that code and a claim on it."""
    caller = await make_caller(office.ground)
    organisation = await register(client, caller, code or credit_code(), name)
    answer = await claim(client, office, caller, organisation, **more)
    assert answer.status_code == 201, answer.text
    return caller, organisation, answer.json()


async def act(
    client: AsyncClient, caller: Caller, mandate: Any, move: str, **body: Any
) -> Response:
    """One move of a mandate."""
    more = {"json": body} if body else {}
    return await client.post(f"/mandates/{mandate}/{move}", **more, **caller.auth)


async def accepted(
    client: AsyncClient, office: Office, code: str | None = None, **more: Any
) -> tuple[Caller, str, dict[str, Any]]:
    """The same, and the clerk accepts."""
    caller, _, made = await claimed(client, office, code, **more)
    answer = await act(client, office.clerk, made["id"], "acceptance", **DECISION)
    assert answer.status_code == 200, answer.text
    return caller, answer.json()["organisation_id"], answer.json()


async def agent_of(
    client: AsyncClient, ground: Ground, administrator: Caller, mandate: str
) -> tuple[Caller, str]:
    """Somebody whom the administrator invites and who joins; gives their mandate."""
    agent = await make_caller(ground)
    invited = await act(
        client, administrator, mandate, "agents", login=await login_of(client, agent)
    )
    assert invited.status_code == 201, invited.text
    joined = await act(client, agent, invited.json()["id"], "joining")
    assert joined.status_code == 200, joined.text
    return agent, str(joined.json()["id"])


async def login_of(client: AsyncClient, caller: Caller) -> str:
    return str((await client.get("/auth/me", **caller.auth)).json()["login"])


async def draft(client: AsyncClient, office: Office, caller: Caller, organisation: str) -> str:
    """A draft for the organisation; the intake is open."""
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": organisation,
        "track": "organisation",
    }
    answer = await client.post("/applications", json=body, **caller.auth)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def submission(client: AsyncClient, caller: Caller, application: str | UUID) -> set[str]:
    """The codes that stand against submitting it now."""
    answer = await client.post(
        f"/applications/{application}/submission",
        headers=caller.auth["headers"] | {"Idempotency-Key": f"key-{application}"},
    )
    problem = answer.json()
    return {problem.get("code"), *(one["code"] for one in problem.get("reasons", []))}


async def told(client: AsyncClient, caller: Caller) -> list[str]:
    """What lies in the inbox, the newest first, by template."""
    items = (await client.get("/notifications", **caller.auth)).json()["items"]
    return [one["template"] for one in items]


async def seen(client: AsyncClient, caller: Caller) -> list[str]:
    """The ids of the applications that the caller sees."""
    return [one["id"] for one in (await client.get("/applications", **caller.auth)).json()["items"]]
