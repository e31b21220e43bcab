"""A file leaves as a download, whole or in a range, from the folder and the bucket alike."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from starlette.responses import Response

from app.main import create_app
from app.platform.accounts.callers import Writing
from app.platform.files.bucket import Bucket
from app.platform.files.models import FileState, Upload
from app.platform.files.store import FileStore
from app.platform.ground import Ground
from app.platform.uploads import queries
from app.platform.uploads.downloads import download
from app.settings import Settings
from tests.factories import Caller, make_caller
from tests.platform.files.s3 import KEY, SECRET, make_bucket, s3_server
from tests.platform.uploads.sending import announced, pdf, send

pytestmark = pytest.mark.anyio

routes = APIRouter()


@routes.get("/served/{upload_id}")
async def served(request: Request, call: Writing, upload_id: UUID) -> Response:
    """As a package that took an upload serves it."""
    return await download(request, (await queries.get_upload(call, upload_id)).it)


@pytest.fixture(scope="module", params=["folder", "bucket"])
async def standing(
    request: pytest.FixtureRequest, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    spool = tmp_path_factory.mktemp("spool")
    if request.param == "folder":
        yield replace(ground, files=FileStore.in_folder(spool))
        return
    with s3_server() as address:
        bucket = Bucket.at(make_bucket(address, f"b{uuid4().hex}"), KEY, SECRET)
        yield replace(ground, files=FileStore(bucket, spool))


@pytest.fixture(scope="module")
async def serving(standing: Ground) -> AsyncIterator[AsyncClient]:
    app: FastAPI = create_app(Settings(), standing)
    app.include_router(routes, prefix="/api/v1")
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://award.test/api/v1",
    ) as client:
        yield client


async def stored(client: AsyncClient, caller: Caller, content: bytes, **other: str) -> str:
    upload = await announced(client, caller, content, **other)
    answer = await send(client, caller, upload, content)
    assert answer.json()["state"] == "stored", answer.text
    return upload


async def test_download_is_whole_and_harmless(standing: Ground, serving: AsyncClient) -> None:
    caller, content = await make_caller(standing), pdf(300_000) + uuid4().hex.encode()
    upload = await stored(serving, caller, content, file_name='授权"书.pdf')
    got = await serving.get(f"/served/{upload}", **caller.auth)
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["content-type"] == "application/pdf"
    name = "%E6%8E%88%E6%9D%83%22%E4%B9%A6.pdf"
    assert got.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert got.headers["content-security-policy"] == "sandbox"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "private, no-store"
    assert got.headers["content-length"] == str(len(content))
    assert got.headers["etag"] == f'"{sha256(content).hexdigest()}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=10-999999999", 10, None),
    ],
)
async def test_range_is_sent(
    standing: Ground, serving: AsyncClient, asked: str, start: int, end: int | None
) -> None:
    caller, content = await make_caller(standing), pdf(5_000) + uuid4().hex.encode()
    upload = await stored(serving, caller, content)
    headers = caller.with_headers(Range=asked)["headers"]
    got = await serving.get(f"/served/{upload}", headers=headers)
    assert (got.status_code, got.content) == (206, content[start:end])
    first = start % len(content)
    last = (end or len(content)) - 1
    assert got.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"


async def test_range_that_is_not_there_is_told(standing: Ground, serving: AsyncClient) -> None:
    caller, content = await make_caller(standing), pdf() + uuid4().hex.encode()
    upload = await stored(serving, caller, content)
    headers = caller.with_headers(Range="bytes=999999-")["headers"]
    got = await serving.get(f"/served/{upload}", headers=headers)
    assert (got.status_code, got.content) == (416, b"")
    assert got.headers["content-range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-1", "pages=1-2", "bytes=-"])
async def test_other_ranges_give_the_whole(
    standing: Ground, serving: AsyncClient, asked: str
) -> None:
    caller, content = await make_caller(standing), pdf() + uuid4().hex.encode()
    upload = await stored(serving, caller, content)
    headers = caller.with_headers(Range=asked)["headers"]
    got = await serving.get(f"/served/{upload}", headers=headers)
    assert (got.status_code, got.content) == (200, content)


async def test_range_of_something_older_gives_the_whole(
    standing: Ground, serving: AsyncClient
) -> None:
    caller, content = await make_caller(standing), pdf() + uuid4().hex.encode()
    upload = await stored(serving, caller, content)
    headers = caller.with_headers(Range="bytes=0-9", If_Range='"other"')["headers"]
    assert (await serving.get(f"/served/{upload}", headers=headers)).content == content


async def test_lost_content_is_told(standing: Ground, serving: AsyncClient) -> None:
    caller, content = await make_caller(standing), pdf() + uuid4().hex.encode()
    upload = await stored(serving, caller, content)
    await standing.files.remove(sha256(content).hexdigest())
    got = await serving.get(f"/served/{upload}", **caller.auth)
    assert (got.status_code, got.json()["code"]) == (503, "storage-away")
    assert got.headers["retry-after"]


async def test_readiness_tells_whether_files_can_be_kept(standing: Ground, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("no folder")
    gone = FileStore.in_folder(tmp_path / "files")
    if not isinstance(standing.files.objects, type(gone.objects)):
        gone = FileStore(Bucket.at("s3://b?endpoint=http://127.0.0.1:9", KEY, SECRET), tmp_path)
    for files, status in ((standing.files, 200), (gone, 503)):
        app = create_app(Settings(), replace(standing, files=files))
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://award.test") as client:
            answer = await client.get("/readyz")
        assert answer.status_code == status, answer.text
    assert "存储" in answer.json()["detail"]


async def test_storage_that_is_away_keeps_nothing(
    standing: Ground, serving: AsyncClient, tmp_path: Path
) -> None:
    caller, content = await make_caller(standing), pdf() + uuid4().hex.encode()
    upload = await announced(serving, caller, content)
    away = Bucket.at("s3://b?endpoint=http://127.0.0.1:9", KEY, SECRET)
    app = create_app(Settings(), replace(standing, files=FileStore(away, tmp_path)))
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://award.test/api/v1",
    ) as client:
        answer = await send(client, caller, upload, content)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage-away")
    async with standing.database.reading() as db:
        assert (await db.get_one(Upload, UUID(upload))).state == FileState.EXPECTED
    assert os.listdir(tmp_path) == []  # noqa: PTH208  nothing waits for it
    assert (await send(serving, caller, upload, content)).json()["state"] == "stored"
