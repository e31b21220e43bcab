"""One embedded server for a run, one database for a worker, cloned from a migrated template."""

import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Request
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.main import create_app
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.platform.files.store import FileStore
from app.platform.ground import Ground
from app.platform.security.keys import KeyChain
from app.platform.security.passwords import CHEAPEST, PasswordHasher
from app.platform.security.sealing import Sealer
from app.proof.keys import KeyRing, SigningKey
from app.settings import Profile, Settings
from app.wiring import POLICY, PURPOSES
from tests.clock import MovableClock

# A busy machine is no failure of the law: how long an example takes is not what is asked.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

FOLDER = "QUALITY_AWARD_TEST_FOLDER"
TEMPLATE = "award_template"
ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="award-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ[FOLDER])
    if (folder / "cluster").exists() or (folder / "elsewhere").exists():
        embedded.remove(embedded.start(folder))


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def cluster() -> embedded.Cluster:
    """The server of this run; whoever comes first starts it."""
    return embedded.start(Path(os.environ[FOLDER]))


@pytest.fixture(scope="session")
def template(cluster: embedded.Cluster, anyio_backend: object) -> str:
    """A migrated database to clone; whoever comes first makes it."""
    del anyio_backend
    with (Path(os.environ[FOLDER]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Path(os.environ[FOLDER]) / "template.made"
        if not made.exists():
            cluster.create_database(TEMPLATE)
            migrate(cluster.url(TEMPLATE))
            made.touch()
    return TEMPLATE


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, or some steps down from where it is (`-1`), as the owner."""
    import asyncio  # noqa: PLC0415  only here, outside any running loop

    def run(connection: Connection) -> None:
        config = Config(ROOT / "alembic.ini")
        config.attributes["connection"] = connection
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    async def online() -> None:
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(run)
        await engine.dispose()

    asyncio.run(online())


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def database_url(cluster: embedded.Cluster, template: str, worker: str) -> str:
    """This worker's own database, as the role the service runs under."""
    name = f"award_{worker}"
    cluster.create_database(name, template)
    return cluster.url(name, embedded.APP_ROLE)


@pytest.fixture
def fresh_database_url(cluster: embedded.Cluster, template: str, worker: str) -> Iterator[str]:
    """A database of this test's own, as the role the service runs under."""
    name = f"fresh_{worker}_{os.urandom(4).hex()}"
    cluster.create_database(name, template)
    yield cluster.url(name, embedded.APP_ROLE)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
async def ground(
    database_url: str, clock: MovableClock, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    """What the application under test stands on: real pools, real keys, a clock we hold."""
    database = Database.connect(database_url)
    async with database.writing() as db:
        await settle(db, Purpose.AWARD)
    ground = Ground(
        database=database,
        policy=POLICY,
        purposes=PURPOSES,
        chain=KeyChain(*(KeyRing(active=SigningKey.generate()) for _ in range(2))),
        sealer=Sealer.generate(),
        hasher=PasswordHasher(CHEAPEST),
        files=FileStore.in_folder(tmp_path_factory.mktemp("files")),
        clock=clock,
        issuer="quality-award",
    )
    yield ground
    ground.hasher.close()
    await database.close()


@pytest.fixture(scope="session")
def app(ground: Ground) -> FastAPI:
    return create_app(Settings(profile=Profile.OFFICE), ground)


async def name_anew(request: Request) -> None:
    """Every request gets a name of its own, unless the test names it."""
    if request.method == "POST":
        request.headers.setdefault("Idempotency-Key", uuid4().hex)


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(
        transport=transport,
        base_url="http://award.test/api/v1",
        event_hooks={"request": [name_anew]},
    ) as client:
        yield client


@pytest.fixture
async def db(ground: Ground) -> AsyncIterator[AsyncSession]:
    """A session to look with, and to prepare with: commit what the application shall see."""
    async with ground.database.writing(keep=False) as session:
        yield session


@pytest.fixture(autouse=True)
def _clock_at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock").rest()
