"""Panels and assignments over HTTP: the straight road, every refusal, who may not."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.judging.models import Assignment, Panel, PanelEntry
from app.award.scoring.models import Scorebook, Sheet
from app.award.stages.models import Stage
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    CATEGORIES,
    ITEMS,
    Bench,
    Judge,
    assignments,
    declare_interest,
    form,
    interested_clerk,
    make_bench,
    make_judge,
    panel_body,
    reasons,
    refused,
    sheet_of,
)
from tests.factories import Office, entries_in, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def judged(ground: Ground, key: str = "documents") -> tuple[Office, list[Judge], list[UUID]]:
    """An open stage with two entries, and three judges who have signed."""
    office = await make_office(ground)
    entries = [entry for _, entry in await entries_in(office, key, 2)]
    return office, [await make_judge(office) for _ in range(3)], entries


async def untouched(office: Office) -> bool:
    """No panel stands, and the log says nothing of one."""
    async with office.ground.database.reading() as db:
        here = select(Panel.id).join(Stage).where(Stage.cycle_id == office.cycle_id)
        panels = (await db.scalars(here)).all()
    return not panels and await cycle_log(office) == []


async def test_panel_gets_sheets_and_scorebooks(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=2)
    read = await client.get(f"/panels/{bench.panel_id}", **bench.judges[2].auth)
    panel = read.json()
    assert (panel["name"], panel["stage"]) == ("第一评审组", "documents")
    assert [member["leader"] for member in panel["members"]] == [True, False, False]
    assert {entry["entry_id"] for entry in panel["entries"]} == {str(e) for e in bench.entries}
    listed = await client.get(
        bench.office.path("/stages/documents/panels"), **bench.office.head.auth
    )
    assert listed.json() == [panel]
    for judge in bench.judges:
        own = await assignments(client, judge)
        assert {each["entry_id"] for each in own} == {str(entry) for entry in bench.entries}
        assert {each["panel_id"] for each in own} == {bench.panel_id}
        assert not any(each["locked"] for each in own)
    async with ground.database.reading() as db:
        books = select(Scorebook.entry_id).where(Scorebook.entry_id.in_(bench.entries))
        assert set(await db.scalars(books)) == set(bench.entries)
    assert await cycle_log(bench.office) == ["stage:form-panels"]


async def test_members_score_their_categories(ground: Ground, client: AsyncClient) -> None:
    office, judges, entries = await judged(ground, "site")
    body = panel_body(judges, entries, division=[None, CATEGORIES[:4], CATEGORIES[4:]])
    answer = await form(client, office, body, key="site")
    assert answer.status_code == 201, answer.text
    counts = []
    for judge in judges:
        sheet = await sheet_of(client, judge, entries[0], "site")
        items = (await client.get(f"/scoresheets/{sheet}", **judge.auth)).json()["items"]
        counts.append((len(items), sorted({item["category"] for item in items})))
    assert [count for count, _ in counts] == [ITEMS, 13, 10]
    assert [found for _, found in counts] == [CATEGORIES, CATEGORIES[:4], CATEGORIES[4:]]


async def test_everything_against_a_panel_is_told_at_once(
    ground: Ground, client: AsyncClient
) -> None:
    office, judges, entries = await judged(ground)
    newcomer = await make_judge(office, signed=False)
    await declare_interest(Bench(office, "", judges, entries), judges[0], entries[0])
    body = panel_body([judges[0], newcomer], entries)
    body["members"][1]["leader"] = True
    body["members"][1]["categories"] = ["4.1"]
    problem = refused(await form(client, office, body), 409, "several-reasons")
    assert sorted(reasons(problem)) == [
        "conflict-of-interest",
        "no-undertaking",
        "one-leader",
        "too-few-judges",
        "work-not-divided",
    ]
    assert await untouched(office)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"drop": 1}, 409, "too-few-judges"),
        ({"leaders": 0}, 409, "one-leader"),
        ({"twice": True}, 422, "expert-twice"),
        ({"stranger": True}, 422, "expert-unknown"),
        ({"same_entry": True}, 422, "entry-twice"),
        ({"lost_entry": True}, 404, "entry-not-found"),
        ({"categories": ["4.1"]}, 422, "invalid-input"),
        ({"name": ""}, 422, "invalid-input"),
    ],
)
async def test_a_wrong_panel_is_refused(
    ground: Ground, client: AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    office, judges, entries = await judged(ground)
    body = panel_body(judges, entries)
    members = body["members"]
    if "drop" in change:
        members.pop()
    if "leaders" in change:
        members[0]["leader"] = False
    if "twice" in change:
        members.append(members[1])
    if "stranger" in change:
        members.append({"expert_id": str(uuid4()), "leader": False, "categories": None})
    if "same_entry" in change:
        body["entries"].append(body["entries"][0])
    if "lost_entry" in change:
        body["entries"].append(str(uuid4()))
    if "categories" in change:
        for member in members:
            member["categories"] = change["categories"]
    if "name" in change:
        body["name"] = change["name"]
    refused(await form(client, office, body), status, code)
    assert await untouched(office)


async def test_a_category_without_backup_is_refused(ground: Ground, client: AsyncClient) -> None:
    office, judges, entries = await judged(ground, "site")
    body = panel_body(judges, entries, division=[CATEGORIES, CATEGORIES[:6], ["9.9"]])
    problem = refused(await form(client, office, body, key="site"), 409, "several-reasons")
    assert reasons(problem) == ["category-unknown", "category-uncovered"]
    assert await untouched(office)


async def test_an_entry_is_before_one_panel(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=1)
    fresh = [await make_judge(bench.office) for _ in range(3)]
    before = await cycle_log(bench.office)
    body = panel_body(fresh, bench.entries, name="第二评审组")
    refused(await form(client, bench.office, body), 409, "entry-on-panel")
    more = [entry for _, entry in await entries_in(bench.office, "documents", 1)]
    refused(await form(client, bench.office, panel_body(fresh, more)), 409, "panel-name-taken")
    assert await cycle_log(bench.office) == before
    for judge in fresh:
        assert await assignments(client, judge) == []


async def test_of_two_simultaneous_panels_one_stands(ground: Ground, client: AsyncClient) -> None:
    office, judges, entries = await judged(ground)
    bodies = [panel_body(judges, entries, name=f"第{n}组") for n in range(4)]
    answers = await asyncio.gather(*(form(client, office, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    lost = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert lost <= {"entry-on-panel", "several-reasons"}
    async with ground.database.reading() as db:
        rows = await db.scalars(select(Assignment.id).where(Assignment.entry_id.in_(entries)))
        assert len(rows.all()) == 6


async def test_panels_are_formed_in_open_panel_stages(ground: Ground, client: AsyncClient) -> None:
    office, judges, entries = await judged(ground)
    body = panel_body(judges, entries)
    refused(await form(client, office, body, key="site"), 409, "stage-not-open")
    refused(await form(client, office, body, key="nowhere"), 404, "stage-not-found")
    await entries_in(office, "defence", 1)
    answer = await form(client, office, body, key="defence")
    refused(answer, 409, "panel-from-earlier-stage")
    ranking = await make_office(ground)
    await entries_in(ranking, "ranking", 1)
    answer = await form(client, ranking, body, key="ranking")
    refused(answer, 409, "stage-without-panels")
    assert await untouched(office)


async def test_who_may_not_form_or_see_a_panel(ground: Ground, client: AsyncClient) -> None:
    office, judges, entries = await judged(ground)
    body = panel_body(judges, entries)
    rival = next(iter(office.firms.values())).speaker
    for who in (judges[0].caller, office.supervisor, rival):
        refused(await form(client, office, body, by=who), 403, "not-allowed")
    interested = await interested_clerk(office)
    answer = await form(client, office, body, by=interested)
    refused(answer, 404, "entry-not-found")
    assert await untouched(office)
    panel = (await form(client, office, body)).json()["id"]
    outsider = await make_judge(office)
    for who in (outsider.caller, office.supervisor, rival, interested):
        refused(await client.get(f"/panels/{panel}", **who.auth), 404, "panel-not-found")
        place = office.path("/stages/documents/panels")
        assert (await client.get(place, **who.auth)).json() == []
        assert (await client.get("/assignments", **who.auth)).json()["items"] == []


async def test_a_member_with_a_late_interest_sees_the_panel_without_that_entry(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, count=2)
    late = bench.judges[1]
    sheet = await sheet_of(client, late, bench.entries[0])
    await declare_interest(bench, late, bench.entries[0])
    panel = (await client.get(f"/panels/{bench.panel_id}", **late.auth)).json()
    assert [entry["entry_id"] for entry in panel["entries"]] == [str(bench.entries[1])]
    own = [each["entry_id"] for each in await assignments(client, late)]
    assert own == [str(bench.entries[1])]
    refused(await client.get(f"/scoresheets/{sheet}", **late.auth), 404, "sheet-not-found")


def one_more(judge: Judge, **changes: Any) -> dict[str, Any]:
    return {"expert_id": str(judge.expert_id), "leader": False, "categories": None} | changes


async def test_a_successor_gets_what_is_not_settled(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=2)
    place = f"/panels/{bench.panel_id}/members"
    await declare_interest(bench, bench.judges[0], bench.entries[0])
    successor = await make_judge(bench.office)
    answer = await client.post(
        place, json=one_more(successor, leader=True), **bench.office.clerk.auth
    )
    assert answer.status_code == 201, answer.text
    leaders = [m["expert_id"] for m in answer.json()["members"] if m["leader"]]
    assert leaders == [str(successor.expert_id)]
    assert len(await assignments(client, successor)) == 2
    sheet = await sheet_of(client, successor, bench.entries[0])
    items = (await client.get(f"/scoresheets/{sheet}", **successor.auth)).json()["items"]
    assert len(items) == ITEMS
    assert (await cycle_log(bench.office)).count("panel:change") == 1


async def test_a_wrong_successor_is_refused(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=1)
    place, office = f"/panels/{bench.panel_id}/members", bench.office
    before = await cycle_log(office)
    newcomer = await make_judge(office, signed=False)
    await declare_interest(bench, newcomer, bench.entries[0])
    answer = await client.post(place, json=one_more(newcomer), **office.clerk.auth)
    assert reasons(refused(answer, 409, "several-reasons")) == [
        "conflict-of-interest",
        "no-undertaking",
    ]
    again = await client.post(place, json=one_more(bench.judges[1]), **office.clerk.auth)
    refused(again, 409, "member-already")
    foreign = await make_judge(await make_office(ground))
    answer = await client.post(place, json=one_more(foreign), **office.clerk.auth)
    refused(answer, 422, "expert-unknown")
    fit = one_more(await make_judge(office))
    for who, status, code in (
        (bench.judges[0].caller, 403, "not-allowed"),
        (await interested_clerk(office), 404, "panel-not-found"),
        (office.supervisor, 404, "panel-not-found"),
    ):
        refused(await client.post(place, json=fit, **who.auth), status, code)
    assert await cycle_log(office) == before
    async with ground.database.reading() as db:
        sheets = (
            select(Sheet.id)
            .join(Assignment, Assignment.id == Sheet.assignment_id)
            .join(PanelEntry, PanelEntry.entry_id == Assignment.entry_id)
            .where(PanelEntry.panel_id == UUID(bench.panel_id))
        )
        assert len((await db.scalars(sheets)).all()) == 3


async def test_lists_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    costs: list[tuple[int, ...]] = []
    for more in (1, 2):
        for _ in range(more):
            entries = [entry for _, entry in await entries_in(office, "documents", 1)]
            judges = [await make_judge(office) for _ in range(3)]
            body = panel_body(judges, entries, name=f"第{uuid4().hex[:6]}组")
            panel = (await form(client, office, body)).json()["id"]
        cost = []
        for place in ("/assignments", office.path("/stages/documents/panels"), f"/panels/{panel}"):
            with counting(ground) as sent:
                assert (await client.get(place, **office.clerk.auth)).status_code == 200
            cost.append(len(sent))
        costs.append(tuple(cost))
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 5
