"""A process that receives an upload and is killed at one point of it, for each point in turn.

It imports the service once, and forks a child for each point; the child kills itself as `kill -9`
would. Run with a line of JSON: url, folder, token, content (a path), and pairs of upload and point.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.main import make_ground
from app.platform.clock import wall_clock
from app.platform.files import folder, store
from app.platform.uploads import service
from app.platform.uploads.receiving import Sent
from app.settings import Settings

POINTS = ("arriving", "arrived", "renamed", "kept", "written", "committed")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """From now on the process dies when it comes to this point."""
    if point == "arrived":
        _before(store.FileStore, "keep", dies=True)
    elif point == "renamed":
        _before(folder, "flush", dies=True, call=2)  # after the file's own: the folder's
    elif point == "kept":
        _after(store.FileStore, "keep")
    elif point == "written":
        _before(AsyncSession, "commit", dies=True)
    elif point == "committed":
        _after(AsyncSession, "commit")


def _before(owner: Any, name: str, *, dies: bool, call: int = 1) -> None:
    plain: Callable[..., Any] = getattr(owner, name)
    calls = [0]

    def dying(*args: Any, **named: Any) -> Any:
        calls[0] += 1
        if dies and calls[0] == call:
            die()
        return plain(*args, **named)

    setattr(owner, name, dying)


def _after(owner: Any, name: str) -> None:
    plain: Callable[..., Any] = getattr(owner, name)

    async def dying(*args: Any, **named: Any) -> Any:
        await plain(*args, **named)
        die()

    setattr(owner, name, dying)


async def receive(asked: dict[str, Any], upload: str, point: str) -> None:
    """One upload, as a web worker receives it."""
    content = await asyncio.to_thread(Path(asked["content"]).read_bytes)
    ground = make_ground(Settings(DATABASE_URL=asked["url"], folder=Path(asked["folder"])))

    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65536):
            if point == "arriving" and start:
                die()
            yield content[start : start + 65536]

    span = asked["span"].get(upload)
    await service.fill(Sent(ground, asked["token"], UUID(upload), body(), span, wall_clock()))


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    for upload, point in asked["uploads"]:
        child = os.fork()
        if child == 0:
            arm(point)
            asyncio.run(receive(asked, upload, point))
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        print(point, os.waitstatus_to_exitcode(ended), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
