"""A service of two workers for all tests of faults, and the people who use it."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from os import urandom
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from httpx import AsyncClient

from app.main import make_ground
from app.platform.db import embedded
from app.platform.db.installation import Purpose, settle
from app.platform.ground import Ground
from app.settings import Settings
from tests.conftest import ROOT, name_anew
from tests.faults.service import QUIET, Service, running

Reporter = Callable[..., None]


@pytest.fixture(scope="session")
def fault_database(cluster: embedded.Cluster, template: str, worker: str) -> Iterator[str]:
    """The address of a database that the tests of faults have to themselves."""
    name = f"faults_{worker}_{urandom(4).hex()}"
    cluster.create_database(name, template)
    yield cluster.url(name, embedded.APP_ROLE)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def fault_folder() -> Iterator[Path]:
    """Short, because the path of a Unix socket is."""
    with TemporaryDirectory(prefix="award-faults-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
async def ground(fault_database: str, fault_folder: Path) -> AsyncIterator[Ground]:
    """The ground of the service, to prepare and to look: its database, its keys, its clock."""
    settings = Settings(DATABASE_URL=fault_database, folder=fault_folder)
    ground = make_ground(settings)
    async with ground.database.writing() as db:
        await settle(db, Purpose.AWARD)
    yield ground
    ground.hasher.close()
    await ground.database.close()


@pytest.fixture(scope="session")
def service(ground: Ground, fault_database: str, fault_folder: Path) -> Iterator[Service]:
    del ground  # it has made the keys
    with running(Service(fault_folder, fault_database, environment=QUIET)) as service:
        yield service


@pytest.fixture(scope="session")
async def client(service: Service) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(
        base_url=f"{service.address}/api/v1",
        trust_env=False,
        timeout=30,
        event_hooks={"request": [name_anew]},
    ) as client:
        yield client


def keep_figures(name: str, **figures: Any) -> None:
    """Keep what a test has measured in var/reports, for `python -m tests.figures`."""
    folder = ROOT / "var" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Reporter:
    """Print the figures of a test, and keep them for the report of `make test-long`."""

    def keep(**figures: Any) -> None:
        name = request.node.name
        shown = " · ".join(f"{key} {value}" for key, value in figures.items())
        print(f"\n{name}: {shown}")  # noqa: T201  the report of `make test-long`
        keep_figures(name, **figures)

    return keep
