"""Does a notice name the right ones wherever it stands: early, before the approval and after it?"""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.roles import Role
from app.award.stages.models import Entry
from app.catalogue import loader
from app.platform.ground import Ground
from tests.award.publicity.steps import notice as text_of
from tests.award.publicity.steps import objection, ruling
from tests.clock import MovableClock
from tests.factories import Caller, Office, close, entries_in, make_caller, make_office
from tests.factories import refresh_token as again

pytestmark = pytest.mark.anyio

NOTICE = """  - key: {key}
    kind: publicity
    name: {name}
    length: {{working_days: 5}}
    objection: {{real_name: true, evidence: true}}

"""
BINHU = loader.regulation_text("binhu-2023")
EARLY = BINHU.replace(
    "  - key: documents\n",
    NOTICE.format(key="accepted", name="受理名单公示") + "  - key: documents\n",
    1,
)
TWICE = BINHU.replace(
    "  - key: government\n",
    NOTICE.format(key="before", name="审定前公示") + "  - key: government\n",
    1,
)


async def posted(client: AsyncClient, office: Office, key: str) -> Any:
    """The public view of the stage's notice, just posted."""
    path = office.path(f"/stages/{key}/notices")
    draft = await client.post(path, json=text_of(), **office.clerk.auth)
    assert draft.status_code == 201, draft.text
    body = {
        "channel": "滨湖区人民政府网站",
        "url": "https://www.wxbh.gov.cn/doc/2026/03/02/1.shtml",
        "posted_at": office.ground.clock().isoformat(),
    }
    where = f"/notices/{draft.json()['id']}/posting"
    answer = await client.post(where, json=body, **office.head.auth)
    assert answer.status_code == 200, answer.text
    return (await client.get(f"/notices/{answer.json()['code']}")).json()


async def removed(client: AsyncClient, office: Office, notice: Any, place: int) -> str:
    """An objection to the awardee of that place is upheld; its application's code."""
    code: str = notice["awardees"][place]["application_code"]
    answer = await client.post(f"/notices/{notice['code']}/objections", json=objection(code))
    assert answer.status_code == 201, answer.text
    listed = (await client.get(office.path("/objections"), **office.head.auth)).json()["items"]
    (one,) = [each for each in listed if each["application_code"] == code]
    where = f"/objections/{one['id']}/ruling"
    ruled = await client.post(where, json=ruling("upheld"), **office.head.auth)
    assert ruled.status_code == 200, ruled.text
    return code


async def over(office: Office, clock: MovableClock, *more: Caller) -> None:
    """The period has run out."""
    clock.move(days=8)
    for caller in (office.clerk, office.head, *more):
        await again(office.ground, caller)


def named(notice: Any) -> set[str]:
    return {one["application_code"] for one in notice["awardees"]}


async def test_a_notice_of_accepted_applicants_names_no_tiers(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground, regulation_text=EARLY)
    await entries_in(office, "accepted", 3)
    notice = await posted(client, office, "accepted")
    assert [one["tier"] for one in notice["awardees"]] == [None] * 3
    await removed(client, office, notice, 0)
    await over(office, clock)
    closing = (await close(client, office, "accepted")).json()
    assert (closing["advanced"], closing["eliminated"]) == (2, 1)


async def test_the_second_notice_names_who_is_left_and_removes_in_its_turn(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground, regulation_text=TWICE)
    made = await entries_in(office, "before", 3)
    async with ground.database.writing() as db:
        for _, entry in made:
            await db.execute(update(Entry).where(Entry.id == entry).values(tier="award"))
    approver = await make_caller(ground, (Role.APPROVER, office.programme_id))
    first = await posted(client, office, "before")
    gone = {await removed(client, office, first, 0)}
    await over(office, clock, approver)
    assert (await close(client, office, "before")).status_code == 200
    await _approve(client, office, approver)
    second = await posted(client, office, "notice")
    assert named(second) == named(first) - gone
    assert {one["tier"] for one in second["awardees"]} == {"award"}
    gone.add(await removed(client, office, second, 1))
    await over(office, clock)
    closing = (await close(client, office, "notice")).json()
    assert (closing["advanced"], closing["eliminated"]) == (1, 1)
    await _open(client, office, "grant")
    body = {"document": "滨政发〔2026〕21号", "decided_on": "2026-03-02"}
    where = office.path("/stages/grant/awards")
    granted = (await client.post(where, json=body, **office.head.auth)).json()["awards"]
    assert len(granted) == 1
    kept = await client.get(f"/notices/{first['code']}")
    assert named(kept.json()) == named(first)


async def _open(client: AsyncClient, office: Office, key: str) -> None:
    answer = await client.post(office.path(f"/stages/{key}/opening"), **office.head.auth)
    assert answer.status_code == 200, answer.text


async def _approve(client: AsyncClient, office: Office, approver: Caller) -> None:
    await _open(client, office, "government")
    where = office.path("/stages/government/approval")
    waiting = (await client.get(where, **approver.auth)).json()["decisions"]
    body = {
        "decisions": [{"entry": one["entry"], "approved": True} for one in waiting],
        "document": "滨政发〔2026〕18号",
        "meeting": "区政府第62次常务会议",
        "decided_on": "2026-03-02",
    }
    answer = await client.post(where, json=body, **approver.auth)
    assert answer.status_code == 201, answer.text
    assert (await close(client, office, "government")).status_code == 200
    await _open(client, office, "notice")
