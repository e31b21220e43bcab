"""Cycles of the tests with pinned forms, as `open_cycle` pins them, and forms that lack nothing."""

from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response

from app.award.programmes.models import CycleForm, FormEdition
from app.award.roles import Role
from app.catalogue import loader
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from tests.factories import Caller, Firm, Office, accept_agent, make_caller, make_firm, make_office
from tests.platform.http.test_once import attach

YEARS = ("2022", "2023", "2024")
ROWS = ("revenue", "total_profit", "net_profit", "tax", "research")
WHOLE: dict[str, Any] = {
    "registered_on": "2009-06-18",
    "employees": 420,
    "industry": "C34",
    "contact_name": "李四",
    "facts": {},
    "answers": {
        "contact_phone": "13900001111",
        "had_accidents": False,
        "performance": {row: dict.fromkeys(YEARS, "1000.5") for row in ROWS},
    },
}
"""What our form for organisations cannot do without."""
DOCUMENTS = ("申报表", "自评报告", "证实性材料")


async def pinned(
    ground: Ground, office: Office, code: str = "application-2023", track: str = "organisation"
) -> None:
    """The track of the office's cycle fills in this form."""
    text = loader.form_text(code)
    name = digest_text(text)
    async with ground.database.writing() as db:
        if await db.get(FormEdition, name) is None:
            edition = {"code": code, "name": loader.form_set(code).name, "text": text}
            db.add(FormEdition(hash=name, created_at=ground.clock(), **edition))
            await db.flush()
        db.add(CycleForm(cycle_id=office.cycle_id, track=track, form_hash=name, assumed=True))


async def opened(ground: Ground, client: AsyncClient, **more: Any) -> Office:
    """An open intake under our form for organisations."""
    office = await make_office(ground, **more)
    await pinned(ground, office)
    answer = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return office


async def begun(client: AsyncClient, office: Office, firm: Firm) -> str:
    """A draft of the firm; gives its address."""
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    made = await client.post("/applications", json=body, **firm.speaker.auth)
    assert made.status_code == 201, made.text
    return f"/applications/{made.json()['id']}"


async def drafted(ground: Ground, client: AsyncClient, **more: Any) -> tuple[Office, Firm, str]:
    """An office with an open intake, a firm, and the address of its draft."""
    office, firm = await opened(ground, client, **more), await make_firm(ground)
    return office, firm, await begun(client, office, firm)


async def colleague(ground: Ground, firm: Firm) -> Caller:
    """Somebody else who speaks for the firm in what it has begun."""
    other = await make_caller(ground, (Role.APPLICANT, firm.id), name="王五")
    await accept_agent(ground, firm, other)
    return other


async def put_form(
    client: AsyncClient, who: Caller, place: str, form: dict[str, Any], tag: str = '"v1"'
) -> Response:
    return await client.put(f"{place}/form", json=form, **who.with_headers(If_Match=tag))


async def put_section(
    client: AsyncClient, who: Caller, place: str, key: str, answers: dict[str, Any], tag: str
) -> Response:
    named = who.with_headers(If_Match=tag)
    return await client.put(f"{place}/sections/{key}", json={"answers": answers}, **named)


async def completed(
    client: AsyncClient, firm: Firm, place: str, form: dict[str, Any] | None = None
) -> None:
    """The draft lacks nothing."""
    saved = await put_form(client, firm.speaker, place, form or WHOLE)
    assert saved.status_code == 200, saved.text
    for document in DOCUMENTS:
        await attach(client, firm.speaker, place.rsplit("/", 1)[1], document)


async def submitted(client: AsyncClient, firm: Firm, place: str) -> Response:
    named = firm.speaker.with_headers(Idempotency_Key=uuid4().hex)
    return await client.post(f"{place}/submission", **named)


def reasons(answer: Response) -> list[tuple[str, str | None]]:
    """Code and pointer of every reason."""
    told = answer.json()
    return [(one["code"], one.get("pointer")) for one in told["reasons"] or told["errors"]]


def id_of(place: str) -> UUID:
    return UUID(place.rsplit("/", 1)[1])
