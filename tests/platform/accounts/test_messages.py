"""The holder of an account hears of what happens to it; nobody else does."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.notifications.models import Notification
from app.platform.notifications.service import MAIL
from tests.clock import MovableClock
from tests.platform.accounts.people import (
    PASSWORD,
    Registered,
    make_security,
    new_login,
    refresh,
    register,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.anyio

OTHER = "另一只很白的大鹅"


async def inbox(client: AsyncClient, login: str, password: str) -> list[dict[str, Any]]:
    tokens = (await sign_in(client, login, password)).json()
    answer = await client.get(
        "/notifications", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def templates(items: list[dict[str, Any]]) -> list[str]:
    return sorted(item["template"] for item in items)


async def test_invited_person_finds_the_invitation_without_its_token(
    ground: Ground, client: AsyncClient
) -> None:
    security, login = await make_security(ground), new_login()
    body = {"name": "张三", "login": login}
    invited = (await client.post("/accounts/invitations", json=body, **security.auth)).json()
    again = await client.post(f"/accounts/{invited['account_id']}/invitation", **security.auth)
    token = again.json()["activation_token"]
    activated = await client.post(
        "/accounts/activation", json={"token": token, "password": PASSWORD}
    )
    assert activated.status_code == 204
    items = await inbox(client, login, PASSWORD)
    assert templates(items) == ["account-invited", "account-invited"]
    assert all(login in item["text"] for item in items)
    assert token not in str(items)
    assert invited["activation_token"] not in str(items)


async def test_reset_is_told_when_it_is_offered_and_when_it_is_done(
    ground: Ground, client: AsyncClient
) -> None:
    security, person = await make_security(ground), await register(client)
    where = f"/accounts/{person.account_id}/password-reset"
    token = (await client.post(where, **security.auth)).json()["reset_token"]
    items = await inbox(client, person.login, PASSWORD)
    assert templates(items) == ["password-reset-offered"]
    assert token not in str(items)
    done = await client.post("/accounts/password-reset", json={"token": token, "password": OTHER})
    assert done.status_code == 204
    items = await inbox(client, person.login, OTHER)
    assert templates(items) == ["password-reset-offered", "password-set"]
    assert OTHER not in str(items)


async def test_changed_password_is_told(client: AsyncClient) -> None:
    person, tokens = await signed_in(client)
    change = {"current": PASSWORD, "new": OTHER}
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    await client.post("/accounts/password", json=change | {"current": OTHER}, headers=headers)
    assert templates(await inbox(client, person.login, PASSWORD)) == []
    answer = await client.post("/accounts/password", json=change, headers=headers)
    assert answer.status_code == 204
    assert templates(await inbox(client, person.login, OTHER)) == ["password-set"]


async def replayed(client: AsyncClient, clock: MovableClock) -> Registered:
    """Somebody whose refresh token was used again, long after it had been exchanged."""
    person, tokens = await signed_in(client)
    assert (await refresh(client, tokens["refresh_token"])).status_code == 200
    clock.move(seconds=31)
    for _ in range(2):
        assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    return person


async def test_replayed_refresh_token_alarms_its_holder_once(
    client: AsyncClient, clock: MovableClock
) -> None:
    person = await replayed(client, clock)
    (item,) = await inbox(client, person.login, PASSWORD)
    assert item["template"] == "refresh-replayed"
    assert person.login in item["text"]


async def test_what_happens_to_an_account_is_mailed_where_an_address_is_known(
    ground: Ground, client: AsyncClient, db: AsyncSession
) -> None:
    person, tokens = await signed_in(client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    address = {"address": "li.si@example.com"}
    await client.put("/notifications/mail-address", json=address, headers=headers)
    security = await make_security(ground)
    await client.post(f"/accounts/{person.account_id}/password-reset", **security.auth)
    told = await db.scalar(
        select(Notification.id).where(Notification.person_id == UUID(person.person_id))
    )
    assert await db.scalar(select(Job.kind).where(Job.key == f"{MAIL}:{told}")) == MAIL


async def test_strangers_learn_nothing_and_leave_nothing(
    client: AsyncClient, db: AsyncSession
) -> None:
    """Neither a wrong password nor a made-up token tells the holder, or the stranger, anything."""
    person = await register(client)
    known = await sign_in(client, person.login, OTHER)
    unknown = await sign_in(client, new_login(), OTHER)
    assert (known.status_code, known.json() | {"instance": ""}) == (
        unknown.status_code,
        unknown.json() | {"instance": ""},
    )
    for path in ("activation", "password-reset"):
        made_up = {"token": "a" * 43, "password": OTHER}
        assert (await client.post(f"/accounts/{path}", json=made_up)).status_code == 404
    told = select(Notification.id).where(Notification.person_id == UUID(person.person_id))
    assert (await db.scalars(told)).all() == []
