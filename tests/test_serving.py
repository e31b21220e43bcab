"""The service comes up by itself, adopts what a killed one left, and stops what it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.platform.db import embedded
from app.serving import free_port


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "award"
    embedded.remove(embedded.start(tmp_path / "award"))


def start(folder: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    """The service in a process of its own, ready."""
    names = {f"QUALITY_AWARD_{name.upper()}": value for name, value in settings.items()}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DATABASE")
    }
    environment |= {"QUALITY_AWARD_FOLDER": str(folder), "QUALITY_AWARD_PORT": str(port)} | names
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for _ in range(600):
        if server.poll() is not None:
            return server
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return server
        except httpx.TransportError:
            time.sleep(0.05)
    server.kill()
    raise AssertionError("the service was not ready in time")


def end(server: subprocess.Popen[str], how: int = signal.SIGTERM) -> str:
    """End a service and give what it printed."""
    server.send_signal(how)
    printed, _ = server.communicate(timeout=30)
    return printed


def test_service_starts_alone_and_stops_its_database(folder: Path) -> None:
    server = start(folder, free_port())
    end(server)
    cluster = embedded.start(folder)
    assert cluster.started, "the service left its database running"


def test_service_after_a_kill_adopts_the_database(folder: Path) -> None:
    port = free_port()
    end(start(folder, port), signal.SIGKILL)
    cluster = embedded.start(folder)
    assert not cluster.started, "the killed service should have left its database running"
    server = start(folder, port)
    assert server.poll() is None
    end(server)


def test_second_service_on_one_folder_is_refused(folder: Path) -> None:
    first = start(folder, free_port())
    second = start(folder, free_port())
    printed, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "正由另一服务使用" in printed
    end(first)


def test_rehearsal_is_refused_on_a_database_made_for_the_award(folder: Path) -> None:
    end(start(folder, free_port()))
    refused = start(folder, free_port(), profile="rehearsal")
    printed, _ = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert "正式评选" in printed


def test_award_clock_has_no_route_outside_a_rehearsal(folder: Path) -> None:
    port = free_port()
    server = start(folder, port)
    body = {"now": "2026-01-05T01:00:00Z"}
    answer = httpx.put(f"http://127.0.0.1:{port}/api/v1/rehearsal/clock", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    end(server)
