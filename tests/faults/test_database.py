"""The database goes away, is silent, or is cut off in the middle of a COMMIT."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from httpx import AsyncClient

from app.main import make_ground
from app.platform.db import embedded
from app.platform.db.installation import Purpose, settle
from app.platform.db.premises import programs, run_program
from app.platform.ground import Ground
from app.settings import Settings
from tests.conftest import migrate, name_anew
from tests.faults.conftest import Reporter
from tests.faults.load import LANES, Load, judged, make_load
from tests.faults.people import intact
from tests.faults.proxy import Proxy, between
from tests.faults.service import QUIET, Service
from tests.faults.wire import Answer, Client, together

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(folder: Path, url: str) -> AsyncIterator[tuple[Service, AsyncClient]]:
    """A service of its own over this address of a database."""
    service = Service(folder, url, environment=QUIET)
    loop = asyncio.get_running_loop()
    # in a thread: what stands between it and the database may run in this loop
    await loop.run_in_executor(None, service.start)
    try:
        async with AsyncClient(
            base_url=f"{service.address}/api/v1",
            trust_env=False,
            timeout=30,
            event_hooks={"request": [name_anew]},
        ) as client:
            yield service, client
    finally:
        await loop.run_in_executor(None, service.stop)


@asynccontextmanager
async def behind_a_proxy(
    fault_database: str, folder: Path
) -> AsyncIterator[tuple[Proxy, Service, AsyncClient]]:
    with TemporaryDirectory(prefix="award-proxy-") as made:
        async with (
            between(fault_database, Path(made)) as (proxy, through),
            serving(folder, through) as (service, client),
        ):
            yield proxy, service, client


# Restarts


class Restarting:
    """A cluster that is stopped as by a power cut, and started again."""

    def __init__(self, cluster: embedded.Cluster) -> None:
        self.cluster = cluster

    def restart(self) -> float:
        """Gives when the server took connections again."""
        files = self.cluster.place / "cluster"
        pg_ctl = str(programs(self.cluster.account) / "pg_ctl")
        stop = [pg_ctl, "stop", "--silent", "--mode=immediate", f"--pgdata={files}"]
        assert run_program(stop, self.cluster.account).returncode == 0
        self.cluster = embedded.start(self.cluster.folder)
        return time.monotonic()


async def restarts(count: int, spacing: float) -> tuple[Load, list[float], tuple[int, int]]:
    """The load, the seconds until the first answer after each restart, lost and duplicated."""
    loop = asyncio.get_running_loop()
    with TemporaryDirectory(prefix="award-restart-") as made:
        database = Restarting(await loop.run_in_executor(None, embedded.start, Path(made) / "db"))
        try:
            await loop.run_in_executor(None, migrate, database.cluster.url_owner)
            settings = Settings(DATABASE_URL=database.cluster.url_app, folder=Path(made))
            ground = make_ground(settings)
            async with ground.database.writing() as db:
                await settle(db, Purpose.AWARD)
            async with serving(Path(made), settings.database_url or "") as (own, client):
                pid = own.process and own.process.pid
                load = await make_load(ground, client, own.port)
                async with intact(ground):
                    waits = await _under_load(load, database, count, spacing)
                    figures = await judged(load)
                assert own.process is not None
                assert (own.process.pid, own.process.poll()) == (pid, None)
            ground.hasher.close()
            await ground.database.close()
        finally:
            embedded.remove(database.cluster)
    return load, waits, figures


async def _under_load(load: Load, database: Restarting, count: int, spacing: float) -> list[float]:
    loop, waits = asyncio.get_running_loop(), []
    lanes = [asyncio.create_task(load.drive(lane)) for lane in range(LANES)]
    try:
        for _ in range(count):
            await asyncio.sleep(spacing)
            assert not any(lane.done() for lane in lanes), [lane.exception() for lane in lanes]
            up = await loop.run_in_executor(None, database.restart)
            before = load.ledger.acknowledged
            while load.ledger.acknowledged == before:  # noqa: ASYNC110  what is measured, no event
                await asyncio.sleep(0.01)
            waits.append(time.monotonic() - up)
    finally:
        load.ending.set()
        await asyncio.gather(*lanes)
    await load.ground.database.write_engine.dispose()
    await load.ground.database.read_engine.dispose()
    return waits


async def test_database_restarts_under_load_lose_nothing() -> None:
    load, waits, figures = await restarts(2, 0.7)
    assert figures == (0, 0)
    assert max(waits) < 5, waits
    assert not [told for told in load.ledger.faults if told.startswith("500")], load.ledger.faults


@pytest.mark.long
async def test_ten_database_restarts_under_load(report: Reporter) -> None:
    load, waits, (lost, twice) = await restarts(10, 2.0)
    report(
        restarts=10,
        acknowledged=load.ledger.acknowledged,
        retried=load.ledger.retried,
        lost=lost,
        duplicated=twice,
        longest_wait=round(max(waits), 3),
        refusals=dict(load.ledger.faults),
    )
    assert (lost, twice) == (0, 0)
    assert max(waits) <= 2.0
    assert not [told for told in load.ledger.faults if told.startswith("500")]


# Cut COMMITs


async def cut_commits(ground: Ground, url: str, folder: Path, cuts: int) -> tuple[Load, int]:
    chance = Random(cuts)

    def cut() -> bool | None:
        if proxy.cuts >= cuts or chance.random() > 0.3:
            return None
        return chance.random() < 0.7

    async with behind_a_proxy(url, folder) as (proxy, service, client):
        load = await make_load(ground, client, service.port, lanes=8)
        async with intact(ground):
            proxy.cut = cut
            lanes = [asyncio.create_task(load.drive(lane)) for lane in range(8)]
            while proxy.cuts < cuts and not any(lane.done() for lane in lanes):  # noqa: ASYNC110  many events
                await asyncio.sleep(0.01)
            load.ending.set()
            await asyncio.gather(*lanes)
        return load, proxy.cuts


async def test_thirty_cut_commits_do_nothing_twice(
    ground: Ground, fault_database: str, fault_folder: Path
) -> None:
    load, cuts = await cut_commits(ground, fault_database, fault_folder, 30)
    assert cuts >= 30
    assert load.ledger.retried >= 30
    assert await judged(load) == (0, 0)
    assert set(load.ledger.faults) == {"503 busy"}


@pytest.mark.long
async def test_five_hundred_cut_commits(
    ground: Ground, fault_database: str, fault_folder: Path, report: Reporter
) -> None:
    began = time.monotonic()
    load, cuts = await cut_commits(ground, fault_database, fault_folder, 500)
    lost, twice = await judged(load)
    report(
        cuts=cuts,
        acknowledged=load.ledger.acknowledged,
        lost=lost,
        duplicated=twice,
        seconds=round(time.monotonic() - began, 1),
    )
    assert (lost, twice) == (0, 0)
    assert set(load.ledger.faults) == {"503 busy"}


# Silence


async def test_silent_database_is_told_in_time_and_forgotten_when_it_speaks(
    ground: Ground, fault_database: str, fault_folder: Path
) -> None:
    async with behind_a_proxy(fault_database, fault_folder) as (proxy, service, client):
        load = await make_load(ground, client, service.port)
        judge, sheet, _ = load.sheets[0]

        async def read(wire: Client, _: int) -> tuple[float, Answer]:
            began = time.monotonic()
            answer = await wire.ask("GET", f"/scoresheets/{sheet}", judge.caller)
            return time.monotonic() - began, answer

        assert {a.status for _, a in await together(service.port, 16, read)} == {200}
        proxy.silent.clear()
        told = await together(service.port, 40, read)
        alive = await client.get(f"{service.address}/healthz")
        ready = await client.get(f"{service.address}/readyz")
        assert Counter((a.status, a.code) for _, a in told) == {(503, "busy"): 40}
        assert all(answer.headers["retry-after"] for _, answer in told)
        longest = max(seconds for seconds, _ in told)
        assert longest < 3.0, longest
        assert (alive.status_code, ready.status_code) == (200, 503)
        proxy.silent.set()
        spoke = time.monotonic()
        wire = Client(service.port)
        while (await read(wire, 0))[1].status != 200:
            assert time.monotonic() - spoke < 5
        wire.close()
