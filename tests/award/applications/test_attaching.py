"""Files of an application: so many and no more, and of no document that nobody asks for."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from app.award.applications.models import Attachment
from app.platform.files.rules import Most
from app.platform.ground import Ground
from tests.award.applications.cycles import begun, id_of, reasons, submitted
from tests.award.applications.regulations import text
from tests.award.cycle_log import cycle_log
from tests.factories import credit_code, make_caller, make_firm, make_office
from tests.platform.uploads.sending import pdf

pytestmark = pytest.mark.anyio


def told(document: str, size: int) -> dict[str, Any]:
    return {
        "document": document,
        "file_name": "附件.pdf",
        "media_type": "application/pdf",
        "size": size,
        "sha256": uuid4().hex * 2,
    }


@pytest.mark.parametrize("most", [Most(files=2), Most(bytes=2 * len(pdf()))])
async def test_application_has_so_many_files_and_no_more(
    ground: Ground, client: AsyncClient, app: FastAPI, most: Most
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    named = {"cycle_id": str(office.cycle_id), "organisation_id": str(firm.id)}
    draft = await client.post(
        "/applications", json={**named, "track": "organisation"}, **firm.speaker.auth
    )
    place = f"/applications/{draft.json()['id']}"
    app.state.ground = replace(ground, most_attached=most)
    try:
        for _ in range(2):
            made = await client.post(
                f"{place}/attachments", json=told("自评报告", len(pdf())), **firm.speaker.auth
            )
            assert made.status_code == 201, made.text
        before = await cycle_log(office)
        more = await client.post(
            f"{place}/attachments", json=told("自评报告", len(pdf())), **firm.speaker.auth
        )
    finally:
        app.state.ground = ground
    assert (more.status_code, more.json()["code"]) == (409, "too-many-files")
    read = await client.get(place, **firm.speaker.auth)
    assert len(read.json()["attachments"]) == 2
    assert await cycle_log(office) == before
    other = await client.post(
        f"{place}/attachments", json=told("别的材料", 100), **firm.speaker.auth
    )
    assert (other.status_code, other.json()["code"]) == (422, "document-unknown")


async def test_who_is_confirmed_by_nobody_has_so_many_bytes_in_all_drafts(
    ground: Ground, client: AsyncClient, app: FastAPI
) -> None:
    office, stranger = await make_office(ground), await make_caller(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    places = []
    for name in ("甲公司", "乙公司"):
        body = {"name": name, "credit_code": credit_code()}
        own = await client.post("/organisations", json=body, **stranger.auth)
        named = {"cycle_id": str(office.cycle_id), "organisation_id": own.json()["id"]}
        draft = await client.post(
            "/applications", json={**named, "track": "organisation"}, **stranger.auth
        )
        places.append(f"/applications/{draft.json()['id']}/attachments")
    app.state.ground = replace(ground, most_attached=Most(bytes=1000))
    try:
        first = await client.post(places[0], json=told("自评报告", 600), **stranger.auth)
        assert first.status_code == 201, first.text
        before = await cycle_log(office)
        more = await client.post(places[1], json=told("自评报告", 600), **stranger.auth)
        assert (more.status_code, more.json()["code"]) == (409, "unconfirmed-full")
        assert await cycle_log(office) == before
        less = await client.post(places[1], json=told("自评报告", 400), **stranger.auth)
        assert less.status_code == 201, less.text
    finally:
        app.state.ground = ground


LIMITED = {"name": "自评报告", "types": ["pdf", "ofd"], "at_most": "1", "largest": "20MB"}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def test_regulation_decides_types_number_and_size_of_a_documents_files(
    ground: Ground, client: AsyncClient
) -> None:
    asked = text(documents=["申报表", LIMITED])
    office, firm = await make_office(ground, regulation_text=asked), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    named = {"cycle_id": str(office.cycle_id), "organisation_id": str(firm.id)}
    draft = await client.post(
        "/applications", json={**named, "track": "organisation"}, **firm.speaker.auth
    )
    place = f"/applications/{draft.json()['id']}"

    async def announce(document: str, size: int, **other: Any) -> Response:
        body = told(document, size) | other
        return await client.post(f"{place}/attachments", json=body, **firm.speaker.auth)

    before = await cycle_log(office)
    most = 20 * 1024 * 1024
    wrong = await announce("自评报告", most + 1, media_type=WORD, file_name="报告.docx")
    assert wrong.status_code == 422, wrong.text
    assert [(each["code"], each["pointer"]) for each in wrong.json()["errors"]] == [
        ("document-type-not-taken", "/media_type"),
        ("document-too-large", "/size"),
    ]
    word = await announce("申报表", most + 1, media_type=WORD, file_name="表.DOCX")
    assert word.status_code == 201
    assert (await announce("自评报告", most)).status_code == 201
    more = await announce("自评报告", most)
    assert (more.status_code, more.json()["code"]) == (409, "document-has-enough")
    read = await client.get(place, **firm.speaker.auth)
    assert len(read.json()["attachments"]) == 2
    assert await cycle_log(office) == before


async def test_files_that_came_under_other_limits_are_told_before_and_at_the_submission(
    ground: Ground, client: AsyncClient
) -> None:
    asked = text(documents=["申报表", LIMITED])
    office, firm = await make_office(ground, regulation_text=asked), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    draft = await begun(client, office, firm)
    for document in ("申报表", "自评报告", "自评报告"):
        row = told(document, 30 * 1024 * 1024) | {"media_type": WORD, "file_name": "旧.docx"}
        async with ground.database.writing() as db:
            db.add(Attachment(application_id=id_of(draft), created_at=ground.clock(), **row))
    report = (await client.get(f"{draft}/completeness", **firm.speaker.auth)).json()
    unfit = [gap["code"] for gap in report["gaps"] if gap["sort"] == "unfit"]
    assert sorted(unfit) == ["document-has-enough", *["document-unfit"] * 4]
    assert any("“旧.docx”" in gap["zh"] and "20MB" in gap["zh"] for gap in report["gaps"])
    before = await cycle_log(office)
    refused = await submitted(client, firm, draft)
    assert refused.status_code == 409
    codes = {code for code, _ in reasons(refused)}
    assert {"document-unfit", "document-has-enough"} <= codes
    assert (await client.get(draft, **firm.speaker.auth)).json()["status"] == "draft"
    assert await cycle_log(office) == before
