"""A street recommends: one letter for everything that was sent to it, and a rival body nothing."""

from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.endorsement.desk import KEY, Desk, desk_of
from tests.clock import MovableClock
from tests.factories import Caller, close, refresh_token
from tests.stories.telling import assert_done, assert_refused, listed, nothing_kept

pytestmark = pytest.mark.anyio


async def test_a_street_and_its_letter(ground: Ground, client: AsyncClient) -> None:
    """The regulation lets a street recommend two, in order, after a notice of five days."""
    desk = await desk_of(ground, client, count=4)
    await the_office_sends_them(desk)
    await too_many_and_out_of_order(desk)
    await refused_without_a_reason(desk)
    await the_trade_body_learns_nothing(desk)
    issued = assert_done(await desk.letter())
    assert (issued["recommended"], issued["refused"]) == (2, 2)
    await there_is_no_second_letter(desk)
    assert await desk_is_empty(client, desk.at_street)
    log = await cycle_log(desk.office)
    assert (log.count("stage:route"), log.count("routing:answer")) == (1, 1)
    closed = assert_done(await close(client, desk.office, KEY))
    assert (closed["advanced"], closed["eliminated"]) == (2, 2)


async def the_office_sends_them(desk: Desk) -> None:
    """By where each is registered; the street sees names, and what waits stands on its desk."""
    await desk.all_to_the_street()
    lines = await listed(desk.client, desk.at_street, "/recommendations")
    assert {UUID(line["entry_id"]) for line in lines} == set(desk.entries)
    assert not await desk_is_empty(desk.client, desk.at_street)
    async with nothing_kept(desk.office):
        assert_refused(await close(desk.client, desk.office, KEY), 409, "entries-unanswered")
        own = await desk.route((desk.entries[0], "street", desk.street), by=desk.at_street)
        assert_refused(own, 403, "not-allowed")


async def desk_is_empty(client: AsyncClient, who: Caller) -> bool:
    answer = await client.get("/desk", params={"within_days": 60}, **who.auth)
    return assert_done(answer)["items"] == []


def answers(desk: Desk, *positions: int | None, reason: str | None = "近一年有欠税。") -> Any:
    return [
        {"entry": str(entry), "recommended": place is not None}
        | ({"position": place} if place is not None else {"reason": reason})
        for entry, place in zip(desk.entries, positions, strict=True)
    ]


async def too_many_and_out_of_order(desk: Desk) -> None:
    async with nothing_kept(desk.office):
        many = await desk.letter(answers=answers(desk, 1, 2, 3, None))
        assert_refused(many, 422, "too-many-recommended")
        order = await desk.letter(answers=answers(desk, 1, 1, None, None))
        assert_refused(order, 422, "order-needed")
        some = await desk.letter(answers=answers(desk, 1, 2, None, None)[:3])
        assert_refused(some, 422, "entry-unanswered")


async def refused_without_a_reason(desk: Desk) -> None:
    async with nothing_kept(desk.office):
        silent = await desk.letter(answers=answers(desk, 1, 2, None, None, reason=None))
        assert_refused(silent, 422, "refusal-unexplained")


async def the_trade_body_learns_nothing(desk: Desk) -> None:
    async with nothing_kept(desk.office):
        assert await listed(desk.client, desk.at_trade, "/recommendations") == []
        assert_refused(await desk.letter(by=desk.at_trade), 404, "routing-not-found")
        as_itself = await desk.letter(by=desk.at_trade, authority_id=str(desk.trade), body="trade")
        assert_refused(as_itself, 404, "routing-not-found")
        for application in desk.office.firms:
            read = await desk.client.get(f"/applications/{application}", **desk.at_trade.auth)
            assert_refused(read, 404, "application-not-found")


async def there_is_no_second_letter(desk: Desk) -> None:
    async with nothing_kept(desk.office):
        assert_refused(await desk.letter(), 409, "letter-issued")
        elsewhere = await desk.route((desk.entries[0], "street", desk.trade))
        assert_refused(elsewhere, 409, "answered-already")


async def test_a_street_that_is_late(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    """The letter counts until the stage closes by plan, and one second later no more."""
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    clock.move(days=30)
    await refresh_token(ground, desk.at_street)
    async with nothing_kept(desk.office):
        assert_refused(await desk.letter(), 409, "letter-late")
    clock.move(seconds=-1)
    assert_done(await desk.letter())
