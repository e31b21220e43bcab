"""What waits for whom? Everybody's desk shows their own work, and nothing they may not see."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.publicity.models import Notice
from app.award.roles import Role
from app.award.stages.models import Stage
from app.platform.ground import Ground
from app.wiring import DUTIES
from tests.award.deliberation.meeting import convene
from tests.award.endorsement.desk import desk_of
from tests.award.judging.bench import declare_interest, interested_clerk, make_bench
from tests.award.office.test_reminders import drafting
from tests.award.publicity.steps import board, objected, posted
from tests.award.screening.curing import NEW_CONTACT, asked, entered, firm_of, supply
from tests.award.screening.test_consultations import ask, consulting, opinion, reply
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Office,
    entries_in,
    give_role,
    make_caller,
    make_office,
    refresh_token,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def desk(client: AsyncClient, caller: Caller, **query: Any) -> dict[str, dict[str, Any]]:
    """What waits for somebody, by what it is."""
    answer = await client.get("/desk", params={"within_days": 60} | query, **caller.auth)
    assert answer.status_code == 200, answer.text
    return {item["what"]: item for item in answer.json()["items"]}


async def closes(office: Office, key: str, **ahead: int) -> None:
    at = office.ground.clock() + timedelta(**ahead)
    async with office.ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == key)
            .values(closes_at=at)
        )


async def test_applicant_sees_the_draft_and_when_it_must_be_in(
    ground: Ground, client: AsyncClient
) -> None:
    office, (firm, _) = await drafting(ground, 2)
    found = await desk(client, firm.speaker)
    assert [*found] == ["application-to-submit"]
    item = found["application-to-submit"]
    assert (item["count"], item["stage"], item["urgency"]) == (1, "intake", "coming")
    assert (item["due_at"], item["cycle_id"]) == ("2026-03-31T09:30:00Z", str(office.cycle_id))
    assert item["name"] == "待提交的申报"
    english = {"headers": firm.speaker.auth["headers"] | {"Accept-Language": "en"}}
    answer = await client.get("/desk?within_days=60", **english)
    assert answer.json()["items"][0]["name"] == "Application to submit"


async def test_office_sees_its_stages_and_what_is_overdue_first(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    assert [*await desk(client, office.clerk)] == ["stage-to-open"]
    assert (await desk(client, office.clerk))["stage-to-open"]["urgency"] == "overdue"
    entered = await entries_in(office, "eligibility", 2)
    await closes(office, "eligibility", hours=8)
    found = await desk(client, office.clerk)
    assert [*found] == ["stage-to-open", "entry-to-screen"]
    assert (found["entry-to-screen"]["count"], found["entry-to-screen"]["urgency"]) == (2, "today")
    assert found["stage-to-open"]["stage"] == "documents", "the next that waits"
    assert set(await desk(client, office.head)) == {*found, "stage-to-close"}
    clock.move(minutes=9)
    assert await desk(client, office.supervisor) == {}
    assert len(entered) == 2


async def test_clerk_does_not_see_entries_in_which_they_have_an_interest(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    clerk = await interested_clerk(office)
    assert "entry-to-screen" not in await desk(client, clerk)
    assert "entry-to-screen" in await desk(client, office.clerk)


async def test_judge_and_leader_see_what_is_not_locked(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=2)
    leader, other, biased = bench.judges
    for entry in bench.entries:
        await declare_interest(bench, biased, entry)
    assert (await desk(client, other.caller))["sheet-to-lock"]["count"] == 2
    assert "sheet-to-lock" in await desk(client, leader.caller)
    assert await desk(client, biased.caller) == {}
    assert "sheet-to-lock" not in await desk(client, bench.office.head)


async def test_body_sees_what_is_routed_to_it_until_it_has_answered(
    ground: Ground, client: AsyncClient
) -> None:
    street = await desk_of(ground, client)
    await street.all_to_the_street()
    assert (await desk(client, street.at_street))["routing-to-answer"]["count"] == 3
    assert await desk(client, street.at_trade) == {}
    assert (await street.letter()).status_code == 201
    assert await desk(client, street.at_street) == {}


async def test_cure_waits_for_its_applicant_and_the_office_sees_until_when(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry, _) = await entered(ground, 2)
    place = await asked(client, office, entry)
    call = (await client.get(f"/cures/{place}", **office.clerk.auth)).json()
    firm, other = firm_of(office), firm_of(office, 1)
    mine = (await desk(client, firm.speaker))["cure-to-supply"]
    assert (mine["due_at"], mine["count"]) == (call["ends_at"], 1)
    assert "cure-to-supply" not in await desk(client, other.speaker)
    theirs = (await desk(client, office.clerk))["cure-awaited"]
    assert (theirs["due_at"], theirs["stage"]) == (call["ends_at"], "eligibility")
    assert "cure-awaited" not in await desk(client, await interested_clerk(office))
    assert (await supply(client, firm.speaker, place, NEW_CONTACT)).status_code == 201
    assert "cure-to-supply" not in await desk(client, firm.speaker)
    assert "cure-awaited" not in await desk(client, office.clerk)


async def test_cure_that_has_lapsed_waits_for_nobody_and_the_entry_for_the_office(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,) = await entered(ground)
    place = await asked(client, office, entry)
    firm = firm_of(office)
    ends_at = datetime.fromisoformat(
        (await client.get(f"/cures/{place}", **office.clerk.auth)).json()["ends_at"]
    )
    speaker, clerk = firm.speaker, office.clerk
    clock.set(ends_at - timedelta(seconds=1))
    for caller in (speaker, clerk):
        await refresh_token(ground, caller)
    assert (await desk(client, speaker))["cure-to-supply"]["urgency"] == "today"
    assert "cure-awaited" in await desk(client, clerk)
    clock.move(seconds=1)
    late = await supply(client, speaker, place, NEW_CONTACT)
    assert late.json()["code"] == "cure-over"
    assert "cure-to-supply" not in await desk(client, speaker)
    found = await desk(client, clerk)
    assert "cure-awaited" not in found
    assert found["entry-to-screen"]["count"] == 1


async def test_department_sees_on_whom_its_opinion_is_awaited(
    ground: Ground, client: AsyncClient
) -> None:
    office, (first, second), authority, officer = await consulting(ground, 2)
    sent = (await ask(client, office, authority)).json()
    mine = (await desk(client, officer))["consultation-to-answer"]
    assert (mine["count"], mine["due_at"]) == (2, sent["ends_at"])
    assert (await desk(client, office.head))["opinions-awaited"]["count"] == 2
    assert (await reply(client, officer, sent["id"], opinion(first))).status_code == 201
    assert (await desk(client, officer))["consultation-to-answer"]["count"] == 1
    assert (await reply(client, officer, sent["id"], opinion(second))).status_code == 201
    assert await desk(client, officer) == {}
    assert "opinions-awaited" not in await desk(client, office.head)


async def test_department_that_answered_one_of_two_grounds_is_still_awaited(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,), authority, officer = await consulting(ground, 1, ("accident", "registered"))
    place = (await ask(client, office, authority)).json()["id"]
    assert (await reply(client, officer, place, opinion(entry))).status_code == 201
    assert (await desk(client, officer))["consultation-to-answer"]["count"] == 1
    assert (await desk(client, office.head))["opinions-awaited"]["count"] == 1
    said = opinion(entry, ground="registered")
    assert (await reply(client, officer, place, said)).status_code == 201
    assert await desk(client, officer) == {}
    assert "opinions-awaited" not in await desk(client, office.head)


async def test_department_asked_on_the_whole_is_awaited_until_it_speaks_of_the_whole(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    place = (await ask(client, office, authority, "市监委")).json()["id"]
    assert (await desk(client, officer))["consultation-to-answer"]["count"] == 1
    said = {"entry": str(entry), "ground": None, "said": "no_objection"}
    assert (await reply(client, officer, place, said)).status_code == 201
    assert await desk(client, officer) == {}


async def test_minutes_wait_for_a_second_person(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    office = meeting.office
    second = await make_caller(ground, (Role.CLERK, office.programme_id))
    assert "minutes-to-record" in await desk(client, office.clerk)
    answer = await meeting.record()
    assert answer.is_success, answer.text
    assert "minutes-to-confirm" not in await desk(client, office.clerk), "they recorded them"
    for caller in (second, office.head):
        assert "minutes-to-confirm" in await desk(client, caller)


async def test_notice_and_objections_wait_for_the_head(ground: Ground, client: AsyncClient) -> None:
    at = await board(ground)
    await posted(client, at)
    found = await desk(client, at.office.head)
    assert "objection-to-rule" not in found
    assert found["notice-period"]["stage"] == "notice"
    await objected(client, at)
    found = await desk(client, at.office.head)
    assert found["objection-to-rule"]["count"] == 1
    assert "objection-to-rule" not in await desk(client, at.office.clerk)
    async with ground.database.writing() as db:
        await db.execute(update(Notice).values(ends_at=ground.clock()))
    assert (await desk(client, at.office.clerk))["notice-period"]["urgency"] == "overdue"


async def test_government_sees_the_list_it_has_to_decide(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "government", 1)
    approver = await make_caller(ground, (Role.APPROVER, office.programme_id))
    assert [*await desk(client, approver)] == ["list-to-approve"]


async def test_desk_looks_as_far_ahead_as_asked_and_costs_one_statement_for_all(
    ground: Ground, client: AsyncClient
) -> None:
    caller, costs = await make_caller(ground), []
    offices = [await make_office(ground) for _ in range(3)]
    assert await desk(client, caller) == {}
    for office in offices:
        await entries_in(office, "eligibility", 1)
        await give_role(ground, caller, Role.HEAD, office.programme_id)
        with counting(ground) as sent:
            answer = await client.get("/desk?within_days=60", **caller.auth)
        costs.append(len(sent))
    assert len(answer.json()["items"]) == 9
    assert len(set(costs)) == 1
    assert "stage-to-close" not in await desk(client, caller, within_days=1)
    assert (await client.get("/desk")).status_code == 401
    assert (await client.get("/desk?within_days=61", **caller.auth)).status_code == 422
    assert (await client.get(f"/desk?person={uuid4()}", **caller.auth)).status_code == 422


async def test_work_of_an_open_stage_is_shown_however_far_its_end(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 2)
    await closes(office, "eligibility", days=200)
    await closes(office, "documents", days=300)
    async with ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == "documents")
            .values(opens_at=ground.clock() + timedelta(days=210))
        )
    found = await desk(client, office.head, within_days=0)
    assert [*found] == ["entry-to-screen"], "closing it and opening the next have not begun"
    assert (found["entry-to-screen"]["count"], found["entry-to-screen"]["urgency"]) == (2, "coming")


def test_every_kind_of_work_has_a_name_of_its_own() -> None:
    keys = [duty.key for duty in DUTIES]
    assert len(keys) == len(set(keys))
    assert all(duty.zh and duty.en for duty in DUTIES)
