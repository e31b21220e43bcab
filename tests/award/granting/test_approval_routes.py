"""The approval over HTTP."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from app.award.granting.models import Approval
from app.award.programmes.models import Cycle
from app.award.roles import Role
from app.award.stages.models import Stage
from app.catalogue import loader
from app.platform.ground import Ground
from tests.award.granting.steps import acts, approval, approve, come_to, declare
from tests.factories import close, make_caller, make_office, stage_row
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def recorded(ground: Ground, stage: Stage) -> bool:
    async with ground.database.reading() as db:
        return bool(await db.scalar(select(Approval.id).where(Approval.stage_id == stage.id)))


async def test_approve_decides_every_entry(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 3)
    one, two, three = finish.entries
    answer = await approve(client, finish, approval((one, True), (two, True), (three, False)))
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert (view["stage"], view["body"]) == ("government", "滨湖区人民政府")
    assert view["document"] == "滨政发〔2026〕18号"
    decided = {line["entry"]: (line["approved"], line["reason"]) for line in view["decisions"]}
    assert decided == {
        str(one): (True, None),
        str(two): (True, None),
        str(three): (False, "发生重大质量事故"),
    }
    path = finish.office.path("/stages/government/approval")
    for reader in (finish.approver, finish.office.clerk, finish.office.supervisor):
        assert (await client.get(path, **reader.auth)).json() == view
    assert await acts(ground, finish.office, "stage:approve") == 1


CONSENTING = loader.regulation_text("binhu-2023").replace(
    "    body: 滨湖区人民政府\n",
    "    body: 滨湖区人民政府\n    with_consent_of: [区人力资源和社会保障局, 区委宣传部]\n",
    1,
)


async def test_an_approval_waits_for_every_consent(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1, regulation_text=CONSENTING)
    consent = {"document": "锡滨人社函〔2026〕3号", "given_on": "2026-03-01"}
    given = [consent | {"body": "区人力资源和社会保障局"}]
    body = approval((finish.entries[0], True), consents=given)
    answer = await approve(client, finish, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "consent-missing")
    path = finish.office.path("/stages/government/approval")
    waiting = (await client.get(path, **finish.approver.auth)).json()["consents"]
    assert [(one["body"], one["document"]) for one in waiting] == [
        ("区人力资源和社会保障局", None),
        ("区委宣传部", None),
    ]
    body["consents"] = [*given, consent | {"body": "区委宣传部"}]
    view = (await approve(client, finish, body)).json()
    assert view["consents"] == body["consents"]
    assert (await client.get(path, **finish.approver.auth)).json() == view
    assert (await close(client, finish.office, "government")).status_code == 200
    snapshot = finish.office.path("/stages/government/snapshot")
    text = (await client.get(snapshot, **finish.office.supervisor.auth)).json()["text"]
    assert json.loads(text)["inputs"]["consents"] == {
        one["body"]: one["document"] for one in body["consents"]
    }


async def test_a_consent_nobody_asked_for_is_refused(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    stray = {"body": "区委宣传部", "document": "函", "given_on": "2026-03-01"}
    answer = await approve(client, finish, approval((finish.entries[0], True), consents=[stray]))
    assert (answer.status_code, answer.json()["code"]) == (422, "consent-not-asked")
    assert not await recorded(ground, await stage_row(ground, finish.office, "government"))


async def test_read_approval_gives_the_list_that_waits(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 2)
    path = finish.office.path("/stages/government/approval")
    view = (await client.get(path, **finish.approver.auth)).json()
    assert view["document"] is None
    assert {line["entry"] for line in view["decisions"]} == set(map(str, finish.entries))
    assert {line["organisation"] for line in view["decisions"]} == {
        finish.firm(0).name,
        finish.firm(1).name,
    }
    assert [line["approved"] for line in view["decisions"]] == [None, None]


async def test_approve_names_every_fault_and_keeps_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "government", 2)
    body = approval((finish.entries[0], False), (uuid4(), True), decided_on="2026-03-03")
    del body["decisions"][0]["reason"]
    answer = await approve(client, finish, body)
    assert answer.status_code == 422
    assert [(e.get("pointer"), e["code"]) for e in answer.json()["errors"]] == [
        ("/decided_on", "decided-in-future"),
        ("/decisions/0/reason", "reason-needed"),
        ("/decisions/1/entry", "entry-not-here"),
        ("/decisions", "entry-left-out"),
    ]
    assert not await recorded(ground, await stage_row(ground, finish.office, "government"))
    assert await acts(ground, finish.office) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"decisions": []},
        {"document": ""},
        {"meeting": None},
        {"decided_on": "2026-02-30"},
        {"body": "区政府"},
    ],
)
async def test_approve_refuses_a_wrong_shape(
    ground: Ground, client: AsyncClient, changes: dict[str, Any]
) -> None:
    finish = await come_to(ground, "government", 1)
    answer = await approve(client, finish, approval((finish.entries[0], True), **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert await acts(ground, finish.office) == 0


async def test_approve_is_final(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    assert (await approve(client, finish, approval((finish.entries[0], True)))).status_code == 201
    again = await approve(client, finish, approval((finish.entries[0], False)))
    assert (again.status_code, again.json()["code"]) == (409, "already-approved")
    path = finish.office.path("/stages/government/approval")
    view = (await client.get(path, **finish.approver.auth)).json()
    assert view["decisions"][0]["approved"] is True
    assert await acts(ground, finish.office) == 1


async def test_two_approvals_at_once_leave_one(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    body = approval((finish.entries[0], True))
    answers = await asyncio.gather(*(approve(client, finish, body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert await acts(ground, finish.office, "stage:approve") == 1


async def test_approve_only_while_the_stage_is_open(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "notice", 1)
    answer = await approve(client, finish, approval((finish.entries[0], True)))
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    assert await acts(ground, finish.office) == 0


async def test_approve_waits_for_a_closing_and_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "government", 1)
    stage = await stage_row(ground, finish.office, "government")
    async with ground.database.writing() as db:
        await db.execute(select(Stage.id).where(Stage.id == stage.id).with_for_update())
        await db.execute(update(Stage).where(Stage.id == stage.id).values(status="closed"))
        sent = asyncio.create_task(approve(client, finish, approval((finish.entries[0], True))))
        await asyncio.sleep(0.2)
        assert not sent.done()
    answer = await sent
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    assert not await recorded(ground, stage)


async def test_approve_in_a_cancelled_cycle_is_refused(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    async with ground.database.writing() as db:
        cancelled = update(Cycle).where(Cycle.id == finish.office.cycle_id)
        await db.execute(cancelled.values(status="cancelled"))
    answer = await approve(client, finish, approval((finish.entries[0], True)))
    assert (answer.status_code, answer.json()["code"]) == (404, "stage-not-found")


async def test_approve_a_stage_of_another_kind_is_not_found(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 1)
    for key in ("grant", "nowhere"):
        path = finish.office.path(f"/stages/{key}/approval")
        body = approval((finish.entries[0], True))
        for answer in (
            await client.post(path, json=body, **finish.approver.auth),
            await client.get(path, **finish.approver.auth),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "stage-not-found")


async def test_only_the_approver_approves(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    other = await make_office(ground)
    path = finish.office.path("/stages/government/approval")
    body = approval((finish.entries[0], True))
    strangers = [
        finish.firm(0).speaker,
        finish.office.clerk,
        finish.office.head,
        finish.finance,
        await make_caller(ground, (Role.JUDGE, finish.office.programme_id)),
        await make_caller(ground, (Role.APPROVER, other.programme_id)),
    ]
    for stranger in strangers:
        answer = await client.post(path, json=body, **stranger.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.post(path, json=body)).status_code == 401
    assert await acts(ground, finish.office) == 0


async def test_the_list_is_hidden_from_everybody_else(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    other = await make_office(ground)
    path = finish.office.path("/stages/government/approval")
    for stranger in (
        finish.firm(0).speaker,
        finish.finance,
        other.clerk,
        await make_caller(ground, (Role.JUDGE, finish.office.programme_id)),
    ):
        answer = await client.get(path, **stranger.auth)
        assert (answer.status_code, answer.json()["code"]) == (404, "stage-not-found")


async def test_an_interested_approver_is_refused(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 2)
    await declare(ground, finish.approver, finish.firm(1))
    body = approval(*((entry, True) for entry in finish.entries))
    answer = await approve(client, finish, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "recusal-needed")
    assert await acts(ground, finish.office) == 0


async def test_an_interested_reader_does_not_see_that_line(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "government", 2)
    await approve(client, finish, approval(*((entry, True) for entry in finish.entries)))
    await declare(ground, finish.office.clerk, finish.firm(1))
    path = finish.office.path("/stages/government/approval")
    lines = (await client.get(path, **finish.office.clerk.auth)).json()["decisions"]
    assert [line["entry"] for line in lines] == [str(finish.entries[0])]


async def test_read_approval_costs_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    cost = []
    for count in (1, 3):
        finish = await come_to(ground, "government", count)
        await approve(client, finish, approval(*((entry, True) for entry in finish.entries)))
        path = finish.office.path("/stages/government/approval")
        with counting(ground) as sent:
            answer = await client.get(path, **finish.approver.auth)
        assert len(answer.json()["decisions"]) == count
        cost.append(len(sent))
    assert cost[0] == cost[1] <= 4


async def test_the_stage_closes_on_the_decision(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 3)
    one, two, three = finish.entries
    early = await close(client, finish.office, "government")
    assert (early.status_code, early.json()["code"]) == (409, "approval-missing")
    await approve(client, finish, approval((one, True), (two, True), (three, False)))
    closing = (await close(client, finish.office, "government")).json()
    assert (closing["entered"], closing["advanced"], closing["eliminated"]) == (3, 2, 1)
    path = finish.office.path("/stages/government/entries")
    listed = (await client.get(path, **finish.office.clerk.auth)).json()["items"]
    results = {line["id"]: (line["result"], line["reason"]) for line in listed}
    assert results[str(one)] == ("advanced", None)
    assert results[str(three)] == ("eliminated", "not-approved")
    ranking = await client.get(
        finish.office.path("/stages/government/ranking"), **finish.office.head.auth
    )
    tiers = {line["application"]: line["tier"] for line in ranking.json()["items"]}
    assert tiers == {
        str(finish.applications[0]): "award",
        str(finish.applications[1]): "award",
        str(finish.applications[2]): None,
    }


async def test_an_empty_stage_needs_no_decision(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 0)
    closing = await close(client, finish.office, "government")
    assert (closing.status_code, closing.json()["entered"]) == (200, 0)


async def test_an_entry_that_withdraws_after_the_decision_stays_withdrawn(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "government", 2)
    await approve(client, finish, approval(*((entry, True) for entry in finish.entries)))
    gone = f"/applications/{finish.applications[0]}/withdrawal"
    assert (await client.post(gone, **finish.firm(0).speaker.auth)).status_code == 200
    closing = (await close(client, finish.office, "government")).json()
    assert (closing["entered"], closing["advanced"]) == (1, 1)
