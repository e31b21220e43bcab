"""补正: one notice, only what it names, by its deadline, at most so often; and every refusal."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.applications.models import Application, Attachment, Supplement
from app.award.roles import Role
from app.award.screening.kind import verdicts
from app.award.screening.models import Cure
from app.award.stages.models import Snapshot
from app.platform.ground import Ground
from app.proof.jws import Typ, verify
from tests.award.cycle_log import cycle_log
from tests.award.screening.curing import (
    CONTACT,
    NEW_CONTACT,
    PROOF,
    ask,
    asked,
    entered,
    firm_of,
    supply,
    upload,
)
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Office,
    close,
    entries_in,
    make_caller,
    make_firm,
    make_office,
    refresh_token,
    stage_row,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio

KEYS = ["complete", "registered", "accident", "winners", "fraud"]


def decision(decided: str = "eligible", **answers: str) -> dict[str, Any]:
    given = dict.fromkeys(KEYS, "met") | answers
    grounds = [{"key": k, "answer": a, "evidence": "原件"} for k, a in given.items()]
    return {"decision": decided, "grounds": grounds}


async def decide(client: AsyncClient, caller: Caller, entry: UUID, body: Any = None) -> Response:
    return await client.post(f"/entries/{entry}/screening", json=body or decision(), **caller.auth)


async def stored(office: Office) -> tuple[int, int, Any, list[str]]:
    async with office.ground.database.reading() as db:
        counts = [
            await db.scalar(select(func.count()).select_from(table)) or 0
            for table in (Cure, Supplement)
        ]
        forms = await db.scalars(
            select(Application.form)
            .where(Application.cycle_id == office.cycle_id)
            .order_by(Application.id)
        )
        return counts[0], counts[1], list(forms), await cycle_log(office)


async def assert_refused(
    office: Office, before: Any, answer: Response, status: int, *codes: str
) -> None:
    """Refused with these codes; nothing has changed, and the log has no row of it."""
    body = answer.json()
    assert answer.status_code == status, answer.text
    told = [each["code"] for each in body.get("errors", []) + body.get("reasons", [])]
    assert (told or [body["code"]]) == list(codes)
    assert await stored(office) == before


async def test_call_names_every_defect_and_counts_working_days(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    answer = await ask(client, office.clerk, entry, CONTACT, PROOF)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert [each["pointer"] for each in view["defects"]] == [
        "/form/contact_name",
        "/documents/证实性材料",
    ]
    # Monday 2026-03-02 does not count: five working days are Tuesday to Monday, 24:00.
    assert view["last_day"] == "2026-03-09"
    assert view["ends_at"] == "2026-03-09T16:00:00Z"
    assert (view["number"], view["state"], view["supplement"]) == (1, "waiting", None)
    assert await cycle_log(office) == ["entry:cure"]


async def test_end_of_the_last_day_is_the_regulations(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground, end_of_day="17:30")
    assert (await ask(client, office.clerk, entry)).json()["ends_at"] == "2026-03-09T09:30:00Z"


async def test_applicant_is_told_at_once_and_others_see_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, _) = await entered(ground, 2)
    cure = await asked(client, office, entry)
    own, rival = firm_of(office).speaker, firm_of(office, 1).speaker
    inbox = (await client.get("/notifications", **own.auth)).json()["items"]
    assert [(each["template"], each["params"]["cure"]) for each in inbox] == [("cure-called", cure)]
    listed = (await client.get("/cures", **own.auth)).json()["items"]
    assert [each["id"] for each in listed] == [cure]
    for stranger in (
        rival,
        (await make_firm(ground)).speaker,
        (await make_office(ground)).clerk,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
    ):
        before = await stored(office)
        for refused in (
            await client.get(f"/cures/{cure}", **stranger.auth),
            await supply(client, stranger, cure, NEW_CONTACT),
        ):
            await assert_refused(office, before, refused, 404, "cure-not-found")
        assert (await client.get("/cures", **stranger.auth)).json()["items"] == []


async def test_supplement_is_frozen_beside_the_submission(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    own = firm_of(office).speaker
    cure = await asked(client, office, entry, CONTACT, PROOF)
    await upload(client, own, cure)
    (application,) = office.firms
    before = (await client.get(f"/applications/{application}", **own.auth)).json()
    assert before["attachments"] == []  # what waits does not count yet
    answer = await supply(client, own, cure, NEW_CONTACT)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    after = (await client.get(f"/applications/{application}", **own.auth)).json()
    assert (after["digest"], after["submitted_at"]) == (before["digest"], before["submitted_at"])
    assert after["form"] == before["form"] | {"contact_name": "王五"}
    assert [each["validity"] for each in after["attachments"]] == ["in_force"]
    assert after["supplements"] == [view["supplement"]]
    async with ground.database.reading() as db:
        row = await db.get_one(Application, application)
        made = await db.scalar(select(Supplement).where(Supplement.application_id == application))
    assert made is not None
    assert (row.content, row.receipt) == ("{}", "receipt")
    assert json.loads(made.content)["answers"][0]["value"] == "王五"
    assert await cycle_log(office) == ["cure:supply", "entry:cure"]


async def test_receipt_says_what_came_in_when_and_by_which_deadline(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry)
    supplement = (await supply(client, firm_of(office).speaker, cure, NEW_CONTACT)).json()[
        "supplement"
    ]
    said = verify(supplement["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    assert said["what"] == "supplement"
    assert (said["cure"], said["digest"]) == (cure, supplement["digest"])
    assert said["organisation"] == firm_of(office).credit_code
    assert said["deadline"] == "2026-03-09T16:00:00+00:00"
    assert said["regulation"] == office.regulation_hash
    assert len(str(said["leaf"])) == 64


async def test_new_file_takes_the_place_of_all_earlier_ones_of_its_document(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    (application,) = office.firms
    own = firm_of(office).speaker
    async with ground.database.writing() as db:
        for document in ("证实性材料", "自评报告"):
            row = Attachment(
                application_id=application,
                document=document,
                file_name=f"{document}.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                state="stored",
                created_at=ground.clock(),
            )
            db.add(row)
    cure = await asked(client, office, entry, PROOF)
    await upload(client, own, cure)
    assert (await supply(client, own, cure)).status_code == 201
    shown = (await client.get(f"/applications/{application}", **office.clerk.auth)).json()
    assert {(each["document"], each["validity"]) for each in shown["attachments"]} == {
        ("证实性材料", "replaced"),
        ("证实性材料", "in_force"),
        ("自评报告", "in_force"),
    }


async def test_only_what_is_named_may_be_changed(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    own = firm_of(office).speaker
    cure = await asked(client, office, entry)
    before = await stored(office)
    answer = await supply(
        client, own, cure, NEW_CONTACT, {"pointer": "/form/employees", "value": 9}
    )
    await assert_refused(office, before, answer, 422, "place-not-asked")
    body = {"document": "自评报告", "file_name": "a.pdf", "media_type": "application/pdf"}
    body |= {"size": 1, "sha256": "0" * 64}  # type: ignore[dict-item]
    answer = await client.post(f"/cures/{cure}/attachments", json=body, **own.auth)
    await assert_refused(office, before, answer, 422, "place-not-asked")


async def test_files_of_a_supplement_are_what_the_regulation_takes(
    ground: Ground, client: AsyncClient
) -> None:
    proof = {"name": "证实性材料", "types": "pdf", "at_most": "1", "largest": "1MB"}
    office, (entry,) = await entered(ground, documents=["申报表", proof])
    own = firm_of(office).speaker
    cure = await asked(client, office, entry, PROOF)
    before = await stored(office)
    body = {"document": "证实性材料", "file_name": "a.png", "media_type": "image/png"}
    body |= {"size": 2 * 1024 * 1024, "sha256": "0" * 64}  # type: ignore[dict-item]
    answer = await client.post(f"/cures/{cure}/attachments", json=body, **own.auth)
    codes = ["document-type-not-taken", "document-too-large"]
    await assert_refused(office, before, answer, 422, *codes)
    await upload(client, own, cure)
    before = await stored(office)
    body |= {"file_name": "a.pdf", "media_type": "application/pdf", "size": 1}  # type: ignore[dict-item]
    answer = await client.post(f"/cures/{cure}/attachments", json=body, **own.auth)
    await assert_refused(office, before, answer, 409, "document-has-enough")


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ([], ["defect-unanswered"] * 2),
        ([NEW_CONTACT], ["defect-unanswered"]),
        (
            [NEW_CONTACT, NEW_CONTACT, {"pointer": PROOF["pointer"], "value": "文"}],
            ["cure-answered-twice", "cure-answer-unfit"],
        ),
        (
            [{"pointer": "/form/contact_name"}, {"pointer": PROOF["pointer"]}],
            ["cure-answer-unfit"] * 2,
        ),
        (
            [
                {"pointer": "/form/contact_name", "value": {"not": "a name"}},
                {"pointer": PROOF["pointer"], "explanation": "原件遗失。"},
            ],
            ["answer-wrong"],
        ),
    ],
)
async def test_unfit_supplement_is_refused_with_everything_at_once(
    ground: Ground, client: AsyncClient, answers: list[Any], codes: list[str]
) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry, CONTACT, PROOF)
    before = await stored(office)
    answer = await supply(client, firm_of(office).speaker, cure, *answers)
    await assert_refused(office, before, answer, 422, *codes)


async def test_explanation_alone_leaves_the_file_as_it_is(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry)
    explained = {"pointer": "/form/contact_name", "explanation": "证照变更办理中。"}
    before = (await stored(office))[2]
    answer = await supply(client, firm_of(office).speaker, cure, explained)
    assert answer.status_code == 201, answer.text
    assert (await stored(office))[2] == before


async def test_supplement_at_the_last_instant_is_in_time_and_after_it_late(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (first, second) = await entered(ground, 2)
    one, other = await asked(client, office, first), await asked(client, office, second)
    clock.move(days=7, hours=14, minutes=59, seconds=59)  # 2026-03-09 23:59:59 in Beijing
    for firm in office.firms.values():
        await refresh_token(ground, firm.speaker)
    in_time = await supply(client, firm_of(office).speaker, one, NEW_CONTACT)
    assert in_time.status_code == 201, in_time.text
    clock.move(seconds=1)
    before = await stored(office)
    late = await supply(client, firm_of(office, 1).speaker, other, NEW_CONTACT)
    await assert_refused(office, before, late, 409, "cure-over")


async def test_supplement_is_handed_in_once(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry)
    own = firm_of(office).speaker
    answers = await asyncio.gather(*(supply(client, own, cure, NEW_CONTACT) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert {each.json()["code"] for each in answers if each.is_error} == {"already-supplied"}


async def test_nothing_is_decided_while_a_cure_is_open(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await entered(ground)
    await asked(client, office, entry)
    before = await stored(office)
    early = await decide(client, office.clerk, entry)
    await assert_refused(office, before, early, 409, "cure-open")
    closing = await close(client, office, "eligibility")
    await assert_refused(office, before, closing, 409, "entries-unscreened", "cures-waiting")
    clock.move(days=8)
    for caller in (office.clerk, office.head):
        await refresh_token(ground, caller)
    # Silence is not cured: the office decides on the file as it is.
    (lapsed,) = (await client.get(f"/cures?entry={entry}", **office.clerk.auth)).json()["items"]
    assert lapsed["state"] == "lapsed"
    refused = decision("ineligible", complete="not_met")
    answer = await decide(client, office.clerk, entry, refused)
    assert answer.status_code == 201, answer.text


async def test_incomplete_file_is_not_refused_before_a_cure_was_called_for(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    before = await stored(office)
    answer = await decide(client, office.clerk, entry, decision("ineligible", complete="not_met"))
    await assert_refused(office, before, answer, 409, "cure-not-given")


async def test_fraud_needs_no_cure(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    await asked(client, office, entry)
    body = {
        "decision": "disqualified",
        "grounds": [],
        "disqualification": {"ground": "fraud", "document": "锡滨质奖办〔2026〕9号"},
    }
    assert (await decide(client, office.clerk, entry, body)).status_code == 201


async def test_cures_are_at_most_as_many_as_the_regulation_gives(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry)
    before = await stored(office)
    again = await ask(client, office.clerk, entry)
    await assert_refused(office, before, again, 409, "cure-open", "cures-used-up")
    await supply(client, firm_of(office).speaker, cure, NEW_CONTACT)
    before = await stored(office)
    again = await ask(client, office.clerk, entry)
    await assert_refused(office, before, again, 409, "cures-used-up")


async def test_second_cure_follows_the_first_where_two_are_given(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground, times="2")
    first = await asked(client, office, entry)
    await supply(client, firm_of(office).speaker, first, NEW_CONTACT)
    second = await ask(client, office.head, entry, PROOF)
    assert (second.status_code, second.json()["number"]) == (201, 2)


async def test_without_a_rule_there_is_no_cure(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    before = await stored(office)
    answer = await ask(client, office.clerk, entry)
    await assert_refused(office, before, answer, 409, "cure-not-offered")


async def test_places_that_cannot_be_cured_are_refused_at_once(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    places = ["/form/awardee", "/form/tier", "/form/nothing", "/documents/别的", "elsewhere"]
    before = await stored(office)
    defects = [CONTACT | {"pointer": place} for place in places]
    answer = await ask(client, office.clerk, entry, *defects, CONTACT, CONTACT)
    await assert_refused(office, before, answer, 422, *["defect-place-unknown"] * 5, "defect-twice")


async def test_ineligibility_cannot_be_cured(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    async with ground.database.writing() as db:
        row = await db.get_one(Application, next(iter(office.firms)))
        row.form = row.form | {"registered_on": date(2024, 6, 18).isoformat()}
    before = await stored(office)
    young = CONTACT | {"pointer": "/form/registered_on"}
    answer = await ask(client, office.clerk, entry, young, CONTACT)
    await assert_refused(office, before, answer, 422, "ineligibility-not-curable")
    # What is formally wrong beside it can be cured all the same.
    assert (await ask(client, office.clerk, entry, CONTACT)).status_code == 201


async def test_no_cure_after_the_decision(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    assert (await decide(client, office.clerk, entry)).status_code == 201
    before = await stored(office)
    answer = await ask(client, office.clerk, entry)
    await assert_refused(office, before, answer, 409, "already-screened")


async def test_call_and_decision_at_once_do_not_both_stand(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    answers = await asyncio.gather(
        ask(client, office.clerk, entry), decide(client, office.head, entry)
    )
    assert sorted(each.status_code for each in answers) == [201, 409]


async def test_supervisor_and_applicant_do_not_call(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    before = await stored(office)
    answer = await ask(client, office.supervisor, entry)
    await assert_refused(office, before, answer, 403, "not-allowed")
    answer = await ask(client, firm_of(office).speaker, entry)
    await assert_refused(office, before, answer, 404, "entry-not-found")
    cure = await asked(client, office, entry)
    before = await stored(office)
    answer = await supply(client, office.clerk, cure, NEW_CONTACT)
    await assert_refused(office, before, answer, 403, "not-allowed")


async def test_snapshot_keeps_what_was_cured(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground)
    cure = await asked(client, office, entry)
    own = firm_of(office).speaker
    made = (await supply(client, own, cure, NEW_CONTACT)).json()["supplement"]
    await decide(client, office.clerk, entry)
    assert (await close(client, office, "eligibility")).status_code == 200
    stage = await stage_row(ground, office, "eligibility")
    async with ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    taken = json.loads(text or "")
    assert taken["inputs"]["cures"] == [
        {
            "entry": str(entry),
            "number": 1,
            "document": "滨质奖办补〔2026〕3号",
            "state": "supplied",
            "supplement": made["digest"],
        }
    ]
    assert [each.result.value for each in verdicts(taken["inputs"])] == ["advanced"]


async def test_formal_check_offers_cures_too(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await entered(ground, grounds=[])
    grounds = (await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)).json()
    assert [each["key"] for each in grounds] == ["complete"]
    assert (await ask(client, office.clerk, entry)).status_code == 201


@pytest.mark.parametrize("path", ["/cures", "/cures/{cure}"])
async def test_reads_run_the_same_statements_for_one_defect_and_three(
    ground: Ground, client: AsyncClient, path: str
) -> None:
    counts = []
    for defects in ([CONTACT], [CONTACT, PROOF, CONTACT | {"pointer": "/form/summary"}]):
        office, entries = await entered(ground, len(defects))
        cure = ""
        for entry in entries:
            cure = await asked(client, office, entry, *defects)
        with counting(ground) as ran:
            answer = await client.get(path.format(cure=cure), **office.clerk.auth)
        assert answer.status_code == 200, answer.text
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 4
