"""How a publicity closes: what blocks it, what it leaves, and whether that can be recomputed."""

import json
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.publicity.kind import verdicts
from app.award.stages.lifecycle import Result
from app.award.stages.models import Outcome, Snapshot
from app.platform.ground import Ground
from tests.award.publicity.steps import Board, board, drafted, objected, posted, rule
from tests.clock import MovableClock
from tests.factories import close, stage_row

pytestmark = pytest.mark.anyio


async def closing(client: AsyncClient, at: Board) -> Any:
    await at.sign_in_again()
    return await close(client, at.office, "notice")


async def outcomes(at: Board) -> list[tuple[str, str | None, str | None]]:
    async with at.office.ground.database.reading() as db:
        rows = await db.execute(
            select(Outcome.entry_id, Outcome.result, Outcome.tier, Outcome.reason).where(
                Outcome.entry_id.in_(at.entries)
            )
        )
        found = {row.entry_id: (row.result, row.tier, row.reason) for row in rows}
    return [found[entry] for entry in at.entries if entry in found]


async def test_publicity_without_a_posting_does_not_close(
    ground: Ground, client: AsyncClient
) -> None:
    at = await board(ground)
    before = await at.state()
    await at.assert_refused(before, await closing(client, at), 409, "notice-not-posted")
    await drafted(client, at)
    before = await at.state()
    await at.assert_refused(before, await closing(client, at), 409, "notice-not-posted")


async def test_publicity_runs_its_period_and_waits_for_rulings(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground)
    await posted(client, at)
    one = await objected(client, at)
    before = await at.state()
    clock.move(days=7, hours=15)  # midnight at the end of the 9th in Beijing
    refused = await closing(client, at)
    await at.assert_refused(before, refused, 409, "notice-period-running", "objections-open")
    assert "2026-03-10 00:01" in refused.json()["reasons"][0]["detail"]
    clock.move(minutes=1)
    await at.assert_refused(before, await closing(client, at), 409, "objections-open")
    assert (await stage_row(ground, at.office, "notice")).status == "open"
    await rule(client, at, one)
    closed = await closing(client, at)
    assert closed.status_code == 200, closed.text
    assert await outcomes(at) == [("advanced", "award", None)] * 2


async def test_publicity_into_an_unpublished_year_does_not_close(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    clock.move(days=1400)
    at = await board(ground)
    view = await drafted(client, at)
    posting = {
        "channel": "区政府网站",
        "url": "https://www.wxbh.gov.cn/1",
        "posted_at": clock().isoformat(),
    }
    answer = await client.post(
        f"/notices/{view['id']}/posting", json=posting, **at.office.head.auth
    )
    assert answer.json()["provisional"] is True
    clock.move(days=30)
    before = await at.state()
    await at.assert_refused(before, await closing(client, at), 409, "notice-period-provisional")


async def test_upheld_objection_leaves_the_place_empty(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground, 3)
    await posted(client, at)
    first, second = await objected(client, at, 0), await objected(client, at, 1)
    await rule(client, at, first, "upheld")
    await rule(client, at, second, "dismissed")
    clock.move(days=8)
    closed = await closing(client, at)
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (2, 1)
    assert await outcomes(at) == [
        ("eliminated", None, "objection-upheld"),
        ("advanced", "award", None),
        ("advanced", "award", None),
    ]


async def test_withdrawn_entry_is_not_judged_again(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground)
    await posted(client, at)
    await rule(client, at, await objected(client, at), "upheld")
    async with ground.database.writing() as db:
        db.add(Outcome(entry_id=at.entries[0], result=Result.WITHDRAWN, decided_at=ground.clock()))
    clock.move(days=8)
    closed = await closing(client, at)
    assert closed.status_code == 200, closed.text
    assert [result for result, _, _ in await outcomes(at)] == ["withdrawn", "advanced"]


async def test_snapshot_is_enough_to_compute_the_verdicts_again(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    at = await board(ground, 2)
    view = await posted(client, at)
    await rule(client, at, await objected(client, at), "upheld")
    clock.move(days=8)
    await closing(client, at)
    stage = await stage_row(ground, at.office, "notice")
    async with ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    taken = json.loads(text or "")
    again = {(str(v.entry_id), v.result.value, v.tier, v.reason) for v in verdicts(taken["inputs"])}
    assert again == {(v["entry"], v["result"], v["tier"], v["reason"]) for v in taken["verdicts"]}
    assert taken["inputs"]["notice"]["digest"] == view["digest"]
    assert "赵六" not in (text or "")
