"""The disk of the database, files and keys is full: it is told, nothing is half kept."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import mkdtemp
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy.engine import make_url

from app.platform.db import embedded
from app.serving import free_port
from tests.faults.service import QUIET
from tests.platform.accounts.people import PASSWORD
from tests.test_refused_starts import refused
from tests.test_serving import end, start

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
FILL = "fill"
SETTINGS = {name.removeprefix("QUALITY_AWARD_"): value for name, value in QUIET.items()}


@pytest.fixture
def disk() -> Iterator[Path]:
    """A disk of 160 MB of its own."""
    made = Path(mkdtemp(prefix="qa-test-"))
    made.chmod(0o711)
    mount = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "none", str(made)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        rmtree(made)
        pytest.skip("this root may not mount a small disk")
    yield made
    (made / FILL).unlink(missing_ok=True)
    embedded.remove(embedded.start(made / "award"))
    subprocess.run(["umount", str(made)], check=True)  # noqa: S607  the system's
    rmtree(made)


def fill(disk: Path) -> None:
    """To the last byte."""
    with suppress(OSError), (disk / FILL).open("wb", buffering=0) as out:
        while True:
            out.write(b"0" * 4096)
    assert disk_usage(disk).free == 0


def register(client: httpx.Client, login: str) -> httpx.Response:
    body = {"name": "张三", "login": login, "password": PASSWORD}
    return client.post("/accounts", json=body, headers={"Idempotency-Key": uuid4().hex})


async def logins(cluster: embedded.Cluster) -> set[str]:
    address = make_url(cluster.url())
    connection = await asyncpg.connect(
        host=str(address.query["host"]), user=address.username, database=address.database
    )
    try:
        return {row["login"] for row in await connection.fetch("SELECT login FROM account")}
    finally:
        await connection.close()


def tell(client: httpx.Client, told: dict[str, int], status: int, most: int) -> None:
    """Register people until one is answered so."""
    for _ in range(most):
        answer = register(client, login := f"u{uuid4().hex[:16]}")
        told[login] = answer.status_code
        assert answer.status_code == 201 or answer.json()["code"] == "storage-full", answer.text
        if answer.status_code == status:
            return
    raise AssertionError(told)


@pytest.mark.long
@only_root
@pytest.mark.anyio
async def test_full_disk_is_told_and_what_was_acknowledged_stays(disk: Path) -> None:
    folder, port = disk / "award", free_port()
    server = start(folder, port, workers="2", **SETTINGS)
    told: dict[str, int] = {}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", trust_env=False) as client:
            for _ in range(3):
                tell(client, told, 201, most=1)
            fill(disk)
            tell(client, told, 507, most=200)  # what fits into a page that is there is kept
            tell(client, told, 507, most=200)
            (disk / FILL).unlink()
            for _ in range(3):
                tell(client, told, 201, most=1)
        assert server.poll() is None
        kept = {login for login, status in told.items() if status == 201}
        assert await logins(embedded.start(folder)) == kept
    finally:
        end(server)

    fill(disk)
    assert "空间" in refused(folder, lambda *_: None)
    (disk / FILL).unlink()
    end(start(folder, port))
    assert await logins(embedded.start(folder)) == kept
