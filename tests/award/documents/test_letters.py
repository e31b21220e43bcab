"""A numbered letter reaches its applicant alone, and says no more than it may."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Outcome, Stage
from app.platform.documents.word import text_of
from app.platform.ground import Ground
from app.rules.strict_yaml import load
from tests.award.cycle_log import cycle_log
from tests.award.documents.desk import TASKS, drafted, move, read, sent, signed, today
from tests.award.screening.curing import PROOF, asked, entered
from tests.factories import Office, entries_in, make_caller, make_office, stage_row
from tests.jobs import work_off
from tests.platform.uploads.sending import announced, pdf, send
from tests.rules.regulation.award_texts import BINHU, dump
from tests.statements import counting

pytestmark = pytest.mark.anyio
DEFECT = {
    "pointer": "/form/contact_name",
    "wrong": '与证照不符 <w:p/> =1+1 #read("x")',
    "asked": "请更正。",
}
NUMBER = "滨质奖办补〔2026〕3号"
POINTS = ["证实性材料", PROOF["wrong"], PROOF["asked"], "联系人", DEFECT["wrong"], DEFECT["asked"]]
"""What the letter says of the call: each place by its name, what is wrong, what is asked."""


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def cure(client: AsyncClient, office: Office, entry: UUID) -> Any:
    """A letter of a call to cure, made but not yet checked."""
    call = await asked(client, office, entry, PROOF, DEFECT)
    body = {"kind": "cure", "entry_id": str(entry), "cure_id": call, "title": "补正通知书"}
    return await drafted(client, office, **body)


async def one_entry(ground: Ground) -> tuple[Office, UUID, UUID]:
    """An office whose screening offers a cure, with an application and its entry."""
    office, (entry,) = await entered(ground, grounds=None, documents=["证实性材料"])
    return office, next(iter(office.firms)), entry


async def test_letter_is_read_by_its_applicant_and_the_office_sees_when(
    ground: Ground, client: AsyncClient
) -> None:
    office, application, entry = await one_entry(ground)
    firm = office.firms[application]
    view = await cure(client, office, entry)
    assert view["organisation"] == firm.name
    assert (await client.get("/letters", **firm.speaker.auth)).json()["items"] == []
    path = f"/letters/{view['id']}"
    refused(await client.get(path, **firm.speaker.auth), 404, "letter-not-found")
    view = await signed(client, office, view, NUMBER)
    refused(await client.get(path, **firm.speaker.auth), 404, "letter-not-found")
    await sent(client, office, view)
    inbox = (await client.get("/notifications", **firm.speaker.auth)).json()["items"]
    assert {one["template"] for one in inbox} == {"letter-delivered", "cure-called"}
    assert not any(point in one["text"] for point in POINTS for one in inbox)
    (line,) = (await client.get("/letters", **firm.speaker.auth)).json()["items"]
    assert (line["number"], line["kind"]) == (NUMBER, "cure")
    assert (await read(client, office, view["id"]))["read_at"] is None
    letter = (await client.get(path, **firm.speaker.auth)).json()
    for told in (*POINTS, firm.name, NUMBER):
        assert told in letter["content"]
    assert letter["digest"] == view["digest"]
    assert (await read(client, office, view["id"]))["read_at"] is not None
    file = await client.get(f"{path}/file", **firm.speaker.auth)
    assert text_of(file.content) == letter["content"]
    assert (await cycle_log(office)).count("letter:open") == 2


async def test_letter_is_nobody_elses(ground: Ground, client: AsyncClient) -> None:
    office, (entry, _) = await entered(ground, 2, documents=["证实性材料"])
    mine, other = office.firms
    view = await sent(
        client, office, await signed(client, office, await cure(client, office, entry), NUMBER)
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
    office, application, entry = await one_entry(ground)
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
    office, _, entry = await one_entry(ground)
    view = await cure(client, office, entry)
    body = {"way": "inbox", "delivered_on": today(ground)}
    path = f"/documents/{view['id']}/deliveries"
    refused(await client.post(path, json=body, **office.clerk.auth), 409, "move-not-possible")
    checked = (await move(client, office.head, view, "check")).json()
    number = {"number": NUMBER, "dated": today(ground)}
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
    office, application, entry = await one_entry(ground)
    view = await cure(client, office, entry)
    checked = (await move(client, office.head, view, "check")).json()
    scan = await announced(client, office.head, pdf(7), purpose="signed-document")
    await send(client, office.head, scan, pdf(7))
    body = {"number": NUMBER, "dated": today(ground), "scan_id": scan}
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
    for kind, code in (("call", "document-about-wrong"),):
        body = {"kind": kind, "title": "通知"}
        refused(await client.post(path, json=body, **office.clerk.auth), 422, code)
    body = {"kind": "acceptance", "title": "受理"}
    refused(await client.post(path, json=body, **office.supervisor.auth), 403, "not-allowed")
    assert "document:draft" not in await cycle_log(office)


async def test_letter_of_a_cure_says_its_points_and_its_time_as_the_call_does(
    ground: Ground, client: AsyncClient
) -> None:
    office, _, entry = await one_entry(ground)
    view = await cure(client, office, entry)
    call = (await client.get(f"/cures/{view['cure_id']}", **office.clerk.auth)).json()
    file = await client.get(f"/documents/{view['id']}/file", **office.clerk.auth)
    words = text_of(file.content)
    day = date.fromisoformat(call["last_day"])
    assert f"请于{day.year}年{day.month}月{day.day}日24时前登录申报系统" in words
    assert "\n".join(["1", *POINTS[:3], "2", *POINTS[3:]]) in words
    path = office.path("/documents")
    again = {"kind": "cure", "entry_id": str(entry), "cure_id": call["id"], "title": "又"}
    refused(await client.post(path, json=again, **office.clerk.auth), 409, "letter-exists")
    nobodys = again | {"cure_id": str(uuid4())}
    refused(await client.post(path, json=nobodys, **office.clerk.auth), 404, "cure-not-found")
    checked = (await move(client, office.head, view, "check")).json()
    number = {"number": "滨1号", "dated": today(ground)}
    other = await move(client, office.head, checked, "signature", number)
    refused(other, 409, "number-is-the-cures")
    assert (await read(client, office, view["id"]))["number"] is None
    log = await cycle_log(office)
    assert (log.count("document:draft"), log.count("document:sign")) == (1, 0)


async def test_cure_of_another_entry_is_not_told(ground: Ground, client: AsyncClient) -> None:
    office, (entry, other) = await entered(ground, 2, documents=["证实性材料"])
    call = await asked(client, office, other, PROOF)
    body = {"kind": "cure", "entry_id": str(entry), "cure_id": call, "title": "补正通知书"}
    path = office.path("/documents")
    refused(await client.post(path, json=body, **office.clerk.auth), 404, "cure-not-found")
    assert "document:draft" not in await cycle_log(office)


async def test_letters_of_all_cures_are_made_in_one_call(
    ground: Ground, client: AsyncClient
) -> None:
    office, (one, two, _) = await entered(ground, 3, documents=["证实性材料"])
    calls = {await asked(client, office, entry, PROOF) for entry in (one, two)}
    path = office.path("/stages/eligibility/documents")
    body = {"kind": "cure", "title": "补正通知书"}
    made = (await client.post(path, json=body, **office.clerk.auth)).json()["items"]
    views = [await read(client, office, each["id"]) for each in made]
    assert {view["cure_id"] for view in views} == calls
    assert (await client.post(path, json=body, **office.clerk.auth)).json()["items"] == []


async def test_refusal_names_each_ground_not_met_with_its_clause_and_no_evidence(
    ground: Ground, client: AsyncClient
) -> None:
    tree: Any = load(BINHU)
    tree["eligibility"]["forbid"][0]["cite"] = "第八条第（二）项"
    office = await make_office(ground, regulation_text=dump(tree))
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    answers = dict.fromkeys(["registered", "accident", "winners", "fraud"], "met")
    answers |= {"accident": "not_met"}
    grounds = [{"key": k, "answer": a, "evidence": "某举报件"} for k, a in answers.items()]
    decided = {"decision": "ineligible", "grounds": grounds, "note": "经核查"}
    screened = await client.post(f"/entries/{entry}/screening", json=decided, **office.clerk.auth)
    assert screened.status_code == 201, screened.text
    (failed,) = [each for each in screened.json()["grounds"] if each["answer"] == "not_met"]
    await closed_with(office, {entry: (Result.ELIMINATED, "ineligible")})
    body = {"kind": "refusal", "title": "通知书", "entry_id": str(entry)}
    view = await drafted(client, office, **body)
    file = await client.get(f"/documents/{view['id']}/file", **office.clerk.auth)
    words = text_of(file.content)
    assert "经资格审查，不符合申报条件，未予通过。" in words
    (line,) = [each for each in words.split("\n") if each.startswith("1．")]
    assert failed["name"].replace("“", "‘").replace("”", "’") in line
    assert f"（《{tree['title']}》第八条第（二）项）" in line
    assert not any(hidden in words for hidden in ("某举报件", "经核查", "412.5"))
