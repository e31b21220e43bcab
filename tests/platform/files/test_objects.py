"""A folder and a bucket keep the same promises: one set of tests for both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from os import urandom
from pathlib import Path
from uuid import uuid4

import pytest

from app.platform.errors import StorageFull
from app.platform.files import bucket
from app.platform.files.bucket import IN_PARTS_FROM, Bucket
from app.platform.files.folder import Folder
from app.platform.files.objects import Objects, StorageAway
from app.platform.files.store import FileStore
from tests.platform.files.s3 import KEY, SECRET, make_bucket, s3_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "folder":
        return Folder(tmp_path / "files")
    address = request.getfixturevalue("s3_address")
    return Bucket.at(make_bucket(address, f"b{uuid4().hex}"), KEY, SECRET)


def file(folder: Path, content: bytes) -> Path:
    path = folder / uuid4().hex
    path.write_bytes(content)
    return path


async def content_of(objects: Objects, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in objects.read(key, start, end)])


async def keys(objects: Objects, prefix: str = "") -> list[str]:
    return sorted([held.key async for held in objects.listed(prefix)])


async def test_what_is_put_is_there(objects: Objects, tmp_path: Path) -> None:
    content = urandom(600_000)
    before = datetime.now(UTC) - timedelta(seconds=2)
    await objects.put("ab/abc", file(tmp_path, content))
    assert await objects.size("ab/abc") == len(content)
    assert await content_of(objects, "ab/abc") == content
    [held] = [held async for held in objects.listed("")]
    assert (held.key, held.size) == ("ab/abc", len(content))
    assert before <= held.since <= datetime.now(UTC) + timedelta(seconds=2)


async def test_large_object_is_sent_in_parts(objects: Objects, tmp_path: Path) -> None:
    content = urandom(IN_PARTS_FROM + 1000)
    await objects.put("ab/large", file(tmp_path, content))
    assert await content_of(objects, "ab/large") == content


async def test_same_content_is_put_twice(objects: Objects, tmp_path: Path) -> None:
    for _ in range(2):
        await objects.put("ab/abc", file(tmp_path, b"the same"))
    assert await content_of(objects, "ab/abc") == b"the same"
    assert await keys(objects) == ["ab/abc"]


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 10), (3, 7), (9, 10), (9, None), (0, None), (10, 10)]
)
async def test_ranges_are_read(
    objects: Objects, tmp_path: Path, start: int, end: int | None
) -> None:
    await objects.put("ab/abc", file(tmp_path, b"0123456789"))
    assert await content_of(objects, "ab/abc", start, end) == b"0123456789"[start:end]


async def test_what_is_missing_has_no_size_and_cannot_be_read(objects: Objects) -> None:
    assert await objects.size("ab/none") is None
    with pytest.raises(StorageAway):
        await content_of(objects, "ab/none")


async def test_what_is_removed_is_gone_and_removed_again(objects: Objects, tmp_path: Path) -> None:
    await objects.put("ab/abc", file(tmp_path, b"x"))
    for _ in range(2):
        await objects.remove("ab/abc")
        assert await objects.size("ab/abc") is None
    assert await keys(objects) == []


async def test_prefix_is_listed_alone(objects: Objects, tmp_path: Path) -> None:
    for key in ("parts/1/a", "parts/1/b", "parts/2/a", "ab/abc"):
        await objects.put(key, file(tmp_path, b"x"))
    assert await keys(objects, "parts/") == ["parts/1/a", "parts/1/b", "parts/2/a"]
    assert await keys(objects, "parts/1/") == ["parts/1/a", "parts/1/b"]
    assert await keys(objects, "nothing/") == []
    assert len(await keys(objects)) == 4


async def test_it_says_that_it_can_be_used(objects: Objects) -> None:
    await objects.ensure_usable()


async def test_store_over_it_joins_parts_and_finds_contents(
    objects: Objects, tmp_path: Path
) -> None:
    store = FileStore(objects, tmp_path / "arriving")
    digest = await store.keep_content(b"made here")
    assert await store.content(digest) == b"made here"
    assert [(found, held.size) async for found, held in store.contents()] == [(digest, 9)]
    key = await store.keep_part(uuid4(), file(tmp_path, b"first "))
    whole = tmp_path / "whole"
    arrived = await store.join([key], file(tmp_path, b"second"), whole, most=100)
    assert (whole.read_bytes(), arrived.size) == (b"first second", 12)
    assert [found async for found, _ in store.contents()] == [digest]
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert [found async for found in store.parts_since(soon)] == [key]
    await store.drop_parts([key])
    assert await keys(objects, "parts/") == []


async def test_storage_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "LONGEST", timedelta(seconds=1))
    away = Bucket.at("s3://b?endpoint=http://127.0.0.1:9", KEY, SECRET)
    for asked in (
        away.put("ab/abc", file(tmp_path, b"x")),
        away.size("ab/abc"),
        away.remove("ab/abc"),
        content_of(away, "ab/abc"),
        keys(away),
        away.ensure_usable(),
    ):
        with pytest.raises(StorageAway):
            await asked


async def test_wrong_bucket_is_told(s3_address: str) -> None:
    nowhere = Bucket.at(f"s3://nowhere?endpoint={s3_address}", KEY, SECRET)
    for asked in (keys(nowhere), nowhere.ensure_usable()):
        with pytest.raises(StorageAway):
            await asked


def test_full_storage_is_told() -> None:
    with pytest.raises(StorageFull), bucket._told():  # noqa: SLF001  no server here is ever full
        raise OSError("XMinioStorageFull: Storage backend has reached its minimum free drive")


@pytest.mark.parametrize("url", ["s3://", "http://bucket", "s3://b?colour=red"])
def test_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="files_url"):
        Bucket.at(url, None, None)
