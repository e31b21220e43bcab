"""A department's letter: told of it, answered once, its scan opened by who may, the office told."""

from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.records.models import Conflict
from app.platform.ground import Ground
from app.platform.notifications.models import Notification
from tests.award.cycle_log import cycle_log
from tests.award.screening.test_consultations import (
    ask,
    assert_refused,
    consulting,
    opinion,
    reply,
    state,
)
from tests.clock import MovableClock
from tests.factories import Caller, Office, make_firm, refresh_token
from tests.platform.uploads.sending import announced, pdf, send
from tests.stories.telling import assert_done

pytestmark = pytest.mark.anyio


async def scanned(
    client: AsyncClient, who: Caller, purpose: str = "consultation-letter"
) -> tuple[str, bytes]:
    content = pdf() + f"%{uuid4()}".encode()
    upload = await announced(client, who, content, purpose=purpose, file_name="复函.pdf")
    assert_done(await send(client, who, upload, content))
    return upload, content


async def told(ground: Ground, who: Caller) -> list[tuple[str, str, str]]:
    """What lies in somebody's inbox: template, title and text."""
    async with ground.database.reading() as db:
        rows = await db.execute(
            select(Notification.template, Notification.title, Notification.text).where(
                Notification.person_id == who.person_id
            )
        )
        return [(row.template, row.title, row.text) for row in rows]


async def biased(office: Office, who: Caller, firm: UUID) -> None:
    async with office.ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=who.person_id,
                organisation_id=firm,
                interest="relative",
                declared_by=who.person_id,
                declared_at=office.ground.clock(),
            )
        )


async def test_department_is_told_until_when_and_the_office_of_its_answer(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    ((template, title, words),) = await told(ground, officer)
    assert template == "department-consulted"
    assert title.endswith("征求意见：滨质奖办函〔2026〕5号")
    assert "2026-03-16" in words
    assert "市税务局" in words
    firm = next(iter(office.firms.values()))
    assert firm.name not in title + words
    assert_done(await reply(client, officer, place, opinion(entry)))
    assert [each[:2] for each in await told(ground, office.clerk)] == [
        ("department-replied", "市税务局已复函：锡税函〔2026〕3号")
    ]


async def test_department_without_a_time_is_told_so(ground: Ground, client: AsyncClient) -> None:
    office, _, authority, officer = await consulting(ground)
    assert_done(await ask(client, office, authority, "市监委"))
    ((template, _, words),) = await told(ground, officer)
    assert template == "department-consulted-without-time"
    assert "没有规定回复期限" in words


async def test_scan_of_a_reply_is_kept_and_opened_by_who_may(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, other), authority, officer = await consulting(ground, 2)
    place = (await ask(client, office, authority)).json()["id"]
    upload, content = await scanned(client, officer)
    seen = assert_done(await reply(client, officer, place, opinion(entry), scan=upload))
    letters = {each["entry_id"]: each["scan"] for each in seen["asked"]}
    letter = letters[str(entry)]
    assert letter
    assert letters[str(other)] is None
    opinions = (await client.get(f"/entries/{entry}/opinions", **office.clerk.auth)).json()
    assert [each["scan"] for each in opinions if each["said"]] == [letter]
    readers = (office.clerk, office.head, office.supervisor, officer)
    for who in readers:
        opened = await client.get(f"/consultations/replies/{letter}/scan", **who.auth)
        assert (opened.status_code, opened.content) == (200, content)
    assert (await cycle_log(office)).count("consultation:open-scan") == len(readers)


async def test_scan_of_a_reply_is_nothing_to_others(ground: Ground, client: AsyncClient) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    upload, _ = await scanned(client, officer)
    seen = assert_done(await reply(client, officer, place, opinion(entry), scan=upload))
    letter = seen["asked"][0]["scan"]
    firm = next(iter(office.firms.values()))
    await biased(office, office.head, firm.id)
    before = await state(office)
    elsewhere = await consulting(ground)
    strangers = (
        *(firm.speaker, (await make_firm(ground)).speaker),
        *(elsewhere[0].clerk, elsewhere[3], office.head),
    )
    for who in strangers:
        answer = await client.get(f"/consultations/replies/{letter}/scan", **who.auth)
        assert (answer.status_code, answer.json()["code"]) == (404, "reply-scan-not-found")
    nothing = await client.get(f"/consultations/replies/{uuid4()}/scan", **office.clerk.auth)
    assert nothing.status_code == 404
    assert await cycle_log(office) == before[1]


async def test_department_answers_a_question_once_and_the_office_corrects(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry, other), authority, officer = await consulting(ground, 2)
    place = (await ask(client, office, authority)).json()["id"]
    assert_done(await reply(client, officer, place, opinion(entry)))
    before = await state(office)
    again = await reply(client, officer, place, opinion(entry, "objection"), opinion(other))
    await assert_refused(office, before, again, 409, "department-answered-already")
    twice = await reply(client, officer, place, opinion(other), opinion(other, "objection"))
    await assert_refused(office, before, twice, 409, "department-answered-already")
    assert_done(await reply(client, officer, place, opinion(other)))
    clock.move(minutes=1)
    paper = {
        "department": "市税务局",
        "ground": "accident",
        "said": "objection",
        "document": "锡税函〔2026〕9号",
    }
    path = f"/entries/{entry}/opinions"
    assert_done(await client.post(path, json=paper, **office.clerk.auth))
    last = {e["department"]: e for e in (await client.get(path, **office.clerk.auth)).json()}
    assert last["市税务局"]["said"] == "objection"
    before = await state(office)
    final = await reply(client, officer, place, opinion(entry))
    await assert_refused(office, before, final, 409, "department-answered-already")


async def test_what_the_office_entered_from_paper_is_an_answer(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    paper = {
        "department": "市税务局",
        "ground": "accident",
        "said": "no_objection",
        "document": "函",
    }
    assert_done(await client.post(f"/entries/{entry}/opinions", json=paper, **office.clerk.auth))
    before = await state(office)
    answer = await reply(client, officer, place, opinion(entry, "objection"))
    await assert_refused(office, before, answer, 409, "department-answered-already")


async def test_everything_wrong_with_a_reply_is_told_at_once(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    assert_done(await reply(client, officer, place, opinion(entry)))
    clock.move(days=14, hours=15)
    await refresh_token(ground, officer)
    before = await state(office)
    answer = await reply(
        client, officer, place, opinion(entry), opinion(entry, ground="registered")
    )
    body = answer.json()
    codes = {each["code"] for each in body.get("errors", []) + body.get("reasons", [])}
    assert codes == {"opinion-late", "department-answered-already", "opinion-not-asked"}
    assert await state(office) == before


async def test_file_for_something_else_is_no_scan_of_a_reply(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority)).json()["id"]
    wrong, _ = await scanned(client, officer, "endorsement-letter")
    foreign, _ = await scanned(client, office.clerk)
    before = await state(office)
    for upload in (wrong, foreign, str(uuid4())):
        answer = await reply(client, officer, place, opinion(entry), scan=upload)
        await assert_refused(office, before, answer, 422, "upload-unknown")
