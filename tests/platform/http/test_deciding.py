"""Where many rows decide, the one that was overtaken is carried out again; five times at most."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select, text

from app.main import create_app
from app.platform.accounts.callers import Deciding, DecidingTrialOnce, Writing
from app.platform.accounts.models import Person
from app.platform.ground import Ground
from app.platform.http.deciding import ATTEMPTS, DecidingRoute
from app.settings import Profile, Settings
from tests.conftest import name_anew
from tests.factories import Caller, make_caller

pytestmark = pytest.mark.anyio

LOSE = "DO $$ BEGIN RAISE EXCEPTION 'overtaken' USING ERRCODE = '{state}'; END $$"


class Meeting:
    """The first two that come wait for each other; who comes again passes."""

    def __init__(self) -> None:
        self.attempts = Counter[str]()
        self.both = asyncio.Event()

    async def attend(self, who: str) -> None:
        self.attempts[who] += 1
        if len(self.attempts) == 2:
            self.both.set()
        await asyncio.wait_for(self.both.wait(), 10)


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.fixture
async def decider(ground: Ground, meeting: Meeting) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    routes = APIRouter(route_class=DecidingRoute)

    async def last_place(call: Deciding, group: str, who: str) -> str:
        """One place in the group: taken only where nobody is seen in it."""
        taken = await call.db.scalar(select(func.count()).where(Person.name == group))
        await meeting.attend(who)
        if taken:
            return "full"
        call.db.add(Person(name=group, created_at=call.now))
        return "taken"

    @routes.post("/places/{group}/{who}", operation_id="take")
    async def take(call: Deciding, group: str, who: str) -> str:
        return await last_place(call, group, who)

    @routes.post("/careless/{group}/{who}", operation_id="careless")
    async def careless(call: Writing, group: str, who: str) -> str:
        return await last_place(call, group, who)

    @routes.post("/named/{group}/{who}", operation_id="named")
    async def named(call: DecidingTrialOnce, group: str, who: str) -> str:
        return await last_place(call, group, who)

    @routes.post("/loses/{state}", operation_id="loses")
    async def loses(call: Deciding, state: str) -> None:
        meeting.attempts[state] += 1
        call.db.add(Person(name=state, created_at=call.now))
        await call.db.flush()
        await call.db.execute(text(LOSE.format(state=state)))

    app.include_router(routes)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(
        transport=transport, base_url="http://award.test", event_hooks={"request": [name_anew]}
    ) as client:
        yield client


async def both(decider: AsyncClient, path: str, caller: Caller) -> Counter[str]:
    answers = await asyncio.gather(
        *(decider.post(f"{path}/{who}", **caller.auth) for who in ("a", "b"))
    )
    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers]
    return Counter(answer.json() for answer in answers)


async def test_of_two_that_see_the_same_last_place_one_is_carried_out_again(
    decider: AsyncClient, ground: Ground, meeting: Meeting
) -> None:
    caller = await make_caller(ground)
    told = await both(decider, f"/places/{caller.person_id}", caller)
    assert told == {"taken": 1, "full": 1}
    assert sorted(meeting.attempts.values()) == [1, 2]


async def test_without_it_both_would_take_the_place(decider: AsyncClient, ground: Ground) -> None:
    caller = await make_caller(ground)
    assert await both(decider, f"/careless/{caller.person_id}", caller) == {"taken": 2}


async def test_carried_out_again_keeps_the_answer_of_the_last_attempt(
    decider: AsyncClient, ground: Ground, meeting: Meeting
) -> None:
    caller = await make_caller(ground)
    path = f"/named/{caller.person_id}"
    named = [caller.with_headers(Idempotency_Key=f"{who}-{caller.person_id}") for who in "ab"]
    first = await asyncio.gather(
        *(decider.post(f"{path}/{who}", **one) for who, one in zip("ab", named, strict=True))
    )
    assert Counter(answer.json() for answer in first) == {"taken": 1, "full": 1}
    attempts = sum(meeting.attempts.values())
    again = [
        await decider.post(f"{path}/{who}", **one) for who, one in zip("ab", named, strict=True)
    ]
    assert [answer.text for answer in again] == [answer.text for answer in first]
    assert {answer.headers["idempotency-replayed"] for answer in again} == {"true"}
    assert sum(meeting.attempts.values()) == attempts


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_overtaken_every_time_is_busy_and_keeps_nothing(
    decider: AsyncClient, ground: Ground, meeting: Meeting, state: str
) -> None:
    caller = await make_caller(ground)
    answer = await decider.post(f"/loses/{state}", **caller.auth)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"]
    assert meeting.attempts[state] == ATTEMPTS
    async with ground.database.reading() as db:
        assert await db.scalar(select(func.count()).where(Person.name == state)) == 0


async def test_another_fault_is_not_carried_out_again(
    decider: AsyncClient, ground: Ground, meeting: Meeting
) -> None:
    caller = await make_caller(ground)
    answer = await decider.post("/loses/22012", **caller.auth)
    assert answer.status_code == 500
    assert meeting.attempts["22012"] == 1
