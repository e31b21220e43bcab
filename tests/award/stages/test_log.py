"""The log of a cycle, as the supervisor reads it."""

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def test_supervisor_reads_who_moved_what_and_leaves_a_trace(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    first = (await client.get(office.path("/log"), **office.supervisor.auth)).json()
    (line,) = first["items"]
    assert (line["act"], line["before"], line["after"]) == ("stage:open", "waiting", "open")
    assert line["person"] == office.clerk.name
    assert set(line) == {"at", "act", "subject", "before", "after", "person"}, "never a detail"
    again = (await client.get(office.path("/log"), **office.supervisor.auth)).json()
    assert {one["act"] for one in again["items"]} == {"stage:open", "cycle:read-log"}


async def test_only_the_supervisor_reads_the_log(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    for caller in (office.clerk, office.head, other.supervisor):
        answer = await client.get(office.path("/log"), **caller.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.get(office.path("/log"))).status_code == 401
    assert await cycle_log(office) == []


async def test_pages_of_the_log_cost_the_same_however_long_it_is(
    ground: Ground, client: AsyncClient
) -> None:
    office, costs = await make_office(ground), []
    for _ in range(3):
        with counting(ground) as sent:
            answer = await client.get(
                office.path("/log"), params={"limit": 1}, **office.supervisor.auth
            )
        assert answer.status_code == 200
        costs.append(len(sent))
    assert len(set(costs)) == 1
