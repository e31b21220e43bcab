"""A screening over HTTP: the straight road, every refusal, and how the stage closes."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.records.models import Conflict, Interest, Record
from app.award.roles import Role
from app.award.screening.kind import verdicts
from app.award.screening.models import Screening
from app.award.stages.lifecycle import Result
from app.award.stages.models import Outcome, Snapshot
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import (
    Caller,
    Office,
    close,
    entries_in,
    make_caller,
    make_firm,
    make_office,
    stage_row,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio

KEYS = ["registered", "accident", "winners", "fraud"]


async def screened(ground: Ground, count: int = 1) -> tuple[Office, list[UUID]]:
    office = await make_office(ground)
    return office, [entry for _, entry in await entries_in(office, "eligibility", count)]


def decision(decided: str = "eligible", **changes: Any) -> dict[str, Any]:
    answers = dict.fromkeys(KEYS, "met")
    if decided == "ineligible":
        answers["registered"] = "not_met"
    grounds = [{"key": k, "answer": a, "evidence": "营业执照"} for k, a in answers.items()]
    note = "营业执照所载日期与申报不符" if decided == "ineligible" else None
    return {"decision": decided, "grounds": grounds, "note": note} | changes


async def decide(
    client: AsyncClient, caller: Caller, entry: UUID, body: dict[str, Any] | None = None
) -> Response:
    return await client.post(f"/entries/{entry}/screening", json=body or decision(), **caller.auth)


async def put_on_file(office: Office, count: int = 1) -> None:
    """`count` safety incidents of the organisation behind the entry."""
    firm = next(iter(office.firms.values()))
    async with office.ground.database.writing() as db:
        db.add_all(
            Record(
                programme_id=office.programme_id,
                credit_code=firm.credit_code,
                kind="incident",
                what="safety",
                on=date(2024, 5, number + 1),
                evidence=f"锡应急〔2024〕{number}号",
                entered_by=office.clerk.person_id,
                entered_at=office.ground.clock(),
            )
            for number in range(count)
        )


async def decided(office: Office) -> int:
    async with office.ground.database.reading() as db:
        return await db.scalar(select(func.count()).select_from(Screening)) or 0


async def assert_refused(
    office: Office, before: tuple[int, list[str]], answer: Response, status: int, *codes: str
) -> None:
    """Refused with these codes, and neither a decision nor the log has changed."""
    body = answer.json()
    assert answer.status_code == status, answer.text
    told = [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]
    assert told == list(codes)
    assert (await decided(office), await cycle_log(office)) == before


async def state(office: Office) -> tuple[int, list[str]]:
    return await decided(office), await cycle_log(office)


async def test_grounds_are_answered_from_form_and_records(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    await put_on_file(office)
    answer = await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)
    found = {each["key"]: each for each in answer.json()}
    assert list(found) == KEYS
    assert found["registered"]["answer"] == "met"
    assert found["accident"]["answer"] == "not_met"
    assert found["accident"]["evidence"] == ["锡应急〔2024〕0号"]


async def test_decision_is_kept_with_what_the_facts_said(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    await put_on_file(office)
    body = decision(note="事故认定书载明该单位不负责任")
    answer = await decide(client, office.clerk, entry, body)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert (view["decision"], view["decided_by"]) == ("eligible", office.clerk.name)
    accident = view["grounds"][1]
    assert (accident["found"], accident["answer"]) == ("not_met", "met")
    again = await client.get(f"/entries/{entry}/screening", **office.supervisor.auth)
    assert again.json() == view
    assert await cycle_log(office) == ["entry:screen"]


async def test_decision_is_final(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    assert (await decide(client, office.clerk, entry)).status_code == 201
    before = await state(office)
    again = await decide(client, office.head, entry, decision("ineligible"))
    await assert_refused(office, before, again, 409, "already-screened")


async def test_of_two_decisions_at_once_one_counts(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    answers = await asyncio.gather(
        decide(client, office.clerk, entry), decide(client, office.head, entry)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await cycle_log(office) == ["entry:screen"]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (decision("ineligible", decision="eligible"), ["decision-contradicts"]),
        (decision("ineligible", note=None), ["note-needed"]),
        (decision(grounds=[]), ["ground-unanswered"] * 4),
        (
            decision(grounds=[{"key": "size", "answer": "met", "evidence": "表"}]),
            ["ground-unknown"] + ["ground-unanswered"] * 4,
        ),
        (
            decision(grounds=decision()["grounds"] * 2),
            ["ground-twice"] * 4,
        ),
    ],
)
async def test_unsound_decision_is_refused(
    ground: Ground, client: AsyncClient, body: dict[str, Any], codes: list[str]
) -> None:
    office, (entry,) = await screened(ground)
    before = await state(office)
    answer = await decide(client, office.clerk, entry, body)
    await assert_refused(office, before, answer, 422, *codes)


async def test_ended_entry_is_refused(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    async with ground.database.writing() as db:
        db.add(Outcome(entry_id=entry, result=Result.WITHDRAWN, decided_at=ground.clock()))
    before = await state(office)
    await assert_refused(
        office, before, await decide(client, office.clerk, entry), 409, "entry-ended"
    )


async def test_closed_stage_is_refused(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    await entries_in(office, "documents", 1)  # closes the screening
    before = await state(office)
    await assert_refused(
        office, before, await decide(client, office.clerk, entry), 409, "stage-not-open"
    )


async def test_entry_of_another_kind_is_refused(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "documents", 1)
    before = await state(office)
    await assert_refused(
        office, before, await decide(client, office.clerk, entry), 409, "not-a-screening"
    )
    grounds = await client.get(f"/entries/{entry}/grounds", **office.clerk.auth)
    assert (grounds.status_code, grounds.json()["code"]) == (409, "not-a-screening")


async def test_screening_before_a_decision_is_not_found(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    answer = await client.get(f"/entries/{entry}/screening", **office.clerk.auth)
    assert (answer.status_code, answer.json()["code"]) == (404, "screening-not-found")


async def test_who_may_not_see_an_entry_gets_not_found(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    firm = next(iter(office.firms.values()))
    conflicted = await make_caller(ground, (Role.CLERK, office.programme_id))
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=conflicted.person_id,
                organisation_id=firm.id,
                interest=Interest.CONSULTANT,
                declared_by=conflicted.person_id,
                declared_at=ground.clock(),
            )
        )
    strangers = [
        (await make_firm(ground)).speaker,
        firm.speaker,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
        (await make_office(ground)).clerk,
        conflicted,
    ]
    before = await state(office)
    for stranger in strangers:
        refused = await decide(client, stranger, entry)
        await assert_refused(office, before, refused, 404, "entry-not-found")
        for path in ("grounds", "screening"):
            answer = await client.get(f"/entries/{entry}/{path}", **stranger.auth)
            assert (answer.status_code, answer.json()["code"]) == (404, "entry-not-found")


async def test_supervisor_reads_but_does_not_decide(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    before = await state(office)
    refused = await decide(client, office.supervisor, entry)
    await assert_refused(office, before, refused, 403, "not-allowed")


@pytest.mark.parametrize("path", ["grounds", "screening"])
async def test_reads_run_the_same_statements_for_one_record_and_three(
    ground: Ground, client: AsyncClient, path: str
) -> None:
    counts = []
    for records in (1, 3):
        office, (entry,) = await screened(ground)
        await put_on_file(office, records)
        await decide(client, office.clerk, entry, decision(note="理由"))
        with counting(ground) as ran:
            answer = await client.get(f"/entries/{entry}/{path}", **office.clerk.auth)
        assert answer.status_code == 200, answer.text
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 5  # one of them signs in


async def test_stage_with_undecided_entries_does_not_close(
    ground: Ground, client: AsyncClient
) -> None:
    office, (first, _) = await screened(ground, 2)
    await decide(client, office.clerk, first)
    before = await state(office)
    await assert_refused(
        office, before, await close(client, office, "eligibility"), 409, "entries-unscreened"
    )
    assert (await stage_row(ground, office, "eligibility")).status == "open"


async def test_closing_lets_the_eligible_through(ground: Ground, client: AsyncClient) -> None:
    office, (first, second) = await screened(ground, 2)
    await decide(client, office.clerk, first)
    await decide(client, office.head, second, decision("ineligible"))
    closed = await close(client, office, "eligibility")
    assert closed.status_code == 200, closed.text
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (1, 1)
    async with ground.database.reading() as db:
        outcomes = await db.execute(
            select(Outcome.entry_id, Outcome.result, Outcome.reason).where(
                Outcome.entry_id.in_([first, second])
            )
        )
        assert {row.entry_id: (row.result, row.reason) for row in outcomes} == {
            first: ("advanced", None),
            second: ("eliminated", "ineligible"),
        }


async def test_snapshot_is_enough_to_compute_the_verdicts_again(
    ground: Ground, client: AsyncClient
) -> None:
    office, (first, second) = await screened(ground, 2)
    await decide(client, office.clerk, first)
    await decide(client, office.head, second, decision("ineligible"))
    await close(client, office, "eligibility")
    stage = await stage_row(ground, office, "eligibility")
    async with ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    taken = json.loads(text or "")
    again = {(str(v.entry_id), v.result.value, v.reason) for v in verdicts(taken["inputs"])}
    assert again == {(v["entry"], v["result"], v["reason"]) for v in taken["verdicts"]}
    assert {screening["decision"] for screening in taken["inputs"]["screenings"]} == {
        "eligible",
        "ineligible",
    }
