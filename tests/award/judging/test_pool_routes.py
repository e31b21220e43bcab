"""The pool of experts over HTTP: enrolment, the undertaking, interests."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.judging.models import Expert, Undertaking
from app.award.records.models import Conflict
from app.award.roles import Role
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import make_judge, reasons, refused
from tests.factories import Office, entries_in, make_caller, make_firm, make_office, make_submitted
from tests.statements import counting

pytestmark = pytest.mark.anyio


def enrolment(person: object, **changes: Any) -> dict[str, Any]:
    return {
        "person_id": str(person),
        "industries": ["C34", "C35"],
        "qualification": "注册质量工程师",
    } | changes


def declaration(office: Office, *organisations: object, **changes: Any) -> dict[str, Any]:
    interests = [
        {"organisation_id": str(one), "interest": "consultant", "note": "两年前的顾问"}
        for one in organisations
    ]
    return {"cycle_id": str(office.cycle_id), "undertaking": True, "interests": interests} | changes


async def test_judge_is_enrolled_and_finds_themselves(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    place = f"/programmes/{office.programme_id}/experts"
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    other = await make_caller(ground, (Role.JUDGE, office.programme_id))
    for one, by in ((judge, office.clerk), (other, office.head)):
        made = await client.post(place, json=enrolment(one.person_id), **by.auth)
        assert made.status_code == 201, made.text
        assert (made.json()["name"], made.json()["industries"]) == (one.name, ["C34", "C35"])
    own = (await client.get(place, **judge.auth)).json()["items"]
    assert [each["person_id"] for each in own] == [str(judge.person_id)]
    everybody = (await client.get(place, **office.clerk.auth)).json()["items"]
    assert {each["name"] for each in everybody} == {judge.name, other.name}


async def test_enrolment_is_refused(ground: Ground, client: AsyncClient) -> None:
    office, elsewhere = await make_office(ground), await make_office(ground)
    place = f"/programmes/{office.programme_id}/experts"
    judge = await make_caller(ground, (Role.JUDGE, elsewhere.programme_id))
    body = enrolment(judge.person_id)
    refused(await client.post(place, json=body, **office.clerk.auth), 409, "not-a-judge")
    nobody = enrolment(uuid4())
    refused(await client.post(place, json=nobody, **office.clerk.auth), 409, "not-a-judge")
    here = (await make_judge(office)).caller
    twice = enrolment(here.person_id)
    refused(await client.post(place, json=twice, **office.clerk.auth), 409, "already-enrolled")
    for stranger in (here, elsewhere.clerk, office.supervisor):
        refused(await client.post(place, json=body, **stranger.auth), 403, "not-allowed")
    async with ground.database.reading() as db:
        pool = select(Expert.person_id).where(Expert.programme_id == office.programme_id)
        assert (await db.scalars(pool)).all() == [here.person_id]


async def test_applicants_are_told_once_intake_is_closed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    judge = await make_judge(office, signed=False)
    place = f"/experts/{judge.expert_id}/cycles/{office.cycle_id}/applicants"
    await make_submitted(office, await make_firm(ground))
    refused(await client.get(place, **judge.auth), 409, "intake-running")
    firm = await make_firm(ground)
    early = await client.post(
        f"/experts/{judge.expert_id}/declarations", json=declaration(office, firm.id), **judge.auth
    )
    refused(early, 409, "intake-running")
    await entries_in(office, "documents", 2)
    told = (await client.get(place, **judge.auth)).json()
    firms = {str(firm.id): firm.name for firm in office.firms.values()}
    assert {each["organisation_id"]: each["name"] for each in told} == firms


async def test_only_the_expert_learns_who_applies_and_declares(
    ground: Ground, client: AsyncClient
) -> None:
    office, elsewhere = await make_office(ground), await make_office(ground)
    await entries_in(office, "documents", 1)
    judge, other = await make_judge(office, signed=False), await make_judge(office)
    place = f"/experts/{judge.expert_id}"
    before = await cycle_log(office)
    for who, status, code in (
        (office.clerk, 403, "not-allowed"),
        (other.caller, 404, "expert-not-found"),
        (office.supervisor, 404, "expert-not-found"),
        (next(iter(office.firms.values())).speaker, 404, "expert-not-found"),
    ):
        read = await client.get(f"{place}/cycles/{office.cycle_id}/applicants", **who.auth)
        refused(read, status, code)
        body = declaration(office)
        refused(await client.post(f"{place}/declarations", json=body, **who.auth), status, code)
    wrong = f"{place}/cycles/{elsewhere.cycle_id}/applicants"
    refused(await client.get(wrong, **judge.auth), 404, "cycle-not-found")
    foreign = declaration(office, cycle_id=str(elsewhere.cycle_id))
    answer = await client.post(f"{place}/declarations", json=foreign, **judge.auth)
    refused(answer, 404, "cycle-not-found")
    assert await cycle_log(office) == before


async def test_declarations_only_grow(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 2)
    first, second = (firm.id for firm in office.firms.values())
    judge = await make_judge(office, signed=False)
    place = f"/experts/{judge.expert_id}/declarations"
    answer = await client.post(place, json=declaration(office, first), **judge.auth)
    assert answer.status_code == 201, answer.text
    assert "承诺" in answer.json()["undertaking"]
    answer = await client.post(place, json=declaration(office, first, second), **judge.auth)
    told = [each["organisation_id"] for each in answer.json()["interests"]]
    assert sorted(told) == sorted([str(first), str(second)])
    empty = await client.post(place, json=declaration(office), **judge.auth)
    assert len(empty.json()["interests"]) == 2
    assert await cycle_log(office) == ["expert:declare"] * 3


async def test_wrong_declarations_are_refused(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    judge = await make_judge(office, signed=False)
    place, stranger = f"/experts/{judge.expert_id}/declarations", await make_firm(ground)
    body = declaration(office, stranger.id)
    answer = await client.post(place, json=body, **judge.auth)
    assert reasons(refused(answer, 422, "organisation-unknown")) == ["organisation-unknown"]
    unsigned = declaration(office, undertaking=False)
    refused(await client.post(place, json=unsigned, **judge.auth), 422, "invalid-input")
    async with ground.database.reading() as db:
        for table, column, key in (
            (Undertaking.id, Undertaking.expert_id, judge.expert_id),
            (Conflict.id, Conflict.person_id, judge.caller.person_id),
        ):
            assert (await db.scalars(select(table).where(column == key))).all() == []
    assert await cycle_log(office) == []


async def test_the_pool_costs_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    place, costs = f"/programmes/{office.programme_id}/experts", []
    for more in (1, 2):
        for _ in range(more):
            await make_judge(office)
        with counting(ground) as sent:
            assert (await client.get(place, **office.clerk.auth)).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1]
