"""The vote as a stage: what blocks it, whom it carries, and from what it can be computed again."""

import json
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.deliberation.contest import contest_of, verdicts
from app.award.stages.models import Entry, Outcome, Snapshot
from app.platform.ground import Ground
from tests.award.deliberation.meeting import (
    assert_refused,
    attended,
    convene,
    counts_of,
    minutes,
)
from tests.factories import (
    close,
    stage_row,
)

pytestmark = pytest.mark.anyio


async def test_closing_carries_with_the_tier_and_can_be_computed_again(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client)
    office = meeting.office
    assert (await meeting.record()).status_code == 201
    assert (await meeting.confirm()).status_code == 201
    closed = await close(client, office, "committee")
    assert closed.status_code == 200, closed.text
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (1, 1)
    stage = await stage_row(ground, office, "committee")
    async with ground.database.reading() as db:
        rows = (
            await db.execute(
                select(Entry.id, Outcome.result, Outcome.tier, Outcome.reason)
                .join(Outcome, Outcome.entry_id == Entry.id)
                .where(Entry.stage_id == stage.id)
            )
        ).all()
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    found = {str(row.id): (row.result, row.tier, row.reason) for row in rows}
    assert found == {
        meeting.entries[0]: ("advanced", "award", None),
        meeting.entries[1]: ("eliminated", None, "not-carried"),
    }
    again = verdicts(contest_of(json.loads(text or "")["inputs"]))
    assert {str(v.entry_id): (v.result.value, v.tier, v.reason) for v in again} == found


async def test_closing_waits_for_the_second_person(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    before = await meeting.state()
    for _ in ("open", "recorded"):
        answer = await close(client, meeting.office, "committee")
        await assert_refused(meeting, before, answer, 409, "motion-not-confirmed")
        await meeting.record()
        before = await meeting.state()


async def test_vote_without_a_quorum_blocks_and_may_be_held_again(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client)
    few = attended(meeting, meeting.seats[:3])
    assert (await meeting.record(few)).status_code == 201
    before = await meeting.state()
    both = await close(client, meeting.office, "committee")
    await assert_refused(meeting, before, both, 409, "motion-not-confirmed", "quorum-not-met")
    confirmed = await meeting.confirm({"counts": counts_of(few)})
    assert confirmed.json()["tally"]["quorum_met"] is False
    assert not any(line["carried"] for line in confirmed.json()["tally"]["items"])
    before = await meeting.state()
    answer = await close(client, meeting.office, "committee")
    await assert_refused(meeting, before, answer, 409, "quorum-not-met")
    back = await meeting.post(meeting.second, "return", {"reason": "不足法定人数，重新开会。"})
    assert back.status_code == 200, back.text
    assert (back.json()["status"], back.json()["tally"]) == ("open", None)
    assert (await meeting.record()).status_code == 201
    assert (await meeting.confirm()).status_code == 201
    assert (await close(client, meeting.office, "committee")).status_code == 200
    assert (await meeting.state())[:3] == ("confirmed", 2, 2)


async def test_committee_that_nobody_reached_closes_without_a_vote(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client, 0)
    closed = await close(client, meeting.office, "committee")
    assert (closed.status_code, closed.json()["entered"]) == (200, 0)


async def test_withdrawn_entry_leaves_the_motion(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    gone = await client.post(
        f"/applications/{meeting.applications[1]}/withdrawal", **meeting.firm(1).speaker.auth
    )
    assert gone.status_code == 200, gone.text
    shown = (await meeting.get(meeting.second)).json()["entries"]
    assert [each["id"] for each in shown] == [meeting.entries[0]]
    counts = {"counts": counts_of(minutes(meeting))[:1]}
    assert (await meeting.confirm(counts)).status_code == 201
    closed = (await close(client, meeting.office, "committee")).json()
    assert (closed["entered"], closed["advanced"]) == (1, 1)


async def test_minutes_keep_every_ballot(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    await meeting.confirm()
    await close(client, meeting.office, "committee")
    taken = await client.get(
        meeting.office.path("/stages/committee/snapshot"), **meeting.office.supervisor.auth
    )
    kept = json.loads(taken.json()["text"])["inputs"]["minutes"]
    assert kept["ballots"][meeting.entries[1]] == dict.fromkeys(sorted(meeting.seats), "against")
    assert UUID(kept["motion"]) == UUID(meeting.motion)
