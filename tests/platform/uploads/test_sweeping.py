"""What nobody names is swept after its time; what a row names never is."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.award.applications.models import Attachment
from app.platform.files.models import FileState, Upload
from app.platform.files.naming import naming
from app.platform.files.objects import Held
from app.platform.files.store import PARTS, FileStore, key_of
from app.platform.ground import Ground
from app.platform.jobs.models import Job
from app.platform.uploads import sweeping as swept
from app.platform.uploads.sweeping import sweeping
from app.wiring import CONTENTS
from tests.award.world import uploaded
from tests.factories import entries_in, make_caller, make_office

pytestmark = pytest.mark.anyio

SWEEP, _ = sweeping(CONTENTS)


@pytest.fixture
def standing(ground: Ground, tmp_path: Path) -> Ground:
    """A store of this test's own, over the database of all."""
    return replace(ground, files=FileStore.in_folder(tmp_path / "files"))


def aged(ground: Ground, key: str, days: float) -> None:
    """As if it had lain there for so long."""
    at = (ground.clock() - timedelta(days=days)).timestamp()
    os.utime(ground.files.spool.parent / key, (at, at))


async def upload_of(ground: Ground, digest: str, **other: object) -> UUID:
    row = uploaded(ground, (await make_caller(ground)).person_id)
    row.sha256 = digest
    for name, value in other.items():
        setattr(row, name, value)
    async with ground.database.writing() as db:
        db.add(row)
    return row.id


@pytest.mark.parametrize(("days", "stays"), [(6.9, True), (7.1, False)])
async def test_content_without_a_row_goes_after_a_week(
    standing: Ground, days: float, stays: bool
) -> None:
    digest = await standing.files.keep_content(uuid4().bytes)
    aged(standing, key_of(digest), days)
    await SWEEP(standing)
    assert (await standing.files.size(digest) is not None) is stays


@pytest.mark.parametrize("state", list(FileState))
async def test_content_that_an_upload_names_stays(standing: Ground, state: FileState) -> None:
    digest = await standing.files.keep_content(uuid4().bytes)
    await upload_of(standing, digest, state=state)
    aged(standing, key_of(digest), 400)
    await SWEEP(standing)
    assert await standing.files.size(digest) == 16


async def test_content_that_an_attachment_names_stays(standing: Ground) -> None:
    office = await make_office(standing)
    await entries_in(office, "eligibility", 1)
    digest = await standing.files.keep_content(uuid4().bytes)
    async with standing.database.writing() as db:
        db.add(
            Attachment(
                application_id=next(iter(office.firms)),
                document="自评报告",
                file_name="a.pdf",
                media_type="application/pdf",
                size=16,
                sha256=digest,
                state=FileState.STORED,
                created_at=standing.clock(),
            )
        )
    aged(standing, key_of(digest), 400)
    await SWEEP(standing)
    assert await standing.files.size(digest) == 16


async def test_content_that_somebody_begins_to_name_stays(
    standing: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named between the sweeper's first look and its lock: it looks again under the lock."""
    digest = await standing.files.keep_content(uuid4().bytes)
    aged(standing, key_of(digest), 400)
    lock = swept.nobody_naming

    async def named_before(db: object, wanted: str) -> None:
        async with standing.database.writing() as other:
            await naming(other, wanted)
            row = uploaded(standing, (await make_caller(standing)).person_id)
            row.sha256 = wanted
            other.add(row)
        await lock(db, wanted)  # type: ignore[arg-type]  # a session

    monkeypatch.setattr(swept, "nobody_naming", named_before)
    await SWEEP(standing)
    assert await standing.files.size(digest) == 16


@pytest.mark.parametrize(("days", "stays"), [(0.9, True), (1.1, False)])
async def test_bytes_that_never_arrived_whole_go_after_a_day(
    standing: Ground, days: float, stays: bool
) -> None:
    async with standing.files.arriving() as place:
        await _write(place)
        aged(standing, f"arriving/{place.name}", days)
        await SWEEP(standing)
        assert place.exists() is stays


async def _write(place: Path) -> None:
    place.write_bytes(b"x")  # noqa: ASYNC240  a small file of the test's own


async def test_parts_stay_while_their_upload_expects_more(standing: Ground, tmp_path: Path) -> None:
    named, lost = uuid4(), uuid4()
    keys = []
    for each in (named, lost):
        place = tmp_path / each.hex
        await _write(place)
        keys.append(await standing.files.keep_part(each, place))
        aged(standing, keys[-1], 3)
    await upload_of(standing, sha256(b"x").hexdigest(), parts=[keys[0]], received=1)
    await SWEEP(standing)
    left: AsyncIterator[Held] = standing.files.objects.listed(PARTS)
    assert [held.key async for held in left] == [keys[0]]


async def test_upload_that_nothing_takes_is_given_up(standing: Ground) -> None:
    old = standing.clock() - timedelta(days=31)
    unused = await upload_of(standing, sha256(b"1").hexdigest(), created_at=old)
    taken = await upload_of(
        standing,
        sha256(b"2").hexdigest(),
        created_at=old,
        taken_at=old,
        state=FileState.STORED,
    )
    await SWEEP(standing)
    async with standing.database.reading() as db:
        left = list(await db.scalars(select(Upload.id).where(Upload.id.in_([unused, taken]))))
    assert left == [taken]


async def test_check_that_was_given_up_is_asked_for_again_once_a_day(standing: Ground) -> None:
    waiting = await upload_of(
        standing, sha256(uuid4().bytes).hexdigest(), state=FileState.QUARANTINED
    )
    for _ in range(2):
        await SWEEP(standing)
    async with standing.database.reading() as db:
        keys = list(await db.scalars(select(Job.key).where(Job.key.contains(str(waiting)))))
    assert len(keys) == 1
