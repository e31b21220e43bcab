"""Objections over HTTP: who may object and how, who learns it, and the rulings."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.publicity.models import Objection
from app.award.records.models import Conflict, Interest
from app.award.roles import Role
from app.award.stages.models import Entry
from app.catalogue import loader
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.award.publicity.steps import (
    Board,
    board,
    drafted,
    objected,
    objection,
    posted,
    rule,
    ruling,
)
from tests.clock import MovableClock
from tests.factories import Caller, Firm, entries_in, make_caller, make_firm, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio

SECRETS = ("赵六", "11010519491231002X", "13800000000")


async def conflicted_clerk(at: Board, place: int = 0) -> Caller:
    """A clerk who has consulted for the organisation of that place."""
    office = at.office
    clerk = await make_caller(office.ground, (Role.CLERK, office.programme_id))
    await declare(at, clerk, place)
    return clerk


async def firm_at(at: Board, place: int) -> Firm:
    async with at.office.ground.database.reading() as db:
        entry = await db.get_one(Entry, at.entries[place])
    return at.office.firms[entry.application_id]


async def declare(at: Board, caller: Caller, place: int = 0) -> None:
    """The person declares an interest in the organisation of that place."""
    async with at.office.ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=caller.person_id,
                organisation_id=(await firm_at(at, place)).id,
                interest=Interest.CONSULTANT,
                declared_by=caller.person_id,
                declared_at=at.office.ground.clock(),
            )
        )


async def test_anybody_objects_until_the_last_instant(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground)
    view = await posted(client, at)
    clock.move(days=7, hours=14, minutes=59)  # 23:59 of the 9th in Beijing
    path = f"/notices/{view['code']}/objections"
    answer = await client.post(path, json=objection(at.codes[0]))
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"code", "received_at"}
    assert answer.json()["received_at"] == "2026-03-09T15:59:00Z"
    before = await at.state()
    assert before[2] == ["notice:draft", "notice:post", "notice:object"]
    clock.move(minutes=1)
    late = await client.post(path, json=objection(at.codes[1]))
    await at.assert_refused(before, late, 409, "notice-period-over")


async def test_late_objection_is_told_so_after_the_stage_has_closed(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground)
    view = await posted(client, at)
    await entries_in(at.office, "grant", 1)  # closes the publicity
    clock.move(days=8)
    before = await at.state()
    late = await client.post(f"/notices/{view['code']}/objections", json=objection(at.codes[0]))
    await at.assert_refused(before, late, 409, "notice-period-over")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"name": ""}, ["real-name-needed"]),
        ({"name": "  "}, ["real-name-needed"]),
        ({"name": "匿名"}, ["real-name-needed"]),
        ({"contact": ""}, ["contact-needed"]),
        ({"evidence": " "}, ["evidence-needed"]),
        ({"identity_number": "110105194912310021"}, ["identity-number-wrong"]),
        ({"application_code": "SB-NOBODY"}, ["application-not-on-notice"]),
        ({"statement": ""}, ["too-short"]),
        (
            {"application_code": "SB-NOBODY", "name": "", "contact": "", "evidence": ""},
            [
                "application-not-on-notice",
                "real-name-needed",
                "contact-needed",
                "evidence-needed",
            ],
        ),
    ],
)
async def test_unfit_objection_is_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], codes: list[str]
) -> None:
    at = await board(ground)
    view = await posted(client, at)
    before = await at.state()
    body = objection(at.codes[0]) | changes
    refused = await client.post(f"/notices/{view['code']}/objections", json=body)
    await at.assert_refused(before, refused, 422, *codes)


async def test_nameless_objection_is_taken_where_the_rule_asks_no_name(
    ground: Ground, client: AsyncClient
) -> None:
    lenient = loader.regulation_text("binhu-2023").replace(
        "real_name: true\n      evidence: true", 'real_name: "false"\n      evidence: "false"'
    )
    at = await board(ground, regulation_text=lenient)
    view = await posted(client, at)
    body = {"application_code": at.codes[0], "statement": "请核实。"}
    answer = await client.post(f"/notices/{view['code']}/objections", json=body)
    assert answer.status_code == 201, answer.text
    async with ground.database.reading() as db:
        kept = await db.scalar(select(Objection).where(Objection.code == answer.json()["code"]))
    assert kept is not None
    assert (kept.name_sealed, kept.identity_sealed, kept.contact_sealed) == (None, None, None)


async def test_draft_takes_no_objection(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    view = await drafted(client, at)
    before = await at.state()
    refused = await client.post(f"/notices/{view['code']}/objections", json=objection(at.codes[0]))
    await at.assert_refused(before, refused, 404, "notice-not-found")


async def test_who_objects_is_sealed_and_nowhere_in_the_log(
    ground: Ground, client: AsyncClient
) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    async with ground.database.reading() as db:
        kept = await db.get_one(Objection, one)
        logged = await db.scalars(
            select(AuditEvent.body).where(AuditEvent.log == at.office.cycle_id)
        )
        written = [str(vars(kept)), *logged]
    listed = await client.get(at.office.path("/objections"), **at.office.head.auth)
    for secret in SECRETS:
        assert not any(secret in text for text in [*written, listed.text])
        for sealed in (kept.name_sealed, kept.identity_sealed, kept.contact_sealed):
            assert sealed is not None
            assert secret.encode() not in sealed


async def test_head_opens_who_objects_and_it_is_logged(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    answer = await client.get(f"/objections/{one}/objector", **at.office.head.auth)
    assert tuple(answer.json().values()) == SECRETS
    before = await at.state()
    assert before[2].count("objection:read-objector") == 1
    refused = await client.get(f"/objections/{one}/objector", **at.office.clerk.auth)
    await at.assert_refused(before, refused, 403, "not-allowed")


async def test_ruling_dismisses_or_upholds_once(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    first, second = await objected(client, at), await objected(client, at, 1)
    dismissed = await rule(client, at, first)
    assert dismissed.status_code == 200, dismissed.text
    assert (dismissed.json()["status"], dismissed.json()["ruling"]) == ("ruled", "dismissed")
    upheld = await rule(client, at, second, "upheld")
    assert upheld.json()["ruling"] == "upheld"
    assert upheld.json()["actions"] == [
        {"move": "rule", "allowed": False, "reasons": ["move-not-possible"]}
    ]
    before = await at.state()
    assert before[2].count("objection:rule") == 2
    again = await rule(client, at, first, "upheld")
    await at.assert_refused(before, again, 409, "move-not-possible")


async def test_ruling_after_the_stage_has_closed_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    await entries_in(at.office, "grant", 1)  # closes the publicity
    before = await at.state()
    await at.assert_refused(before, await rule(client, at, one), 409, "stage-not-open")


@pytest.mark.parametrize("missing", ["reason", "document", "ruling"])
async def test_ruling_without_its_grounds_is_refused(
    ground: Ground, client: AsyncClient, missing: str
) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    before = await at.state()
    body = {key: value for key, value in ruling().items() if key != missing}
    refused = await client.post(f"/objections/{one}/ruling", json=body, **at.office.head.auth)
    await at.assert_refused(before, refused, 422, "missing")


async def test_who_may_not_know_of_an_objection(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    firm = await firm_at(at, 0)
    judge = await make_caller(ground, (Role.JUDGE, at.office.programme_id))
    strangers = [
        firm.speaker,
        (await make_firm(ground)).speaker,
        judge,
        (await make_office(ground)).head,
        at.office.supervisor,
        await conflicted_clerk(at),
    ]
    before = await at.state()
    for stranger in strangers:
        refused = await client.post(f"/objections/{one}/ruling", json=ruling(), **stranger.auth)
        await at.assert_refused(before, refused, 404, "objection-not-found")
        opened = await client.get(f"/objections/{one}/objector", **stranger.auth)
        await at.assert_refused(before, opened, 404, "objection-not-found")
        listed = await client.get(at.office.path("/objections"), **stranger.auth)
        assert listed.json()["items"] == []


async def test_head_with_an_interest_does_not_rule(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    mine, other = await objected(client, at), await objected(client, at, 1)
    await declare(at, at.office.head)
    before = await at.state()
    refused = await rule(client, at, mine)
    await at.assert_refused(before, refused, 404, "objection-not-found")
    listed = await client.get(at.office.path("/objections"), **at.office.head.auth)
    assert [item["id"] for item in listed.json()["items"]] == [str(other)]
    # The others on the list are rivals of the one concerned: another person rules on all.
    assert listed.json()["items"][0]["actions"] == [
        {"move": "rule", "allowed": False, "reasons": ["recusal-needed"]}
    ]
    await at.assert_refused(before, await rule(client, at, other), 403, "recusal-needed")


async def test_clerk_reads_but_does_not_rule(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    before = await at.state()
    refused = await client.post(f"/objections/{one}/ruling", json=ruling(), **at.office.clerk.auth)
    await at.assert_refused(before, refused, 403, "not-allowed")
    listed = await client.get(at.office.path("/objections"), **at.office.clerk.auth)
    (line,) = listed.json()["items"]
    assert (line["application_code"], line["actions"]) == (at.codes[0], [])


async def test_unknown_objection_is_not_found(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    answer = await rule(client, at, uuid4())
    assert (answer.status_code, answer.json()["code"]) == (404, "objection-not-found")


async def test_list_runs_the_same_statements_for_one_objection_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    counts = []
    for objections in (1, 3):
        at = await board(ground, 3)
        await posted(client, at)
        for place in range(objections):
            await objected(client, at, place)
        with counting(ground) as sent:
            answer = await client.get(at.office.path("/objections"), **at.office.head.auth)
        assert len(answer.json()["items"]) == objections
        counts.append(len(sent))
    assert counts == [3, 3]  # signing in, the cycle, the list


async def test_ruling_may_come_after_the_period(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    clock.move(days=20)
    await at.sign_in_again()
    ruled = await rule(client, at, one)
    assert ruled.status_code == 200, ruled.text
    received = clock() - timedelta(days=20)
    assert ruled.json()["received_at"] == received.isoformat().replace("+00:00", "Z")
