"""The same request, sent twice, has one effect and one answer."""

import asyncio
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from app.award.applications.models import Application
from app.award.stages.models import Entry
from app.platform.ground import Ground
from app.platform.http.once import Once
from tests.factories import Caller, Office, entries_in, make_caller, make_firm, make_office
from tests.platform.uploads.sending import pdf

pytestmark = pytest.mark.anyio


async def complete_draft(ground: Ground, client: AsyncClient) -> tuple[Office, Caller, str]:
    """An application whose submission lacks nothing but itself."""
    office = await make_office(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    firm = await make_firm(ground)
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    made = await client.post("/applications", json=body, **firm.speaker.auth)
    application = made.json()["id"]
    form = {"registered_on": "2009-06-18", "employees": 3, "industry": "C34", "contact_name": "李"}
    saved = await client.put(
        f"/applications/{application}/form", json=form, **firm.speaker.with_headers(If_Match='"v1"')
    )
    assert saved.status_code == 200, saved.text
    for document in ("申报表", "自评报告", "证实性材料"):
        await attach(client, firm.speaker, application, document)
    return office, firm.speaker, application


async def attach(client: AsyncClient, speaker: Caller, application: str, document: str) -> None:
    from hashlib import sha256  # noqa: PLC0415  only this step needs it

    content = pdf() + f"% {document} {uuid4()}".encode()
    announced = await client.post(
        f"/applications/{application}/attachments",
        json={
            "document": document,
            "file_name": f"{document}.pdf",
            "media_type": "application/pdf",
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        },
        **speaker.auth,
    )
    assert announced.status_code == 201, announced.text
    stored = await client.put(
        f"/attachments/{announced.json()['id']}/content", content=content, **speaker.auth
    )
    assert stored.status_code == 200, stored.text


async def test_submission_repeated_is_answered_as_before(
    ground: Ground, client: AsyncClient
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    same = speaker.with_headers(Idempotency_Key=uuid4().hex)
    first = await client.post(f"/applications/{application}/submission", **same)
    again = await client.post(f"/applications/{application}/submission", **same)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    async with ground.database.reading() as db:
        entries = await db.scalar(select(func.count()).where(Entry.application_id == application))
    assert entries == 1


async def test_fifty_duplicates_at_once_have_one_effect(
    ground: Ground, client: AsyncClient
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    same = speaker.with_headers(Idempotency_Key=uuid4().hex)
    answers = await asyncio.gather(
        *(client.post(f"/applications/{application}/submission", **same) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_another_body_under_the_same_key_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (_, entry), *_ = await entries_in(office, "eligibility", 1)
    grounds = (await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)).json()
    same = office.clerk.with_headers(Idempotency_Key=uuid4().hex)

    def body(note: str) -> dict[str, object]:
        answers = [{"key": g["key"], "answer": "met", "evidence": "查验"} for g in grounds]
        return {"decision": "eligible", "grounds": answers, "note": note}

    first = await client.post(f"/entries/{entry}/screening", json=body("一"), **same)
    other = await client.post(f"/entries/{entry}/screening", json=body("二"), **same)
    assert first.status_code == 201, first.text
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_missing_key_is_refused_and_changes_nothing(
    ground: Ground, client: AsyncClient, app: FastAPI
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    async with AsyncClient(transport=ASGITransport(app), base_url=client.base_url) as plain:
        answer = await plain.post(f"/applications/{application}/submission", **speaker.auth)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    async with ground.database.reading() as db:
        status = await db.scalar(select(Application.status).where(Application.id == application))
    assert status == "draft"


async def test_refusal_is_not_kept(ground: Ground, client: AsyncClient) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    del office
    key = uuid4().hex
    same = firm.speaker.with_headers(Idempotency_Key=key)
    refused = await client.post(f"/applications/{uuid4()}/submission", **same)
    assert refused.status_code == 404
    async with ground.database.reading() as db:
        assert await db.scalar(select(Once.key).where(Once.key == key)) is None


async def test_key_belongs_to_the_account(ground: Ground, client: AsyncClient) -> None:
    _, speaker, application = await complete_draft(ground, client)
    key = uuid4().hex
    path = f"/applications/{application}/submission"
    first = await client.post(path, **speaker.with_headers(Idempotency_Key=key))
    stranger = await make_caller(ground)
    other = await client.post(path, **stranger.with_headers(Idempotency_Key=key))
    assert (first.status_code, other.status_code) == (201, 404)
