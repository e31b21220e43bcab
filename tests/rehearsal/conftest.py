"""A service in rehearsal mode, in a process of its own, with a new database each time."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.platform.db import embedded
from app.serving import free_port

PATIENCE = 60.0


@pytest.fixture
def rehearsal_url(
    cluster: embedded.Cluster, template: str, worker: str, tmp_path: Path
) -> Iterator[str]:
    """Its address. Every test has its own clock, and so the year begins on 2026-01-05."""
    name = f"rehearsal_{worker}_{os.urandom(4).hex()}"
    cluster.create_database(name, template)
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": cluster.url(name, embedded.APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(name),
        "QUALITY_AWARD_PROFILE": "rehearsal",
        "QUALITY_AWARD_CHEAP_PASSWORDS": "true",
        "QUALITY_AWARD_FOLDER": str(tmp_path),
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
