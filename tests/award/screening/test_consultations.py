"""A department that is consulted answers itself: what it sees, what it may say, and until when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.programmes.models import Authority
from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.screening.models import Consultation, Opinion, Reply
from app.platform.files.models import Upload
from app.platform.ground import Ground
from app.platform.notifications.models import Notification
from tests.award.cycle_log import cycle_log
from tests.award.screening.regulations import CONSULTED, text
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Office,
    entries_in,
    make_caller,
    make_firm,
    make_office,
    refresh_token,
)

pytestmark = pytest.mark.anyio

TAX = "市税务局"


async def consulting(
    ground: Ground, count: int = 1, grounds: Sequence[str] = ("accident",)
) -> tuple[Office, list[UUID], UUID, Caller]:
    """An office in its screening, and an authority with somebody who speaks for it: the tax office,
    asked on these grounds.
    """
    tax, *others = CONSULTED["consults"]
    asked = {"consults": [{**tax, "grounds": [*grounds]}, *others]}
    office = await make_office(ground, regulation_text=text(**asked))
    entries = [entry for _, entry in await entries_in(office, "eligibility", count)]
    async with ground.database.writing() as db:
        authority = Authority(name=f"税务局{uuid4().hex[:8]}", created_at=ground.clock())
        db.add(authority)
        await db.flush()
    return office, entries, authority.id, await make_caller(ground, (Role.ENDORSER, authority.id))


async def ask(
    client: AsyncClient, office: Office, authority: UUID, department: str = TAX
) -> Response:
    body = {
        "department": department,
        "authority_id": str(authority),
        "document": "滨质奖办函〔2026〕5号",
    }
    path = office.path("/stages/eligibility/consultations")
    return await client.post(path, json=body, **office.clerk.auth)


def opinion(entry: UUID, said: str = "no_objection", ground: str = "accident") -> dict[str, Any]:
    return {"entry": str(entry), "ground": ground, "said": said}


async def reply(
    client: AsyncClient, by: Caller, place: str, *opinions: Any, scan: str | None = None
) -> Response:
    body = {"document": "锡税函〔2026〕3号", "opinions": list(opinions), "scan_id": scan}
    return await client.post(f"/consultations/{place}/opinions", json=body, **by.auth)


async def state(office: Office) -> tuple[list[int], list[str]]:
    async with office.ground.database.reading() as db:
        counts = [
            await db.scalar(select(func.count()).select_from(model)) or 0
            for model in (Consultation, Opinion, Reply, Notification)
        ]
        taken = await db.scalar(select(func.count(Upload.taken_at))) or 0
    return [*counts, taken], await cycle_log(office)


async def assert_refused(
    office: Office, before: Any, answer: Response, status: int, code: str
) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    told = [each["code"] for each in body.get("errors", []) + body.get("reasons", [])]
    assert code in [*told, body["code"]]
    assert await state(office) == before


async def test_department_sees_names_and_grounds_and_answers_itself(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, other), authority, officer = await consulting(ground, 2)
    sent = await ask(client, office, authority)
    assert sent.status_code == 201, sent.text
    # Ten working days after Monday 2026-03-02.
    assert sent.json()["last_day"] == "2026-03-16"
    (listed,) = (await client.get("/consultations", **officer.auth)).json()["items"]
    place = listed["id"]
    seen = (await client.get(f"/consultations/{place}", **officer.auth)).json()
    assert {each["entry_id"] for each in seen["asked"]} == {str(entry), str(other)}
    assert {each["ground"] for each in seen["asked"]} == {"accident"}
    assert set(seen["asked"][0]) == {
        *("entry_id", "code", "organisation", "credit_code"),
        *("ground", "name", "said", "statement", "scan"),
    }
    answer = await reply(client, officer, place, opinion(entry), opinion(other, "objection"))
    assert answer.status_code == 201, answer.text
    told = await client.get(f"/entries/{other}/opinions", **office.clerk.auth)
    tax = next(each for each in told.json() if each["department"] == TAX)
    assert (tax["state"], tax["said"], tax["document"]) == (
        "answered",
        "objection",
        "锡税函〔2026〕3号",
    )
    assert await cycle_log(office) == ["consultation:answer", "stage:consult"]


async def test_others_see_nothing_of_it(ground: Ground, client: AsyncClient) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    elsewhere = await consulting(ground)
    before = await state(office)
    for stranger in (elsewhere[3], elsewhere[0].clerk, (await make_firm(ground)).speaker):
        answer = await reply(client, stranger, place, opinion(entry))
        await assert_refused(office, before, answer, 404, "consultation-not-found")
        read = await client.get(f"/consultations/{place}", **stranger.auth)
        assert read.status_code == 404
    (application,) = office.firms
    for path in (f"/entries/{entry}/grounds", f"/applications/{application}"):
        assert (await client.get(path, **officer.auth)).status_code == 404
    answer = await reply(client, office.clerk, place, opinion(entry))
    await assert_refused(office, before, answer, 403, "not-allowed")


async def test_officer_with_an_interest_neither_sees_nor_answers(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, other), authority, officer = await consulting(ground, 2)
    place = (await ask(client, office, authority)).json()["id"]
    firm = next(iter(office.firms.values()))
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=officer.person_id,
                organisation_id=firm.id,
                interest="relative",
                declared_by=officer.person_id,
                declared_at=ground.clock(),
            )
        )
    seen = (await client.get(f"/consultations/{place}", **officer.auth)).json()
    assert firm.name not in {each["organisation"] for each in seen["asked"]}
    before = await state(office)
    answer = await reply(client, officer, place, opinion(entry), opinion(other))
    await assert_refused(office, before, answer, 422, "opinion-not-asked")


async def test_answer_is_taken_until_the_last_day_and_then_not(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    clock.move(days=14, hours=15)  # 2026-03-17 00:00 in Beijing
    await refresh_token(ground, officer)
    before = await state(office)
    answer = await reply(client, officer, place, opinion(entry))
    await assert_refused(office, before, answer, 409, "opinion-late")


async def test_what_is_not_asked_is_refused(ground: Ground, client: AsyncClient) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    before = await state(office)
    answer = await reply(client, officer, place, opinion(entry, ground="registered"))
    await assert_refused(office, before, answer, 422, "opinion-not-asked")
    answer = await reply(client, officer, place, opinion(entry, "silent"))
    assert (answer.status_code, await state(office)) == (422, before)


async def test_letter_that_the_regulation_does_not_know_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office, _, authority, _ = await consulting(ground)
    before = await state(office)
    answer = await ask(client, office, authority, "气象局")
    await assert_refused(office, before, answer, 422, "department-not-consulted")
    answer = await ask(client, office, uuid4())
    await assert_refused(office, before, answer, 422, "consulted-authority-unknown")
    assert (await ask(client, office, authority)).status_code == 201
    before = await state(office)
    answer = await ask(client, office, authority)
    await assert_refused(office, before, answer, 409, "department-consulted-already")
