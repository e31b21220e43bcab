"""How does the service come up, and how does it go down?

`serve` is the only parent: it holds the data folder, starts or adopts the embedded server where no
DATABASE_URL is given, migrates, and then runs the web workers with the addresses in their
environment. It stops only the database it has started.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

import httpx
import uvicorn
from alembic import command
from alembic.config import Config

from app import working
from app.platform.accounts.service.joining import issue_bootstrap
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.settings import Settings

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0


class WrongDatabaseError(RuntimeError):
    """The database was made for something else."""


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """The settings with addresses of a running, migrated database of the right purpose."""
    with ExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(embedded.hold(settings.folder))
            cluster = embedded.start(settings.folder)
            stack.callback(embedded.stop, cluster)
            addresses = {"database_url": cluster.url_app, "database_owner_url": cluster.url_owner}
            settings = settings.model_copy(update=addresses)
        asyncio.run(_prepare(settings))
        yield settings


def serve(settings: Settings) -> None:
    """Run the service until it is told to stop."""
    # uvicorn raises the signal that ended it once more: it must unwind, so that the database stops
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), database(settings) as ready:
        _hand_down(ready)
        with working.child() if ready.work else nullcontext():
            _serve_web(ready)


def _serve_web(ready: Settings) -> None:
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=ready.host,
        port=ready.port,
        workers=ready.workers,
        loop="uvloop",
        http="httptools",
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )


def bootstrap(settings: Settings) -> str:
    """A one-time token for the first security administrator; works beside a running service."""
    if settings.database_url is None:
        cluster = embedded.start(settings.folder)
        settings = settings.model_copy(update={"database_url": cluster.url_app})

    async def issue() -> str:
        database = Database.connect(str(settings.database_url), pool_size=1)
        try:
            async with database.writing() as db:
                return await issue_bootstrap(db, wall_clock())
        finally:
            await database.close()

    return asyncio.run(issue())


@contextmanager
def rehearsal_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """A service in rehearsal mode, in a process of its own; gives its address."""
    port = port or free_port()
    environment = os.environ | {
        "QUALITY_AWARD_PROFILE": "rehearsal",
        "QUALITY_AWARD_FOLDER": str(folder),
        "QUALITY_AWARD_PORT": str(port),
        "QUALITY_AWARD_CHEAP_PASSWORDS": "true",
    }
    server = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(server, url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            msg = f"the service ended with code {server.returncode}"
            raise RuntimeError(msg)
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    msg = f"the service was not ready after {PATIENCE:.0f} s"
    raise RuntimeError(msg)


async def _prepare(settings: Settings) -> None:
    """Migrate as the owner, and make sure what the database is for."""
    owner = settings.database_owner_url or settings.database_url
    await asyncio.to_thread(migrate, str(owner))
    database = Database.connect(str(settings.database_url), pool_size=1)
    try:
        async with database.writing() as db:
            purpose = await settle(db, settings.purpose)
    finally:
        await database.close()
    if purpose is not settings.purpose:
        made = {Purpose.AWARD: "正式评选", Purpose.REHEARSAL: "演练"}
        raise WrongDatabaseError(f"该数据库用于{made[purpose]}，不能用于{made[settings.purpose]}。")


def migrate(url: str) -> None:
    """Bring the schema to the newest revision, under an advisory lock."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _hand_down(settings: Settings) -> None:
    """The workers read their settings from the environment."""
    os.environ["DATABASE_URL"] = str(settings.database_url)
    os.environ["QUALITY_AWARD_FOLDER"] = str(settings.folder.resolve())
    os.environ["QUALITY_AWARD_PROFILE"] = settings.profile
    os.environ["QUALITY_AWARD_CHEAP_PASSWORDS"] = str(settings.cheap_passwords)
    os.environ["QUALITY_AWARD_POOL_SIZE"] = str(settings.pool_size)
    os.environ["QUALITY_AWARD_ISSUER"] = settings.issuer
