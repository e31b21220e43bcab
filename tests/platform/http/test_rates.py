"""Anonymous writes are bounded by network and operation; whoever is signed in is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.main import create_app
from app.platform.ground import Ground
from app.platform.http.rates import PublicRequest, TooManyRequests, admit
from app.settings import Profile, Settings
from tests.clock import MovableClock
from tests.factories import credit_code, make_caller
from tests.platform.accounts.people import PASSWORD, new_login

pytestmark = pytest.mark.anyio

RATE = 4


def network() -> str:
    """An address that no other test has."""
    return f"2001:db8:{uuid4().hex[:4]}::1"


@asynccontextmanager
async def from_address(ground: Ground, address: str) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(profile=Profile.OFFICE), replace(ground, public_rate=RATE))
    transport = ASGITransport(app, client=(address, 1))
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield client


def registration() -> dict[str, str]:
    return {"name": "张三", "login": new_login(), "password": PASSWORD}


async def test_registrations_from_one_network_are_bounded_by_the_minute(
    ground: Ground, clock: MovableClock
) -> None:
    clock.move(seconds=20)
    async with from_address(ground, network()) as client:
        answers = [await client.post("/accounts", json=registration()) for _ in range(RATE + 1)]
        assert [answer.status_code for answer in answers] == [201] * RATE + [429]
        assert answers[-1].json()["code"] == "too-many-requests"
        assert answers[-1].headers["retry-after"] == "40"
        other = await client.post("/accounts/activation", json={"token": "x" * 43, "password": "x"})
        assert other.status_code == 404, "another operation has its own count"
        clock.move(seconds=40)
        assert (await client.post("/accounts", json=registration())).status_code == 201


async def test_bound_does_not_reach_other_networks_nor_the_signed_in(ground: Ground) -> None:
    caller = await make_caller(ground)
    async with from_address(ground, network()) as client:
        for _ in range(RATE + 1):
            last = await client.post("/accounts", json=registration())
        assert last.status_code == 429
        for _ in range(RATE + 1):
            assert (await client.get("/auth/me", **caller.auth)).status_code == 200
            organisation = {"name": "精工", "credit_code": credit_code()}
            made = await client.post("/organisations", json=organisation, **caller.auth)
            assert made.status_code == 201, made.text
        assert (await client.get("/authorities")).status_code == 200
    async with from_address(ground, network()) as client:
        assert (await client.post("/accounts", json=registration())).status_code == 201


async def test_requests_at_the_same_time_are_all_counted(ground: Ground) -> None:
    address = network()

    async def one() -> bool:
        try:
            await admit(ground.database, RATE, "op", address, ground.clock())
        except TooManyRequests:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(20)))) == RATE


async def test_counts_of_long_ago_are_swept(ground: Ground, db: AsyncSession) -> None:
    for _ in range(3):
        await admit(ground.database, RATE, "op", network(), ground.clock())
    async with ground.database.writing() as writing:
        await writing.execute(
            update(PublicRequest).values(minute=ground.clock() - timedelta(hours=2))
        )
    for _ in range(20):
        await admit(ground.database, 100, "op", "192.0.2.1", ground.clock())
        if await db.scalar(select(func.count()).select_from(PublicRequest)) == 1:
            break
    assert await db.scalar(select(func.count()).select_from(PublicRequest)) == 1
