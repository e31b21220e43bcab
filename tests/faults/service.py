"""The real service, in processes of its own that can be killed: two workers over a database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.serving import free_port

PATIENCE = 60.0
QUIET = {"QUALITY_AWARD_PUBLIC_RATE": "1000000", "QUALITY_AWARD_LOG_REQUESTS": "false"}
"""All clients of a test share one network, and a line a request would hide what matters."""


@dataclass
class Service:
    """`app.main:create_app` under uvicorn; `url` leads to its database."""

    folder: Path
    url: str
    workers: int = 2
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        command = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory"]
        command += ["--port", str(self.port), "--workers", str(self.workers)]
        command += ["--loop", "uvloop", "--http", "httptools"]
        command += ["--no-access-log", "--log-level", "critical"]
        command += ["--timeout-graceful-shutdown", "5"]
        environment = os.environ | self.environment
        environment |= {"DATABASE_URL": self.url, "QUALITY_AWARD_FOLDER": str(self.folder)}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the service has ended"
            try:
                if httpx.get(f"{self.address}/readyz", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        self.kill()
        raise AssertionError("the service was not ready in time")

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            if how is signal.SIGKILL:
                os.killpg(self.process.pid, how)
            elif self.process.poll() is None:
                self.process.send_signal(how)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                raise
            finally:
                self.process = None


@contextmanager
def running(service: Service) -> Iterator[Service]:
    service.start()
    try:
        yield service
    finally:
        service.stop()
