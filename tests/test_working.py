"""The work process lives and dies with `serve`."""

import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from app.cli import main
from app.platform.db import embedded
from app.serving import free_port
from tests.test_serving import end, start


def workers_of(pid: int) -> list[psutil.Process]:
    """The living work processes of a service."""
    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.Error):  # it has just ended
            if "work" in child.cmdline():
                found.append(child)
    return found


def awaited(pid: int, other_than: int = 0) -> psutil.Process:
    """The work process of a service, as soon as there is one."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for child in workers_of(pid):
            if child.pid != other_than:
                return child
        time.sleep(0.05)
    raise AssertionError("no work process was started")


def test_work_process_is_started_again_and_ends_with_its_parent(tmp_path: Path) -> None:
    folder = tmp_path / "award"
    server = start(folder, free_port())
    try:
        first = awaited(server.pid)
        first.kill()
        second = awaited(server.pid, other_than=first.pid)
        end(server, signal.SIGKILL)
        second.wait(15)
        server = start(folder, free_port())
        third = awaited(server.pid)
        end(server)
        assert not third.is_running()
    finally:
        if server.stdout and not server.stdout.closed:
            end(server)
        embedded.remove(embedded.start(folder))


def test_service_without_work_starts_none(tmp_path: Path) -> None:
    folder = tmp_path / "award"
    server = start(folder, free_port(), work="false")
    try:
        assert workers_of(server.pid) == []
    finally:
        end(server)
        embedded.remove(embedded.start(folder))


def test_work_without_a_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["work"])
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output
