"""A statement that hangs in the middle of a request is told within seconds, whatever hangs."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import String, bindparam, cast, func, select, text

from app.main import create_app, make_ground
from app.platform.accounts.callers import DirectReading, DirectWriting, Reading, Writing
from app.platform.accounts.models import Account
from app.platform.db.engine import SILENCE, Database
from app.platform.db.prepared import Direct, Prepared
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.factories import Caller, make_caller
from tests.faults.proxy import Proxy, between

pytestmark = pytest.mark.anyio

ANSWER = 1.0
"""Seconds that a statement may take here; a web worker gives it a few more."""
SOON = ANSWER + SILENCE + 1.5
"""Seconds within which it is told, on a machine that has other things to do."""
NAP = select(cast(func.pg_sleep(bindparam("seconds")), String).label("slept"))
SLEEP = Prepared(NAP)
TOUCH = Prepared(select(Account.id).where(Account.id == bindparam("account")).with_for_update())
KINDS = ("reading", "writing", "reading-directly", "writing-directly")


@dataclass
class Hanging:
    """A service over a database whose answers can be held back."""

    proxy: Proxy
    client: AsyncClient
    caller: Caller

    async def told(self, kind: str, what: str) -> float:
        """Ask for what hangs; gives after how many seconds it was told."""
        began = time.monotonic()
        answer = await self.client.get(f"/{kind}/{what}", **self.caller.auth)
        seconds = time.monotonic() - began
        assert (answer.status_code, answer.json()["code"]) == (503, "busy"), answer.text
        assert answer.headers["retry-after"]
        return seconds

    async def well(self, kind: str) -> bool:
        return (await self.client.get(f"/{kind}/nothing", **self.caller.auth)).status_code == 200


def routed(app: FastAPI, proxy: Proxy) -> None:
    """One route for each way of holding a connection."""

    async def hang(run: Callable[[float], Awaitable[object]], what: str) -> str:
        if what == "silence":
            proxy.silent.clear()
        await run(30 if what == "sleep" else 0)
        return "done"

    def directly(db: Direct) -> Callable[[float], Awaitable[object]]:
        return lambda seconds: db.first(SLEEP, seconds=seconds)

    @app.get("/reading/{what}")
    async def reading(call: Reading, what: str) -> str:
        return await hang(lambda s: call.db.execute(NAP, {"seconds": s}), what)

    @app.get("/writing/{what}")
    async def writing(call: Writing, what: str) -> str:
        if what == "lock":
            await call.db.get(Account, call.actor.account_id, with_for_update=True)
        return await hang(lambda s: call.db.execute(NAP, {"seconds": s}), what)

    @app.get("/reading-directly/{what}")
    async def reading_directly(call: DirectReading, what: str) -> str:
        return await hang(directly(call.db), what)

    @app.get("/writing-directly/{what}")
    async def writing_directly(call: DirectWriting, what: str) -> str:
        if what == "lock":
            await call.db.first(TOUCH, account=call.actor.account_id)
        return await hang(directly(call.db), what)


@pytest.fixture
async def hanging(ground: Ground, database_url: str) -> AsyncIterator[Hanging]:
    with TemporaryDirectory(prefix="award-hang-") as made:
        async with between(database_url, Path(made)) as (proxy, through):
            database = Database.connect(through, pool_size=2, answer=ANSWER)
            known = replace(ground, database=database)
            app = create_app(Settings(profile=Profile.OFFICE), known)
            routed(app, proxy)
            transport = ASGITransport(app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://award.test") as client:
                yield Hanging(proxy, client, await make_caller(ground))
            proxy.silent.set()
            await database.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_statement_that_takes_too_long_is_told(hanging: Hanging, kind: str) -> None:
    assert await hanging.well(kind)
    assert await hanging.told(kind, "sleep") < SOON
    assert await hanging.well(kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_database_that_falls_silent_in_the_middle_is_told(
    hanging: Hanging, kind: str
) -> None:
    assert await hanging.well(kind)
    assert await hanging.told(kind, "silence") < SOON
    hanging.proxy.silent.set()
    assert await hanging.well(kind)


@pytest.mark.parametrize("kind", ["writing", "writing-directly"])
async def test_row_that_another_holds_is_told(ground: Ground, hanging: Hanging, kind: str) -> None:
    async with ground.database.writing(keep=False) as db:
        await db.get(Account, hanging.caller.account_id, with_for_update=True)
        assert await hanging.told(kind, "lock") < SOON
    assert await hanging.well(kind)


async def test_web_worker_waits_a_few_seconds_and_no_longer(
    database_url: str, tmp_path: Path
) -> None:
    ground = make_ground(Settings(DATABASE_URL=database_url, folder=tmp_path))
    for engine in (ground.database.write_engine, ground.database.read_engine):
        async with engine.connect() as connection:
            names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            shown = [await connection.scalar(text(f"SHOW {name}")) for name in names]
        assert shown == ["4s", "3s", "30s"]
    ground.hasher.close()
    await ground.database.close()
