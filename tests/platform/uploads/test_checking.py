"""What is refused leaves nothing; what takes long, or cannot be scanned, is not stored yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from os import urandom
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import delete, select, update

from app.platform.audit.models import AuditEvent
from app.platform.files.models import FileState, Upload
from app.platform.files.scanner import Clamd, Scanner
from app.platform.ground import Ground
from app.platform.jobs.models import Job, JobState
from app.platform.jobs.work import do_jobs
from app.platform.uploads import receiving
from app.platform.uploads.checking import CHECK, checking
from app.wiring import CONTENTS
from tests.factories import make_caller
from tests.platform.files.hostile import HOSTILE
from tests.platform.uploads.sending import announced, pdf, send

pytestmark = pytest.mark.anyio

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TASKS = {CHECK: checking(CONTENTS)}


class FakeClamd:
    """Speaks as clamd does: a length before each piece, a verdict at the end."""

    def __init__(self) -> None:
        self.broken = False
        self.asked = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
        if self.broken:
            writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        elif EICAR in content:
            writer.write(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            writer.write(b"stream: OK\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def clamd(folder: Path) -> AsyncIterator[tuple[FakeClamd, Scanner]]:
    fake, socket = FakeClamd(), folder / "clamd.sock"
    async with await asyncio.start_unix_server(fake.answer, socket):
        yield fake, Clamd.at(f"clamd://{socket}")


@asynccontextmanager
async def scanned_by(app: FastAPI, scanner: Scanner) -> AsyncIterator[Ground]:
    """The service with a scanner."""
    before: Ground = app.state.ground
    app.state.ground = replace(before, scanner=scanner)
    try:
        yield app.state.ground
    finally:
        app.state.ground = before


async def row_of(ground: Ground, upload: str) -> Upload:
    async with ground.database.reading() as db:
        return await db.get_one(Upload, UUID(upload))


async def acts(ground: Ground, upload: str) -> list[str]:
    async with ground.database.reading() as db:
        found = select(AuditEvent.act).where(AuditEvent.subject == UUID(upload))
        return sorted(await db.scalars(found))


async def turn(ground: Ground) -> None:
    """All jobs that are due, and those that were put off."""
    async with ground.database.writing() as db:
        put_off = update(Job).where(Job.kind == CHECK, Job.state == JobState.WAITING)
        await db.execute(put_off.values(run_after=ground.clock()))
    await do_jobs(ground, TASKS, uuid4())


async def nothing_left(ground: Ground, digest: str) -> bool:
    folder = ground.files.spool
    left = list(folder.iterdir()) if folder.exists() else []
    return await ground.files.size(digest) is None and left == []


@pytest.mark.parametrize("name", ["pdf with a script", "bomb", "macros", "too many pixels"])
async def test_refused_content_leaves_nothing(
    ground: Ground, client: AsyncClient, name: str
) -> None:
    media_type, code, made = HOSTILE[name]
    caller, content = await make_caller(ground), made()
    upload = await announced(client, caller, content, media_type=media_type, purpose="cure")
    answer = await send(client, caller, upload, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    row = await row_of(ground, upload)
    assert (row.state, row.received, row.parts) == (FileState.EXPECTED, 0, [])
    assert await nothing_left(ground, row.sha256)
    assert await acts(ground, upload) == []


async def test_refused_parts_leave_nothing(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), b"%PDF-1.7\n" + urandom(400_000)
    upload, size = await announced(client, caller, content), len(content)
    half = 300_000
    first = await send(client, caller, upload, content[:half], f"bytes 0-{half - 1}/{size}")
    assert first.status_code == 200
    last = await send(client, caller, upload, content[half:], f"bytes {half}-{size - 1}/{size}")
    assert (last.status_code, last.json()["code"]) == (422, "file-damaged")
    row = await row_of(ground, upload)
    assert (row.state, row.received, row.parts) == (FileState.EXPECTED, 0, [])
    assert [held async for held in ground.files.objects.listed(f"parts/{upload}/")] == []
    assert await nothing_left(ground, row.sha256)


async def test_large_file_is_checked_after_the_answer(
    ground: Ground, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "CHECKED_AT_ONCE", 1000)
    caller, content = await make_caller(ground), pdf(5000) + urandom(9).hex().encode()
    upload = await announced(client, caller, content)
    answer = await send(client, caller, upload, content)
    assert (answer.status_code, answer.json()["state"]) == (200, "checking")
    again = await send(client, caller, upload, content)
    assert (again.status_code, again.json()["code"]) == (409, "already-uploaded")
    await turn(ground)
    assert (await row_of(ground, upload)).state == FileState.STORED


async def test_large_file_refused_later_waits_for_other_bytes(
    ground: Ground, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "CHECKED_AT_ONCE", 1000)
    caller, content = await make_caller(ground), b"%PDF-1.7\n" + urandom(5000)
    upload = await announced(client, caller, content)
    assert (await send(client, caller, upload, content)).json()["state"] == "checking"
    await turn(ground)
    read = (await client.get(f"/uploads/{upload}", **caller.auth)).json()
    assert (read["state"], read["received"], read["refusal"]) == ("expected", 0, "file-damaged")
    assert await nothing_left(ground, sha256(content).hexdigest())
    assert await acts(ground, upload) == ["upload:refuse", "upload:store"]


async def test_refused_content_that_another_names_stays(
    ground: Ground, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have come in before the check knew better: whoever has it keeps it."""
    monkeypatch.setattr(receiving, "CHECKED_AT_ONCE", 1000)
    caller, content = await make_caller(ground), b"%PDF-1.7\n" + urandom(5000)
    upload = await announced(client, caller, content)
    other = await announced(client, caller, content)
    await send(client, caller, upload, content)
    await turn(ground)
    assert (await row_of(ground, upload)).refusal == "file-damaged"
    assert await ground.files.size(sha256(content).hexdigest()) == len(content)
    assert (await row_of(ground, other)).state == FileState.EXPECTED


async def test_virus_is_refused(
    ground: Ground, client: AsyncClient, app: FastAPI, tmp_path: Path
) -> None:
    caller = await make_caller(ground)
    clean, infected = pdf() + urandom(9).hex().encode(), pdf() + b"%" + EICAR
    async with clamd(tmp_path) as (fake, scanner), scanned_by(app, scanner):
        stored = await send(client, caller, await announced(client, caller, clean), clean)
        assert stored.json()["state"] == "stored"
        upload = await announced(client, caller, infected)
        answer = await send(client, caller, upload, infected)
        assert (answer.status_code, answer.json()["code"]) == (422, "file-infected")
        assert "Eicar-Test-Signature" in answer.json()["detail"]
        assert fake.asked == 2
    assert await nothing_left(ground, sha256(infected).hexdigest())


@pytest.mark.parametrize("infected", [False, True])
async def test_what_cannot_be_scanned_waits_in_quarantine(
    ground: Ground, client: AsyncClient, app: FastAPI, tmp_path: Path, infected: bool
) -> None:
    caller = await make_caller(ground)
    content = pdf() + urandom(9).hex().encode() + (EICAR if infected else b"")
    upload = await announced(client, caller, content)
    async with clamd(tmp_path) as (fake, scanner), scanned_by(app, scanner) as with_scanner:
        fake.broken = True
        answer = await send(client, caller, upload, content)
        assert (answer.status_code, answer.json()["state"]) == (200, "quarantined")
        await turn(with_scanner)
        assert (await row_of(ground, upload)).state == FileState.QUARANTINED
        fake.broken = False
        await turn(with_scanner)
        row = await row_of(ground, upload)
    if infected:
        assert (row.state, row.refusal) == (FileState.EXPECTED, "file-infected")
        assert await nothing_left(ground, row.sha256)
    else:
        assert row.state == FileState.STORED


async def test_scanner_that_is_away_passes_nothing(
    ground: Ground, client: AsyncClient, app: FastAPI, tmp_path: Path
) -> None:
    caller, content = await make_caller(ground), pdf() + urandom(9).hex().encode()
    upload = await announced(client, caller, content)
    async with scanned_by(app, Clamd.at(f"clamd://{tmp_path}/nobody.sock")):
        answer = await send(client, caller, upload, content)
    assert answer.json()["state"] == "quarantined"
    async with ground.database.writing() as db:
        await db.execute(delete(Job).where(Job.kind == CHECK))
