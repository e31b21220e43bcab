"""The launch and the end of a cycle over HTTP."""

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.programmes.models import Cycle
from app.award.stages.models import Stage
from app.award.stages.queries import stage_at
from app.platform.ground import Ground
from tests.award.stages.steps import CANCEL, LAUNCH, acts, count, decide, open_, planned
from tests.factories import close, entries_in, make_firm, make_office, stage_row
from tests.rules.regulation.award_texts import BINHU, changed

pytestmark = pytest.mark.anyio


# --- the launch


async def test_a_launch_lays_out_the_stages(ground: Ground, client: AsyncClient) -> None:
    office = await planned(ground, client)
    answer = await client.post(office.path("/launch"), json=LAUNCH, **office.head.auth)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["places"]) == ("launched", 3)
    stages = (await client.get(office.path("/stages"))).json()
    assert [stage["key"] for stage in stages] == [s.key for s in office.regulation.stages]
    assert {stage["status"] for stage in stages} == {"waiting"}
    assert {stage["opens_at"] for stage in stages} == {"2026-04-01T01:00:00Z"}
    assert {tuple(stage["actions"]) for stage in stages} == {()}
    assert await acts(ground, office, "cycle:launch") == 1


async def test_a_launch_names_everything_that_stands_against_it(
    ground: Ground, client: AsyncClient
) -> None:
    office = await planned(ground, client, "site", "grant")
    before = await acts(ground, office)
    body = LAUNCH | {"places": 4}
    answer = await client.post(office.path("/launch"), json=body, **office.head.auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "several-reasons")
    assert [reason["code"] for reason in answer.json()["reasons"]] == [
        "slot-missing",
        "slot-missing",
        "places-too-many",
    ]
    view = (await client.get(office.path(), **office.clerk.auth)).json()
    assert (view["status"], view["places"]) == ("planned", None)
    assert await count(ground, Stage.cycle_id == office.cycle_id) == 0
    assert await acts(ground, office) == before


async def test_too_many_places_alone_are_refused(ground: Ground, client: AsyncClient) -> None:
    office = await planned(ground, client)
    body = LAUNCH | {"places": 4}
    answer = await client.post(office.path("/launch"), json=body, **office.head.auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "places-too-many")
    assert await count(ground, Stage.cycle_id == office.cycle_id) == 0


APPROVED = changed("/launch", {"approved_by": "滨湖区人民政府"}, BINHU)


async def test_a_launch_is_approved_by_the_body_that_the_regulation_names(
    ground: Ground, client: AsyncClient
) -> None:
    office = await planned(ground, client, regulation_text=APPROVED)
    path, other = office.path("/launch"), LAUNCH | {"body": "区市场监管局"}
    refused = await client.post(path, json=other, **office.head.auth)
    assert (refused.status_code, refused.json()["code"]) == (409, "launched-by-another")
    assert (await client.post(path, json=LAUNCH, **office.head.auth)).status_code == 200


async def test_a_launch_may_grant_fewer_places_of_a_tier(
    ground: Ground, client: AsyncClient
) -> None:
    office = await planned(ground, client)
    path = office.path("/launch")
    for places_of, code in (
        ({"award": 4}, "tier-places-too-many"),
        ({"gold": 1}, "tier-unknown"),
        ({"award": 0}, "invalid-input"),
    ):
        body = LAUNCH | {"places_of": places_of}
        refused = await client.post(path, json=body, **office.head.auth)
        assert refused.json()["code"] == code
    body = LAUNCH | {"places_of": {"award": 2}}
    answer = await client.post(path, json=body, **office.head.auth)
    assert (answer.status_code, answer.json()["places_of"]) == (200, {"award": 2})
    async with ground.database.reading() as db:
        at = await stage_at(db, await stage_row(ground, office, "grant"))
    assert [quota.at_most for quota in at.quotas] == [3, 2]
    assert (at.places, at.places_sought) == (3, 2)


async def test_a_cycle_is_launched_once_and_by_its_head(
    ground: Ground, client: AsyncClient
) -> None:
    office = await planned(ground, client)
    path = office.path("/launch")
    clerk = await client.post(path, json=LAUNCH, **office.clerk.auth)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    stranger = await client.post(path, json=LAUNCH, **(await make_firm(ground)).speaker.auth)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "cycle-not-found")
    assert (await client.post(path, json=LAUNCH, **office.head.auth)).status_code == 200
    twice = await client.post(path, json=LAUNCH, **office.head.auth)
    assert (twice.status_code, twice.json()["code"]) == (409, "move-not-possible")
    assert await acts(ground, office, "cycle:launch") == 1


# --- the end


async def test_a_cancelled_cycle_is_over(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await open_(client, office, "intake")
    path = office.path("/cancellation")
    clerk = await client.post(path, json=CANCEL, **office.clerk.auth)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    answer = await client.post(path, json=CANCEL, **office.head.auth)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    twice = await client.post(path, json=CANCEL, **office.head.auth)
    assert (twice.status_code, twice.json()["code"]) == (409, "move-not-possible")
    assert (await client.get(office.path("/stages"))).json() == []
    closing = await close(client, office, "intake")
    assert [reason["code"] for reason in closing.json()["reasons"]] == [
        "cycle-not-running",
        "intake-not-settled",
    ]
    assert (await stage_row(ground, office, "intake")).status == "open"
    assert await acts(ground, office) == 2


async def test_nothing_is_worked_on_in_a_cancelled_cycle(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (_, one), (_, two) = await entries_in(office, "documents", 2)
    await client.post(office.path("/cancellation"), json=CANCEL, **office.head.auth)
    answer = await decide(client, office, office.head, one, two)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    opening = await open_(client, office, "grant", office.head)
    assert opening.status_code == 409
    assert await acts(ground, office) == 1


async def test_a_planned_cycle_can_be_cancelled(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground, launched=False)
    answer = await client.post(office.path("/cancellation"), json=CANCEL, **office.head.auth)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    launch = await client.post(office.path("/launch"), json=LAUNCH, **office.head.auth)
    assert (launch.status_code, launch.json()["code"]) == (409, "move-not-possible")


async def test_a_cycle_ends_when_all_its_stages_are_closed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    path = office.path("/completion")
    early = await client.post(path, **office.head.auth)
    assert (early.status_code, early.json()["code"]) == (409, "stages-unfinished")
    assert "10" in early.json()["detail"]
    assert await acts(ground, office) == 0
    async with ground.database.writing() as db:
        every = update(Stage).where(Stage.cycle_id == office.cycle_id)
        await db.execute(every.values(status="closed"))
    clerk = await client.post(path, **office.clerk.auth)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    answer = await client.post(path, **office.head.auth)
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    late = await client.post(office.path("/cancellation"), json=CANCEL, **office.head.auth)
    assert (late.status_code, late.json()["code"]) == (409, "move-not-possible")
    assert (await client.get(office.path("/stages"))).json() != []
    assert await acts(ground, office) == 1


async def test_a_stage_of_a_running_cycle_alone_is_worked_on(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (_, one), (_, two) = await entries_in(office, "documents", 2)
    async with ground.database.writing() as db:
        ended = update(Cycle).where(Cycle.id == office.cycle_id)
        await db.execute(ended.values(status="completed"))
    answer = await decide(client, office, office.head, one, two)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
