"""A PostgreSQL of somebody else's: version 15, two roles or one; and servers that are refused."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import httpx
import pytest
from anyio import to_thread

from app import serving
from app.platform.db import embedded
from app.platform.db.premises import Account, current_account, own_folder, run_program
from app.platform.db.safety import faults_of
from app.rehearsal import command as rehearsing
from app.serving import free_port
from tests.conftest import migrate
from tests.faults.conftest import Reporter
from tests.migrations.test_migrations import drift, rights, tables
from tests.test_serving import end, start

BINARIES = Path("/usr/lib/postgresql/15/bin")
SOUND = {
    "server_version_num": "150018",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


@dataclass(frozen=True, slots=True)
class External:
    """A server on loopback; its roles are not named as ours are."""

    port: int

    def url(self, role: str, database: str = "quality") -> str:
        return f"postgresql+asyncpg://{role}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgresql_15() -> Iterator[External]:
    account, folder, port = current_account(), Path(mkdtemp(prefix="award-pg15-")), free_port()
    folder.chmod(0o755)
    files = folder / "cluster"
    own_folder(files, account)
    _run(account, "initdb", "-D", str(files), "-U", "postgres", "-A", "trust", "-E", "UTF8")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={files}"
    _run(
        account, "pg_ctl", "-D", str(files), "-w", "-l", str(files / "log"), "-o", options, "start"
    )
    try:
        asyncio.run(_roles(External(port)))
        yield External(port)
    finally:
        _run(account, "pg_ctl", "-D", str(files), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _run(account: Account | None, program: str, *options: str) -> None:
    log = ["/bin/sh", "-c", 'exec "$0" "$@" >/dev/null 2>&1', str(BINARIES / program), *options]
    assert run_program(log, account).returncode == 0, program


async def _roles(server: External) -> None:
    url = server.url("postgres", "postgres").replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE ROLE bureau_owner LOGIN")
    await connection.execute('CREATE ROLE "bureau-service" LOGIN')
    await connection.execute("CREATE DATABASE quality OWNER bureau_owner")
    await connection.execute("CREATE DATABASE spare OWNER bureau_owner")
    await connection.close()


@pytest.fixture(scope="module")
def external() -> Iterator[External]:
    if not (BINARIES / "postgres").exists():
        pytest.skip("PostgreSQL 15 IS NOT INSTALLED: NOTHING WAS TESTED ON THE OLDEST VERSION")
    with postgresql_15() as server:
        yield server


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
    return kept | {"QUALITY_AWARD_FOLDER": str(folder)} | more


def served(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """`serve`, where it is refused: it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"],
        env=environment(folder, QUALITY_AWARD_PORT=str(free_port()), **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long
def test_award_is_played_over_postgresql_15(
    external: External, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Reporter
) -> None:
    monkeypatch.setenv("DATABASE_URL", external.url("bureau-service"))
    monkeypatch.setenv("DATABASE_OWNER_URL", external.url("bureau_owner"))
    with serving.rehearsal_server(tmp_path) as url:
        ready = httpx.get(f"{url}/readyz").json()
        assert ready == {"status": "ready", "warnings": []}
        result = rehearsing.run(url, "binhu-2023", 4, 5, 3, tmp_path / "report.json")
    assert result == 0
    report(version=15, applicants=4, judges=5, result=result)


@pytest.mark.long
@pytest.mark.anyio
async def test_schema_goes_up_down_and_up_on_postgresql_15(external: External) -> None:
    def address(role: str) -> str:
        return external.url("bureau_owner" if role == embedded.OWNER_ROLE else role, "spare")

    from tests.migrations.test_migrations import as_owner  # noqa: PLC0415  beside its use

    for revision in ("head", "base", "head"):
        await to_thread.run_sync(migrate, address(embedded.OWNER_ROLE), revision)
        assert bool(await as_owner(address, tables)) == (revision == "head")
    assert await as_owner(address, drift) == []
    assert await as_owner(address, rights) == {}  # nobody is named award_app here


@pytest.mark.long
def test_one_role_is_refused_unless_it_is_allowed_and_then_told(
    external: External, tmp_path: Path
) -> None:
    one = external.url("bureau_owner", "spare")
    refused = served(tmp_path, DATABASE_URL=one)
    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
    port = free_port()
    allowed = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        env=environment(
            tmp_path,
            DATABASE_URL=one,
            QUALITY_AWARD_PORT=str(port),
            QUALITY_AWARD_ALLOW_ONE_ROLE="true",
        ),
        stdout=subprocess.DEVNULL,
    )
    try:
        serving._wait_until_ready(allowed, f"http://127.0.0.1:{port}")  # noqa: SLF001  ours
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["warnings"] == ["one-role"]
    finally:
        allowed.terminate()
        allowed.wait(timeout=30)


# Servers that do not keep what they commit


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_setting_that_may_lose_what_was_acknowledged_is_a_fault(name: str) -> None:
    assert faults_of(SOUND) == []
    [told] = faults_of(SOUND | {name: "off"})
    assert name in told


def test_version_before_15_is_a_fault() -> None:
    assert faults_of(SOUND | {"server_version_num": "150000"}) == []
    [told] = faults_of(SOUND | {"server_version_num": "140022"})
    assert "14" in told
    assert "15" in told


def test_database_that_answers_before_it_has_written_is_refused(
    cluster: embedded.Cluster, tmp_path: Path
) -> None:
    name = f"careless_{os.urandom(4).hex()}"
    cluster.create_database(name)
    try:
        careless = f"ALTER DATABASE {name} SET synchronous_commit = off"
        asyncio.run(_as_superuser(cluster, careless))
        refused = served(tmp_path, DATABASE_URL=cluster.url(name))
        assert refused.returncode == 1
        assert "synchronous_commit" in refused.stdout
        assert "Traceback" not in refused.stdout + refused.stderr
    finally:
        cluster.drop_database(name)


@pytest.mark.long
def test_unsafe_server_is_refused_at_the_start_and_told_while_running(tmp_path: Path) -> None:
    folder = tmp_path / "award"
    port = free_port()
    server = start(folder, port)
    cluster = embedded.start(folder)  # adopted
    try:
        for name in ("fsync", "full_page_writes"):
            asyncio.run(_set(cluster, name, "off"))
            answer = _until(port, 503)
            assert answer.json()["code"] == "not-ready"
            assert name in answer.json()["title"]
            asyncio.run(_set(cluster, name, "on"))
            _until(port, 200)
        asyncio.run(_set(cluster, "fsync", "off"))
        end(server)
        refused = served(folder)
        assert refused.returncode == 1
        assert "fsync" in refused.stdout
        assert "Traceback" not in refused.stdout + refused.stderr
    finally:
        if server.poll() is None:
            end(server)
        embedded.remove(embedded.start(folder))


def test_no_database_at_the_address_is_told_in_a_sentence(tmp_path: Path) -> None:
    refused = served(tmp_path, DATABASE_URL=External(free_port()).url("nobody"))
    assert refused.returncode == 1
    assert "连接不上数据库" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


async def _set(cluster: embedded.Cluster, name: str, value: str) -> None:
    await _as_superuser(cluster, f"ALTER SYSTEM SET {name} = {value}", "SELECT pg_reload_conf()")


async def _as_superuser(cluster: embedded.Cluster, *statements: str) -> None:
    connection = await asyncpg.connect(
        host=str(cluster.run), port=5432, user="postgres", database="postgres"
    )
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def _until(port: int, status: int) -> httpx.Response:
    for _ in range(100):
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz")
        if answer.status_code == status:
            return answer
    raise AssertionError(answer.text)
