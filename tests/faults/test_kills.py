"""kill -9 of the whole service while sixteen people write: what was acknowledged is there, once."""

import asyncio
import time

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.faults.conftest import Reporter
from tests.faults.load import LANES, Load, judged, make_load
from tests.faults.people import intact
from tests.faults.service import Service

pytestmark = pytest.mark.anyio


async def killed(service: Service, load: Load, kills: int, between: int) -> None:
    """Kill and start again, each time when `between` more writes were acknowledged."""
    loop = asyncio.get_running_loop()
    lanes = [asyncio.create_task(load.drive(lane)) for lane in range(LANES)]
    try:
        for turn in range(1, kills + 1):
            while load.ledger.acknowledged < turn * between:
                assert not any(lane.done() for lane in lanes), [lane.exception() for lane in lanes]
                await asyncio.sleep(0.02)
            service.kill()
            await loop.run_in_executor(None, service.start)
    finally:
        load.ending.set()
        await asyncio.gather(*lanes)


async def test_three_kills_lose_nothing_and_do_nothing_twice(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    load = await make_load(ground, client, service.port)
    async with intact(ground):
        await killed(service, load, kills=3, between=150)
        assert await judged(load) == (0, 0)
    assert load.ledger.acknowledged >= 450
    assert load.ledger.retried > 0, "nothing was under way when the service was killed"


@pytest.mark.long
async def test_twenty_kills_and_twenty_thousand_writes(
    ground: Ground, client: AsyncClient, service: Service, report: Reporter
) -> None:
    load = await make_load(ground, client, service.port)
    began = time.monotonic()
    async with intact(ground):
        await killed(service, load, kills=20, between=1000)
        lost, twice = await judged(load)
    report(
        kills=20,
        acknowledged=load.ledger.acknowledged,
        retried=load.ledger.retried,
        lost=lost,
        duplicated=twice,
        seconds=round(time.monotonic() - began, 1),
    )
    assert (lost, twice) == (0, 0)
    assert load.ledger.acknowledged >= 20_000
