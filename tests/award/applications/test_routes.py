"""Applications over HTTP."""

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.clock import MovableClock
from tests.factories import Office, entries_in, make_firm, make_office, refresh_token

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


async def test_entries_are_listed_for_the_office(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    answer = await client.get(office.path("/stages/eligibility/entries"), **office.clerk.auth)
    assert len(answer.json()["items"]) == 2
