"""A write that is still running half a minute after it arrived is not kept."""

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from app.main import create_app
from app.platform.accounts.callers import LONGEST, Writing
from app.platform.accounts.models import Person
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.clock import MovableClock
from tests.factories import make_caller

pytestmark = pytest.mark.anyio


def slow(ground: Ground, clock: MovableClock) -> FastAPI:
    app = create_app(Settings(profile=Profile.OFFICE), ground)

    @app.post("/slow/{seconds}")
    async def takes(call: Writing, seconds: int) -> str:
        call.db.add(Person(name=f"慢{seconds}{call.actor.account_id}", created_at=call.now))
        clock.move(seconds=seconds)
        return "stored"

    return app


@pytest.mark.parametrize(("seconds", "status", "stored"), [(30, 200, 1), (31, 503, 0)])
async def test_write_is_kept_within_half_a_minute_only(
    ground: Ground, clock: MovableClock, seconds: int, status: int, stored: int
) -> None:
    caller = await make_caller(ground)
    assert LONGEST.total_seconds() == 30
    transport = ASGITransport(slow(ground, clock), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        answer = await client.post(f"/slow/{seconds}", **caller.auth)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["code"] == "took-too-long"
    name = f"慢{seconds}{caller.account_id}"
    async with ground.database.reading() as db:
        assert await db.scalar(select(func.count()).where(Person.name == name)) == stored
