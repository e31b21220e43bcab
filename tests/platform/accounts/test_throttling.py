"""Guessing gets slower by login and network; nobody can be locked out by somebody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.models import SignInAttempt
from app.platform.accounts.rules import delay_after, delay_anywhere
from app.platform.ground import Ground
from tests.clock import MovableClock
from tests.platform.accounts.people import (
    PASSWORD,
    make_security,
    register,
    security_events,
    sign_in,
)

pytestmark = pytest.mark.anyio

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
WRONG = "不是这个密码"


@asynccontextmanager
async def at(app: FastAPI, address: str) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, client=(address, 1))
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield client


async def statuses(client: AsyncClient, login: str, times: int, password: str = WRONG) -> list[int]:
    return [(await sign_in(client, login, password)).status_code for _ in range(times)]


def test_delay_begins_after_the_fifth_failure_and_grows_to_fifteen_minutes() -> None:
    seconds = [delay.total_seconds() if (delay := delay_after(n)) else 0 for n in range(1, 15)]
    assert seconds == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert delay_after(10_000) == timedelta(minutes=15)


def test_delay_over_all_networks_is_late_and_short() -> None:
    assert delay_anywhere(49) is None
    assert delay_anywhere(50) == delay_anywhere(5_000) == timedelta(seconds=5)


async def test_sixth_try_is_refused_even_with_the_right_password(
    app: FastAPI, client: AsyncClient, db: AsyncSession, clock: MovableClock
) -> None:
    person = await register(client)
    async with at(app, HOME) as home:
        assert await statuses(home, person.login, 5) == [401] * 5
        refused = await sign_in(home, person.login)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
        assert 15 <= int(refused.headers["retry-after"]) <= 16
        assert await security_events(db, "sign-in-delayed", person.account_id) == 1
        clock.move(seconds=15)
        assert await statuses(home, person.login, 2) == [401, 429]
        clock.move(seconds=30)
        assert (await sign_in(home, person.login)).status_code == 200
        assert await statuses(home, person.login, 4) == [401] * 4, "a success forgets failures"


async def test_refused_tries_do_not_make_the_delay_longer(
    app: FastAPI, client: AsyncClient, clock: MovableClock
) -> None:
    person = await register(client)
    async with at(app, HOME) as home:
        await statuses(home, person.login, 5)
        assert await statuses(home, person.login, 20, PASSWORD) == [429] * 20
        clock.move(seconds=15)
        assert (await sign_in(home, person.login)).status_code == 200


async def test_one_network_never_holds_back_other_logins_or_other_networks(
    app: FastAPI, client: AsyncClient
) -> None:
    attacked, colleague = await register(client), await register(client)
    async with at(app, HOME) as bureau, at(app, ELSEWHERE) as other:
        assert await statuses(bureau, attacked.login, 6) == [401] * 5 + [429]
        assert (await sign_in(bureau, colleague.login)).status_code == 200
        assert (await sign_in(other, attacked.login)).status_code == 200


async def test_unknown_login_is_refused_like_a_known_one(app: FastAPI, client: AsyncClient) -> None:
    known, unknown = (await register(client)).login, f"nobody.{uuid4().hex[:8]}"
    async with at(app, HOME) as home:
        answers = [
            [await sign_in(home, login, WRONG) for _ in range(7)] for login in (known, unknown)
        ]
    for one, other in zip(*answers, strict=True):
        assert (one.status_code, one.json()) == (other.status_code, other.json())
        assert one.headers.get("retry-after") == other.headers.get("retry-after")


async def test_many_networks_together_are_slowed_but_the_holder_gets_in(
    app: FastAPI, client: AsyncClient
) -> None:
    """A rival with many addresses, in the last hour of scoring."""
    person = await register(client)
    async with at(app, HOME) as home:
        assert (await sign_in(home, person.login)).status_code == 200
    seen = []
    for number in range(60):
        async with at(app, f"203.0.113.{number}") as rival:
            seen += await statuses(rival, person.login, 1)
    assert seen == [401] * 50 + [429] * 10
    async with at(app, HOME) as home:
        assert (await sign_in(home, person.login)).status_code == 200


async def test_guesses_at_the_same_time_are_all_counted(app: FastAPI, client: AsyncClient) -> None:
    person = await register(client)
    async with at(app, HOME) as home:
        answers = await asyncio.gather(*(sign_in(home, person.login, WRONG) for _ in range(30)))
    counted = [answer.status_code for answer in answers]
    assert counted.count(401) == 5
    assert counted.count(429) == 25


async def test_failures_of_yesterday_are_forgotten(
    app: FastAPI, client: AsyncClient, clock: MovableClock
) -> None:
    person = await register(client)
    async with at(app, HOME) as home:
        await statuses(home, person.login, 4)
        clock.move(hours=24)
        assert await statuses(home, person.login, 5) == [401] * 5
        assert await statuses(home, person.login, 1) == [429]


async def test_password_change_is_guarded_like_a_sign_in(
    app: FastAPI, client: AsyncClient, ground: Ground
) -> None:
    """Whoever has stolen an access token cannot guess the password with it."""
    person = await register(client)
    async with at(app, ELSEWHERE) as thief:
        token = (await sign_in(thief, person.login)).json()["access_token"]
        body = {"current": WRONG, "new": "另一只很白的大鹅"}
        headers = {"Authorization": f"Bearer {token}"}
        answers = [
            await thief.post("/accounts/password", json=body, headers=headers) for _ in range(6)
        ]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert ground.database.write_engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a queue pool


async def test_reset_password_frees_the_login(
    app: FastAPI, client: AsyncClient, ground: Ground
) -> None:
    security, person = await make_security(ground), await register(client)
    async with at(app, HOME) as home:
        await statuses(home, person.login, 6)
        offered = await client.post(
            f"/accounts/{person.account_id}/password-reset", **security.auth
        )
        body = {"token": offered.json()["reset_token"], "password": "另一只很白的大鹅"}
        assert (await client.post("/accounts/password-reset", json=body)).status_code == 204
        assert (await sign_in(home, person.login, "另一只很白的大鹅")).status_code == 200


async def test_tries_are_kept_without_the_login_and_swept(
    app: FastAPI, ground: Ground, db: AsyncSession
) -> None:
    login = f"nobody.{uuid4().hex[:8]}"
    async with at(app, HOME) as home:
        await statuses(home, login, 2)
        key = ground.sealer.keyed_hash(f"login {login}")
        kept = select(func.count()).where(SignInAttempt.login == key)
        assert await db.scalar(kept) == 2
        async with ground.database.writing() as writing:
            old = ground.clock() - timedelta(days=31)
            await writing.execute(
                update(SignInAttempt).where(SignInAttempt.login == key).values(tried_at=old)
            )
        for _ in range(40):
            await statuses(home, f"nobody.{uuid4().hex[:8]}", 1)
        assert await db.scalar(kept) == 0
