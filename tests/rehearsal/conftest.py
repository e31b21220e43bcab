"""A service in rehearsal mode: in a process of its own, or, without a server, in this one."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.main import create_app, make_ground
from app.platform.db import embedded
from app.platform.db.installation import Purpose, settle
from app.rehearsal.play import rehearse
from app.rehearsal.report import Report
from app.serving import free_port
from app.settings import Profile, Settings

PATIENCE = 60.0
Play = Callable[..., Awaitable[Report]]


@pytest.fixture(scope="session")
async def in_process(
    cluster: embedded.Cluster,
    template: str,
    worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The way into a rehearsal service of this process; all years share its database and clock."""
    name = f"in_process_{worker}_{os.urandom(4).hex()}"
    cluster.create_database(name, template)
    settings = Settings(
        profile=Profile.REHEARSAL,
        database_url=cluster.url(name, embedded.APP_ROLE),
        cheap_passwords=True,
        folder=tmp_path_factory.mktemp("rehearsal"),
        log_requests=False,
    )
    ground = make_ground(settings)
    async with ground.database.writing() as db:
        await settle(db, Purpose.REHEARSAL)
    yield httpx.ASGITransport(create_app(settings, ground))
    ground.hasher.close()
    await ground.database.close()
    cluster.drop_database(name)


@pytest.fixture
def play(in_process: httpx.AsyncBaseTransport) -> Play:
    """Play a small year in this process, with as few judges as the regulation allows."""

    async def played(code: str, *, applicants: int, seed: int, **more: object) -> Report:
        options = {"judges": 1, "progress": None, "transport": in_process} | more
        return await rehearse(
            "http://award.test", code, applicants=applicants, seed=seed, **options
        )

    return played


@pytest.fixture
def rehearsal_url(
    cluster: embedded.Cluster, template: str, worker: str, tmp_path: Path
) -> Iterator[str]:
    """Its address. Every test has its own clock, and so the year begins on 2026-01-05."""
    with _service(cluster, template, worker, tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def shared_url(
    cluster: embedded.Cluster,
    template: str,
    worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of one service for many years; each sets its clock back to the beginning."""
    with _service(cluster, template, worker, tmp_path_factory.mktemp("shared")) as url:
        yield url


@contextmanager
def _service(cluster: embedded.Cluster, template: str, worker: str, folder: Path) -> Iterator[str]:
    name = f"rehearsal_{worker}_{os.urandom(4).hex()}"
    cluster.create_database(name, template)
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": cluster.url(name, embedded.APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(name),
        "QUALITY_AWARD_PROFILE": "rehearsal",
        "QUALITY_AWARD_CHEAP_PASSWORDS": "true",
        "QUALITY_AWARD_FOLDER": str(folder),
        "QUALITY_AWARD_PORT": str(port),
    }
    server = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=environment)
    try:
        yield _ready(server, f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(timeout=30)
        cluster.drop_database(name)


def _ready(server: subprocess.Popen[bytes], url: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.poll() is None, "the rehearsal service has ended"
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the rehearsal service is not ready")
