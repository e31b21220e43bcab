"""Passwords change hands safely, and somebody can always give rights."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.main import create_app
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.clock import MovableClock
from tests.factories import Caller, make_caller
from tests.platform.accounts.people import (
    PASSWORD,
    Registered,
    make_security,
    new_login,
    refresh,
    register,
    sign_in,
    signed_in,
    who_am_i,
)

pytestmark = pytest.mark.anyio

NEW = "另一只很白的大鹅"


def said(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def bearing(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def change(
    client: AsyncClient, tokens: dict[str, str], current: str = PASSWORD, new: str = NEW
) -> Response:
    body = {"current": current, "new": new}
    return await client.post("/accounts/password", json=body, headers=bearing(tokens))


async def offered(client: AsyncClient, ground: Ground, person: Registered) -> str:
    security = await make_security(ground)
    answer = await client.post(f"/accounts/{person.account_id}/password-reset", **security.auth)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reset_token"])


async def set_anew(client: AsyncClient, token: str, password: str = NEW) -> Response:
    body = {"token": token, "password": password}
    return await client.post("/accounts/password-reset", json=body)


# One's own password


async def test_own_password_is_changed_and_other_sessions_end(client: AsyncClient) -> None:
    person, tokens = await signed_in(client)
    other = (await sign_in(client, person.login)).json()
    assert (await change(client, tokens)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).status_code == 200
    assert (await who_am_i(client, other["access_token"])).status_code == 401
    assert (await refresh(client, other["refresh_token"])).status_code == 401
    assert (await sign_in(client, person.login)).status_code == 401
    assert (await sign_in(client, person.login, NEW)).status_code == 200


async def test_wrong_or_weak_password_changes_nothing(client: AsyncClient) -> None:
    person, tokens = await signed_in(client)
    assert said(await change(client, tokens, current=NEW)) == (422, "password-wrong")
    weak = await change(client, tokens, new="password")
    assert said(weak) == (422, "password-weak")
    assert weak.json()["errors"][0]["pointer"] == "/new"
    assert said(await change(client, {"access_token": "x"})) == (401, "sign-in-needed")
    assert (await sign_in(client, person.login)).status_code == 200


async def test_of_two_changes_at_once_one_wins(client: AsyncClient) -> None:
    person, tokens = await signed_in(client)
    other = (await sign_in(client, person.login)).json()
    one, two = await asyncio.gather(
        change(client, tokens, new="第一只白鹅在湖上"),
        change(client, other, new="第二只白鹅在湖上"),
    )
    assert {one.status_code, two.status_code} <= {204, 401, 409}
    assert [one.status_code, two.status_code].count(204) == 1
    won = "第一只白鹅在湖上" if one.status_code == 204 else "第二只白鹅在湖上"
    assert (await sign_in(client, person.login, won)).status_code == 200


# Set anew


async def test_reset_token_sets_a_password_once_and_ends_every_session(
    client: AsyncClient, ground: Ground
) -> None:
    person, tokens = await signed_in(client)
    token = await offered(client, ground, person)
    assert (await who_am_i(client, tokens["access_token"])).status_code == 200, "only when used"
    assert said(await set_anew(client, token, "short")) == (422, "password-weak")
    assert (await set_anew(client, token)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await sign_in(client, person.login)).status_code == 401
    assert (await sign_in(client, person.login, NEW)).status_code == 200
    assert said(await set_anew(client, token)) == (404, "token-spent")


async def test_reset_token_runs_out_after_a_day_and_with_the_next_one(
    client: AsyncClient, ground: Ground, clock: MovableClock
) -> None:
    person = await register(client)
    first = await offered(client, ground, person)
    second = await offered(client, ground, person)
    assert said(await set_anew(client, first)) == (404, "token-spent")
    clock.move(hours=24)
    assert said(await set_anew(client, second)) == (404, "token-spent")


async def test_reset_token_is_void_after_a_change_and_in_a_shut_account(
    client: AsyncClient, ground: Ground
) -> None:
    person, tokens = await signed_in(client)
    token = await offered(client, ground, person)
    assert (await change(client, tokens)).status_code == 204
    assert said(await set_anew(client, token)) == (404, "token-spent")
    token, security = await offered(client, ground, person), await make_security(ground)
    path = f"/accounts/{person.account_id}"
    await client.post(f"{path}/disabling", **security.auth)
    assert said(await set_anew(client, token)) == (404, "token-spent")
    again = await client.post(f"{path}/password-reset", **security.auth)
    assert said(again) == (409, "account-not-active")


@pytest.mark.parametrize("act", ["password-reset", "invitation"])
async def test_nobody_but_the_security_administrator_hands_out_tokens(
    client: AsyncClient, ground: Ground, act: str
) -> None:
    person, head = await register(client), await make_caller(ground, ("head", uuid4()))
    path = f"/accounts/{person.account_id}/{act}"
    assert said(await client.post(path, **head.auth)) == (404, "not-found")
    assert said(await client.post(path)) == (401, "sign-in-needed")
    security = await make_security(ground)
    missing = await client.post(f"/accounts/{uuid4()}/{act}", **security.auth)
    assert said(missing) == (404, "not-found")


# Invitations


async def test_invitation_that_ran_out_is_renewed(
    client: AsyncClient, ground: Ground, clock: MovableClock
) -> None:
    security = await make_security(ground)
    body = {"name": "李四", "login": new_login()}
    made = (await client.post("/accounts/invitations", json=body, **security.auth)).json()
    clock.move(days=15)
    security = await make_security(ground)
    path = f"/accounts/{made['account_id']}/invitation"
    renewed = (await client.post(path, **security.auth)).json()
    assert renewed["activation_token"] != made["activation_token"]
    for token, status in ((made["activation_token"], 404), (renewed["activation_token"], 204)):
        activation = {"token": token, "password": PASSWORD}
        answer = await client.post("/accounts/activation", json=activation)
        assert answer.status_code == status
    assert said(await client.post(path, **security.auth)) == (409, "not-invited")


# Sessions


async def test_sessions_are_listed_and_ended_by_their_holder_alone(
    client: AsyncClient, clock: MovableClock
) -> None:
    person, tokens = await signed_in(client)
    clock.move(minutes=1)
    other = (await sign_in(client, person.login)).json()
    headers = bearing(tokens)
    items = (await client.get("/auth/sessions", headers=headers)).json()["items"]
    assert [item["current"] for item in items] == [False, True]
    assert {item["network"] for item in items} == {"127.0.0.1/32"}
    _, stranger = await signed_in(client)
    path = f"/auth/sessions/{items[0]['id']}"
    assert said(await client.delete(path, headers=bearing(stranger))) == (404, "session-unknown")
    assert (await client.delete(path, headers=headers)).status_code == 204
    assert (await who_am_i(client, other["access_token"])).status_code == 401
    assert said(await client.delete(path, headers=headers)) == (404, "session-unknown")
    assert len((await client.get("/auth/sessions", headers=headers)).json()["items"]) == 1


# The last security administrator


@pytest.fixture
async def alone(
    ground: Ground, fresh_database_url: str
) -> AsyncIterator[tuple[Ground, AsyncClient]]:
    """A service whose database nobody else uses."""
    database = Database.connect(fresh_database_url)
    async with database.writing() as db:
        await settle(db, Purpose.AWARD)
    own = replace(ground, database=database)
    app = create_app(Settings(profile=Profile.OFFICE), own)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield own, client
    await database.close()


async def grant_of(client: AsyncClient, by: Caller, person: Caller) -> str:
    wish = {"person_id": str(person.person_id), "role": "security-administrator", "scope": None}
    made = await client.post("/grants", json=wish, **by.auth)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_last_security_administrator_can_neither_go_nor_be_ended(
    alone: tuple[Ground, AsyncClient],
) -> None:
    ground, client = alone
    only, helper = await make_security(ground), await make_caller(ground)
    shut = f"/accounts/{only.account_id}/disabling"
    assert said(await client.post(shut, **only.auth)) == (409, "last-administrator")
    grant = await grant_of(client, only, helper)
    assert (await client.post(f"/grants/{grant}/ending", **helper.auth)).status_code == 204
    grant = await grant_of(client, only, helper)
    assert (await client.post(shut, **helper.auth)).status_code == 204
    ending = await client.post(f"/grants/{grant}/ending", **helper.auth)
    assert said(ending) == (409, "last-administrator")


async def test_two_who_shut_out_each_other_leave_one(
    alone: tuple[Ground, AsyncClient],
) -> None:
    ground, client = alone
    one, two = await make_security(ground), await make_security(ground)
    answers = await asyncio.gather(
        client.post(f"/accounts/{two.account_id}/disabling", **one.auth),
        client.post(f"/accounts/{one.account_id}/disabling", **two.auth),
    )
    counted = sorted(answer.status_code for answer in answers)
    assert counted in ([204, 401], [204, 409])
