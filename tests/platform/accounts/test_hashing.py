"""While a password is hashed no connection of the database is held."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform.accounts.service.joining import issue_bootstrap
from app.platform.ground import Ground
from app.platform.security.passwords import CHEAPEST, PasswordHasher
from app.settings import Profile, Settings
from tests.platform.accounts.people import PASSWORD, make_security, new_login, sign_in

pytestmark = pytest.mark.anyio

OTHER = "另一只很白的大鹅"


class Watched(PasswordHasher):
    """Notes how many connections are in use whenever it begins to hash or to look."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(CHEAPEST)
        database = ground.database
        self.pools = [e.sync_engine.pool for e in (database.write_engine, database.read_engine)]
        self.held: list[int] = []

    def _note(self) -> None:
        self.held.append(sum(pool.checkedout() for pool in self.pools))  # type: ignore[attr-defined]  # queue pools

    async def hash(self, password: str) -> str:
        self._note()
        return await super().hash(password)

    async def verify(self, password: str, stored: str | None) -> bool:
        self._note()
        return await super().verify(password, stored)


@dataclass
class Desk:
    ground: Ground
    hasher: Watched
    client: AsyncClient


@pytest.fixture
async def desk(ground: Ground) -> AsyncIterator[Desk]:
    hasher = Watched(ground)
    # In a rehearsal award time is read first, so that a connection is there to be held.
    known = replace(ground, hasher=hasher, rehearsal=True)
    transport = ASGITransport(create_app(Settings(profile=Profile.OFFICE), known))
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield Desk(ground, hasher, client)
    hasher.close()


def person(**more: object) -> dict[str, object]:
    return {"name": "张三", "login": new_login()} | more


async def test_nobody_holds_a_connection_while_hashing(desk: Desk) -> None:
    security = await make_security(desk.ground)
    async with desk.ground.database.writing() as db:
        first = await issue_bootstrap(db, desk.ground.clock())
    asked = person(password=PASSWORD, token=first)
    assert (await desk.client.post("/accounts/bootstrap", json=asked)).status_code == 201
    registered = await desk.client.post("/accounts", json=person(password=PASSWORD))
    assert registered.status_code == 201
    invited = await desk.client.post("/accounts/invitations", json=person(), **security.auth)
    token = {"token": invited.json()["activation_token"], "password": PASSWORD}
    assert (await desk.client.post("/accounts/activation", json=token)).status_code == 204
    account = registered.json()
    offered = await desk.client.post(f"/accounts/{account['id']}/password-reset", **security.auth)
    token = {"token": offered.json()["reset_token"], "password": OTHER}
    assert (await desk.client.post("/accounts/password-reset", json=token)).status_code == 204
    tokens = (await sign_in(desk.client, account["login"], OTHER)).json()
    change = await desk.client.post(
        "/accounts/password",
        json={"current": OTHER, "new": PASSWORD},
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert change.status_code == 204
    assert desk.hasher.held == [0] * 7


@pytest.mark.parametrize("path", ["bootstrap", "activation", "password-reset"])
async def test_made_up_token_costs_no_hash(desk: Desk, path: str) -> None:
    body: dict[str, object] = {"token": uuid4().hex, "password": PASSWORD}
    if path == "bootstrap":
        body = person(**body)
    answer = await desk.client.post(f"/accounts/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "token-spent")
    assert desk.hasher.held == []


@pytest.mark.parametrize("path", ["", "/activation", "/password-reset"])
async def test_weak_password_costs_no_hash(desk: Desk, path: str) -> None:
    security = await make_security(desk.ground)
    body = person(password="12345678")
    if path == "/activation":
        made = await desk.client.post("/accounts/invitations", json=person(), **security.auth)
        body = {"token": made.json()["activation_token"], "password": "12345678"}
    if path == "/password-reset":
        one = await desk.client.post("/accounts", json=person(password=PASSWORD))
        where = f"/accounts/{one.json()['id']}/password-reset"
        made = await desk.client.post(where, **security.auth)
        body = {"token": made.json()["reset_token"], "password": "12345678"}
        desk.hasher.held.clear()
    answer = await desk.client.post(f"/accounts{path}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "password-weak")
    assert desk.hasher.held == []
