"""Who looks into files? Processes of their own, so that no file stops or swells a web worker."""

import json
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from anyio import CapacityLimiter, to_thread

import app
from app.platform.errors import Unavailable
from app.platform.files.inspection.faults import BY_CODE
from app.rules.exact import MEBIBYTE

AT_ONCE = 2
"""So many files are looked into at the same time, for one worker."""
COMMAND = [sys.executable, "-m", "app.platform.files.inspection"]


class InspectionAway(Unavailable):
    code = "inspection-away"
    zh = "文件检查暂时不可用，内容没有保存，请稍后重试。"
    en = "Files cannot be checked just now; nothing was kept. Try again later."


@dataclass(eq=False)
class Inspector:
    """Started when the first file comes; ended with whoever holds it. Each file may take `seconds`
    of processor time, twice that in all, and `memory` bytes.
    """

    seconds: int = 15
    memory: int = 1024 * MEBIBYTE
    _idle: list["_Process"] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _limit: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))

    async def inspect(self, path: Path, media_type: str) -> None:
        """Raises one of the faults, or InspectionAway."""
        await to_thread.run_sync(self._inspect, path, media_type, limiter=self._limit)

    def _inspect(self, path: Path, media_type: str) -> None:
        asked = {"path": str(path.resolve()), "media_type": media_type}
        with self._borrowed() as process:
            said = process.ask(asked | {"seconds": self.seconds, "memory": self.memory})
        if said["code"] is not None:
            raise BY_CODE[said["code"]](**said["facts"])

    @contextmanager
    def _borrowed(self) -> Iterator["_Process"]:
        """A process that failed is not given back."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or _Process()
        try:
            yield process
        except (OSError, ValueError, KeyError) as gone:
            process.end()
            raise InspectionAway from gone
        with self._lock:
            self._idle.append(process)


class _Process:
    def __init__(self) -> None:
        """It gets nothing of our environment: there are secrets in it."""
        root = str(Path(str(app.__file__)).parents[1])
        try:
            self._popen = subprocess.Popen(  # noqa: S603  our own command
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PYTHONPATH": root, "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as failed:
            raise InspectionAway from failed
        self.end = weakref.finalize(self, _end, self._popen)

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """One question, one answer. Raises OSError, ValueError where nobody answers."""
        assert self._popen.stdin is not None and self._popen.stdout is not None  # noqa: S101, PT018  pipes
        self._popen.stdin.write((json.dumps(asked) + "\n").encode())
        self._popen.stdin.flush()
        said: dict[str, Any] = json.loads(self._popen.stdout.readline())
        return said


def _end(popen: subprocess.Popen[bytes]) -> None:
    popen.kill()
    popen.communicate()
