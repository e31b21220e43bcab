"""取消参评资格 at any stage: by document, on a ground, with evidence; told, and kept on record."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.records.models import Record
from app.award.roles import Role
from app.award.stages.models import Disqualification, Entry, Outcome, Stage
from app.platform.ground import Ground
from app.platform.jobs.work import do_jobs
from app.platform.notifications.delivering import Dispatch, delivering
from app.platform.notifications.models import Way
from tests.award.cycle_log import cycle_log
from tests.factories import (
    Caller,
    Office,
    entries_in,
    make_caller,
    make_office,
    stage_row,
)

pytestmark = pytest.mark.anyio

BODY = {
    "ground": "fraud",
    "document": "锡滨质奖办〔2026〕9号",
    "evidence": "检测报告系伪造。",
}


async def throw_out(client: AsyncClient, caller: Caller, entry: UUID) -> Response:
    return await client.post(f"/entries/{entry}/disqualification", json=BODY, **caller.auth)


async def state(office: Office) -> tuple[int, int, list[str]]:
    async with office.ground.database.reading() as db:
        counts = [
            await db.scalar(select(func.count()).select_from(table)) or 0
            for table in (Disqualification, Outcome)
        ]
    return counts[0], counts[1], await cycle_log(office)


async def assert_refused(
    office: Office, before: Any, answer: Response, status: int, code: str
) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await state(office) == before


async def record_of(office: Office, application: UUID) -> Record | None:
    async with office.ground.database.reading() as db:
        return await db.scalar(
            select(Record).where(Record.credit_code == office.firms[application].credit_code)
        )


@pytest.mark.parametrize("stage", ["intake", "eligibility", "documents", "committee", "notice"])
async def test_whoever_is_found_out_is_thrown_out_at_any_stage(
    ground: Ground, client: AsyncClient, stage: str
) -> None:
    office = await make_office(ground)
    ((application, entry), (_, other)) = await entries_in(office, stage, 2)
    answer = await throw_out(client, office.head, entry)
    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in BODY} == BODY
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, entry)
        assert await db.get(Outcome, other) is None
    assert (outcome.result, outcome.reason) == ("disqualified", "disqualified")
    kept = await record_of(office, application)
    assert kept is not None
    assert (kept.kind, kept.what, kept.evidence, kept.cycle_ordinal) == (
        "disqualification",
        "fraud",
        BODY["document"],
        1,
    )
    speaker = office.firms[application].speaker
    told = (await client.get("/notifications", **speaker.auth)).json()["items"]
    assert [each["template"] for each in told] == ["disqualified"]
    assert await cycle_log(office) == ["entry:disqualify"]


async def test_who_is_thrown_out_between_two_stages_is_not_let_in(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry), _) = await entries_in(office, "eligibility", 2)
    closing = await stage_row(ground, office, "eligibility")
    async with ground.database.writing() as db:
        for row in await db.scalars(select(Entry.id).where(Entry.stage_id == closing.id)):
            db.add(Outcome(entry_id=row, result="advanced", decided_at=ground.clock()))
        stage = await db.get_one(Stage, closing.id)
        stage.status, stage.closed_at = "closed", ground.clock()
    assert (await throw_out(client, office.head, entry)).status_code == 201
    opened = await client.post(office.path("/stages/documents/opening"), **office.clerk.auth)
    assert opened.status_code == 200, opened.text
    documents = await stage_row(ground, office, "documents")
    async with ground.database.reading() as db:
        let_in = set(
            await db.scalars(select(Entry.application_id).where(Entry.stage_id == documents.id))
        )
    assert let_in == set(office.firms) - {application}


async def test_of_two_at_once_one_counts(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "documents", 1)
    answers = await asyncio.gather(*(throw_out(client, office.head, entry) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert await cycle_log(office) == ["entry:disqualify"]


async def test_who_is_out_already_is_refused(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "documents", 1)
    await throw_out(client, office.head, entry)
    before = await state(office)
    again = await throw_out(client, office.head, entry)
    await assert_refused(office, before, again, 409, "already-disqualified")


async def test_ground_that_no_bar_would_know_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "documents", 1)
    before = await state(office)
    answer = await client.post(
        f"/entries/{entry}/disqualification", json=BODY | {"ground": "fruad"}, **office.head.auth
    )
    await assert_refused(office, before, answer, 422, "record-word-unknown")
    assert await record_of(office, application) is None


async def test_who_is_awarded_is_not_disqualified_but_revoked(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "grant", 1)
    async with ground.database.writing() as db:
        db.add(Outcome(entry_id=entry, result="advanced", decided_at=ground.clock()))
    before = await state(office)
    await assert_refused(
        office, before, await throw_out(client, office.head, entry), 409, "award-stands"
    )


async def test_only_the_head_throws_out(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "documents", 1)
    before = await state(office)
    for caller in (office.clerk, office.supervisor):
        answer = await throw_out(client, caller, entry)
        await assert_refused(office, before, answer, 403, "not-allowed")
    for stranger in (
        office.firms[application].speaker,
        (await make_office(ground)).head,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
    ):
        answer = await throw_out(client, stranger, entry)
        await assert_refused(office, before, answer, 404, "entry-not-found")


@pytest.mark.parametrize(
    ("language", "ground_told", "elsewhere"),
    [
        ("zh", "因弄虚作假", "请登录申报系统，在站内消息中查阅"),
        ("en", "disqualified for 弄虚作假", "sign in and read it in your inbox"),
    ],
)
async def test_mail_and_text_messages_tell_the_ground_and_the_inbox_the_evidence(
    ground: Ground, client: AsyncClient, language: str, ground_told: str, elsewhere: str
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "documents", 1)
    speaker = office.firms[application].speaker
    for path, body in (
        ("/notifications/mail-address", {"address": "li.si@example.com"}),
        ("/notifications/phone-number", {"number": "13812345678"}),
        ("/notifications/language", {"language": language}),
    ):
        assert (await client.put(path, json=body, **speaker.auth)).is_success, path
    assert (await throw_out(client, office.head, entry)).status_code == 201
    outside = []

    async def send(dispatch: Dispatch, _: datetime) -> None:
        if dispatch.template == "disqualified":
            outside.append(dispatch.title + dispatch.text)

    ways = {way: delivering(way, send) for way in (Way.MAIL, Way.SMS)}
    await do_jobs(ground, ways, uuid4())
    assert len(outside) == len(ways)
    for text in outside:
        assert BODY["document"] in text
        assert ground_told in text
        assert elsewhere in text
        assert "伪造" not in text
    (told,) = (await client.get("/notifications", **speaker.auth)).json()["items"]
    assert BODY["evidence"].rstrip("。") in told["text"]
    assert "伪造" not in told["title"]
