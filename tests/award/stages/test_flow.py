"""How entries of two tracks flow through parallel stages and past them, over HTTP."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from app.award.stages.lifecycle import Result
from app.platform.ground import Ground
from app.rules.regulation.read import read
from app.wiring import unfit
from tests.award.stages.steps import open_
from tests.award.stages.two_tracks import TWO_TRACKS, decide, end, enter, entered
from tests.factories import Office, make_firm, make_office, make_submitted
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def begun(ground: Ground, firms: int, people: int) -> tuple[Office, list[UUID], list[UUID]]:
    """A cycle whose screening is closed: what has entered, in both tracks."""
    office = await make_office(ground, regulation_text=TWO_TRACKS, places=6)
    one = [await make_submitted(office, await make_firm(ground), "firm") for _ in range(firms)]
    other = [await make_submitted(office, await make_firm(ground), "person") for _ in range(people)]
    await end(office, "intake")
    await enter(office, "check", *one, groups=("small",))
    await enter(office, "check", *other, track="person")
    await end(office, "check")
    return office, one, other


async def opened(client: AsyncClient, office: Office, key: str) -> dict[UUID, Any]:
    answer = await open_(client, office, key)
    assert answer.status_code == 200, answer.text
    return await entered(office, key)


def test_the_regulation_is_one_that_can_be_run() -> None:
    assert unfit(read(TWO_TRACKS)) == []


async def test_two_stages_run_side_by_side_each_with_its_tracks(
    ground: Ground, client: AsyncClient
) -> None:
    office, firms, people = await begun(ground, 2, 1)
    assert set(await opened(client, office, "paper")) == set(firms)
    both = await opened(client, office, "talk")
    assert set(both) == {*firms, *people}
    assert {both[firm].groups for firm in firms} == {("small",)}
    assert (both[people[0]].track, both[people[0]].groups) == ("person", ())


async def test_a_stage_waits_only_for_what_feeds_its_tracks(
    ground: Ground, client: AsyncClient
) -> None:
    office, firms, people = await begun(ground, 1, 1)
    await opened(client, office, "paper")
    await opened(client, office, "talk")
    await end(office, "talk")
    assert set(await opened(client, office, "people")) == set(people)
    early = await open_(client, office, "total")
    assert (early.status_code, early.json()["code"]) == (409, "earlier-stage-open")
    assert await entered(office, "total") == {}
    await end(office, "paper")
    assert set(await opened(client, office, "total")) == set(firms)


async def test_a_consolation_goes_on_past_what_scores_with_its_tier(
    ground: Ground, client: AsyncClient
) -> None:
    office, (merit, gold, out), (person,) = await begun(ground, 3, 1)
    papers = await opened(client, office, "paper")
    await opened(client, office, "talk")
    await decide(office, papers[merit].id, tier="merit", settled=True, rank=2)
    await decide(office, papers[out].id, result=Result.ELIMINATED, reason="below-cut")
    await end(office, "paper")
    await end(office, "talk")
    assert set(await opened(client, office, "total")) == {gold}
    await opened(client, office, "people")
    await end(office, "people", tier="person")
    await end(office, "total", tier="gold", closed=("merit",), groups=())
    reached = await opened(client, office, "notice")
    assert {each: (row.tier, row.settled) for each, row in reached.items()} == {
        merit: ("merit", True),
        gold: ("gold", False),
        person: ("person", False),
    }
    assert (reached[merit].groups, reached[merit].closed) == (("small",), ())
    assert (reached[gold].groups, reached[gold].closed) == ((), ("merit",)), "found anew"
    await end(office, "notice")
    assert (await opened(client, office, "government"))[merit].settled


async def test_who_is_eliminated_beside_a_consolation_has_no_award(
    ground: Ground, client: AsyncClient
) -> None:
    office, (firm,), _ = await begun(ground, 1, 0)
    papers = await opened(client, office, "paper")
    talks = await opened(client, office, "talk")
    await decide(office, papers[firm].id, tier="merit", settled=True)
    await decide(office, talks[firm].id, result=Result.ELIMINATED, reason="below-score")
    for key in ("paper", "talk", "total", "people"):
        await end(office, key)
    assert await opened(client, office, "notice") == {}


async def test_the_office_sees_groups_and_consolations(ground: Ground, client: AsyncClient) -> None:
    office, (firm,), _ = await begun(ground, 1, 0)
    await enter(office, "notice", firm, tier="merit", settled=True, groups=("small",))
    path = office.path("/stages/notice/entries")
    (line,) = (await client.get(path, **office.clerk.auth)).json()["items"]
    assert (line["groups"], line["closed"], line["settled"]) == (["small"], [], True)


async def test_letting_in_costs_the_same_for_one_and_for_many(
    ground: Ground, client: AsyncClient
) -> None:
    costs = []
    for firms in (1, 3):
        office, _, _ = await begun(ground, firms, 1)
        with counting(ground) as sent:
            await opened(client, office, "talk")
        costs.append(len(sent))
    assert costs[0] == costs[1]
