"""No room for a file, and every call of the store failing in its turn: nothing is half written."""

import errno
import os
import resource
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from app.award.applications.models import Attachment
from app.platform.errors import StorageFull
from app.platform.files.models import FileState
from app.platform.files.objects import StorageAway
from app.platform.files.store import FileStore, key_of
from app.platform.ground import Ground
from tests.factories import Caller, make_firm, make_office
from tests.faults.people import complete_drafts, intact, open_intake
from tests.platform.uploads.sending import pdf

pytestmark = pytest.mark.anyio

CONTENT = pdf(300_000)
DIGEST = sha256(CONTENT).hexdigest()


async def stream(content: bytes = CONTENT) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 128 KiB, or a limit on the size of files where none may be mounted."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(folder)],  # noqa: S607  the system's
        check=False,
        capture_output=True,
    )
    if mounted.returncode == 0:
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)  # noqa: S607  the system's
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (131_072, hard))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def expected_upload(ground: Ground) -> tuple[Caller, UUID]:
    """A draft that waits for the bytes of one file."""
    office = await make_office(ground)
    await open_intake(office)
    firm = await make_firm(ground)
    [draft] = await complete_drafts(office, [firm])
    async with ground.database.writing() as db:
        attachment = await db.scalar(
            select(Attachment.id).where(Attachment.application_id == draft).limit(1)
        )
        assert attachment is not None
        await db.execute(
            update(Attachment)
            .where(Attachment.id == attachment)
            .values(state=FileState.EXPECTED, sha256=DIGEST, size=len(CONTENT), stored_at=None)
        )
    return firm.speaker, attachment


async def state_of(ground: Ground, attachment: UUID) -> str | None:
    async with ground.database.reading() as db:
        return await db.scalar(select(Attachment.state).where(Attachment.id == attachment))


async def test_full_disk_is_told_nothing_is_half_written_and_it_recovers(
    ground: Ground, client: AsyncClient, fault_folder: Path
) -> None:
    speaker, attachment = await expected_upload(ground)
    path = f"/attachments/{attachment}/content"
    with small_disk(fault_folder / "files"):
        async with intact(ground):
            refused = await client.put(path, content=CONTENT, **speaker.auth)
        assert (refused.status_code, refused.json()["code"]) == (507, "storage-full")
        assert files(fault_folder / "files") == []
        assert await state_of(ground, attachment) == FileState.EXPECTED
    stored = await client.put(path, content=CONTENT, **speaker.auth)
    assert stored.status_code == 200, stored.text
    assert await state_of(ground, attachment) == FileState.STORED
    assert (fault_folder / "files" / key_of(DIGEST)).read_bytes() == CONTENT


class Failing:
    """The n-th call of the operating system that the store makes fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: int, code: int) -> None:
        self.place, self.code, self.calls = place, code, 0
        monkeypatch.setattr(os, "fsync", self.wrapped(os.fsync))
        monkeypatch.setattr(os, "open", self.wrapped(os.open))
        monkeypatch.setattr(Path, "mkdir", self.wrapped(Path.mkdir))
        monkeypatch.setattr(Path, "replace", self.wrapped(Path.replace))

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls == self.place:
                raise OSError(self.code, os.strerror(self.code))
            return call(*args, **named)

        return failing


async def kept(store: FileStore) -> None:
    """As an upload is: received beside its place, then taken in."""
    async with store.arriving() as place:
        arrived = await store.receive(stream(), place, most=len(CONTENT))
        assert arrived.sha256 == DIGEST
        await store.keep(place, DIGEST)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
async def test_any_call_that_fails_leaves_all_or_nothing(tmp_path: Path, code: int) -> None:
    place, failed, told = 0, 0, StorageFull if code == errno.ENOSPC else StorageAway
    while True:
        place += 1
        folder = tmp_path / f"{code}-{place}"
        store, there = FileStore.in_folder(folder), folder / key_of(DIGEST)
        with pytest.MonkeyPatch.context() as monkeypatch:
            failing = Failing(monkeypatch, place, code)
            try:
                await kept(store)
            except told:
                failed += 1
            reached = failing.calls >= place
        left = files(folder)
        assert left in ([], [there]), left
        assert all(path.read_bytes() == CONTENT for path in left)
        if not reached:
            break
        await kept(store)  # it recovers
        assert there.read_bytes() == CONTENT
    assert failed >= 6
