"""The process that looks into files: one after another, each in a child with bounds of its own.

It reads a line of JSON (`path`, `media_type`, `seconds`, `memory`) and writes one (`code`,
`facts`); it ends when its input does. A child that is killed by its bounds has met a file too
complex.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from app.platform.errors import Refusal
from app.platform.files.inspection.faults import FileTooComplex
from app.platform.files.inspection.look import inspect


def serve() -> None:
    """Until nobody asks any more."""
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            _answer(json.loads(line))
        _, ended = os.waitpid(child, 0)
        if ended != 0:
            _say({"code": FileTooComplex.code, "facts": {}})


def _answer(asked: dict[str, Any]) -> None:
    """In the child: one line, then the end."""
    _bound(asked["seconds"], asked["memory"])
    said: dict[str, object] = {"code": None, "facts": {}}
    try:
        inspect(Path(asked["path"]), asked["media_type"])
    except Refusal as refused:
        said = {"code": refused.code, "facts": refused.facts}
    except BaseException:  # noqa: BLE001  whatever a hostile file provokes, it does not come in
        os._exit(1)
    _say(said)
    os._exit(0)


def _bound(seconds: int, memory: int) -> None:
    """Of CPU and of wall time, of memory; nothing can be written."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(2 * seconds)
    os.set_blocking(sys.stdout.fileno(), True)


def _say(said: dict[str, object]) -> None:
    try:
        os.write(sys.stdout.fileno(), (json.dumps(said) + "\n").encode())
    except BrokenPipeError:  # whoever asked is gone
        os._exit(1)


if __name__ == "__main__":
    serve()
