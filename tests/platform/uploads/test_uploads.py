"""A file is announced, sent whole or part after part, and taken by something else, once."""

import asyncio
from hashlib import sha256
from os import urandom
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.platform.accounts.callers import Call
from app.platform.audit.models import AuditEvent
from app.platform.errors import Refusal
from app.platform.files.models import FileState, Upload
from app.platform.files.rules import OPEN_UPLOADS, SMALLEST_PART
from app.platform.ground import Ground
from app.platform.security.permission import Actor
from app.platform.uploads import service
from app.wiring import POLICY
from tests.factories import Caller, make_caller
from tests.platform.uploads.sending import announced, described, pdf, send
from tests.statements import counting

pytestmark = pytest.mark.anyio


def unlike(size: int = 0) -> bytes:
    """A PDF that no other test has."""
    return pdf(size) + b"%" + urandom(8).hex().encode()


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def acts(ground: Ground, upload: str) -> list[str]:
    async with ground.database.reading() as db:
        found = select(AuditEvent.act).where(AuditEvent.subject == UUID(upload))
        return list(await db.scalars(found.order_by(AuditEvent.act)))


async def row_of(ground: Ground, upload: str) -> Upload | None:
    async with ground.database.reading() as db:
        return await db.get(Upload, UUID(upload))


async def taken(
    ground: Ground, caller: Caller, upload: str, purpose: str = "mandate"
) -> Upload | str:
    """What taking it gives, or the code of the refusal."""
    wall = ground.clock()
    try:
        async with ground.database.writing() as db:
            actor = Actor(POLICY, caller.person_id, caller.account_id)
            return await service.take(Call(db, actor, wall, wall, ground), UUID(upload), purpose)
    except Refusal as refusal:
        return refusal.code


async def test_file_sent_whole_is_stored_once(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    answer = await send(client, caller, upload, content)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["received"]) == ("stored", len(content))
    digest = sha256(content).hexdigest()
    assert await ground.files.content(digest) == content
    assert await acts(ground, upload) == ["upload:store"]
    refused(await send(client, caller, upload, content), 409, "already-uploaded")
    read = await client.get(f"/uploads/{upload}", **caller.auth)
    assert read.json() == answer.json()


async def test_parts_make_the_whole(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike(3 * SMALLEST_PART)
    upload, size = await announced(client, caller, content), len(content)
    for start in range(0, size, SMALLEST_PART):
        end = min(size, start + SMALLEST_PART)
        answer = await send(
            client, caller, upload, content[start:end], f"bytes {start}-{end - 1}/{size}"
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["received"] == end
        read = await client.get(f"/uploads/{upload}", **caller.auth)
        assert read.json() == answer.json()
    assert answer.json()["state"] == "stored"
    assert await ground.files.content(sha256(content).hexdigest()) == content
    assert [held async for held in ground.files.objects.listed(f"parts/{upload}/")] == []


async def test_part_at_another_offset_is_refused_with_what_has_arrived(
    ground: Ground, client: AsyncClient
) -> None:
    caller, content = await make_caller(ground), unlike(2 * SMALLEST_PART)
    upload, size = await announced(client, caller, content), len(content)
    part = content[:SMALLEST_PART]
    span = f"bytes 0-{SMALLEST_PART - 1}/{size}"
    assert (await send(client, caller, upload, part, span)).status_code == 200
    again = await send(client, caller, upload, part, span)
    refused(again, 409, "offset-differs")
    assert str(SMALLEST_PART) in again.json()["detail"]
    row = await row_of(ground, upload)
    assert row is not None
    assert (row.received, len(row.parts), row.state) == (SMALLEST_PART, 1, FileState.EXPECTED)
    whole = await send(client, caller, upload, content)  # from the beginning always works
    assert whole.json()["state"] == "stored"


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ("bytes 0-9", "range-unreadable"),
        ("bytes 0-9/11", "range-unreadable"),
        ("bytes 9-0/600000", "range-unreadable"),
        ("octets 0-9/600000", "range-unreadable"),
        ("bytes 0-9/600000", "part-too-small"),
    ],
)
async def test_wrong_range_is_refused(
    ground: Ground, client: AsyncClient, span: str, code: str
) -> None:
    caller, content = await make_caller(ground), urandom(600_000)
    upload = await announced(client, caller, content)
    refused(await send(client, caller, upload, content[:10], span), 422, code)
    row = await row_of(ground, upload)
    assert row is not None
    assert (row.received, row.parts) == (0, [])


async def test_of_two_parts_at_one_offset_one_wins(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike(2 * SMALLEST_PART)
    upload, size = await announced(client, caller, content), len(content)
    part, span = content[:SMALLEST_PART], f"bytes 0-{SMALLEST_PART - 1}/{size}"
    answers = await asyncio.gather(*(send(client, caller, upload, part, span) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    held = [held async for held in ground.files.objects.listed(f"parts/{upload}/")]
    assert [each.size for each in held] == [SMALLEST_PART]


async def test_of_two_whole_files_at_once_one_wins(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    answers = await asyncio.gather(*(send(client, caller, upload, content) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await acts(ground, upload) == ["upload:store"]


async def test_other_content_is_refused_and_its_parts_forgotten(
    ground: Ground, client: AsyncClient
) -> None:
    caller, content = await make_caller(ground), unlike(2 * SMALLEST_PART)
    upload, size = await announced(client, caller, content), len(content)
    first = await send(
        client,
        caller,
        upload,
        urandom(SMALLEST_PART),
        f"bytes 0-{SMALLEST_PART - 1}/{size}",
    )
    assert first.status_code == 200
    rest = content[SMALLEST_PART:]
    last = await send(client, caller, upload, rest, f"bytes {SMALLEST_PART}-{size - 1}/{size}")
    refused(last, 422, "content-differs")
    row = await row_of(ground, upload)
    assert row is not None
    assert (row.received, row.parts, row.state) == (0, [], FileState.EXPECTED)
    assert [held async for held in ground.files.objects.listed(f"parts/{upload}/")] == []
    assert await ground.files.size(sha256(content).hexdigest()) is None
    assert await acts(ground, upload) == []


async def test_more_bytes_than_declared_are_refused(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    refused(await send(client, caller, upload, content + b" "), 413, "file-too-large")
    refused(await send(client, caller, upload, content[:-1]), 422, "content-differs")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"purpose": "nothing"}, "purpose-unknown"),
        ({"media_type": "image/png", "purpose": "mandate", "size": 50 * 2**20 + 1}, "too-large"),
        ({"file_name": "../授权书.pdf"}, "file-name-wrong"),
        ({"file_name": "fdp.\u202e授权书"}, "wrong-form"),
        ({"file_name": "授权书.hta"}, "file-ending-differs"),
        ({"file_name": "授权书.pdf.lnk"}, "file-ending-differs"),
        ({"file_name": "pdf"}, "file-ending-differs"),
        ({"file_name": "授权书.pdf."}, "file-ending-differs"),
        (
            {
                "media_type": "application/vnd.openxmlformats-officedocument."
                "wordprocessingml.document"
            },
            "file-type-not-taken",
        ),
    ],
)
async def test_what_is_not_taken_cannot_be_announced(
    ground: Ground, client: AsyncClient, other: dict[str, Any], code: str
) -> None:
    caller = await make_caller(ground)
    answer = await client.post("/uploads", json=described(unlike(), **other), **caller.auth)
    assert answer.status_code == 422
    assert code in {answer.json()["code"], *(each["code"] for each in answer.json()["errors"])}
    listed = await client.get("/uploads", **caller.auth)
    assert listed.json()["items"] == []


async def test_too_many_open_uploads_are_refused(ground: Ground, client: AsyncClient) -> None:
    caller = await make_caller(ground)
    for _ in range(OPEN_UPLOADS):
        await announced(client, caller, urandom(16))
    answer = await client.post("/uploads", json=described(unlike()), **caller.auth)
    refused(answer, 409, "too-many-uploads")


async def test_upload_is_its_owners_alone(ground: Ground, client: AsyncClient) -> None:
    caller, other, content = await make_caller(ground), await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    place = f"/uploads/{upload}"
    refused(await client.get(place, **other.auth), 404, "upload-not-found")
    refused(await send(client, other, upload, content), 404, "upload-not-found")
    refused(await client.delete(place, **other.auth), 404, "upload-not-found")
    assert (await client.get("/uploads", **other.auth)).json()["items"] == []
    assert await taken(ground, other, upload) == "upload-unknown"
    refused(await client.put(f"{place}/content", content=content), 401, "sign-in-needed")


async def test_upload_is_taken_once_and_for_its_purpose(
    ground: Ground, client: AsyncClient
) -> None:
    caller, content = await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    assert await taken(ground, caller, upload) == "upload-not-ready"
    assert (await send(client, caller, upload, content)).status_code == 200
    assert await taken(ground, caller, upload, "cure") == "upload-unknown"
    got = await taken(ground, caller, upload)
    assert isinstance(got, Upload)
    assert got.sha256 == sha256(content).hexdigest()
    assert await taken(ground, caller, upload) == "upload-taken"
    refused(await client.delete(f"/uploads/{upload}", **caller.auth), 409, "upload-taken")
    assert (await client.get("/uploads", **caller.auth)).json()["items"] == []


async def test_discarded_upload_is_gone(ground: Ground, client: AsyncClient) -> None:
    caller, content = await make_caller(ground), unlike()
    upload = await announced(client, caller, content)
    assert (await client.delete(f"/uploads/{upload}", **caller.auth)).status_code == 204
    refused(await client.get(f"/uploads/{upload}", **caller.auth), 404, "upload-not-found")
    assert await acts(ground, upload) == ["upload:discard"]


async def test_list_takes_as_many_statements_for_three_as_for_one(
    ground: Ground, client: AsyncClient
) -> None:
    caller = await make_caller(ground)
    made = [await announced(client, caller, urandom(16))]
    with counting(ground) as one:
        await client.get("/uploads", **caller.auth)
    made += [await announced(client, caller, urandom(16)) for _ in range(2)]
    with counting(ground) as three:
        listed = await client.get("/uploads", **caller.auth)
    assert {each["id"] for each in listed.json()["items"]} == set(made)
    assert len(one) == len(three)
