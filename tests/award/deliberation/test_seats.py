"""The seats of a committee over HTTP."""

from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.programmes.models import Cycle
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.deliberation.meeting import (
    seat,
    told,
)
from tests.factories import (
    make_caller,
    make_firm,
    make_office,
)

pytestmark = pytest.mark.anyio


async def test_seats_are_made_by_the_head_and_read_with_the_cycle(
    ground: Ground, client: AsyncClient
) -> None:
    office, holder = await make_office(ground), await make_caller(ground)
    made = await seat(client, office, holder)
    assert made.status_code == 201, made.text
    assert made.json()["person_id"] == str(holder.person_id)
    listed = await client.get(office.path("/seats"), **holder.auth)
    assert listed.json() == [
        {"id": made.json()["id"], "post": "委员", "holder": holder.name},
    ]
    assert await cycle_log(office) == ["cycle:seat"]


async def test_seat_refusals_change_nothing(ground: Ground, client: AsyncClient) -> None:
    office, holder = await make_office(ground), await make_caller(ground)
    await seat(client, office, holder)
    body = {"post": "委员", "holder": "孙八"}
    path, firm = office.path("/seats"), await make_firm(ground)
    twice = await seat(client, office, holder)
    unknown = await client.post(path, json=body | {"person_id": str(uuid4())}, **office.head.auth)
    by_clerk = await client.post(path, json=body, **office.clerk.auth)
    by_firm = await client.post(path, json=body, **firm.speaker.auth)
    assert [(each.status_code, told(each)) for each in (twice, unknown, by_clerk, by_firm)] == [
        (409, ["seated-twice"]),
        (422, ["person-unknown"]),
        (403, ["not-allowed"]),
        (403, ["not-allowed"]),
    ]
    assert len((await client.get(path, **office.clerk.auth)).json()) == 1
    assert await cycle_log(office) == ["cycle:seat"]
    async with ground.database.writing() as db:
        await db.execute(
            update(Cycle).where(Cycle.id == office.cycle_id).values(status="completed")
        )
    ended = await client.post(path, json=body, **office.head.auth)
    assert (ended.status_code, told(ended)) == (409, ["cycle-not-running"])


async def test_seats_of_a_planned_cycle_are_the_offices_own(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground, launched=False), await make_firm(ground)
    assert (await seat(client, office)).status_code == 201
    hidden = await client.get(office.path("/seats"), **firm.speaker.auth)
    assert (hidden.status_code, told(hidden)) == (404, ["cycle-not-found"])
    assert len((await client.get(office.path("/seats"), **office.clerk.auth)).json()) == 1
