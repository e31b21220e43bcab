"""A portal changes its keys: both count while their times overlap, a retired one no more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.platform.audit.models import AuditEvent, SecurityEvent
from app.platform.ground import Ground
from app.proof.jws import SigningKey
from tests.clock import MovableClock
from tests.factories import make_caller, refresh_token
from tests.platform.accounts.portals import Vouching, registered

pytestmark = pytest.mark.anyio


@pytest.fixture
async def portal(ground: Ground, client: AsyncClient) -> Vouching:
    return await registered(ground, client)


async def add(portal: Vouching, **more: Any) -> tuple[Vouching, Response]:
    """The same portal, signing with a key of its that was added just now."""
    key = SigningKey.generate()
    jwk = key.public_jwk()
    body = {"x": jwk["x"], "y": jwk["y"]} | more
    answer = await portal.client.post(f"/portals/{portal.id}/keys", json=body, **portal.system.auth)
    return replace(portal, key=key), answer


async def retire(portal: Vouching, **body: Any) -> Response:
    path = f"/portals/{portal.id}/keys/{portal.key.kid}/retirement"
    return await portal.client.post(path, json=body, **portal.system.auth)


async def test_both_keys_count_while_they_overlap_and_the_retired_one_no_more(
    portal: Vouching, ground: Ground, clock: MovableClock
) -> None:
    clock.move(seconds=1)
    newer, added = await add(portal)
    assert added.status_code == 201, added.text
    assert added.json()["kid"] == newer.key.kid
    assert {one["kid"] for one in added.json()["keys"]} == {portal.key.kid, newer.key.kid}
    until = ground.clock() + timedelta(hours=1)
    planned = await retire(portal, until=until.isoformat())
    assert planned.status_code == 200, planned.text
    for one in (portal, newer):
        assert (await one.present(one.signed())).status_code == 200
    clock.move(hours=1)
    await refresh_token(ground, portal.system)
    refused = await portal.present(portal.signed())
    assert (refused.status_code, refused.json()["code"]) == (401, "assertion-key-over")
    assert (await newer.present(newer.signed())).status_code == 200
    again = await retire(portal)
    assert (again.status_code, again.json()["code"]) == (409, "portal-key-over")
    async with ground.database.reading() as db:
        assert "assertion-key-over" in set(await db.scalars(select(SecurityEvent.what)))
        of_this = AuditEvent.subject == UUID(portal.id)
        acts = [*await db.scalars(select(AuditEvent.act).where(of_this))]
    assert {"portal:add-key", "portal:retire-key"} <= set(acts)


async def test_key_counts_from_its_moment_on(
    portal: Vouching, ground: Ground, clock: MovableClock
) -> None:
    newer, _ = await add(portal, since=(ground.clock() + timedelta(hours=1)).isoformat())
    early = await newer.present(newer.signed())
    assert (early.status_code, early.json()["code"]) == (401, "assertion-key-over")
    assert (await portal.present(portal.signed())).status_code == 200
    clock.move(hours=1)
    assert (await newer.present(newer.signed())).status_code == 200


async def test_assertion_counts_once_whatever_key_signed_it(portal: Vouching) -> None:
    newer, _ = await add(portal)
    jti = uuid4().hex
    assert (await portal.present(portal.signed(jti=jti))).status_code == 200
    again = await newer.present(newer.signed(jti=jti))
    assert (again.status_code, again.json()["code"]) == (401, "assertion-refused")


async def test_only_who_holds_a_retired_key_learns_that_it_is(portal: Vouching) -> None:
    newer, _ = await add(portal)
    await retire(portal)
    forger = replace(portal, key=SigningKey.generate())
    headed = replace(newer, key=forger.key)
    for one in (forger, headed):
        refused = await one.present(one.signed())
        assert (refused.status_code, refused.json()["code"]) == (401, "assertion-refused")
    stale = await portal.present(portal.signed(aud="https://other.test"))
    assert stale.json()["code"] == "assertion-refused"


async def test_retiring_a_key_in_other_hands_ends_what_came_by_the_portal(
    portal: Vouching, client: AsyncClient
) -> None:
    token = await portal.let_in()
    newer, _ = await add(portal)
    assert (await retire(portal, end_sessions=False)).status_code == 200
    assert (await client.get("/auth/me", **token)).status_code == 200
    fresh = await newer.let_in()
    assert (await retire(newer, end_sessions=True)).status_code == 200
    for held in (token, fresh):
        assert (await client.get("/auth/me", **held)).status_code == 401


async def test_keys_are_changed_by_the_system_administrator_and_as_they_should_be(
    portal: Vouching, client: AsyncClient, ground: Ground
) -> None:
    stranger = replace(portal, system=await make_caller(ground))
    _, added = await add(stranger)
    assert (added.status_code, (await retire(stranger)).status_code) == (403, 403)
    jwk = portal.key.public_jwk()
    _, known = await add(portal, x=jwk["x"], y=jwk["y"])
    assert (known.status_code, known.json()["code"]) == (409, "portal-key-known")
    _, off = await add(portal, x=jwk["x"], y=jwk["x"])
    assert (off.status_code, off.json()["code"]) == (422, "portal-key-wrong")
    other = replace(portal, key=SigningKey.generate())
    missing = await retire(other)
    assert (missing.status_code, missing.json()["code"]) == (404, "portal-key-not-found")
    listed = (await client.get("/portals", **portal.system.auth)).json()["items"]
    (own,) = [one for one in listed if one["id"] == portal.id]
    assert [one["kid"] for one in own["keys"]] == [portal.key.kid]
    await client.post(f"/portals/{portal.id}/revocation", **portal.system.auth)
    _, late = await add(portal)
    assert (late.status_code, late.json()["code"]) == (409, "portal-revoked")
