"""Stages that give tiers side by side fill the same places only once, in the regulation's order."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from app.rules.regulation.read import read
from app.wiring import unfit
from tests.award.stages.steps import acts, open_
from tests.award.stages.two_tracks import TWO_TRACKS, decide, end, enter, entered
from tests.factories import Office, make_firm, make_office, make_submitted

pytestmark = pytest.mark.anyio

APART = """quotas:
  - {at_most: 2, of: {tier: gold}}
  - {at_most: 3, of: {tier: merit}}
  - {at_most: 1, of: {tier: person}}
"""


async def judged(ground: Ground, client: AsyncClient, quotas: str, places: int) -> Office:
    """Two firms and two people have been scored; both totals are open."""
    text = TWO_TRACKS.replace(APART, f"quotas:\n{quotas}")
    assert APART in TWO_TRACKS
    assert unfit(read(text)) == []
    office = await make_office(ground, regulation_text=text, places=places)
    firms = [await make_submitted(office, await make_firm(ground), "firm") for _ in range(2)]
    people = [await make_submitted(office, await make_firm(ground), "person") for _ in range(2)]
    await end(office, "intake")
    await enter(office, "check", *firms)
    await enter(office, "check", *people, track="person")
    await end(office, "check")
    for key, exact in (("paper", "700"), ("talk", "70")):
        assert (await open_(client, office, key)).status_code == 200
        for number, one in enumerate((await entered(office, key)).values()):
            await decide(office, one.id, exact=f"{exact}.{number}")
        await end(office, key)
    for key in ("total", "people"):
        assert (await open_(client, office, key)).status_code == 200
    return office


async def close(client: AsyncClient, office: Office, key: str) -> Any:
    return await client.post(office.path(f"/stages/{key}/closing"), **office.head.auth)


SHARED = "  - {at_most: 3}\n  - {at_most: 3, of: {tier: gold}}\n"


async def test_what_was_proposed_before_is_not_proposed_once_more(
    ground: Ground, client: AsyncClient
) -> None:
    office = await judged(ground, client, SHARED, places=3)
    firms, people = await close(client, office, "total"), await close(client, office, "people")
    assert (firms.json()["advanced"], people.json()["advanced"]) == (2, 1)


async def test_the_places_of_the_year_are_shared_where_fewer_are_granted(
    ground: Ground, client: AsyncClient
) -> None:
    apart = APART.removeprefix("quotas:\n").replace("at_most: 1", "at_most: 2")
    office = await judged(ground, client, apart, places=3)
    firms, people = await close(client, office, "total"), await close(client, office, "people")
    assert (firms.json()["advanced"], people.json()["advanced"]) == (2, 1)


async def test_a_place_is_kept_for_a_minimum_that_only_a_later_stage_can_serve(
    ground: Ground, client: AsyncClient
) -> None:
    least = "  - {at_most: 2}\n  - {at_least: 1, of: {track: person}}\n"
    office = await judged(ground, client, least, places=2)
    firms, people = await close(client, office, "total"), await close(client, office, "people")
    assert (firms.json()["advanced"], people.json()["advanced"]) == (1, 1)


async def test_the_regulation_says_who_fills_first_not_who_closes_first(
    ground: Ground, client: AsyncClient
) -> None:
    office = await judged(ground, client, SHARED, places=3)
    before = await acts(ground, office)
    early = await close(client, office, "people")
    assert (early.status_code, early.json()["code"]) == (409, "earlier-proposal-open")
    assert await acts(ground, office) == before
    assert (await close(client, office, "total")).status_code == 200
    assert (await close(client, office, "people")).status_code == 200


async def test_stages_whose_numbers_are_apart_do_not_wait_for_each_other(
    ground: Ground, client: AsyncClient
) -> None:
    office = await judged(ground, client, APART.removeprefix("quotas:\n"), places=6)
    assert (await close(client, office, "people")).status_code == 200
