"""The feed tells what is public and what one's own organisation did, and nothing else."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Firm,
    Office,
    entries_in,
    make_firm,
    make_office,
    refresh_token,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def feed(client: AsyncClient, caller: Caller, count: int = 100) -> list[dict[str, Any]]:
    """Everything the caller is told, page after page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        asked = {"count": str(count)} | after
        answer = await client.get("/events", params=asked, **caller.auth)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if not page["more"]:
            return found
        after = {"after": page["last"]}


def of(office: Office, events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(e["type"], e["stage"]) for e in events if e["cycle_id"] == str(office.cycle_id)]


async def drafted(client: AsyncClient, office: Office, firm: Firm) -> str:
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    answer = await client.post("/applications", json=body, **firm.speaker.auth)
    assert answer.status_code == 201, answer.text
    identity: str = answer.json()["id"]
    return identity


async def settle(clock: MovableClock, ground: Ground, *callers: Caller) -> None:
    clock.move(minutes=2)
    for caller in callers:
        await refresh_token(ground, caller)


async def test_rival_is_told_what_is_public_and_nothing_of_the_other(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm, rival = (
        await make_office(ground),
        await make_firm(ground),
        await make_firm(ground),
    )
    opened = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert opened.status_code == 200, opened.text
    own, other = await drafted(client, office, firm), await drafted(client, office, rival)
    gone = await client.post(f"/applications/{own}/withdrawal", **firm.speaker.auth)
    assert gone.status_code == 200, gone.text
    await settle(clock, ground, firm.speaker, rival.speaker, office.head)
    mine = await feed(client, firm.speaker)
    theirs = await feed(client, rival.speaker)
    # all of it at one instant: only ids order it
    assert sorted(of(office, mine), key=str) == [
        ("application-drafted", None),
        ("application-withdrawn", None),
        ("stage-opened", "intake"),
    ]
    assert sorted(of(office, theirs), key=str) == [
        ("application-drafted", None),
        ("stage-opened", "intake"),
    ]
    assert own not in str(theirs)
    assert other not in str(mine)
    assert of(office, await feed(client, office.head)) == [("stage-opened", "intake")]


async def test_work_of_the_office_and_of_judges_is_not_told(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    [(application, entry)] = await entries_in(office, "eligibility", 1)
    firm = office.firms[application]
    decision = {"decision": "eligible", "grounds": []}
    screened = await client.post(f"/entries/{entry}/screening", json=decision, **office.clerk.auth)
    assert screened.status_code in {201, 422}, screened.text
    await settle(clock, ground, firm.speaker)
    assert of(office, await feed(client, firm.speaker)) == []


async def test_feed_is_the_same_however_it_is_read(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    for _ in range(3):
        clock.move(minutes=1)
        await refresh_token(ground, firm.speaker)
        await drafted(client, office, firm)
    await settle(clock, ground, firm.speaker)
    whole, pieces = await feed(client, firm.speaker), await feed(client, firm.speaker, 1)
    assert whole == pieces
    assert of(office, whole) == [("stage-opened", "intake"), *[("application-drafted", None)] * 3]
    last = await client.get("/events", params={"after": whole[-1]["id"]}, **firm.speaker.auth)
    assert last.json() == {"items": [], "last": whole[-1]["id"], "more": False}


async def test_fresh_event_is_told_after_a_minute(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    clock.move(seconds=59)
    assert of(office, await feed(client, firm.speaker)) == []
    clock.move(seconds=1)
    assert of(office, await feed(client, firm.speaker)) == [("stage-opened", "intake")]


async def test_cursor_of_an_event_one_may_not_know_is_no_cursor(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm, rival = (
        await make_office(ground),
        await make_firm(ground),
        await make_firm(ground),
    )
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    await drafted(client, office, firm)
    await settle(clock, ground, firm.speaker, rival.speaker)
    hidden = next(e for e in await feed(client, firm.speaker) if e["type"] == "application-drafted")
    cursors: list[UUID | str] = [hidden["id"], uuid4()]
    answers = [
        await client.get("/events", params={"after": str(one)}, **rival.speaker.auth)
        for one in cursors
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (404, "event-not-found")
    }


async def test_feed_costs_one_statement_however_long_it_is(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    await settle(clock, ground, firm.speaker)
    with counting(ground) as one:
        await client.get("/events", params={"count": "1"}, **firm.speaker.auth)
    with counting(ground) as many:
        await client.get("/events", params={"count": "100"}, **firm.speaker.auth)
    assert len(one) == len(many) == 2  # who asks, and the feed
