"""Sheets over HTTP: saving items, locking, and that nobody else sees a score."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from app.award.scoring.models import Sheet, SheetItem, SheetRevision
from app.award.stages.models import Entry
from app.catalogue import loader
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.proof.jws import Typ, verify
from app.proof.merkle import leaf_hash
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    ITEMS,
    Bench,
    agree,
    declare_interest,
    lock_book,
    lock_sheet,
    make_bench,
    propose_all,
    reasons,
    refused,
    save,
    score_all,
    scorebooks,
    settle_all,
    sheet_items,
    sheet_of,
)
from tests.factories import close
from tests.statements import counting

pytestmark = pytest.mark.anyio


COMMENT = {"kind": "strength", "text": "质量目标逐级分解，并与考核挂钩"}


async def revisions(ground: Ground, sheet: str) -> int:
    async with ground.database.reading() as db:
        rows = select(SheetRevision.version).where(SheetRevision.sheet_id == UUID(sheet))
        return len((await db.scalars(rows)).all())


async def test_item_is_saved_and_read_again(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    saved = await save(client, judge, sheet, "4.1.2", 65, comments=[COMMENT])
    assert (saved.status_code, saved.headers["etag"]) == (200, '"v1"')
    assert saved.json() == {
        "code": "4.1.2",
        "name": "高层领导的作用",
        "kind": "process",
        "category": "4.1",
        "points": "50",
        "percentage": 65,
        "version": 1,
        "comments": [COMMENT],
        "starting": None,
    }
    again = await save(client, judge, sheet, "4.1.2", 70, seen='"v1"')
    assert (again.json()["percentage"], again.json()["comments"]) == (70, [])
    read = await client.get(f"/scoresheets/{sheet}", **judge.auth)
    assert read.json()["items"][0] == again.json()
    assert (read.json()["total"], read.json()["status"]) == (None, "draft")
    assert read.json()["actions"] == [{"move": "lock", "allowed": True, "reasons": []}]
    assert read.json()["stage"]["key"] == "documents"
    assert await revisions(ground, sheet) == 2
    assert "sheet:score" not in await cycle_log(bench.office)


async def test_saving_costs_at_most_five_statements(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=3)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge, bench.entries[1])
    costs = []
    for version in range(2):
        with counting(ground) as sent:
            answer = await save(client, judge, sheet, "4.7.2", 50, seen=f'"v{version}"')
        assert answer.status_code == 200
        costs.append(len(sent))
    assert costs == [1 + 4] * 2, sent  # the session look-up, and four


async def test_reading_a_sheet_costs_two_statements(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=3)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge, bench.entries[1])
    for _ in range(2):
        with counting(ground) as sent:
            assert (await client.get(f"/scoresheets/{sheet}", **judge.auth)).status_code == 200
        assert len(sent) == 1 + 2
        await score_all(bench, sheet, 50)


async def test_two_items_are_saved_at_the_same_time(ground: Ground, client: AsyncClient) -> None:
    """Neither waits for the other: one transaction is held open while the other item is saved."""
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    async with ground.database.writing(keep=False) as held:
        await held.execute(
            select(Sheet.id)
            .where(Sheet.id == UUID(sheet))
            .with_for_update(read=True, key_share=True)
        )
        await held.execute(
            update(SheetItem)
            .where(SheetItem.sheet_id == UUID(sheet), SheetItem.code == "4.1.2")
            .values(percentage=5, version=1)
        )
        answer = await save(client, judge, sheet, "4.1.3", 60)
        assert answer.status_code == 200, answer.text
    codes = ["4.1.2", "4.1.4", "4.2.2", "4.2.3", "4.3.2", "4.3.3"]
    answers = await asyncio.gather(*(save(client, judge, sheet, code, 55) for code in codes))
    assert [answer.status_code for answer in answers] == [200] * len(codes)


async def test_of_many_writers_of_one_item_one_is_heard(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    writers = [save(client, judge, sheet, "4.1.2", 5 * (n % 21)) for n in range(12)]
    answers = await asyncio.gather(*writers)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 11
    assert (await sheet_items(ground, sheet))["4.1.2"][1] == 1
    assert await revisions(ground, sheet) == 1


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        (62, 422, "multiple-of-5"),
        (105, 422, "out-of-range"),
        (-5, 422, "out-of-range"),
        (10**40, 422, "out-of-range"),
        ("65", 422, "invalid-input"),
        (65.0, 422, "invalid-input"),
        (True, 422, "invalid-input"),
        (None, 422, "invalid-input"),
    ],
)
async def test_wrong_percentage_is_refused(
    ground: Ground, client: AsyncClient, given: object, status: int, code: str
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    before = await cycle_log(bench.office)
    problem = refused(await save(client, judge, sheet, "4.1.2", given), status, code)
    assert problem["errors"][0]["pointer"] == "/percentage"
    assert set((await sheet_items(ground, sheet)).values()) == {(None, 0)}
    assert (await revisions(ground, sheet), await cycle_log(bench.office)) == (0, before)


async def test_stale_and_unconditional_saves_are_refused(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    assert (await save(client, judge, sheet, "4.1.2", 65)).status_code == 200
    refused(await save(client, judge, sheet, "4.1.2", 70), 412, "stale")
    bare = f"/scoresheets/{sheet}/items/4.1.2"
    body = {"percentage": 70, "comments": []}
    refused(await client.put(bare, json=body, **judge.auth), 428, "if-match-missing")
    refused(await save(client, judge, sheet, "9.9", 70), 404, "item-not-found")
    refused(await save(client, judge, str(uuid4()), "4.1.2", 70), 404, "sheet-not-found")
    assert (await sheet_items(ground, sheet))["4.1.2"] == (65, 1)
    assert await revisions(ground, sheet) == 1


async def test_lock_answers_with_a_signed_receipt(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    await score_all(bench, sheet, 60, i4_1_2=65)
    answer = await lock_sheet(client, judge, sheet)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["total"] == "602.5"
    receipt = verify(said["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    assert (receipt["sheet"], receipt["digest"], receipt["total"]) == (
        sheet,
        said["digest"],
        "602.5",
    )
    again = await client.get(f"/scoresheets/{sheet}/receipt", **judge.auth)
    assert again.json() == said
    async with ground.database.reading() as db:
        content = await db.scalar(select(Sheet.content).where(Sheet.id == UUID(sheet)))
        logged = await db.scalar(
            select(AuditEvent).where(
                AuditEvent.act == "sheet:lock", AuditEvent.subject == UUID(sheet)
            )
        )
    assert content is not None
    assert digest_text(content) == said["digest"]
    assert len(json.loads(content)["items"]) == ITEMS
    assert logged is not None
    assert json.loads(logged.body)["detail"] == {"digest": said["digest"]}
    leaf = leaf_hash(logged.body.encode(), logged.salt).hex()
    assert (receipt["log"], receipt["leaf"]) == (str(bench.office.cycle_id), leaf)
    read = (await client.get(f"/scoresheets/{sheet}", **judge.auth)).json()
    assert (read["status"], read["total"]) == ("locked", "602.5")
    assert read["actions"] == [{"move": "lock", "allowed": False, "reasons": ["move-not-possible"]}]


async def test_incomplete_sheet_is_not_locked(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    before = await cycle_log(bench.office)
    refused(await client.get(f"/scoresheets/{sheet}/receipt", **judge.auth), 404, "not-locked")
    problem = refused(await lock_sheet(client, judge, sheet), 409, "several-reasons")
    assert reasons(problem) == ["item-unscored"] * ITEMS
    await score_all(bench, sheet, 60)
    stale = await client.post(
        f"/scoresheets/{sheet}/lock", **judge.caller.with_headers(If_Match='"v0"')
    )
    refused(stale, 412, "stale")
    bare = await client.post(f"/scoresheets/{sheet}/lock", **judge.auth)
    refused(bare, 428, "if-match-missing")
    assert await cycle_log(bench.office) == before
    read = await client.get(f"/scoresheets/{sheet}", **judge.auth)
    assert read.json()["status"] == "draft"


async def test_regulation_may_ask_for_comments(ground: Ground, client: AsyncClient) -> None:
    text = loader.regulation_text("binhu-2023").replace(
        "    name: 材料评审\n", "    name: 材料评审\n    comments_per_item: {at_least: 1}\n"
    )
    bench = await make_bench(ground, client, regulation_text=text)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    await score_all(bench, sheet, 60)
    said = await save(client, judge, sheet, "4.1.2", 60, seen='"v1"', comments=[COMMENT])
    assert said.status_code == 200
    problem = refused(await lock_sheet(client, judge, sheet), 409, "several-reasons")
    assert reasons(problem) == ["comments-missing"] * (ITEMS - 1)


async def test_locked_sheet_does_not_change(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    await score_all(bench, sheet, 60)
    assert (await lock_sheet(client, judge, sheet)).status_code == 200
    before, log = await sheet_items(ground, sheet), await cycle_log(bench.office)
    late = await save(client, judge, sheet, "4.1.2", 100, seen='"v1"')
    refused(late, 409, "already-locked")
    refused(await lock_sheet(client, judge, sheet), 409, "move-not-possible")
    assert (await sheet_items(ground, sheet), await cycle_log(bench.office)) == (before, log)


async def test_of_a_lock_and_a_save_at_once_none_is_lost(
    ground: Ground, client: AsyncClient
) -> None:
    """Either the save comes first and the lock is stale, or the lock does and the save is late."""
    bench = await make_bench(ground, client)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    await score_all(bench, sheet, 60)
    saved, locked = await asyncio.gather(
        save(client, judge, sheet, "4.1.2", 100, seen='"v1"'), lock_sheet(client, judge, sheet)
    )
    read = (await client.get(f"/scoresheets/{sheet}", **judge.auth)).json()
    if locked.status_code == 200:
        assert locked.json()["total"] == read["total"]
        assert (saved.status_code == 200) == (read["items"][0]["percentage"] == 100)
    else:
        assert (saved.status_code, locked.status_code) == (200, 412)


async def test_scoring_ends_with_the_stage_and_the_entry(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, count=2)
    judge, office = bench.judges[0], bench.office
    application = await application_of(bench, bench.entries[0])
    sheet = await sheet_of(client, judge, bench.entries[0])
    gone = await client.post(
        f"/applications/{application}/withdrawal", **office.firms[application].speaker.auth
    )
    assert gone.status_code == 200, gone.text
    refused(await save(client, judge, sheet, "4.1.2", 60), 409, "entry-ended")
    for each in bench.judges:
        left = await sheet_of(client, each, bench.entries[1])
        await score_all(bench, left, 60)
        assert (await lock_sheet(client, each, left)).status_code == 200
    books = [b for b in await scorebooks(client, bench) if b["entry_id"] == str(bench.entries[1])]
    await settle_book(client, bench, books[0]["id"])
    closed = await close(client, office, "documents")
    assert closed.status_code == 200, closed.text
    refused(await save(client, judge, sheet, "4.1.2", 60), 409, "stage-not-open")
    assert (await sheet_items(ground, sheet))["4.1.2"] == (None, 0)


async def test_a_judge_with_a_late_interest_stands_aside(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, judges=4)
    late = bench.judges[3]
    sheet = await sheet_of(client, late)
    await declare_interest(bench, late, bench.entries[0])
    refused(await save(client, late, sheet, "4.1.2", 60), 404, "sheet-not-found")
    for judge in bench.judges[:3]:
        own = await sheet_of(client, judge)
        await score_all(bench, own, 60)
        assert (await lock_sheet(client, judge, own)).status_code == 200
    three = Bench(bench.office, bench.panel_id, bench.judges[:3], bench.entries)
    await settle_all(client, three, 60)
    assert (await close(client, bench.office, "documents")).status_code == 200


async def application_of(bench: Bench, entry: UUID) -> UUID:
    async with bench.ground.database.reading() as db:
        found = await db.scalar(select(Entry.application_id).where(Entry.id == entry))
    assert found is not None
    return found


async def settle_book(client: AsyncClient, bench: Bench, book: str) -> None:
    await propose_all(bench, book, 60)
    for judge in bench.judges:
        assert (await agree(client, judge, book)).status_code == 201
    assert (await lock_book(client, bench.judges[0], book)).status_code == 200
