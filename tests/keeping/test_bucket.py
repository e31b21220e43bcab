"""Files in a bucket are no part of a backup: both sides check them there, by their digests."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.keeping.archive import verified
from app.keeping.backup import back_up
from app.keeping.refusals import FileUnreachable
from app.keeping.restore import restore
from app.main import file_store, make_ground
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.db.installation import Purpose, settle
from app.platform.files.models import FileState, Upload
from app.platform.files.store import FileStore, key_of
from app.settings import Settings
from tests.factories import make_caller
from tests.platform.files.s3 import KEY, SECRET, make_bucket, s3_server

CONTENTS = [b"%PDF-1.7 " + bytes([65 + n]) * 1000 for n in range(3)]


def silent(step: str, done: int, whole: int | None) -> None:
    del step, done, whole


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with s3_server() as address:
        yield address


async def stored(settings: Settings) -> list[str]:
    """The digests of three files that people uploaded."""
    ground = make_ground(settings)
    async with ground.database.writing() as db:
        await settle(db, Purpose.AWARD)
    caller = await make_caller(ground)
    digests = [await ground.files.keep_content(content) for content in CONTENTS]
    async with ground.database.writing() as db:
        for digest, content in zip(digests, CONTENTS, strict=True):
            db.add(
                Upload(
                    person_id=caller.person_id,
                    purpose="mandate",
                    file_name="授权书.pdf",
                    media_type="application/pdf",
                    size=len(content),
                    received=len(content),
                    sha256=digest,
                    state=FileState.STORED,
                    created_at=wall_clock(),
                    stored_at=wall_clock(),
                )
            )
    ground.hasher.close()
    await ground.database.close()
    return digests


async def spoil(store: FileStore, digests: list[str], other: Path) -> None:
    """The first is gone, the second has another content of the same size."""
    for digest in digests[:2]:
        await store.remove(digest)
    await store.objects.put(key_of(digests[1]), other)


def test_files_in_a_bucket_are_checked_by_backup_and_restore(
    address: str, tmp_path: Path, fresh_database_url: str, cluster: embedded.Cluster
) -> None:
    bucket = {
        "files_url": make_bucket(address, "kept"),
        "files_key_id": KEY,
        "files_secret": SECRET,
    }
    owner = fresh_database_url.replace(embedded.APP_ROLE, embedded.OWNER_ROLE)
    urls = {"DATABASE_URL": fresh_database_url, "DATABASE_OWNER_URL": owner}
    settings = Settings(folder=tmp_path / "one", **urls, **bucket)
    digests = sorted(asyncio.run(stored(settings)))
    archive = tmp_path / "kept.tar"
    kept = back_up(settings, archive, keys=True, progress=silent)
    assert (kept.elsewhere, kept.missing, kept.files) == ("s3://kept/files", (), 0)
    assert verified(archive, silent).elsewhere == kept.elsewhere

    store = file_store(settings)
    (tmp_path / "other").write_bytes(b"%PDF-1.7 " + b"x" * 1000)
    asyncio.run(spoil(store, digests, tmp_path / "other"))
    again = back_up(settings, tmp_path / "again.tar", keys=True, progress=silent)
    assert sorted(again.missing) == digests[:2]

    name = f"keep_{os.urandom(4).hex()}"
    cluster.create_database(name)
    new = {
        "DATABASE_URL": cluster.url(name, embedded.APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(name),
    }
    try:
        nobody = bucket | {"files_url": "s3://kept?endpoint=http://127.0.0.1:9"}
        with pytest.raises(FileUnreachable):
            restore(
                Settings(**new, **nobody), archive, tmp_path / "two", keys=None, progress=silent
            )
        assert not (tmp_path / "two").exists()
        back = restore(
            Settings(**new, **bucket), archive, tmp_path / "two", keys=None, progress=silent
        )
    finally:
        cluster.drop_database(name)
    assert sorted(back.lost) == digests[:2]
    assert not back.sound
    assert (back.findings, back.differing) == ([], [])
