"""Screenings with groups, tiers that close, formal checks, second looks and departments."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.applications.models import Application
from app.award.records.models import Record
from app.award.screening.kind import verdicts
from app.award.screening.models import Opinion
from app.award.stages.models import Outcome, Snapshot
from app.platform.ground import Ground
from app.rules.facts import RecordKind
from tests.award.cycle_log import cycle_log
from tests.award.screening.regulations import CONSULTED, GROUNDS, text
from tests.clock import MovableClock
from tests.factories import Firm, Office, close, entries_in, make_office, refresh_token, stage_row
from tests.rules.regulation.award_texts import changed
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def screened(
    ground: Ground, key: str = "eligibility", count: int = 1, **main: Any
) -> tuple[Office, list[UUID]]:
    office = await make_office(ground, regulation_text=text(**main))
    return office, [entry for _, entry in await entries_in(office, key, count)]


def only_firm(office: Office) -> Firm:
    (firm,) = office.firms.values()
    return firm


async def file(office: Office, kind: RecordKind, what: str, on: date, **more: Any) -> None:
    """Put a record of the one applicant on file."""
    fields = {"credit_code": only_firm(office).credit_code, "evidence": "文"} | more
    row = Record(
        programme_id=office.programme_id,
        kind=kind,
        what=what,
        on=on,
        entered_by=office.clerk.person_id,
        entered_at=office.ground.clock(),
        **fields,
    )
    async with office.ground.database.writing() as db:
        db.add(row)


async def declare(office: Office, **facts: str) -> None:
    """What the one applicant declared in its form."""
    async with office.ground.database.writing() as db:
        (application,) = office.firms
        row = await db.get_one(Application, application)
        row.form = row.form | {"facts": facts}


async def asked(client: AsyncClient, office: Office, entry: UUID, what: str) -> dict[str, Any]:
    answer = await client.get(f"/entries/{entry}/{what}", **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    return {each.get("key") or each["department"]: each for each in answer.json()}


def lines(answers: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "answer": answer, "evidence": "文"} for key, answer in answers.items()]


def decision(
    decided: str = "eligible", *, small: str | None = "not_met", **grounds: str
) -> dict[str, Any]:
    """Every ground met but those named, and not small."""
    return {
        "decision": decided,
        "grounds": lines(dict.fromkeys(GROUNDS, "met") | grounds),
        "groups": lines({"small": small}) if small else [],
        "note": "经核对",
    }


FORMAL = {"decision": "eligible", "grounds": lines({"complete": "met"})}
AGAIN = ["accident", "winners", "fraud"]


async def decide(
    client: AsyncClient, office: Office, entry: UUID, body: dict[str, Any]
) -> Response:
    return await client.post(f"/entries/{entry}/screening", json=body, **office.clerk.auth)


async def say(client: AsyncClient, office: Office, entry: UUID, **said: Any) -> Response:
    body = {"department": "市税务局", "ground": "accident", "said": "no_objection"} | said
    if body["said"] != "silent":
        body.setdefault("document", "锡税函〔2026〕3号")
    return await client.post(f"/entries/{entry}/opinions", json=body, **office.clerk.auth)


async def taken(office: Office, key: str) -> dict[str, Any]:
    stage = await stage_row(office.ground, office, key)
    async with office.ground.database.reading() as db:
        found = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    snapshot: dict[str, Any] = json.loads(found or "")
    return snapshot


def told(refused: Response) -> list[str]:
    body = refused.json()
    return [each["code"] for each in body.get("errors", []) + body.get("reasons", [])]


async def test_groups_are_answered_from_the_form(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    unknown = await asked(client, office, entry, "groups")
    assert {key: one["answer"] for key, one in unknown.items()} == {"small": "needs_a_person"}
    assert unknown["small"]["name"] == "中小企业"
    await declare(office, size="小型")
    assert (await asked(client, office, entry, "groups"))["small"]["answer"] == "met"


async def test_grounds_say_which_tiers_they_close(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    grounds = await asked(client, office, entry, "grounds")
    assert list(grounds) == GROUNDS
    assert {key for key, one in grounds.items() if one["closes"]} == {"gold"}
    assert grounds["gold"]["closes"] == ["award"]


async def test_eligible_goes_on_with_its_groups_and_closed_tiers(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    await declare(office, size="小型", **{"credit-grade": "AA"})
    made = await decide(client, office, entry, decision(small="met", gold="not_met"))
    assert made.status_code == 201, made.text
    assert [each["answer"] for each in made.json()["groups"]] == ["met"]
    assert (await close(client, office, "eligibility")).status_code == 200
    snapshot = await taken(office, "eligibility")
    (verdict,) = verdicts(snapshot["inputs"])
    assert (verdict.entry_id, verdict.result.value) == (entry, "advanced")
    assert (verdict.groups, verdict.closed) == (("small",), ("award",))
    assert [each["result"] for each in snapshot["verdicts"]] == ["advanced"]


async def test_what_a_person_says_of_a_group_decides_who_is_asked(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    await declare(office, **{"credit-grade": "A"})
    grounds = await asked(client, office, entry, "grounds")
    assert grounds["credit"]["answer"] == "needs_a_person"  # is it small?
    departing = decision(small="met") | {"note": None}
    assert told(await decide(client, office, entry, departing)) == ["note-needed"]
    agreeing = decision(small="not_met") | {"note": None}
    made = await decide(client, office, entry, agreeing)
    assert made.status_code == 201, made.text
    credit = next(one for one in made.json()["grounds"] if one["key"] == "credit")
    assert (credit["found"], credit["because"]) == ("met", "仅对“中小企业”适用，不涉及本单位。")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (decision(small=None), ["group-unanswered"]),
        (decision() | {"groups": lines({"large": "met"})}, ["group-unknown", "group-unanswered"]),
        (decision() | {"groups": lines({"small": "met"}) * 2}, ["group-twice"]),
        (decision("disqualified"), ["disqualification-unfit"]),
        (
            decision() | {"disqualification": {"ground": "fraud", "document": "文"}},
            ["disqualification-unfit"],
        ),
        (decision("ineligible", gold="not_met"), ["decision-contradicts"]),
        (
            decision("disqualified")
            | {"disqualification": {"ground": "fruad", "document": "文"}, "groups": []},
            ["record-word-unknown"],
        ),
    ],
)
async def test_an_unsound_decision_is_refused(
    ground: Ground, client: AsyncClient, body: dict[str, Any], codes: list[str]
) -> None:
    office, (entry,) = await screened(ground)
    refused = await decide(client, office, entry, body)
    assert (refused.status_code, told(refused)) == (422, codes)
    assert await cycle_log(office) == []


async def test_who_has_no_tier_left_is_not_eligible(ground: Ground, client: AsyncClient) -> None:
    closing = {"gold": "not_met"}
    both = changed("/eligibility/require/1/tier", ["award", "nominee"], text())
    office = await make_office(ground, regulation_text=both)
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    refused = await decide(client, office, entry, decision(**closing))
    assert told(refused) == ["decision-contradicts"]
    made = await decide(client, office, entry, decision("ineligible", **closing))
    assert made.status_code == 201, made.text
    await close(client, office, "eligibility")
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, entry)
        assert (outcome.result, outcome.reason) == ("eliminated", "no-tier-open")


async def test_a_formal_check_asks_only_whether_the_file_is_complete(
    ground: Ground, client: AsyncClient
) -> None:
    office, (first, second) = await screened(ground, "formal", 2)
    grounds = await asked(client, office, first, "grounds")
    assert {key: one["answer"] for key, one in grounds.items()} == {"complete": "needs_a_person"}
    assert "自评报告" in grounds["complete"]["because"]
    assert await asked(client, office, first, "groups") == {}
    assert (await decide(client, office, first, FORMAL)).status_code == 201
    lacking = {"decision": "ineligible", "grounds": lines({"complete": "not_met"})}
    assert (await decide(client, office, second, lacking)).status_code == 201
    assert (await close(client, office, "formal")).json()["advanced"] == 1
    found = {v.entry_id: v for v in verdicts((await taken(office, "formal"))["inputs"])}
    assert (found[first].groups, found[first].closed) == (None, None)
    assert found[second].reason == "ineligible"


async def test_a_second_screening_looks_anew_and_keeps_closed_what_it_does_not_ask(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await screened(ground)
    await decide(client, office, entry, decision(gold="not_met"))
    await close(client, office, "eligibility")
    opened = await client.post(office.path("/stages/again/opening"), **office.head.auth)
    assert opened.status_code == 200, opened.text
    listed = await client.get(office.path("/stages/again/entries"), **office.clerk.auth)
    later = UUID(listed.json()["items"][0]["id"])
    clock.move(days=3)
    await refresh_token(ground, office.clerk)
    await refresh_token(ground, office.head)
    today = clock().date()
    await file(office, RecordKind.INCIDENT, "safety", today + timedelta(2))
    assert (await asked(client, office, later, "grounds"))["accident"]["answer"] == "met"
    await file(office, RecordKind.INCIDENT, "safety", today)
    grounds = await asked(client, office, later, "grounds")
    assert list(grounds) == AGAIN
    assert grounds["accident"]["answer"] == "not_met"
    body = decision() | {"grounds": lines(dict.fromkeys(AGAIN, "met"))}
    assert (await decide(client, office, later, body)).status_code == 201
    await close(client, office, "again")
    (verdict,) = verdicts((await taken(office, "again"))["inputs"])
    assert (verdict.result.value, verdict.closed) == ("advanced", ("award",))


async def test_who_is_disqualified_is_barred_from_then_on(
    ground: Ground, client: AsyncClient
) -> None:
    for_ever = {"key": "liars", "after": {"disqualified_for": "fraud"}, "sit_out": "for_ever"}
    barring = changed("/bars/-", for_ever | {"from": "finding"}, text())
    office = await make_office(ground, regulation_text=barring)
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    assert (await asked(client, office, entry, "grounds"))["liars"]["answer"] == "met"
    out = {
        "decision": "disqualified",
        "grounds": [],
        "disqualification": {"ground": "fraud", "document": "锡滨质奖办〔2026〕9号"},
    }
    made = await decide(client, office, entry, out)
    assert made.status_code == 201, made.text
    assert (made.json()["disqualified_for"], made.json()["document"]) == (
        "fraud",
        "锡滨质奖办〔2026〕9号",
    )
    listed = await client.get(f"/programmes/{office.programme_id}/records", **office.clerk.auth)
    (record,) = listed.json()["items"]
    assert (record["kind"], record["what"], record["cycle_ordinal"]) == (
        "disqualification",
        "fraud",
        1,
    )
    liars = (await asked(client, office, entry, "grounds"))["liars"]
    assert (liars["answer"], liars["evidence"]) == ("not_met", ["锡滨质奖办〔2026〕9号"])
    await close(client, office, "eligibility")
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, entry)
        assert (outcome.result, outcome.reason) == ("disqualified", "disqualified")
    (verdict,) = verdicts((await taken(office, "eligibility"))["inputs"])
    assert verdict.result.value == "disqualified"


async def test_a_bar_follows_a_successor(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground)
    own, former, first = only_firm(office).credit_code, "91320211000000000A", "91320211000000000B"
    won = date(2023, 5, 1)
    await file(office, RecordKind.HONOUR, "award", won, credit_code=first)
    assert (await asked(client, office, entry, "grounds"))["winners"]["answer"] == "met"
    split = date(2024, 1, 1)
    succession = RecordKind.SUCCESSION
    await file(office, succession, "merger", split, credit_code=former, predecessor=first)
    await file(office, succession, "merger", split, credit_code=own, predecessor=former)
    # a circle ends, too
    await file(office, succession, "division", split, credit_code=first, predecessor=own)
    winners = (await asked(client, office, entry, "grounds"))["winners"]
    assert winners["answer"] == "not_met"
    assert "承继自前身单位" in winners["because"]


async def test_departments_are_awaited_until_their_time_is_over(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await screened(ground, **CONSULTED)
    awaited = await asked(client, office, entry, "opinions")
    assert {name: one["state"] for name, one in awaited.items()} == {
        "市税务局": "waiting",
        "市监委": "waiting",
    }
    assert awaited["市监委"]["last_day"] is None
    refused = await decide(client, office, entry, decision())
    assert (refused.status_code, refused.json()["code"]) == (409, "consultations-open")
    early = await say(client, office, entry, said="silent")
    assert told(early) == ["silence-too-early"]
    silent = await say(client, office, entry, department="市监委", ground=None, said="silent")
    assert silent.status_code == 201, silent.text
    closing = await close(client, office, "eligibility")
    assert set(told(closing)) == {"entries-unscreened", "consultations-open"}
    clock.move(days=40)
    for caller in (office.clerk, office.head):
        await refresh_token(ground, caller)
    passed = await asked(client, office, entry, "opinions")
    assert {name: one["state"] for name, one in passed.items()} == {
        "市税务局": "silent",
        "市监委": "silent",
    }
    assert (await say(client, office, entry, said="silent")).status_code == 201
    assert (await decide(client, office, entry, decision())).status_code == 201
    assert (await close(client, office, "eligibility")).status_code == 200
    heard = (await taken(office, "eligibility"))["inputs"]["opinions"]
    assert [(one["department"], one["state"]) for one in heard] == [
        ("市税务局", "silent"),
        ("市监委", "silent"),
    ]


async def test_nobody_is_eligible_against_an_objection_without_a_reason(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground, **CONSULTED)
    assert (await say(client, office, entry, said="objection")).status_code == 201
    other = await say(client, office, entry, department="市监委", ground=None)
    assert other.status_code == 201, other.text
    log = await cycle_log(office)
    refused = await decide(client, office, entry, decision() | {"note": None})
    assert (refused.status_code, refused.json()["code"]) == (409, "department-objected")
    assert "市税务局" in refused.json()["detail"]
    assert await cycle_log(office) == log
    assert (await decide(client, office, entry, decision())).status_code == 201


async def test_the_last_opinion_counts(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await screened(ground, **CONSULTED)
    for said in ("no_objection", "objection"):
        clock.move(seconds=1)
        answer = await say(client, office, entry, said=said, statement="有欠税")
        assert answer.status_code == 201, answer.text
    tax = answer.json()[0]
    assert (tax["state"], tax["said"], tax["document"]) == (
        "answered",
        "objection",
        "锡税函〔2026〕3号",
    )
    assert await cycle_log(office) == ["entry:consult", "entry:consult"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"department": "市气象局"}, "department-not-consulted"),
        ({"ground": "registered"}, "department-not-consulted"),
        ({"document": None}, "opinion-document-unfit"),
        ({"department": "市监委", "ground": None, "said": "silent", "document": "文"},
         "opinion-document-unfit"),
    ],
)  # fmt: skip
async def test_an_unfit_opinion_is_refused(
    ground: Ground, client: AsyncClient, said: dict[str, Any], code: str
) -> None:
    office, (entry,) = await screened(ground, **CONSULTED)
    refused = await say(client, office, entry, **said)
    assert (refused.status_code, told(refused)) == (422, [code])
    async with ground.database.reading() as db:
        assert await db.scalar(select(Opinion).where(Opinion.entry_id == entry)) is None


async def test_an_opinion_is_the_offices_to_enter(ground: Ground, client: AsyncClient) -> None:
    office, (entry,) = await screened(ground, **CONSULTED)
    body = {"department": "市监委", "said": "silent"}
    path = f"/entries/{entry}/opinions"
    supervisor = await client.post(path, json=body, **office.supervisor.auth)
    assert (supervisor.status_code, supervisor.json()["code"]) == (403, "not-allowed")
    stranger = (await make_office(ground)).clerk
    hidden = await client.post(path, json=body, **stranger.auth)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "entry-not-found")


@pytest.mark.parametrize("what", ["grounds", "groups", "opinions", "screening"])
async def test_reads_cost_the_same_with_much_on_file_and_with_little(
    ground: Ground, client: AsyncClient, what: str
) -> None:
    costs = []
    for number in (1, 3):
        office, (entry,) = await screened(ground, **CONSULTED)
        for day in range(number):
            await file(office, RecordKind.INCIDENT, "noise", date(2024, 5, day + 1))
            await say(client, office, entry)
            await say(client, office, entry, department="市监委", ground=None)
        assert (await decide(client, office, entry, decision())).status_code == 201
        with counting(ground) as sent:
            answer = await client.get(f"/entries/{entry}/{what}", **office.clerk.auth)
        assert answer.status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 5  # one of them signs in
