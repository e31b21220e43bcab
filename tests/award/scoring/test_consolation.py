"""Who does not get past a panel may get the consolation tier of its regulation."""

import json
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from app.award.stages.models import Outcome
from app.award.stages.rules import Runner, consolation_of
from app.platform.ground import Ground
from app.rules.regulation.read import read
from app.wiring import unfit
from tests.award.judging.bench import Bench, make_bench, refused
from tests.award.scoring.test_kind import regulation, score_entry, snapshot, still_open
from tests.award.stages.steps import open_
from tests.award.stages.two_tracks import entered
from tests.factories import close, make_office
from tests.rules.regulation.award_texts import changed

pytestmark = pytest.mark.anyio


def consoling(most: int = 1, first: int = 1) -> str:
    """Binhu's regulation with a consolation at the documents, scored by the mean."""
    text = regulation("mean", f"first: {{places: {first}, level: decision}}")
    text = changed("/tiers/-", {"key": "merit", "name": "质量管理先进单位"}, text)
    text = changed("/quotas/-", {"at_most": str(most), "of": {"tier": "merit"}}, text)
    return changed("/stages/2/consolation", "merit", text)


async def scored(
    ground: Ground, client: AsyncClient, text: str, *given: int, places: int = 6
) -> Bench:
    """A documents stage, ready to be closed, with one entry for each percentage."""
    office = await make_office(ground, regulation_text=text, places=places)
    bench = await make_bench(ground, client, count=len(given), office=office)
    for entry, percentage in zip(bench.entries, given, strict=True):
        await score_entry(client, bench, entry, percentage, percentage, percentage)
    return bench


async def outcomes(ground: Ground, bench: Bench) -> list[tuple[Any, ...]]:
    async with ground.database.reading() as db:
        rows = [await db.get_one(Outcome, entry) for entry in bench.entries]
    return [(row.result, row.rank, row.tier, row.reason, row.settled) for row in rows]


def test_the_regulation_is_one_that_can_be_run() -> None:
    assert unfit(read(consoling())) == []


async def test_the_next_in_rank_get_the_consolation(ground: Ground, client: AsyncClient) -> None:
    bench = await scored(ground, client, consoling(), 40, 70, 55)
    closing = (await close(client, bench.office, "documents")).json()
    assert (closing["advanced"], closing["eliminated"]) == (2, 1)
    assert await outcomes(ground, bench) == [
        ("eliminated", 3, None, "below-cut", False),
        ("advanced", 1, None, None, False),
        ("advanced", 2, "merit", None, True),
    ]
    assert (await open_(client, bench.office, "site")).status_code == 200
    assert len(await entered(bench.office, "site")) == 1


async def test_the_snapshot_tells_who_was_consoled_and_why(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await scored(ground, client, consoling(), 40, 70, 55)
    await close(client, bench.office, "documents")
    taken = await snapshot(ground, bench.office, "documents")
    told = {line["entry"]: line for line in taken["verdicts"]}
    plain = taken["inputs"]["consolation"]
    runners = [
        Runner(entry, track, told[entry]["rank"], tuple(groups), tuple(closed))
        for entry, (track, groups, closed) in plain["runners"].items()
    ]
    advanced = {e for e, line in told.items() if line["result"] == "advanced"}
    consoled = {entry for entry, line in told.items() if line.get("settled")}
    assert consolation_of(plain).among(runners, advanced - consoled, []) == consoled
    assert consoled == {str(bench.entries[2])}
    plainly = [line for line in told.values() if "settled" not in line]
    assert all("groups" not in line and "closed" not in line for line in plainly)
    assert json.loads(json.dumps(plain["spare"])) == 3, "of 6 places 3 are for the award"


async def test_a_tie_at_the_edge_of_the_consolation_waits_for_a_decision(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await scored(ground, client, consoling(), 50, 70, 50)
    office = bench.office
    refused(await close(client, office, "documents"), 409, "tie-unresolved")
    assert await still_open(ground, office)
    order: list[UUID] = [bench.entries[2], bench.entries[0]]
    body = {"order": [str(each) for each in order], "document": "文", "reason": "按结果类得分"}
    path = office.path("/stages/documents/tie-decision")
    assert (await client.post(path, json=body, **office.head.auth)).status_code == 204
    assert (await close(client, office, "documents")).status_code == 200
    assert [(row[2], row[4]) for row in await outcomes(ground, bench)] == [
        (None, False),
        (None, False),
        ("merit", True),
    ]


async def test_consolations_leave_the_places_of_the_award_alone(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await scored(ground, client, consoling(most=9), 70, 60, 50, places=4)
    await close(client, bench.office, "documents")
    assert [row[2] for row in await outcomes(ground, bench)] == [None, "merit", None]
