"""Bodies that are too large are refused before they are read; slow ones hold nothing."""

import asyncio
from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.platform.db.engine import Database
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.factories import make_caller
from tests.platform.http.wire import answer, head, listening

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
JSON = "Content-Type: application/json"


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/accounts", MEBIBYTE),
        ("/api/v1/regulations/check", 2 * MEBIBYTE),
        ("/api/v1/attachments/x/content", 50 * MEBIBYTE),
        ("/nowhere", MEBIBYTE),
    ],
)
async def test_declared_length_is_refused_before_a_byte_is_read(
    app: FastAPI, path: str, most: int
) -> None:
    async with listening(app) as port:
        for declared in (200_000_000, most + 1):
            reader, writer = await connected(port)
            writer.write(head("POST", path, JSON, f"Content-Length: {declared}"))
            refused = await asyncio.wait_for(answer(reader), 5)  # not one byte of it was sent
            assert (refused.status, refused.code) == (413, "body-too-large")
            assert refused.headers["connection"] == "close"
            assert refused.headers["x-content-type-options"] == "nosniff"
            assert await reader.read() == b"", "the connection is closed"
            writer.close()


async def test_chunks_are_counted_as_they_arrive(app: FastAPI) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    async with listening(app) as port:
        reader, writer = await connected(port)
        writer.write(head("POST", "/api/v1/accounts", JSON, "Transfer-Encoding: chunked"))
        reading = asyncio.create_task(answer(reader))
        sent = 0
        while not reading.done() and sent < 64:
            writer.write(chunk)
            await writer.drain()
            sent += 1
            await asyncio.sleep(0.005)
        refused = await asyncio.wait_for(reading, 5)
        writer.close()
    assert (refused.status, refused.code) == (413, "body-too-large")
    assert refused.headers["connection"] == "close"
    assert sent <= 20, "one mebibyte is sixteen chunks"


async def test_largest_body_is_still_read(app: FastAPI) -> None:
    body = b'{"name": "' + b"x" * (MEBIBYTE - 12) + b'"}'
    async with listening(app) as port:
        reader, writer = await connected(port)
        writer.write(head("POST", "/api/v1/accounts", JSON, f"Content-Length: {len(body)}") + body)
        refused = await asyncio.wait_for(answer(reader), 5)
        writer.close()
    assert len(body) == MEBIBYTE
    assert (refused.status, refused.code) == (422, "invalid-input")


async def test_upload_without_a_token_is_refused_unread(app: FastAPI) -> None:
    path = "/api/v1/attachments/6f0c2c1e-7d0f-4a35-9d0e-0b6a4f1d2c11/content"
    async with listening(app) as port:
        reader, writer = await connected(port)
        writer.write(head("PUT", path, f"Content-Length: {40 * MEBIBYTE}"))
        refused = await asyncio.wait_for(answer(reader), 5)
        assert (refused.status, refused.code) == (401, "sign-in-needed")
        assert refused.headers["connection"] == "close"
        assert await reader.read() == b""
        writer.close()


async def test_bodies_that_never_come_hold_no_connection_of_the_database(
    ground: Ground, database_url: str
) -> None:
    caller = await make_caller(ground)
    token = f"Authorization: Bearer {caller.token}"
    small = replace(ground, database=Database.connect(database_url, pool_size=1))
    app = create_app(Settings(profile=Profile.OFFICE), small)
    async with listening(app) as port:
        waiting = [await connected(port) for _ in range(20)]
        for _, writer in waiting:
            writer.write(
                head("POST", "/api/v1/organisations", JSON, token, "Content-Length: 100") + b"{"
            )
        await asyncio.sleep(0.2)
        reader, writer = await connected(port)
        writer.write(head("GET", "/api/v1/auth/me", token))
        assert (await asyncio.wait_for(answer(reader), 5)).status == 200
        for _, each in [*waiting, (reader, writer)]:
            each.close()
    await small.database.close()
