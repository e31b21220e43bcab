"""Assignments and their dossiers over HTTP: who reads what, and that it is logged."""

from hashlib import sha256
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.applications.models import Attachment
from app.award.stages.models import Entry
from app.platform.audit.models import AuditEvent
from app.platform.files.models import FileState
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    assignments,
    judge_all,
    lock_sheet,
    make_bench,
    refused,
    score_all,
    settle_all,
    sheet_of,
)
from tests.factories import close

pytestmark = pytest.mark.anyio


async def test_assignments_are_told_to_the_office_without_scores(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, count=1)
    judge = bench.judges[0]
    sheet = await sheet_of(client, judge)
    await score_all(bench, sheet, 65)
    assert (await lock_sheet(client, judge, sheet)).status_code == 200
    answer = await client.get(
        "/assignments", params={"cycle": str(bench.office.cycle_id)}, **bench.office.clerk.auth
    )
    items = answer.json()["items"]
    assert sorted(each["locked"] for each in items) == [False, False, True]
    assert set(items[0]) == {
        "id",
        "stage",
        "panel_id",
        "entry_id",
        "expert_id",
        "organisation",
        "sheet_id",
        "locked",
    }


async def test_dossier_is_read_while_the_stage_is_open_and_logged(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, count=1)
    one = (await assignments(client, bench.judges[0]))[0]
    place = f"/assignments/{one['id']}/dossier"
    read = await client.get(place, **bench.judges[0].auth)
    assert read.status_code == 200, read.text
    firm = next(iter(bench.office.firms.values()))
    assert read.json()["organisation"] == firm.name
    assert read.json()["form"]["employees"] == 420
    assert read.json()["secrets"] == {"sections": [], "attachments": []}
    assert (read.json()["track"], read.json()["start_from"]) == ("organisation", None)
    async with ground.database.reading() as db:
        reader = await db.scalar(
            select(AuditEvent.person_id).where(
                AuditEvent.act == "assignment:read-dossier", AuditEvent.subject == UUID(one["id"])
            )
        )
    assert reader == bench.judges[0].caller.person_id
    before = await cycle_log(bench.office)
    refused(await client.get(place, **bench.office.clerk.auth), 403, "not-allowed")
    for who in (bench.judges[1].caller, bench.office.supervisor, firm.speaker):
        refused(await client.get(place, **who.auth), 404, "assignment-not-found")
    assert await cycle_log(bench.office) == before


async def test_dossier_is_shut_with_the_stage(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client, count=1)
    one = (await assignments(client, bench.judges[0]))[0]
    await judge_all(client, bench, [50, 50, 50])
    await settle_all(client, bench, 50)
    assert (await close(client, bench.office, "documents")).status_code == 200
    answer = await client.get(f"/assignments/{one['id']}/dossier", **bench.judges[0].auth)
    refused(answer, 403, "not-allowed")


async def test_files_of_a_dossier_are_opened_by_its_judges_alone(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client, count=2)
    first, second = await assignments(client, bench.judges[0])
    application = await application_of(ground, UUID(first["entry_id"]))
    attachment = await attach(ground, application, b"%PDF-1.7 report")
    missing = await attach(ground, application, b"%PDF-1.7 other", stored=False)
    content = f"attachments/{attachment}/content"
    got = await client.get(f"/assignments/{first['id']}/{content}", **bench.judges[0].auth)
    assert (got.status_code, got.content) == (200, b"%PDF-1.7 report")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "attachment:download" in await cycle_log(bench.office)
    before = await cycle_log(bench.office)
    wrong = await client.get(f"/assignments/{second['id']}/{content}", **bench.judges[0].auth)
    refused(wrong, 404, "attachment-not-found")
    other = await client.get(f"/assignments/{first['id']}/{content}", **bench.judges[1].auth)
    refused(other, 404, "assignment-not-found")
    unsent = f"/assignments/{first['id']}/attachments/{missing}/content"
    refused(await client.get(unsent, **bench.judges[0].auth), 404, "content-not-found")
    read = await client.get(f"/assignments/{first['id']}/dossier", **bench.judges[0].auth)
    assert [each["id"] for each in read.json()["attachments"]] == [str(attachment)]
    assert [act for act in await cycle_log(bench.office) if act == "attachment:download"] == [
        act for act in before if act == "attachment:download"
    ]


async def application_of(ground: Ground, entry: UUID) -> UUID:
    async with ground.database.reading() as db:
        found = await db.scalar(select(Entry.application_id).where(Entry.id == entry))
    assert found is not None
    return found


async def attach(ground: Ground, application: UUID, content: bytes, *, stored: bool = True) -> UUID:
    """A file of a submitted application, as an upload would have left it."""
    digest = sha256(content).hexdigest()
    if stored:
        await ground.files.keep_content(content)
    async with ground.database.writing() as db:
        row = Attachment(
            application_id=application,
            document="自评报告",
            file_name="自评报告.pdf",
            media_type="application/pdf",
            size=len(content),
            sha256=digest,
            state=FileState.STORED if stored else FileState.EXPECTED,
            created_at=ground.clock(),
        )
        db.add(row)
        await db.flush()
    return row.id
