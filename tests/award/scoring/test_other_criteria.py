"""Panels that judge by criteria with pass lines, or with bands of their own."""

import json
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.judging.models import Assignment
from app.award.scoring.models import Scorebook, Sheet
from app.award.scoring.recount import below_pass_lines, recount
from app.award.stages.models import Outcome, Snapshot
from app.catalogue import loader
from app.platform.ground import Ground
from tests.award.judging.bench import (
    Bench,
    judge_all,
    lock_sheet,
    make_bench,
    refused,
    save,
    score_all,
    scorebooks,
    sheet_of,
)
from tests.award.scoring.test_kind import ADVANCE, regulation
from tests.factories import close, stage_row

pytestmark = pytest.mark.anyio

BINHU = loader.regulation_text("binhu-2023")
GBT = "gbt-19580-2012"


async def scales(bench: Bench, form: type[Sheet | Scorebook]) -> list[Any]:
    of_entry = Scorebook.entry_id if form is Scorebook else Assignment.entry_id
    statement = select(form.scale).where(of_entry.in_(bench.entries))
    if form is Sheet:
        statement = statement.join(Assignment, Assignment.id == Sheet.assignment_id)
    async with bench.ground.database.reading() as db:
        return list((await db.scalars(statement)).all())


async def inputs_of(bench: Bench) -> dict[str, Any]:
    stage = await stage_row(bench.ground, bench.office, "documents")
    async with bench.ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    taken: dict[str, Any] = json.loads(text or "")["inputs"]
    return taken


async def score(client: AsyncClient, bench: Bench, entry: UUID, all_at: int, **but: int) -> None:
    for judge in bench.judges:
        sheet = await sheet_of(client, judge, entry)
        await score_all(bench, sheet, all_at, **but)
        assert (await lock_sheet(client, judge, sheet)).status_code == 200


async def test_who_misses_one_pass_line_does_not_go_on_whatever_the_rank(
    ground: Ground, client: AsyncClient
) -> None:
    text = regulation("mean", "first: {places: 2, level: decision}").replace(GBT, "deming")
    bench = await make_bench(ground, client, count=3, regulation_text=text)
    brilliant, just, fourth = bench.entries
    await score(client, bench, brilliant, 100, iB_1=65)
    await score(client, bench, just, 70)
    await score(client, bench, fourth, 75, iC_1=65)
    closed = await close(client, bench.office, "documents")
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (1, 2), closed.text
    async with ground.database.reading() as db:
        outcomes = [await db.get_one(Outcome, entry) for entry in bench.entries]
    assert [(o.result, o.rank, o.reason) for o in outcomes] == [
        ("eliminated", 1, "below-pass-line"),
        ("advanced", 3, None),
        ("eliminated", 2, "below-pass-line"),
    ]
    inputs = await inputs_of(bench)
    assert inputs["pass_lines"] == {"deming": {"A": "70", "B": "3.5", "C": "70"}}
    assert below_pass_lines(inputs, recount(inputs)) == {str(brilliant), str(fourth)}


async def test_where_everybody_may_go_on_the_pass_line_still_holds(
    ground: Ground, client: AsyncClient
) -> None:
    text = regulation("mean", "everybody: {}").replace(GBT, "deming")
    bench = await make_bench(ground, client, count=2, regulation_text=text)
    await score(client, bench, bench.entries[0], 65)
    await score(client, bench, bench.entries[1], 100)
    assert (await close(client, bench.office, "documents")).status_code == 200
    async with ground.database.reading() as db:
        outcomes = [await db.get_one(Outcome, entry) for entry in bench.entries]
    assert [o.reason for o in outcomes] == ["below-pass-line", None]


async def test_forms_of_the_usual_criteria_carry_no_scale_and_snapshots_no_line(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, regulation_text=regulation("mean", ADVANCE))
    await judge_all(client, bench, [50, 55, 60])
    assert (await close(client, bench.office, "documents")).status_code == 200
    assert await scales(bench, Sheet) == [None] * 3
    assert "pass_lines" not in await inputs_of(bench)


EFQM = BINHU.replace(GBT, "efqm-2020")


async def disagreements(client: AsyncClient, bench: Bench) -> list[Any]:
    answer = await client.get(f"/panels/{bench.panel_id}/disagreements", **bench.judges[0].auth)
    assert answer.status_code == 200, answer.text
    return [item for entry in answer.json() for item in entry["items"] if item["item"]]


@pytest.mark.parametrize(
    ("text", "given", "reasons"),
    [
        (BINHU, (10, 30, 30), []),
        (EFQM, (10, 30, 30), []),
        (BINHU, (5, 30, 10), ["item_span", "bands_apart"]),
        (EFQM, (5, 30, 10), ["item_span"]),
        (EFQM, (10, 40, 10), ["item_span", "bands_apart"]),
    ],
)
async def test_disagreement_is_told_in_the_bands_of_the_criteria(
    ground: Ground, client: AsyncClient, text: str, given: tuple[int, ...], reasons: list[str]
) -> None:
    bench = await make_bench(ground, client, regulation_text=text)
    await judge_all(client, bench, list(given))
    found = await disagreements(client, bench)
    assert {tuple(each["reasons"]) for each in found} == ({tuple(reasons)} if reasons else set())
    book = (await scorebooks(client, bench))[0]["id"]
    read = await client.get(f"/scorebooks/{book}", **bench.judges[0].auth)
    assert all(item["disagreement"] == reasons for item in read.json()["items"])


async def test_a_form_of_efqm_is_scored_in_its_own_scale(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, regulation_text=EFQM)
    own = {"step": 5, "bands": [[0, 10], [15, 35], [40, 60], [65, 85], [90, 100]]}
    assert await scales(bench, Sheet) == [own] * 3
    assert await scales(bench, Scorebook) == [own]
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    assert (await save(client, judge, sheet, "6.0", 15)).status_code == 200


async def test_a_step_wider_than_five_is_kept_on_the_sheet(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    async with ground.database.writing() as db:
        row = await db.get_one(Sheet, UUID(sheet))
        row.scale = {"step": 25, "bands": [[0, 25], [50, 75], [100, 100]]}
    refused(await save(client, judge, sheet, "4.1.2", 60), 422, "not-a-step")
    refused(await save(client, judge, sheet, "4.1.2", 62), 422, "multiple-of-5")
    assert (await save(client, judge, sheet, "4.1.2", 75)).status_code == 200
