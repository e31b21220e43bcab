"""A department is consulted: it sees names and its ground, answers, and not too late."""

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.screening.test_consultations import ask, consulting, opinion, reply
from tests.clock import MovableClock
from tests.factories import refresh_token
from tests.stories.telling import assert_done, assert_refused, listed, nothing_kept

pytestmark = pytest.mark.anyio


async def test_a_department_and_its_answer(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (first, second), authority, officer = await consulting(ground, 2)
    assert await listed(client, officer, "/consultations") == []
    place = assert_done(await ask(client, office, authority))["id"]
    (line,) = await listed(client, officer, "/consultations")
    assert line["id"] == place
    seen = assert_done(await client.get(f"/consultations/{place}", **officer.auth))
    firms = [*office.firms.values()]
    assert {one["organisation"] for one in seen["asked"]} == {firm.name for firm in firms}
    assert {one["ground"] for one in seen["asked"]} == {"accident"}
    for private in ("李四", "form", "attachments", "digest", "score"):
        assert private not in str(seen["asked"])
    async with nothing_kept(office):
        for application in office.firms:
            read = await client.get(f"/applications/{application}", **officer.auth)
            assert_refused(read, 404, "application-not-found")
        for entry in (first, second):
            read = await client.get(f"/entries/{entry}/opinions", **officer.auth)
            assert_refused(read, 404, "entry-not-found")
        other = await reply(client, officer, place, opinion(first, ground="registered"))
        assert_refused(other, 422, "opinion-not-asked")
    answer = [opinion(first), opinion(second, "objection")]
    assert_done(await reply(client, officer, place, *answer))
    told = assert_done(await client.get(f"/entries/{second}/opinions", **office.clerk.auth))
    tax = next(one for one in told if one["department"] == "市税务局")
    assert (tax["state"], tax["said"]) == ("answered", "objection")
    # Its answer is final; what corrects it is a new letter, which the office enters beside it.
    clock.move(minutes=1)
    async with nothing_kept(office):
        again = await reply(client, officer, place, opinion(second))
        assert_refused(again, 409, "department-answered-already")
    letter = {"department": "市税务局", "ground": "accident", "said": "no_objection"}
    letter |= {"document": "锡税函〔2026〕9号", "statement": "前函有误，经复核无异议。"}
    path = f"/entries/{second}/opinions"
    assert_done(await client.post(path, json=letter, **office.clerk.auth))
    told = assert_done(await client.get(path, **office.clerk.auth))
    assert [one["said"] for one in told if one["department"] == "市税务局"] == ["no_objection"]
    assert (await cycle_log(office)).count("consultation:answer") == 1


async def test_a_department_that_is_late_and_one_that_is_not_asked(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, (entry,), authority, officer = await consulting(ground)
    _, _, _, stranger = await consulting(ground)
    place = assert_done(await ask(client, office, authority))["id"]
    async with nothing_kept(office):
        foreign = await reply(client, stranger, place, opinion(entry))
        assert_refused(foreign, 404, "consultation-not-found")
        assert await listed(client, stranger, "/consultations") == []
    clock.move(days=14, hours=15)  # midnight in Beijing after its ten working days
    for person in (officer, office.clerk):
        await refresh_token(ground, person)
    async with nothing_kept(office):
        late = await reply(client, officer, place, opinion(entry))
        assert_refused(late, 409, "opinion-late")
    told = assert_done(await client.get(f"/entries/{entry}/opinions", **office.clerk.auth))
    tax = next(one for one in told if one["department"] == "市税务局")
    assert (tax["state"], tax["said"]) == ("silent", None)
