"""Entries of a stage are found by any part of their organisation's name or its credit code."""

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.factories import entries_in, make_office

pytestmark = pytest.mark.anyio


async def test_entries_are_found_by_name_and_credit_code(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    made = await entries_in(office, "eligibility", 3)
    firms = [office.firms[application] for application, _ in made]
    path = office.path("/stages/eligibility/entries")

    async def found(q: str, **more: str) -> set[str]:
        answer = await client.get(path, params={"q": q, **more}, **office.clerk.auth)
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["items"]}

    everybody = {str(entry) for _, entry in made}
    assert await found("精工有限") == everybody
    assert await found("精工有限", track="product") == set()
    assert await found(firms[1].credit_code) == {str(made[1][1])}
    assert await found(firms[2].name[:8]) == {str(made[2][1])}
    assert await found("限有工精") == set()
    page = await client.get(path, params={"q": "精工", "limit": "2"}, **office.clerk.auth)
    more = {"q": "精工", "limit": "2", "cursor": page.json()["next"]}
    rest = await client.get(path, params=more, **office.clerk.auth)
    ids = [one["id"] for one in page.json()["items"] + rest.json()["items"]]
    assert (len(ids), set(ids)) == (3, everybody)
    wrong = await client.get(path, params={"q": ""}, **office.clerk.auth)
    assert wrong.status_code == 422
