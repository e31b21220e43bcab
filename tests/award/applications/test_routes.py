"""Applications over HTTP."""

from asyncio import gather
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.applications.rules import MOST_DRAFTS
from app.award.stages.models import Stage
from app.platform.ground import Ground
from tests.award.applications.cycles import begun
from tests.award.cycle_log import cycle_log
from tests.clock import MovableClock
from tests.factories import Firm, Office, entries_in, make_firm, make_office, refresh_token

pytestmark = pytest.mark.anyio


async def opened(ground: Ground, client: AsyncClient) -> Office:
    office = await make_office(ground)
    answer = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return office


async def test_start_draft_gives_a_draft(ground: Ground, client: AsyncClient) -> None:
    office, firm = await opened(ground, client), await make_firm(ground)
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    answer = await client.post("/applications", json=body, **firm.speaker.auth)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "draft"
    again = await client.get(f"/applications/{answer.json()['id']}", **firm.speaker.auth)
    assert again.json() == answer.json()
    assert again.headers["etag"] == '"v1"'


async def test_late_draft_is_refused(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await opened(ground, client), await make_firm(ground)
    clock.move(days=31)
    await refresh_token(ground, firm.speaker)
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    answer = await client.post("/applications", json=body, **firm.speaker.auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "intake-closed")


async def submission(client: AsyncClient, firm: Firm, place: str) -> dict[str, Any]:
    (move,) = [
        each
        for each in (await client.get(place, **firm.speaker.auth)).json()["actions"]
        if each["move"] == "submit"
    ]
    return {"allowed": move["allowed"], "reasons": move["reasons"]}


async def test_draft_says_that_it_can_be_submitted_until_the_intake_has_closed(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await opened(ground, client), await make_firm(ground)
    place = await begun(client, office, firm)
    assert await submission(client, firm, place) == {"allowed": True, "reasons": []}
    async with ground.database.reading() as db:
        closes = await db.scalar(
            select(Stage.closes_at).where(Stage.cycle_id == office.cycle_id, Stage.key == "intake")
        )
    assert closes is not None
    clock.now = closes
    await refresh_token(ground, firm.speaker)
    assert await submission(client, firm, place) == {"allowed": True, "reasons": []}
    clock.move(microseconds=1)
    late = {"allowed": False, "reasons": ["intake-closed"]}
    assert await submission(client, firm, place) == late


async def test_drafts_of_an_organisation_are_bounded_in_each_cycle(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await opened(ground, client), await make_firm(ground)
    places = [await begun(client, office, firm) for _ in range(MOST_DRAFTS)]
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    before = await cycle_log(office)
    refused = await client.post("/applications", json=body, **firm.speaker.auth)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-drafts")
    assert await cycle_log(office) == before
    listed = await client.get("/applications?limit=100", **firm.speaker.auth)
    assert len(listed.json()["items"]) == MOST_DRAFTS
    await begun(client, office, await make_firm(ground))  # another organisation's are its own
    await begun(client, await opened(ground, client), firm)  # and so are another cycle's
    gone = await client.post(
        f"{places[0]}/withdrawal", **firm.speaker.with_headers(Idempotency_Key="w" * 16)
    )
    assert gone.status_code == 200, gone.text
    both = [client.post("/applications", json=body, **firm.speaker.auth) for _ in range(2)]
    assert sorted(each.status_code for each in await gather(*both)) == [201, 409]


async def test_entries_are_listed_for_the_office(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    answer = await client.get(office.path("/stages/eligibility/entries"), **office.clerk.auth)
    assert len(answer.json()["items"]) == 2
