"""A panel as a stage: what keeps it open, what it comes to, and counting it again."""

import json
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.scoring.queries import category_points
from app.award.scoring.recount import recount, rounded
from app.award.stages.models import Outcome, Snapshot
from app.catalogue import loader
from app.platform.ground import Ground
from app.rules.exact import decimal_text
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    CATEGORIES,
    Bench,
    Judge,
    assignments,
    declare_interest,
    form,
    judge_all,
    lock_sheet,
    make_bench,
    make_judge,
    panel_body,
    reasons,
    refused,
    score_all,
    settle_all,
    sheet_of,
)
from tests.factories import Office, close, entries_in, make_office, stage_row
from tests.rules.regulation.award_texts import changed

pytestmark = pytest.mark.anyio

BINHU = loader.regulation_text("binhu-2023")
CONSENSUS = """    method:
      consensus: {}
      assumed: true
      because: 摘要未写明评分如何汇总，评审组通常合议
"""
ADVANCE = "first: {times_places: 2, level: decision}"


def regulation(method: str, advance: str = ADVANCE, judges: int = 3) -> str:
    """Binhu's regulation with another way of scoring documents."""
    text = BINHU.replace(CONSENSUS, f"    method: {method}\n", 1).replace(ADVANCE, advance, 1)
    return text.replace("judges: {at_least: 3, ", f"judges: {{at_least: {judges}, ", 1)


async def score_entry(client: AsyncClient, bench: Bench, entry: UUID, *given: int) -> None:
    """Every judge of a panel scores an entry at their percentage, and locks."""
    for judge, percentage in zip(bench.judges, given, strict=True):
        sheet = await sheet_of(client, judge, entry)
        await score_all(bench, sheet, percentage)
        assert (await lock_sheet(client, judge, sheet)).status_code == 200


async def snapshot(ground: Ground, office: Office, key: str) -> dict[str, Any]:
    stage = await stage_row(ground, office, key)
    async with ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    taken: dict[str, Any] = json.loads(text or "")
    return taken


async def still_open(ground: Ground, office: Office, key: str = "documents") -> bool:
    stage = await stage_row(ground, office, key)
    return stage.status == "open" and "stage:close" not in await cycle_log(office)


async def test_what_keeps_a_panel_stage_open(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    problem = refused(await close(client, office, "documents"), 409, "entries-without-panel")
    assert reasons(problem) == ["entries-without-panel"]
    bench = await make_bench(ground, client, office=office)
    problem = refused(await close(client, office, "documents"), 409, "several-reasons")
    assert reasons(problem) == [
        "entries-without-panel",
        "sheets-not-locked",
        "scorebooks-not-locked",
    ]
    await judge_all(client, bench, [50, 50, 50])
    problem = refused(await close(client, office, "documents"), 409, "several-reasons")
    assert reasons(problem) == ["entries-without-panel", "scorebooks-not-locked"]
    assert await still_open(ground, office)


async def test_too_few_judges_keep_it_open_until_one_takes_the_place(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    office, entry = bench.office, bench.entries[0]
    await judge_all(client, bench, [50, 60, 90])
    await declare_interest(bench, bench.judges[2], entry)
    problem = refused(await close(client, office, "documents"), 409, "several-reasons")
    assert reasons(problem) == ["too-few-judges", "scorebooks-not-locked"]
    successor = await make_judge(office)
    body = {"expert_id": str(successor.expert_id), "leader": False, "categories": None}
    answer = await client.post(f"/panels/{bench.panel_id}/members", json=body, **office.head.auth)
    assert answer.status_code == 201, answer.text
    sheet = await sheet_of(client, successor)
    await score_all(bench, sheet, 55)
    assert (await lock_sheet(client, successor, sheet)).status_code == 200
    three = Bench(office, bench.panel_id, [*bench.judges[:2], successor], bench.entries)
    await settle_all(client, three, 55)
    assert (await close(client, office, "documents")).status_code == 200
    counted = (await snapshot(ground, office, "documents"))["inputs"]["entries"][str(entry)]
    assert len(counted["sheets"]) == 3
    assert sheet in counted["sheets"]


DIVISION: list[list[str] | None] = [["4.1"], ["4.1"], *[CATEGORIES[1:]] * 3]


async def test_an_item_nobody_is_left_to_score_keeps_the_stage_open(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground, regulation_text=changed("/stages/3/method", "mean", BINHU))
    entries = [entry for _, entry in await entries_in(office, "site", 2)]
    judges = [await make_judge(office) for _ in range(5)]
    body = panel_body(judges, entries, division=DIVISION)
    formed = await form(client, office, body, key="site")
    assert formed.status_code == 201, formed.text
    bench = Bench(office, formed.json()["id"], judges, entries)
    await judge_all(client, bench, [50] * 5, key="site")
    for judge in judges[:2]:
        await declare_interest(bench, judge, entries[0])
    problem = refused(await close(client, office, "site"), 409, "several-reasons")
    firm = (await client.get(office.path("/stages/site/entries"), **office.head.auth)).json()
    application = next(e["application_id"] for e in firm["items"] if e["id"] == str(entries[0]))
    assert reasons(problem) == ["item-without-judges"] * 3
    for item, told in zip(("4.1.2", "4.1.3", "4.1.4"), problem["reasons"], strict=True):
        assert item in told["detail"]
        assert office.firms[UUID(application)].name in told["detail"]
    assert await still_open(ground, office, "site")
    await take_the_place(client, bench, await make_judge(office))
    assert (await close(client, office, "site")).status_code == 200


async def take_the_place(client: AsyncClient, bench: Bench, successor: Judge) -> None:
    """Only whoever scores what nobody else does is seated."""
    place, head = f"/panels/{bench.panel_id}/members", bench.office.head.auth
    body = {"expert_id": str(successor.expert_id), "leader": False, "categories": ["4.2"]}
    refused(await client.post(place, json=body, **head), 409, "category-uncovered")
    seated = await client.post(place, json=body | {"categories": ["4.1"]}, **head)
    assert seated.status_code == 201, seated.text
    for each in await assignments(client, successor, "site"):
        await score_all(bench, each["sheet_id"], 55)
        assert (await lock_sheet(client, successor, each["sheet_id"])).status_code == 200


@pytest.mark.parametrize(
    ("method", "given", "exact", "score"),
    [
        ("mean", (50, 60, 65), Fraction(1750, 3), "583.33"),
        ("median", (50, 60, 65), Fraction(600), "600"),
        ("{trimmed_mean: {at_least: 3}}", (0, 60, 100), Fraction(600), "600"),
    ],
)
async def test_sheets_become_one_exact_score(
    ground: Ground,
    client: AsyncClient,
    method: str,
    given: tuple[int, ...],
    exact: Fraction,
    score: str,
) -> None:
    bench = await make_bench(ground, client, regulation_text=regulation(method))
    await judge_all(client, bench, list(given))
    closed = await close(client, bench.office, "documents")
    assert closed.status_code == 200, closed.text
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, bench.entries[0])
    assert outcome.exact == decimal_text(exact)
    taken = await snapshot(ground, bench.office, "documents")
    assert taken["verdicts"][0]["score"] == score


async def test_the_best_go_on_and_the_snapshot_counts_again(
    ground: Ground, client: AsyncClient
) -> None:
    text = regulation("mean", "first: {places: 2, level: decision}")
    bench = await make_bench(ground, client, count=3, regulation_text=text)
    for entry, given in zip(bench.entries, (40, 70, 55), strict=True):
        await score_entry(client, bench, entry, given, given, given + 5)
    closed = await close(client, bench.office, "documents")
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (2, 1)
    async with ground.database.reading() as db:
        outcomes = [await db.get_one(Outcome, entry) for entry in bench.entries]
    assert [(o.result, o.rank, o.reason) for o in outcomes] == [
        ("eliminated", 3, "below-cut"),
        ("advanced", 1, None),
        ("advanced", 2, None),
    ]
    taken = await snapshot(ground, bench.office, "documents")
    told = {line["entry"]: line for line in taken["verdicts"]}
    for entry, totals in recount(taken["inputs"]).items():
        assert told[entry]["exact"] == decimal_text(totals.total)
        assert told[entry]["score"] == decimal_text(rounded(taken["inputs"], totals.total))
    assert taken["inputs"]["advance"] == {"first": {"places": 2, "level": "decision"}}
    assert len(recount(taken["inputs"])) == 3


async def test_a_least_score_parts_the_entries(ground: Ground, client: AsyncClient) -> None:
    text = regulation("mean", 'at_least: "600"')
    bench = await make_bench(ground, client, count=2, regulation_text=text)
    for entry, given in zip(bench.entries, (60, 55), strict=True):
        await score_entry(client, bench, entry, given, given, given)
    assert (await close(client, bench.office, "documents")).status_code == 200
    async with ground.database.reading() as db:
        outcomes = [await db.get_one(Outcome, entry) for entry in bench.entries]
    assert [(o.result, o.reason) for o in outcomes] == [
        ("advanced", None),
        ("eliminated", "below-score"),
    ]


async def test_a_tie_at_the_cut_waits_for_a_decision(ground: Ground, client: AsyncClient) -> None:
    text = regulation("mean", "first: {places: 1, level: decision}")
    bench = await make_bench(ground, client, count=2, regulation_text=text)
    await judge_all(client, bench, [50, 60, 70])
    office = bench.office
    refused(await close(client, office, "documents"), 409, "tie-unresolved")
    assert await still_open(ground, office)
    body = {
        "order": [str(entry) for entry in reversed(bench.entries)],
        "document": "滨质奖办〔2026〕7号",
        "reason": "按结果类得分排序",
    }
    place = office.path("/stages/documents/tie-decision")
    assert (await client.post(place, json=body, **office.head.auth)).status_code == 204
    assert (await close(client, office, "documents")).status_code == 200
    async with ground.database.reading() as db:
        outcomes = [await db.get_one(Outcome, entry) for entry in bench.entries]
    assert [(o.result, o.rank) for o in outcomes] == [("eliminated", 1), ("advanced", 1)]


async def test_from_documents_over_the_visit_to_the_defence(
    ground: Ground, client: AsyncClient
) -> None:
    """The visit starts from the scorebook; the defence takes the visit's panel over."""
    bench = await make_bench(ground, client, count=2)
    office = bench.office
    await judge_all(client, bench, [50, 55, 60])
    await settle_all(client, bench, 55, 60)
    assert (await close(client, office, "documents")).status_code == 200
    visit = await open_next(client, office, "site")
    body = panel_body(bench.judges, visit, division=[CATEGORIES[:5], CATEGORIES[3:], None])
    formed = await form(client, office, body, key="site")
    assert formed.status_code == 201, formed.text
    team = Bench(office, formed.json()["id"], bench.judges, visit)
    assert await starting(client, team, "site") == {55, 60}
    await judge_all(client, team, [60, 65, 70], key="site")
    await settle_all(client, team, 65, 70)
    assert (await close(client, office, "site")).status_code == 200
    await declare_interest(team, team.judges[0], visit[0])
    defence = await open_next(client, office, "defence")
    panels = (await client.get(office.path("/stages/defence/panels"), **office.clerk.auth)).json()
    assert [panel["id"] for panel in panels] == [team.panel_id]
    assert {entry["stage"] for entry in panels[0]["entries"]} == {"site", "defence"}
    assert [len(await assignments(client, judge, "defence")) for judge in team.judges] == [1, 2, 2]
    problem = refused(await close(client, office, "defence"), 409, "several-reasons")
    assert reasons(problem) == ["too-few-judges", "sheets-not-locked"]
    assert len(defence) == 2
    async with ground.database.reading() as db:
        by_category = await category_points(db, office.cycle_id, "site")
        assert await category_points(db, office.cycle_id, "defence") == {}
    assert sorted(sum(points.values(), Fraction(0)) for points in by_category.values()) == [
        650,
        700,
    ]
    assert {len(points) for points in by_category.values()} == {len(CATEGORIES)}


async def open_next(client: AsyncClient, office: Office, key: str) -> list[UUID]:
    """Open a stage as the clerk would; the entries that reached it."""
    opened = await client.post(office.path(f"/stages/{key}/opening"), **office.clerk.auth)
    assert opened.status_code == 200, opened.text
    listed = await client.get(office.path(f"/stages/{key}/entries"), **office.clerk.auth)
    return [UUID(entry["id"]) for entry in listed.json()["items"]]


async def starting(client: AsyncClient, bench: Bench, key: str) -> set[int]:
    """The percentages from which a judge starts, on sheets and in dossiers alike."""
    judge, found, told = bench.judges[2], set(), set()
    for each in await assignments(client, judge, key):
        sheet = (await client.get(f"/scoresheets/{each['sheet_id']}", **judge.auth)).json()
        dossier = await client.get(f"/assignments/{each['id']}/dossier", **judge.auth)
        found |= {item["starting"] for item in sheet["items"]}
        told |= {item["percentage"] for item in dossier.json()["start_from"]}
    assert found == told
    return found
