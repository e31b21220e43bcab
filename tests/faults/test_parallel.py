"""Many people at the same moment, on two workers: one wins, and everybody is told the truth."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text

from app.award.applications.models import Application
from app.award.scoring.models import Sheet, SheetItem, SheetRevision
from app.award.stages.models import Entry, Outcome, Snapshot, Stage
from app.platform.ground import Ground
from tests.award.judging.bench import Bench, lock_sheet, make_bench, score_all, sheet_of
from tests.award.ranking.totals import Scores, scored
from tests.factories import Firm, Office, entries_in, make_firm, make_office
from tests.faults.people import close_at, complete_drafts, intact, open_intake
from tests.faults.service import Service
from tests.faults.wire import Answer, Client, together

pytestmark = pytest.mark.anyio


def told(answers: list[Answer]) -> Counter[tuple[int, str | None]]:
    return Counter((a.status, None if a.status < 400 else a.code) for a in answers)


async def one_of_eight_closes(service: Service, office: Office, key: str) -> None:
    async def close(client: Client, _: int) -> Answer:
        return await client.ask("POST", office.path(f"/stages/{key}/closing"), office.head)

    async with intact(office.ground):
        answers = await together(service.port, 8, close)
    assert told(answers) == {(200, None): 1, (409, "move-not-possible"): 7}
    async with office.ground.database.reading() as db:
        taken = (
            select(func.count(Snapshot.id))
            .join(Stage, Stage.id == Snapshot.stage_id)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == key)
        )
        assert await db.scalar(taken) == 1


async def test_of_eight_closings_of_a_ranking_one_wins(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    office, _ = await scored(ground, client, Scores(60), Scores(50), Scores(45))
    await one_of_eight_closes(service, office, "ranking")


async def test_of_eight_closings_of_an_intake_one_wins(ground: Ground, service: Service) -> None:
    office = await make_office(ground)
    await entries_in(office, "intake", 3)
    await close_at(office, ground.clock() - timedelta(seconds=61))
    await one_of_eight_closes(service, office, "intake")


async def test_intake_closes_a_minute_after_its_deadline(ground: Ground, service: Service) -> None:
    office = await make_office(ground)
    await open_intake(office, ground.clock() - timedelta(seconds=50))
    client = Client(service.port)
    answer = await client.ask("POST", office.path("/stages/intake/closing"), office.head)
    client.close()
    assert (answer.status, answer.code) == (409, "intake-not-settled")


async def test_of_eight_launches_one_wins(ground: Ground, service: Service) -> None:
    office = await make_office(ground, launched=False)
    window = {"opens_at": "2030-04-01T09:00:00+08:00", "closes_at": "2030-04-30T17:30:00+08:00"}
    slots = [{"stage": stage.key} | window for stage in office.regulation.stages]
    planning = Client(service.port)
    planned = await planning.ask("PUT", office.path("/timetable"), office.clerk, {"slots": slots})
    planning.close()
    assert planned.status == 200, planned.body
    body = {"body": "滨湖区人民政府", "document": "滨政办〔2026〕2号", "places": 3}

    async def launch(client: Client, _: int) -> Answer:
        return await client.ask("POST", office.path("/launch"), office.head, body)

    async with intact(ground):
        answers = await together(service.port, 8, launch)
    assert told(answers) == {(200, None): 1, (409, "move-not-possible"): 7}
    async with ground.database.reading() as db:
        laid = select(func.count(Stage.id)).where(Stage.cycle_id == office.cycle_id)
        assert await db.scalar(laid) == len(office.regulation.stages)


async def test_of_thirty_writers_of_an_item_one_wins(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)

    async def save(client: Client, place: int) -> Answer:
        body = {"percentage": 5 * (place % 21), "comments": []}
        path = f"/scoresheets/{sheet}/items/4.1.2"
        return await client.ask("PUT", path, judge.caller, body, If_Match='"v0"')

    async with intact(ground):
        answers = await together(service.port, 30, save)
    assert told(answers) == {(200, None): 1, (412, "stale"): 29}
    [won] = [answer.json["percentage"] for answer in answers if answer.status == 200]
    async with ground.database.reading() as db:
        kept = await db.scalars(
            select(SheetRevision.percentage).where(SheetRevision.sheet_id == UUID(sheet))
        )
        assert list(kept) == [won]
        item = select(SheetItem.percentage, SheetItem.version).where(
            SheetItem.sheet_id == UUID(sheet), SheetItem.code == "4.1.2"
        )
        assert (await db.execute(item)).one() == (won, 1)


async def test_of_two_submissions_of_an_organisation_one_is_entered(
    ground: Ground, service: Service
) -> None:
    office = await make_office(ground)
    await open_intake(office)
    for _ in range(8):
        firm = await make_firm(ground)
        drafts = await complete_drafts(office, [firm, firm])

        async def submit(
            client: Client, place: int, drafts: list[UUID] = drafts, firm: Firm = firm
        ) -> Answer:
            path = f"/applications/{drafts[place]}/submission"
            return await client.ask("POST", path, firm.speaker)

        async with intact(ground):
            answers = await together(service.port, 2, submit)
        assert told(answers) == {(201, None): 1, (409, "already-entered"): 1}


async def test_of_fifty_duplicates_on_two_workers_one_has_an_effect(
    ground: Ground, service: Service
) -> None:
    office = await make_office(ground)
    await open_intake(office)
    firm = await make_firm(ground)
    [draft] = await complete_drafts(office, [firm])
    key = uuid4().hex

    async def submit(client: Client, _: int) -> Answer:
        path = f"/applications/{draft}/submission"
        return await client.ask("POST", path, firm.speaker, Idempotency_Key=key)

    async with intact(ground):
        answers = await together(service.port, 50, submit)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    async with ground.database.reading() as db:
        assert await db.scalar(select(func.count()).where(Entry.application_id == draft)) == 1


async def test_sheet_locked_while_the_stage_closes_is_in_the_snapshot_or_refused(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    outcomes = Counter[str]()
    for round_ in range(20):
        bench = await make_bench(ground, client)
        await all_but_one_locked(client, bench)
        judge = bench.judges[0]
        sheet = await sheet_of(client, judge)
        await score_all(bench, sheet, 50)
        tag = (await client.get(f"/scoresheets/{sheet}", **judge.auth)).headers["etag"]

        async def act(
            wire: Client,
            place: int,
            bench: Bench = bench,
            sheet: str = sheet,
            tag: str = tag,
            early: int = round_ % 2,
        ) -> Answer:
            await asyncio.sleep(0.003 * (place == early))
            if place == 0:
                path = bench.office.path("/stages/documents/closing")
                return await wire.ask("POST", path, bench.office.head)
            path = f"/scoresheets/{sheet}/lock"
            return await wire.ask("POST", path, bench.judges[0].caller, If_Match=tag)

        async with intact(ground):
            closing, lock = await together(service.port, 2, act)
        assert lock.status == 200, lock.body  # a stage with an open sheet does not close
        assert closing.status in {200, 409}, closing.body
        outcomes["in the snapshot" if closing.status == 200 else "refused"] += 1
        async with ground.database.reading() as db:
            locked = await db.scalar(select(Sheet.digest).where(Sheet.id == UUID(sheet)))
            snapshot = await db.scalar(
                select(Snapshot.text)
                .join(Stage, Stage.id == Snapshot.stage_id)
                .where(Stage.cycle_id == bench.office.cycle_id, Stage.key == "documents")
            )
        assert locked is not None
        assert (snapshot is not None) == (closing.status == 200)
        assert snapshot is None or locked in snapshot
    assert sum(outcomes.values()) == 20


async def all_but_one_locked(client: AsyncClient, bench: Bench) -> None:
    for judge in bench.judges[1:]:
        sheet = await sheet_of(client, judge)
        await score_all(bench, sheet, 60)
        locked = await lock_sheet(client, judge, sheet)
        assert locked.status_code == 200, locked.text


async def test_two_hundred_connections_on_a_pool_of_eight_are_all_answered(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)

    async def work(client: Client, place: int) -> list[int]:
        told = []
        for again in range(3):
            read = await client.ask("GET", f"/scoresheets/{sheet}", judge.caller)
            told.append(read.status)
            code = read.json["items"][(place + again) % 23]["code"]
            path, seen = f"/scoresheets/{sheet}/items/{code}", '"v0"'
            body = {"percentage": 50, "comments": []}
            told.append((await client.ask("PUT", path, judge.caller, body, If_Match=seen)).status)
        return told

    async with asyncio.timeout(60), intact(ground):
        answered = [status for each in await together(service.port, 200, work) for status in each]
    assert len(answered) == 1200
    counted = Counter(answered)
    assert counted[200] == 600 + 23, counted
    assert set(counted) <= {200, 412}, counted


async def test_around_the_deadline_accepted_is_stored_and_nobody_is_late(
    ground: Ground, service: Service
) -> None:
    office = await make_office(ground)
    stage = await open_intake(office)
    firms = [await make_firm(ground) for _ in range(200)]
    drafts = await complete_drafts(office, firms)
    loop = asyncio.get_running_loop()

    async def submit(client: Client, place: int) -> Answer:
        aim = middle + (place - 100) / 2000  # 50 ms before to 50 ms after
        await asyncio.sleep(max(0.0, aim - loop.time()))
        path = f"/applications/{drafts[place]}/submission"
        return await client.ask("POST", path, firms[place].speaker)

    async with intact(ground):
        lead = 2.0
        deadline, middle = ground.clock() + timedelta(seconds=lead), loop.time() + lead
        await close_at(office, deadline)
        answers = await together(service.port, 200, submit)
    counted = told(answers)
    assert set(counted) <= {(201, None), (409, "intake-closed")}, counted
    accepted = {a.json["application"] for a in answers if a.status == 201}
    async with ground.database.reading() as db:
        stored = await db.execute(
            select(Application.id, Application.submitted_at).where(
                Application.cycle_id == office.cycle_id, Application.status == "submitted"
            )
        )
        found = {str(row.id): row.submitted_at for row in stored}
        entered = await db.scalars(select(Entry.application_id).where(Entry.stage_id == stage))
        assert {str(one) for one in entered} == set(found) == accepted
    assert all(at <= deadline for at in found.values())
    assert counted[201, None] > 0
    assert counted[409, "intake-closed"] > 0


async def test_tie_decisions_and_closings_at_once_are_kept_or_refused(
    ground: Ground, client: AsyncClient, service: Service
) -> None:
    """A decision that was acknowledged before the closing is the one it was closed by."""
    office, _ = await scored(ground, client, *[Scores(60)] * 3, places=1)
    entries = (await client.get(office.path("/stages/ranking/entries"), **office.head.auth)).json()[
        "items"
    ]
    order = [entry["id"] for entry in entries]
    body = {"order": order, "document": "滨质奖办〔2026〕7号", "reason": "评委会现场表决"}

    async def act(wire: Client, place: int) -> Answer:
        if place % 2:
            path = office.path("/stages/ranking/closing")
            return await wire.ask("POST", path, office.head)
        path = office.path("/stages/ranking/tie-decision")
        return await wire.ask("POST", path, office.head, body)

    async with intact(ground):
        answers = await together(service.port, 8, act)
    assert {a.status for a in answers} <= {200, 204, 409, 503}, told(answers)
    async with ground.database.reading() as db:
        decided = await db.scalar(
            text(
                "SELECT count(*) FROM tie_decision t JOIN stage s ON s.id = t.stage_id"
                " WHERE s.cycle_id = :cycle"
            ),
            {"cycle": office.cycle_id},
        )
        assert decided == sum(a.status == 204 for a in answers)
        closed = await db.scalar(
            select(func.count(Outcome.entry_id))
            .join(Entry, Entry.id == Outcome.entry_id)
            .join(Stage, Stage.id == Entry.stage_id)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == "ranking")
        )
    assert closed == (3 if any(a.status == 200 for a in answers) else 0)
