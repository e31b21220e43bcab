"""A numbered letter reaches its applicant alone, and says no more than it may."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Outcome, Stage
from app.platform.documents.word import text_of
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import TASKS, drafted, move, read, sent, signed, today
from tests.factories import Office, entries_in, make_caller, make_office, stage_row
from tests.jobs import work_off
from tests.platform.uploads.sending import announced, pdf, send
from tests.statements import counting

pytestmark = pytest.mark.anyio
POINTS = ["自评报告缺少第三章", '附件二未盖章 <w:p/> =1+1 #read("x")']


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def cure(client: AsyncClient, office: Office, entry: UUID) -> Any:
    """A letter that asks for a cure, made but not yet checked."""
    body = {"kind": "cure", "entry_id": str(entry), "points": POINTS, "title": "补正通知书"}
    return await drafted(client, office, **body)


async def test_letter_is_read_by_its_applicant_and_the_office_sees_when(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "eligibility", 1)
    firm = office.firms[application]
    view = await cure(client, office, entry)
    assert view["organisation"] == firm.name
    assert (await client.get("/letters", **firm.speaker.auth)).json()["items"] == []
    path = f"/letters/{view['id']}"
    refused(await client.get(path, **firm.speaker.auth), 404, "letter-not-found")
    view = await signed(client, office, view)
    refused(await client.get(path, **firm.speaker.auth), 404, "letter-not-found")
    await sent(client, office, view)
    inbox = (await client.get("/notifications", **firm.speaker.auth)).json()["items"]
    assert [one["template"] for one in inbox] == ["letter-delivered"]
    assert POINTS[0] not in inbox[0]["text"]
    (line,) = (await client.get("/letters", **firm.speaker.auth)).json()["items"]
    assert (line["number"], line["kind"]) == ("滨质奖办〔2026〕12号", "cure")
    assert (await read(client, office, view["id"]))["read_at"] is None
    letter = (await client.get(path, **firm.speaker.auth)).json()
    for told in (*POINTS, firm.name, "滨质奖办〔2026〕12号"):
        assert told in letter["content"]
    assert letter["digest"] == view["digest"]
    assert (await read(client, office, view["id"]))["read_at"] is not None
    file = await client.get(f"{path}/file", **firm.speaker.auth)
    assert text_of(file.content) == letter["content"]
    assert (await cycle_log(office)).count("letter:open") == 2


async def test_letter_is_nobody_elses(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    (mine, entry), (other, _) = await entries_in(office, "eligibility", 2)
    view = await sent(
        client, office, await signed(client, office, await cure(client, office, entry))
    )
    rival, judge = (
        office.firms[other].speaker,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
    )
    for person in (rival, judge, office.clerk):
        for path in (f"/letters/{view['id']}", f"/letters/{view['id']}/file"):
            refused(await client.get(path, **person.auth), 404, "letter-not-found")
        assert (await client.get("/letters", **person.auth)).json()["items"] == []
    speaker = office.firms[mine].speaker
    for path in (f"/documents/{view['id']}", f"/documents/{view['id']}/file"):
        refused(await client.get(path, **speaker.auth), 404, "document-not-found")
    assert "letter:open" not in await cycle_log(office)


async def test_whoever_has_an_interest_sees_no_letter(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "eligibility", 1)
    view = await cure(client, office, entry)
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.head.person_id,
                organisation_id=office.firms[application].id,
                interest="consultant",
                declared_by=office.head.person_id,
                declared_at=ground.clock(),
            )
        )
    refused(
        await client.get(f"/documents/{view['id']}", **office.head.auth), 404, "document-not-found"
    )
    refused(await move(client, office.head, view, "check"), 404, "document-not-found")
    body = {"kind": "acceptance", "title": "受理", "entry_id": str(entry)}
    answer = await client.post(office.path("/documents"), json=body, **office.head.auth)
    refused(answer, 404, "entry-not-found")
    bulk = office.path("/stages/eligibility/documents")
    letters = {"kind": "acceptance", "title": "受理"}
    answer = await client.post(bulk, json=letters, **office.head.auth)
    assert answer.status_code in {403, 409}


async def test_letter_goes_out_only_when_its_number_stands_in_it(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    view = await cure(client, office, entry)
    body = {"way": "inbox", "delivered_on": today(ground)}
    path = f"/documents/{view['id']}/deliveries"
    refused(await client.post(path, json=body, **office.clerk.auth), 409, "move-not-possible")
    checked = (await move(client, office.head, view, "check")).json()
    number = {"number": "滨1号", "dated": today(ground)}
    assert (await move(client, office.head, checked, "signature", number)).status_code == 200
    early = await client.post(path, json=body, **office.clerk.auth)
    refused(early, 409, "document-file-not-finished")
    await work_off(ground, TASKS)
    late = body | {"delivered_on": "2099-01-01"}
    refused(await client.post(path, json=late, **office.clerk.auth), 422, "dated-in-future")
    assert (await client.post(path, json=body, **office.clerk.auth)).status_code == 201
    by_post = body | {"way": "post", "note": "EMS 1"}
    again = (await client.post(path, json=by_post, **office.clerk.auth)).json()
    assert {one["way"] for one in again["deliveries"]} == {"inbox", "post"}
    log = await cycle_log(office)
    assert (log.count("document:send"), log.count("document:deliver")) == (1, 1)


async def test_scan_of_the_signed_paper_is_what_the_applicant_gets(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "eligibility", 1)
    view = await cure(client, office, entry)
    checked = (await move(client, office.head, view, "check")).json()
    scan = await announced(client, office.head, pdf(7), purpose="signed-document")
    await send(client, office.head, scan, pdf(7))
    body = {"number": "滨1号", "dated": today(ground), "scan_id": scan}
    assert (await move(client, office.head, checked, "signature", body)).json()["scan"] is True
    await work_off(ground, TASKS)
    await sent(client, office, view)
    speaker = office.firms[application].speaker
    file = await client.get(f"/letters/{view['id']}/file", **speaker.auth)
    assert file.content == pdf(7)
    assert (await read(client, office, view["id"]))["read_at"] is not None


async def test_notice_to_nobody_has_no_inbox(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    view = await signed(client, office, await drafted(client, office, kind="call"))
    body = {"way": "inbox", "delivered_on": today(ground)}
    answer = await client.post(
        f"/documents/{view['id']}/deliveries", json=body, **office.clerk.auth
    )
    refused(answer, 409, "letter-has-no-inbox")
    assert (await read(client, office, view["id"]))["deliveries"] == []


async def closed_with(office: Office, outcomes: dict[UUID, tuple[Result, str | None]]) -> None:
    """The eligibility is over, with these results and reasons."""
    stage = await stage_row(office.ground, office, "eligibility")
    async with office.ground.database.writing() as db:
        now = office.ground.clock()
        db.add_all(
            Outcome(entry_id=entry, result=result, reason=reason, units=4_125_000, decided_at=now)
            for entry, (result, reason) in outcomes.items()
        )
        closed = {"status": StageStatus.CLOSED, "opened_at": now, "closed_at": now}
        await db.execute(update(Stage).where(Stage.id == stage.id).values(**closed))


async def test_letters_to_all_eliminated_are_made_in_one_call(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    entered = await entries_in(office, "eligibility", 3)
    (first, one), (second, two), (_, three) = entered
    await closed_with(
        office,
        {
            one: (Result.ELIMINATED, "ineligible"),
            two: (Result.DISQUALIFIED, None),
            three: (Result.ADVANCED, None),
        },
    )
    path = office.path("/stages/eligibility/documents")
    body = {"kind": "result", "title": "评审结果通知书"}
    tried = await client.post(f"{path}?dry_run=true", json=body, **office.clerk.auth)
    named = {office.firms[first].name, office.firms[second].name}
    assert {line["organisation"] for line in tried.json()["items"]} == named
    listed = office.path("/documents")
    assert (await client.get(listed, **office.clerk.auth)).json()["items"] == []
    assert "document:draft" not in await cycle_log(office)
    made = await client.post(path, json=body, **office.clerk.auth)
    assert made.status_code == 201, made.text
    await work_off(ground, TASKS)
    assert {line["organisation"] for line in made.json()["items"]} == named
    told = {}
    for line in made.json()["items"]:
        file = await client.get(f"/documents/{line['id']}/file", **office.clerk.auth)
        told[line["entry_id"]] = text_of(file.content)
    assert "不符合申报条件" in told[str(one)]
    assert "未进入下一环节" in told[str(two)]
    assert not any("412.5" in words for words in told.values())  # the score
    again = await client.post(path, json=body, **office.clerk.auth)
    assert again.json()["items"] == []
    single = body | {"entry_id": str(one)}
    refused(await client.post(listed, json=single, **office.clerk.auth), 409, "letter-exists")
    wrong = body | {"entry_id": str(three)}
    refused(await client.post(listed, json=wrong, **office.clerk.auth), 409, "outcome-does-not-fit")


async def test_bulk_costs_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    counts = []
    for many in (1, 3):
        office = await make_office(ground)
        await entries_in(office, "eligibility", many)
        path = office.path("/stages/eligibility/documents")
        body = {"kind": "acceptance", "title": "受理通知书"}
        with counting(ground) as seen:
            made = await client.post(path, json=body, **office.clerk.auth)
        assert len(made.json()["items"]) == many
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_bulk_of_what_is_no_letter_is_refused(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 1)
    path = office.path("/stages/eligibility/documents")
    for kind, code in (("call", "document-about-wrong"), ("cure", "points-missing")):
        body = {"kind": kind, "title": "通知"}
        refused(await client.post(path, json=body, **office.clerk.auth), 422, code)
    body = {"kind": "acceptance", "title": "受理"}
    refused(await client.post(path, json=body, **office.supervisor.auth), 403, "not-allowed")
    assert "document:draft" not in await cycle_log(office)
