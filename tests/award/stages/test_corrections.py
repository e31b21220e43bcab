"""A clerical error is put right beside what it was in, after the stage is closed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.stages.models import Correction, Outcome, Snapshot
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.granting.steps import award, come_to, declare
from tests.award.stages.steps import count, with_entries_to_close
from tests.award.stages.test_moves import announced, told
from tests.clock import MovableClock
from tests.factories import Caller, Office, close, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio
OLD, NEW = "无锡恒远精密机械有限公司", "无锡市恒远精密机械有限公司"
BODY = {
    "what": "name",
    "old": OLD,
    "new": NEW,
    "document": "滨质奖办〔2026〕11号",
    "reason": "录入时漏字",
}


async def correct(
    client: AsyncClient, office: Office, key: str, by: Caller | None = None, **more: Any
) -> Response:
    caller = by or office.head
    path = office.path(f"/stages/{key}/corrections")
    return await client.post(path, json=BODY | more, **caller.auth)


async def closed(ground: Ground, client: AsyncClient, clock: MovableClock) -> Office:
    """A cycle whose intake is closed with two entries."""
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    assert (await close(client, office, "intake")).status_code == 200
    return office


async def listed(client: AsyncClient, office: Office) -> dict[UUID, Any]:
    answer = await client.get(office.path("/stages/intake/entries"), **office.clerk.auth)
    return {UUID(line["id"]): line for line in answer.json()["items"]}


async def test_a_correction_stands_beside_the_entry_and_changes_nothing(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await closed(ground, client, clock)
    before = await listed(client, office)
    one, other = before
    async with ground.database.reading() as db:
        snapshots = (await db.scalars(select(Snapshot.text))).all()
        outcomes = {row.entry_id: row.result for row in await db.scalars(select(Outcome))}
    answer = await correct(client, office, "intake", entry=str(one))
    assert answer.status_code == 201, answer.text
    after = await listed(client, office)
    (shown,) = after[one]["corrections"]
    assert (shown["old"], shown["new"], shown["what"]) == (OLD, NEW, "name")
    assert shown == answer.json()
    assert after[one] | {"corrections": []} == before[one]
    assert after[other] == before[other]
    stages = {stage["key"]: stage for stage in (await client.get(office.path("/stages"))).json()}
    assert stages["intake"]["corrections"] == [], "of an entry the public is not told"
    async with ground.database.reading() as db:
        assert set(await db.scalars(select(Snapshot.text))) == set(snapshots)
        assert {row.entry_id: row.result for row in await db.scalars(select(Outcome))} == outcomes
    assert "cycle:correct" in await cycle_log(office)


async def test_a_correction_of_the_stage_is_public(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await closed(ground, client, clock)
    words = {"what": "document", "old": "滨政办〔2026〕2号", "new": "滨政办〔2026〕3号"}
    assert (await correct(client, office, "intake", **words)).status_code == 201
    stages = {stage["key"]: stage for stage in (await client.get(office.path("/stages"))).json()}
    assert [one["new"] for one in stages["intake"]["corrections"]] == ["滨政办〔2026〕3号"]
    assert stages["eligibility"]["corrections"] == []


async def test_those_concerned_are_told(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await closed(ground, client, clock)
    entries = await listed(client, office)
    mine = next(iter(entries))
    await correct(client, office, "intake", entry=str(mine))
    await announced(ground, office)
    owner = office.firms[UUID(entries[mine]["application_id"])].speaker.person_id
    for firm in office.firms.values():
        said = await told(ground, firm.speaker.person_id)
        assert len(said) == (firm.speaker.person_id == owner)
    ((template, text),) = await told(ground, owner)
    assert template == "cycle-corrected"
    assert OLD in text
    assert NEW in text


async def test_what_is_refused_leaves_nothing(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await closed(ground, client, clock)
    (application, firm), *_ = office.firms.items()
    entry = next(
        each
        for each, line in (await listed(client, office)).items()
        if line["application_id"] == str(application)
    )
    for key, more, status, code in (
        ("eligibility", {}, 409, "stage-not-closed"),
        ("nowhere", {}, 404, "stage-not-found"),
        ("intake", {"new": OLD}, 422, "nothing-corrected"),
        ("intake", {"entry": str(uuid4())}, 404, "entry-not-found"),
        ("eligibility", {"entry": str(entry)}, 404, "entry-not-found"),
        ("intake", {"what": "score"}, 422, "invalid-input"),
        ("intake", {"what": "result"}, 422, "invalid-input"),
    ):
        answer = await correct(client, office, key, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    clerk = await correct(client, office, "intake", office.clerk)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    await declare(ground, office.head, firm)
    interested = await correct(client, office, "intake", entry=str(entry))
    assert (interested.status_code, interested.json()["code"]) == (404, "entry-not-found")
    assert await count(ground, Correction.document == BODY["document"], Correction.old == "") == 0
    assert "cycle:correct" not in await cycle_log(office)


async def test_a_certificate_shows_what_was_corrected_since(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 1)
    (line,) = (await award(client, finish)).json()["awards"]
    await close(client, finish.office, "grant")
    path = f"/public/certificates/{line['certificate_number']}"
    before = (await client.get(path)).json()
    entry = str(finish.entries[0])
    assert (await correct(client, finish.office, "grant", entry=entry)).status_code == 201
    after = (await client.get(path)).json()
    assert [one["new"] for one in after["corrections"]] == [NEW]
    assert after | {"corrections": []} == before
    results = await client.get(f"/public/results?cycle={finish.office.cycle_id}")
    assert [one["corrections"] for one in results.json()["items"]] == [after["corrections"]]


async def test_lists_cost_the_same_with_and_without_corrections(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await closed(ground, client, clock)
    costs = []
    for number in range(3):
        with counting(ground) as sent:
            await listed(client, office)
            await client.get(office.path("/stages"))
        costs.append(len(sent))
        entry = next(iter(await listed(client, office)))
        await correct(client, office, "intake", entry=str(entry), new=f"{NEW}{number}")
    assert len(set(costs)) == 1
