"""Whom somebody invites by a login, they learn nothing of until they join."""

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.representation.speakers import accepted, login_of
from tests.factories import make_caller, make_office

pytestmark = pytest.mark.anyio


async def test_name_of_an_invited_person_is_told_once_they_join(
    ground: Ground, client: AsyncClient
) -> None:
    office, other = await make_office(ground), await make_caller(ground)
    own, _, made = await accepted(client, office)
    mandate = made["id"]
    name = (await client.get("/auth/me", **other.auth)).json()["name"]
    body = {"login": await login_of(client, other)}

    async def told() -> set[str]:
        listed = (await client.get("/mandates", **own.auth)).json()["items"]
        shown = [(await client.get(f"/mandates/{one['id']}", **own.auth)).json() for one in listed]
        return {one["person"] for one in [*listed, *shown] if one["kind"] == "agent"}

    for way in ("declining", "ending", "joining"):
        invited = await client.post(f"/mandates/{mandate}/agents", json=body, **own.auth)
        assert (invited.status_code, invited.json()["person"]) == (201, "—")
        assert await told() == {"—"}
        who = own if way == "ending" else other
        said = {"reason": "不需要"} if way == "ending" else None
        place = f"/mandates/{invited.json()['id']}/{way}"
        assert (await client.post(place, json=said, **who.auth)).is_success
    assert await told() == {"—", name}
