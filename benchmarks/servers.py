"""How do the service and the floor stand side by side? Each with its own two workers, over one
database.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psutil  # type: ignore[import-untyped]  # it has no types

from app.serving import free_port
from app.settings import Settings

WORKERS, PATIENCE = 2, 60.0
SIDES = {"ours": "app.main:worker", "floor": "benchmarks.floor:create_app"}


@dataclass(frozen=True, slots=True)
class Side:
    """A running server of two workers."""

    name: str
    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of processor time that its workers have used."""
        used = [one.cpu_times() for one in self.process.children(recursive=True)]
        return float(sum(times.user + times.system for times in used))


@contextmanager
def running(name: str, settings: Settings) -> Iterator[Side]:
    """One side, answering."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", SIDES[name], "--factory", "--port", str(port)]
    command += ["--workers", str(WORKERS), "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    environment = os.environ | {
        "DATABASE_URL": str(settings.database_url),
        "QUALITY_AWARD_FOLDER": str(settings.folder),
        "QUALITY_AWARD_POOL_SIZE": str(settings.pool_size),
        "QUALITY_AWARD_LOG_REQUESTS": "false",  # neither side tells of its requests
    }
    server = subprocess.Popen(command, env=environment)  # noqa: S603  our own command
    try:
        _until_ready(server, port)
        yield Side(name, port, psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait(timeout=30)


def _until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    msg = f"no answer on port {port}"
    raise RuntimeError(msg)
