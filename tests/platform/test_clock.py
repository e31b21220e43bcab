"""The machine's time is set while people work: it is told, and nothing stands half written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from app.main import create_app
from app.platform.accounts.models import Organisation
from app.platform.audit.sealer import seal
from app.platform.audit.verify import verify
from app.platform.clock import SETTLING, ClockWatch, wall_clock
from app.platform.ground import Ground
from app.settings import Settings
from tests.clock import START, MovableClock
from tests.conftest import name_anew
from tests.factories import credit_code, make_caller
from tests.platform.audit.acts import act

HOUR = timedelta(hours=1)
JUMPS = pytest.mark.parametrize("hours", [1, -1])


class Machine:
    """Its wall clock can be set; what it has been running for cannot."""

    def __init__(self) -> None:
        self.wall, self.running = MovableClock(), 1000.0
        self.watch = ClockWatch(self.wall, lambda: self.running)

    def run(self, seconds: float, *, slewed: float = 0) -> None:
        self.running += seconds
        self.wall.now += timedelta(seconds=seconds + slewed)

    def set(self, hours: int) -> None:
        self.wall.now += hours * HOUR


def test_clock_that_runs_on_has_not_jumped() -> None:
    machine = Machine()
    for _ in range(100):
        machine.run(60)
        assert machine.watch.jump() is None
    machine.run(60, slewed=0.03)  # as much as a gradual correction makes in a minute
    assert machine.watch.jump() is None


@JUMPS
def test_jump_is_told_until_the_new_time_has_stood_for_a_minute(hours: int) -> None:
    machine = Machine()
    machine.set(hours)
    assert machine.watch.jump() == hours * HOUR
    machine.run(SETTLING - 1)
    assert machine.watch.jump() == hours * HOUR
    machine.run(1)
    assert machine.watch.jump() is None
    machine.set(-hours)
    assert machine.watch.jump() == -hours * HOUR


def test_machines_own_clocks_agree() -> None:
    assert ClockWatch().jump() is None


@asynccontextmanager
async def served(ground: Ground) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(create_app(Settings(), ground), raise_app_exceptions=False)
    async with AsyncClient(
        transport=transport,
        base_url="http://award.test/api/v1",
        event_hooks={"request": [name_anew]},
    ) as client:
        yield client


async def organisations(ground: Ground, code: str) -> int:
    async with ground.database.reading() as db:
        asked = select(func.count()).where(Organisation.credit_code == code)
        return await db.scalar(asked) or 0


@pytest.mark.anyio
@JUMPS
async def test_nothing_is_written_after_a_jump_and_reading_goes_on(
    ground: Ground, hours: int
) -> None:
    machine = Machine()
    caller = await make_caller(ground)
    body = {"name": "无锡精工有限公司", "credit_code": credit_code()}
    async with served(replace(ground, watch=machine.watch)) as client:
        machine.set(hours)
        refused = await client.post("/organisations", json=body, **caller.auth)
        assert (refused.status_code, refused.json()["code"]) == (503, "clock-jumped")
        assert refused.headers["retry-after"]
        assert await organisations(ground, body["credit_code"]) == 0
        assert (await client.get("/organisations", **caller.auth)).status_code == 200
        machine.run(SETTLING)
        kept = await client.post("/organisations", json=body, **caller.auth)
        assert kept.status_code == 201, kept.text
    assert await organisations(ground, body["credit_code"]) == 1


@pytest.mark.anyio
async def test_readiness_tells_of_a_jump_and_of_a_clock_apart(ground: Ground) -> None:
    machine = Machine()
    machine.wall.now = wall_clock()
    machine.watch = ClockWatch(machine.wall, lambda: machine.running)
    async with served(replace(ground, watch=machine.watch)) as client:
        assert (await client.get("http://award.test/readyz")).status_code == 200
        machine.set(1)
        told = await client.get("http://award.test/readyz")
        assert (told.status_code, told.json()["code"]) == (503, "not-ready")
        assert "跳变了 3600 秒" in told.json()["title"]
        machine.run(SETTLING)
        told = await client.get("http://award.test/readyz")
        assert told.status_code == 503
        assert "跳变" not in told.json()["title"]
        assert "与数据库相差" in told.json()["title"]


@pytest.mark.anyio
@JUMPS
async def test_token_of_another_hour_is_refused_and_counts_again_when_the_clock_is_right(
    client: AsyncClient, ground: Ground, clock: MovableClock, hours: int
) -> None:
    caller = await make_caller(ground)
    clock.set(START + hours * HOUR)
    refused = await client.get("/auth/me", **caller.auth)
    assert (refused.status_code, refused.json()["code"]) == (401, "sign-in-needed")
    clock.rest()
    assert (await client.get("/auth/me", **caller.auth)).status_code == 200


@pytest.mark.anyio
async def test_acts_of_a_clock_that_went_backwards_are_sealed_in_the_order_of_their_writing(
    ground: Ground,
) -> None:
    log = uuid4()
    for hours in (0, 5, -5, 1):
        async with ground.database.writing() as db:
            act(db, log, START + hours * HOUR)
        async with ground.database.writing() as db:
            assert await seal(db, log=str(log), limit=10) == 1
    async with ground.database.reading() as db:
        found = await verify(db, ground.chain.evidence)
    assert [one for one in found if one.log == str(log)] == []
