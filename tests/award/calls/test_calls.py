"""The call of a cycle is published once, read by everybody, and corrected by a new edition only."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.calls.models import CallEdition
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.clock import MovableClock
from tests.factories import Caller, Office, make_caller, make_office
from tests.platform.uploads.sending import announced, pdf, send
from tests.statements import counting

pytestmark = pytest.mark.anyio

TEXT = {
    "title": "关于开展2026年度区长质量奖申报工作的通知",
    "text": "各有关单位：\n现将有关事项通知如下。",
    "document": "滨质奖办〔2026〕3号",
}


async def published(client: AsyncClient, office: Office, **changes: Any) -> dict[str, Any]:
    answer = await client.post(office.path("/call"), json=TEXT | changes, **office.head.auth)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def uploaded(client: AsyncClient, caller: Caller, purpose: str = "call") -> str:
    """A file of somebody's, sent whole; its id."""
    bytes_ = pdf()
    made = await announced(client, caller, bytes_, purpose=purpose)
    await send(client, caller, made, bytes_)
    return made


async def editions(office: Office) -> int:
    async with office.ground.database.reading() as db:
        statement = select(func.count()).where(CallEdition.cycle_id == office.cycle_id)
        return await db.scalar(statement) or 0


async def test_call_is_published_with_its_downloads_for_everybody(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    file = await uploaded(client, office.head)
    made = await published(client, office, files=[file])
    seen = (await client.get(office.path("/call"))).json()
    assert seen == made
    keys = [each["key"] for each in seen["downloads"]]
    assert keys[:2] == ["call", "regulation"]
    assert {"criteria-gbt-19580-2012", "file-1"} <= set(keys)
    for each in seen["downloads"]:
        got = await client.get(f"/public/calls/{seen['id']}/downloads/{each['key']}")
        assert got.status_code == 200, each
        assert sha256(got.content).hexdigest() == each["sha256"], each["key"]
        assert len(got.content) == each["size"]
        assert got.headers["content-disposition"].startswith("attachment; ")
        assert "immutable" in got.headers["cache-control"]
        tag = {"If-None-Match": got.headers["etag"]}
        again = await client.get(f"/public/calls/{seen['id']}/downloads/{each['key']}", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
    content = await client.get(f"/public/calls/{seen['id']}/downloads/call")
    assert seen["digest"] == f"sha256:{sha256(content.content).hexdigest()}"
    assert json.loads(content.content)["regulation"] == office.regulation_hash
    assert "cycle:publish-call" in await cycle_log(office)


async def test_correction_is_a_new_edition_and_the_old_one_stays(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    first = await published(client, office)
    tag = (await client.get(office.path("/call"))).headers["etag"]
    clock.move(minutes=1)
    second = await published(client, office, text="更正后的正文。", reason="联系电话有误。")
    assert (second["edition"], [e["edition"] for e in second["editions"]]) == (2, [1, 2])
    unchanged = await client.get(office.path("/call"), headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.json()["id"]) == (200, second["id"])
    now = await client.get(
        office.path("/call"), headers={"If-None-Match": unchanged.headers["etag"]}
    )
    assert now.status_code == 304
    old = (await client.get(f"/public/calls/{first['id']}")).json()
    assert (old["text"], old["digest"]) == (first["text"], first["digest"])
    listed = (await client.get("/public/calls?limit=100")).json()["items"]
    assert [one["id"] for one in listed if one["cycle_id"] == str(office.cycle_id)] == [
        second["id"]
    ]


async def test_dry_run_shows_the_call_and_publishes_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    path = office.path("/call?dry_run=true")
    tried = await client.post(path, json=TEXT, **office.head.auth)
    assert (tried.status_code, tried.json()["edition"]) == (201, 1)
    assert await editions(office) == 0
    missing = await client.get(office.path("/call"))
    assert (missing.status_code, missing.json()["code"]) == (404, "call-not-found")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"reason": "没有可更正的"}, 422, "nothing-to-correct"),
        ({"files": [str(UUID(int=1))]}, 422, "upload-unknown"),
        ({"files": [str(UUID(int=1))] * 2}, 422, "file-twice"),
        ({"title": ""}, 422, "invalid-input"),
        ({"published_at": "2026-01-01T00:00:00Z"}, 422, "invalid-input"),
    ],
)
async def test_call_that_is_none_is_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    office = await make_office(ground)
    answer = await client.post(office.path("/call"), json=TEXT | changes, **office.head.auth)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await editions(office) == 0
    assert "cycle:publish-call" not in await cycle_log(office)


async def test_call_is_the_heads_of_a_running_cycle(ground: Ground, client: AsyncClient) -> None:
    office, planned = await make_office(ground), await make_office(ground, launched=False)
    early = await client.post(planned.path("/call"), json=TEXT, **planned.head.auth)
    assert (early.status_code, early.json()["code"]) == (409, "call-too-early")
    for caller in (office.clerk, planned.head, await make_caller(ground)):
        refused = await client.post(office.path("/call"), json=TEXT, **caller.auth)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    await published(client, office)
    again = await client.post(office.path("/call"), json=TEXT, **office.head.auth)
    assert (again.status_code, again.json()["code"]) == (422, "call-reason-missing")
    assert await editions(office) == 1


async def test_file_of_another_purpose_or_taken_already_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    file, scan = await uploaded(client, office.head), await uploaded(client, office.head, "mandate")
    await published(client, office, files=[file])
    for one, status, code in ((file, 409, "upload-taken"), (scan, 422, "upload-unknown")):
        body = TEXT | {"files": [one], "reason": "更正"}
        refused = await client.post(office.path("/call"), json=body, **office.head.auth)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await editions(office) == 1


async def test_unknown_call_and_download_are_404(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    made = await published(client, office)
    unknown = await client.get(f"/public/calls/{uuid4()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "call-not-found")
    none = await client.get(f"/public/calls/{made['id']}/downloads/file-1")
    assert (none.status_code, none.json()["code"]) == (404, "download-not-found")


async def test_list_costs_the_same_for_one_call_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    costs = []
    for _ in range(3):
        await published(client, await make_office(ground))
        with counting(ground) as sent:
            await client.get("/public/calls")
        costs.append(len(sent))
    assert len(set(costs)) == 1
