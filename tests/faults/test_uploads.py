"""kill -9 while a file arrives: no row without its bytes, and no bytes that stay without a row."""

import asyncio
import json
import os
import random
import sys
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from os import urandom
from pathlib import Path
from subprocess import PIPE, run

import httpx
import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.platform.files.models import FileState, Upload
from app.platform.ground import Ground
from app.platform.uploads.sweeping import UNNAMED_FOR, sweeping
from app.wiring import CONTENTS
from tests.conftest import ROOT
from tests.factories import Caller, make_caller
from tests.faults.conftest import Reporter
from tests.faults.dying import POINTS
from tests.faults.service import Service
from tests.platform.uploads.sending import announced, pdf, send

pytestmark = pytest.mark.anyio

KILLS = 6


def killed(asked: dict[str, object]) -> dict[str, int]:
    """How the process ended at each point."""
    done = run(
        [sys.executable, "-m", "tests.faults.dying"],
        input=json.dumps(asked).encode() + b"\n",
        stdout=PIPE,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    lines = (line.split() for line in done.stdout.decode().splitlines())
    return {point: int(code) for point, code in lines}


async def lost(ground: Ground) -> list[str]:
    """Uploads that are stored, but whose bytes are not there, whole."""
    async with ground.database.reading() as db:
        rows = (await db.scalars(select(Upload).where(Upload.state != FileState.EXPECTED))).all()
    return [
        str(row.id)
        for row in rows
        if await ground.files.size(row.sha256) != row.size
        or sha256(await ground.files.content(row.sha256)).hexdigest() != row.sha256
    ]


async def orphans(ground: Ground) -> list[str]:
    """What lies there and belongs to no row, after the sweeper came with everything long old."""
    age(ground.files.spool.parent, UNNAMED_FOR + timedelta(days=1))
    sweep, _ = sweeping(CONTENTS)
    await sweep(ground)
    async with ground.database.reading() as db:
        named = {name for one in CONTENTS for name in await db.scalars(select(one.sha256))}
        parts = {part for row in await db.scalars(select(Upload.parts)) for part in row}
    left = [digest async for digest, _ in ground.files.contents() if digest not in named]
    left += [
        held.key async for held in ground.files.objects.listed("parts/") if held.key not in parts
    ]
    return left + spooled(ground)


def spooled(ground: Ground) -> list[str]:
    folder = ground.files.spool
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def age(folder: Path, days: timedelta) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            at = path.stat().st_mtime - days.total_seconds()
            os.utime(path, (at, at))


@pytest.mark.parametrize("in_parts", [False, True])
async def test_kill_at_each_point_loses_nothing_and_leaves_nothing(
    ground: Ground, client: AsyncClient, tmp_path: Path, in_parts: bool
) -> None:
    caller, content = await make_caller(ground), pdf(700_000) + urandom(8).hex().encode()
    uploads = [await announced(client, caller, content) for _ in POINTS]
    size, half, spans = len(content), 300_000, {}
    rest = content
    if in_parts:
        for upload in uploads:
            first = content[:half]
            answer = await send(client, caller, upload, first, f"bytes 0-{half - 1}/{size}")
            assert answer.json()["received"] == half
            spans[upload] = f"bytes {half}-{size - 1}/{size}"
        rest = content[half:]
    (tmp_path / "content").write_bytes(rest)
    ended = await asyncio.to_thread(
        killed,
        {
            "url": ground.database.write_engine.url.render_as_string(hide_password=False),
            "folder": str(ground.files.spool.parents[1]),
            "token": caller.token,
            "content": str(tmp_path / "content"),
            "uploads": list(zip(uploads, POINTS, strict=True)),
            "span": spans,
        },
    )
    assert ended == dict.fromkeys(POINTS, -9)
    assert await lost(ground) == []
    for upload, point in zip(uploads, POINTS, strict=True):
        read = (await client.get(f"/uploads/{upload}", **caller.auth)).json()
        if point == "committed":
            assert read["state"] == "stored"
            continue
        assert (read["state"], read["received"]) == ("expected", half if in_parts else 0)
        answer = await send(client, caller, upload, rest, spans.get(upload))
        assert answer.json()["state"] == "stored", answer.text
    assert await orphans(ground) == []
    assert await lost(ground) == []


@dataclass
class Sender:
    """Sends files, each in parts, and goes on wherever it was broken off."""

    caller: Caller
    client: AsyncClient
    dice: random.Random
    stored: int = 0
    resumed: int = 0

    async def drive(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            content = pdf(self.dice.randrange(300_000, 1_500_000)) + urandom(8).hex().encode()
            if await self._insist(content, ending):
                self.stored += 1

    async def _insist(self, content: bytes, ending: asyncio.Event) -> bool:
        upload = None
        while not ending.is_set():
            try:
                upload = upload or await announced(self.client, self.caller, content)
                if await self._go_on(upload, content):
                    return True
            except (httpx.TransportError, AssertionError, ValueError):
                await asyncio.sleep(0.05)
        return False

    async def _go_on(self, upload: str, content: bytes) -> bool:
        answer = await self.client.get(f"/uploads/{upload}", **self.caller.auth)
        assert answer.is_success  # else it is asked again
        read = answer.json()
        if read["state"] == "stored":
            return (
                await self.client.delete(f"/uploads/{upload}", **self.caller.auth)
            ).status_code == 204
        start, size = read["received"], len(content)
        self.resumed += start > 0
        end = min(size, start + 300_000)
        span = f"bytes {start}-{end - 1}/{size}"
        await send(self.client, self.caller, upload, content[start:end], span)
        return False


@pytest.mark.long
async def test_kills_while_eight_send_files(
    ground: Ground, client: AsyncClient, service: Service, report: Reporter
) -> None:
    ending, loop = asyncio.Event(), asyncio.get_running_loop()
    senders = [Sender(await make_caller(ground), client, random.Random(seed)) for seed in range(8)]
    lanes = [asyncio.create_task(sender.drive(ending)) for sender in senders]
    for _ in range(KILLS):
        await asyncio.sleep(random.Random().uniform(0.5, 3))
        service.kill()
        await loop.run_in_executor(None, service.start)
    await asyncio.sleep(2)
    ending.set()
    await asyncio.gather(*lanes)
    missing, left = await lost(ground), await orphans(ground)
    report(
        kills=KILLS,
        stored=sum(sender.stored for sender in senders),
        resumed=sum(sender.resumed for sender in senders),
        rows_without_bytes=len(missing),
        orphans=len(left),
    )
    assert (missing, left) == ([], [])
    assert all(sender.stored for sender in senders)
