"""The office tells many applicants something in its own words; a dry run tells how many."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient, Response

from app.award.roles import Role
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import interested_clerk
from tests.award.office.test_messages import reachable
from tests.award.office.test_reminders import drafting
from tests.factories import Caller, Office, accept_agent, entries_in, make_caller, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio
WORDS = {"title": "系统 {维护}", "text": "请提前保存。{0.__class__}"}
DRY = {"dry_run": "true"}


async def tell(
    client: AsyncClient, office: Office, by: Caller | None = None, *, dry: bool = False, **to: Any
) -> Response:
    path, query = office.path("/messages"), DRY if dry else {}
    return await client.post(path, json=WORDS | to, params=query, **(by or office.clerk).auth)


async def inbox(client: AsyncClient, who: Caller) -> list[tuple[str, str]]:
    items = (await client.get("/notifications", **who.auth)).json()["items"]
    return [(one["title"], one["text"]) for one in items]


def told(answer: Response) -> dict[str, int]:
    assert answer.status_code == 201, answer.text
    counts: dict[str, int] = answer.json()
    return counts


async def test_all_draft_holders_are_told_once_each(ground: Ground, client: AsyncClient) -> None:
    office, firms = await drafting(ground, 2)
    second = await make_caller(ground, (Role.APPLICANT, firms[0].id))
    await accept_agent(ground, firms[0], second)
    await reachable(client, firms[0].speaker)
    await reachable(client, second, least="urgent")
    tried = told(await tell(client, office, drafts=True, dry=True))
    assert tried == {"applications": 2, "people": 3, "mail": 1, "sms": 1, "nobody": 0}
    assert await inbox(client, second) == []
    assert await cycle_log(office) == []
    assert told(await tell(client, office, drafts=True)) == tried
    for who in (firms[0].speaker, firms[1].speaker, second):
        assert await inbox(client, who) == [(WORDS["title"], WORDS["text"])], "as it was written"
    assert await cycle_log(office) == ["cycle:tell"]
    listed = await client.get(office.path("/messages"), **office.head.auth)
    assert {one["template"] for one in listed.json()["items"]} == {"office-message"}
    urgent = told(await tell(client, office, drafts=True, urgent=True, dry=True))
    assert (urgent["mail"], urgent["sms"]) == (2, 2)


async def test_a_stage_or_certain_applications_are_told(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (first, _), (second, _) = await entries_in(office, "eligibility", 2)
    assert told(await tell(client, office, stage="eligibility"))["people"] == 2
    assert told(await tell(client, office, stage="intake"))["people"] == 0, "they have gone on"
    assert told(await tell(client, office, applications=[str(second)]))["applications"] == 1
    assert len(await inbox(client, office.firms[first].speaker)) == 1
    assert len(await inbox(client, office.firms[second].speaker)) == 2


async def test_unfit_message_is_refused_and_nobody_is_told(
    ground: Ground, client: AsyncClient
) -> None:
    office, (firm,) = await drafting(ground)
    elsewhere = await make_office(ground)
    ((foreign, _),) = await entries_in(elsewhere, "eligibility", 1)
    strangers = [str(foreign), str(uuid4())]
    for to, status, code in (
        ({}, 422, "addressees-unclear"),
        ({"drafts": True, "stage": "intake"}, 422, "addressees-unclear"),
        ({"stage": "nowhere"}, 404, "stage-not-found"),
        ({"applications": strangers[:1]}, 404, "application-not-found"),
        ({"applications": []}, 422, "invalid-input"),
        ({"drafts": True, "title": "a\nb"}, 422, "invalid-input"),
    ):
        refused = await tell(client, office, **to)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    both = await tell(client, office, applications=strangers)
    assert [one["pointer"] for one in both.json()["reasons"]] == [
        "/applications/0",
        "/applications/1",
    ]
    for caller in (office.supervisor, firm.speaker, elsewhere.head):
        refused = await tell(client, office, caller, drafts=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert await inbox(client, firm.speaker) == []
    assert await cycle_log(office) == []


async def test_who_has_an_interest_in_one_tells_no_stage(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, _),) = await entries_in(office, "eligibility", 1)
    clerk = await interested_clerk(office)
    refused = await tell(client, office, clerk, stage="eligibility")
    assert refused.json()["code"] == "recusal-needed"
    hidden = await tell(client, office, clerk, applications=[str(application)])
    assert hidden.json()["code"] == "application-not-found"
    assert await inbox(client, office.firms[application].speaker) == []
    assert await cycle_log(office) == []


async def test_many_cost_as_many_statements_as_one(ground: Ground, client: AsyncClient) -> None:
    costs = []
    for count in (1, 3):
        office, firms = await drafting(ground, count)
        for firm in firms:
            await reachable(client, firm.speaker)
        with counting(ground) as sent:
            assert told(await tell(client, office, drafts=True))["mail"] == count
        costs.append(len(sent))
    assert costs[0] == costs[1]
