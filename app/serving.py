"""How does the service come up, and how does it go down?

`serve` is the only parent: it holds the data folder, starts or adopts the embedded server where no
DATABASE_URL is given, migrates, and then runs the web workers with the addresses in their
environment. It stops only the database it has started.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import mkdtemp

import httpx
import uvicorn
from alembic import command
from alembic.config import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app import working
from app.platform import logs
from app.platform.accounts.service.joining import issue_bootstrap
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.db.engine import Database, DatabaseAwayError
from app.platform.db.installation import Purpose, settle
from app.platform.db.safety import UnsafeServerError, one_role, server_faults
from app.platform.security.keys import KeyChain, KeyFileWrong
from app.platform.security.sealing_keys import sealer
from app.settings import Settings

ROOT = Path(__file__).parents[1]
MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it
PATIENCE = 60.0
ONE_ROLE = (
    "DATABASE_URL 的角色可以修改日志等只增不改的表。"
    "请用 DATABASE_OWNER_URL 指定迁移用的所有者，并让 DATABASE_URL 使用另一角色；"
    "确需只用一个角色时，设置 QUALITY_AWARD_ALLOW_ONE_ROLE=true。"
)


class WrongDatabaseError(RuntimeError):
    """The database was made for something else."""


class NotStartedError(RuntimeError):
    """A service in a process of its own did not come up; it has said why."""


class FolderUnusableError(RuntimeError):
    """The data folder cannot be made, read or written."""


class CannotListenError(RuntimeError):
    """Somebody else has the port, or it is not ours to take."""


REFUSALS = (
    embedded.EmbeddedError,
    WrongDatabaseError,
    UnsafeServerError,
    DatabaseAwayError,
    KeyFileWrong,
    CannotListenError,
    FolderUnusableError,
)
"""Why the service does not start, each with a sentence for people."""


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
    check_keys(settings.folder)
    check_port(settings.host, settings.port)
    # uvicorn raises the signal that ended it once more: it must unwind, so that the database stops
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), database(settings) as ready:
        _hand_down(ready)
        with _counting_together(ready), working.child() if ready.work else nullcontext():
            _serve_web(ready)


def check_keys(folder: Path) -> None:
    """All keys can be read, or are made; else workers would be started again and again. Raises
    KeyFileWrong, FolderUnusableError.
    """
    try:
        KeyChain.of(folder / "keys")
        sealer(folder / "keys" / "personal.key")
    except OSError as refused:
        raise FolderUnusableError(f"数据目录 {folder} 不能使用：{refused.strerror}。") from refused


def check_port(host: str, port: int) -> None:
    """We can listen there, or the database would be started for nothing: CannotListenError."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            raise CannotListenError(
                f"不能在 {host} 的端口 {port} 上提供服务（{refused.strerror}）。"
                "请停止占用该端口的程序，或用 --port 另选一个。"
            ) from refused


class Workers(Multiprocess):
    """Several web workers behind one socket. Their parent looks after those that are gone, and
    waits for no answer of the living: one that is still starting would keep it from hearing that
    the service is to end, and one that is busy would be killed with all its requests.
    """

    def keep_subprocess_alive(self) -> None:
        if not all(one.process.is_alive() for one in self.processes):
            super().keep_subprocess_alive()

    def terminate_all(self) -> None:
        # Else the socket stays open in here, and whoever knocks waits until all have ended.
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def _serve_web(ready: Settings) -> None:
    logs.configure(requests=ready.tells_requests)
    config = uvicorn.Config(
        "app.main:worker",
        factory=True,
        host=ready.host,
        port=ready.port,
        workers=ready.workers,
        loop="uvloop",
        http="httptools",
        server_header=False,
        proxy_headers=False,  # Arrival decides whom to believe
        log_config=None,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # asked only when another one is gone
    )
    if ready.workers > 1:
        Workers(config, sockets=[config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


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
            raise NotStartedError(f"服务以代码 {server.returncode} 结束。")
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise NotStartedError(f"服务在 {PATIENCE:.0f} 秒内没有就绪。")


async def _prepare(settings: Settings) -> None:
    """Migrate as the owner, and make sure what the database is for."""
    database = Database.connect(str(settings.database_url), pool_size=1)
    try:
        async with database.reading() as db:
            if faults := await server_faults(db):
                raise UnsafeServerError("\n".join(faults))
        owner = settings.database_owner_url or settings.database_url
        await asyncio.to_thread(migrate, str(owner), settings.database_url)
        async with database.writing() as db:
            if not (settings.rehearsal or settings.allow_one_role) and await one_role(db):
                raise UnsafeServerError(ONE_ROLE)
            purpose = await settle(db, settings.purpose)
    finally:
        await database.close()
    if purpose is not settings.purpose:
        made = {Purpose.AWARD: "正式评选", Purpose.REHEARSAL: "演练"}
        raise WrongDatabaseError(f"该数据库用于{made[purpose]}，不能用于{made[settings.purpose]}。")


def migrate(url: str, app_url: str | None = None) -> None:
    """Bring the schema to the newest revision, under an advisory lock; `url` is the owner's, and
    the role of `app_url` gets its rights.
    """
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"], config.attributes["app_url"] = url, app_url
    command.upgrade(config, "head")


def _hand_down(settings: Settings) -> None:
    """The workers read their settings from the environment."""
    os.environ["DATABASE_URL"] = str(settings.database_url)
    os.environ["QUALITY_AWARD_FOLDER"] = str(settings.folder.resolve())
    os.environ["QUALITY_AWARD_PROFILE"] = settings.profile
    os.environ["QUALITY_AWARD_CHEAP_PASSWORDS"] = str(settings.cheap_passwords)
    os.environ["QUALITY_AWARD_POOL_SIZE"] = str(settings.pool_size)
    os.environ["QUALITY_AWARD_ISSUER"] = settings.issuer


@contextmanager
def _counting_together(settings: Settings) -> Iterator[None]:
    """An empty folder in which several workers count while the block runs.

    They count in mapped files: on a full disk the system kills them at the first write. So it lies
    in memory where there is such a place; the link `metrics` leads there, so that the next start
    removes what a killed service has left.
    """
    link = settings.folder.resolve() / "metrics"
    shutil.rmtree(link.resolve(), ignore_errors=True)
    link.unlink(missing_ok=True)
    if settings.workers == 1:
        yield
        return
    made = Path(
        mkdtemp(prefix="quality-award-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    )
    try:
        link.symlink_to(made)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(made)
        yield
    finally:
        shutil.rmtree(made)
        link.unlink(missing_ok=True)
