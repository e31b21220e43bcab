"""A panel of the committee's own members: only who holds a seat sits on it, pool or not."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.judging.models import Expert, Panel
from app.award.roles import Role
from app.award.stages.models import Stage
from app.platform.ground import Ground
from app.rules.strict_yaml import load
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    Judge,
    assignments,
    form,
    make_judge,
    panel_body,
    refused,
    sheet_of,
)
from tests.factories import Caller, Office, entries_in, make_caller, make_office
from tests.rules.regulation.award_texts import BINHU, dump

pytestmark = pytest.mark.anyio


def committee_scores() -> str:
    """Binhu's regulation with the documents scored by three of the committee."""
    tree: Any = load(BINHU)
    documents = next(each for each in tree["stages"] if each["key"] == "documents")
    documents["judges"] = {"at_least": "3", "seated": "committee"}
    return dump(tree)


async def seated(client: AsyncClient, office: Office, holder: Caller) -> Judge:
    """A member of the committee who is no judge of the pool, and has signed the undertaking."""
    seat = {"post": "委员", "holder": holder.name, "person_id": str(holder.person_id)}
    made = await client.post(office.path("/seats"), json=seat, **office.head.auth)
    assert made.status_code == 201, made.text
    enrolled = await enrol(client, office, holder)
    assert enrolled.status_code == 201, enrolled.text
    expert = enrolled.json()["id"]
    signing = {"cycle_id": str(office.cycle_id), "undertaking": True}
    signed = await client.post(f"/experts/{expert}/declarations", json=signing, **holder.auth)
    assert signed.status_code == 201, signed.text
    return Judge(UUID(expert), holder)


async def enrol(client: AsyncClient, office: Office, holder: Caller) -> Response:
    body = {"person_id": str(holder.person_id), "industries": [], "qualification": "委员"}
    return await client.post(
        f"/programmes/{office.programme_id}/experts", json=body, **office.clerk.auth
    )


async def member(ground: Ground, office: Office) -> Caller:
    return await make_caller(ground, (Role.COMMITTEE_MEMBER, office.cycle_id))


async def test_holders_of_seats_score_together(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground, regulation_text=committee_scores())
    entries = [entry for _, entry in await entries_in(office, "documents", 1)]
    judges = [await seated(client, office, await member(ground, office)) for _ in range(3)]
    formed = await form(client, office, panel_body(judges, entries))
    assert formed.status_code == 201, formed.text
    for judge in judges:
        assert [each["entry_id"] for each in await assignments(client, judge)] == [str(entries[0])]
        sheet = await sheet_of(client, judge)
        assert (await client.get(f"/scoresheets/{sheet}", **judge.auth)).status_code == 200


async def test_judge_of_the_pool_without_a_seat_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground, regulation_text=committee_scores())
    entries = [entry for _, entry in await entries_in(office, "documents", 1)]
    judges = [await seated(client, office, await member(ground, office)) for _ in range(3)]
    before = await cycle_log(office)
    body = panel_body([*judges, await make_judge(office)], entries)
    problem = refused(await form(client, office, body), 422, "no-committee-seat")
    assert problem["errors"][0]["pointer"] == "/members/3/expert_id"
    assert await cycle_log(office) == before
    async with ground.database.reading() as db:
        here = select(Panel.id).join(Stage).where(Stage.cycle_id == office.cycle_id)
        assert (await db.scalars(here)).all() == []


async def test_member_of_the_committee_does_not_sit_among_experts(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    entries = [entry for _, entry in await entries_in(office, "documents", 1)]
    experts = [await make_judge(office) for _ in range(3)]
    outsider = await seated(client, office, await member(ground, office))
    body = panel_body([*experts, outsider], entries)
    refused(await form(client, office, body), 422, "expert-unknown")


async def test_one_more_member_must_hold_a_seat_too(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground, regulation_text=committee_scores())
    entries = [entry for _, entry in await entries_in(office, "documents", 1)]
    judges = [await seated(client, office, await member(ground, office)) for _ in range(3)]
    panel = (await form(client, office, panel_body(judges, entries))).json()["id"]
    before = await cycle_log(office)
    stranger = {"expert_id": str((await make_judge(office)).expert_id)}
    answer = await client.post(f"/panels/{panel}/members", json=stranger, **office.clerk.auth)
    refused(answer, 422, "no-committee-seat")
    assert await cycle_log(office) == before
    fourth = await seated(client, office, await member(ground, office))
    one_more = {"expert_id": str(fourth.expert_id)}
    added = await client.post(f"/panels/{panel}/members", json=one_more, **office.clerk.auth)
    assert added.status_code == 201, added.text


async def test_who_has_no_seat_is_not_enrolled_for_it(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    holder = await member(ground, office)
    refused(await enrol(client, office, holder), 409, "not-a-judge")
    await seated(client, other, holder)
    refused(await enrol(client, office, holder), 409, "not-a-judge")
    async with ground.database.reading() as db:
        own = select(Expert.programme_id).where(Expert.person_id == holder.person_id)
        assert (await db.scalars(own)).all() == [other.programme_id]
