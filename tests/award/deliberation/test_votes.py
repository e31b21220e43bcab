"""Secret votes over HTTP: shortlists, two votes, votes that propose or console."""

import json
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update

from app.award.deliberation.contest import contest_of, verdicts
from app.award.deliberation.models import Minutes
from app.award.stages.models import Entry, Outcome, Snapshot, Stage
from app.platform.ground import Ground
from tests.award.deliberation.ballots import ONE_EACH, PROPOSING, TIERS, ballot, scored, voting
from tests.award.deliberation.meeting import (
    Meeting,
    assert_refused,
    convene,
    minutes,
    numbers,
    sit,
    told,
    vote,
)
from tests.factories import close, stage_row
from tests.statements import counting

pytestmark = pytest.mark.anyio

Told = list[tuple[str, str | None, str | None, bool]]


async def outcomes(meeting: Meeting, key: str = "committee") -> Told:
    """Result, tier, reason and whether it is settled, of every entry; and that the snapshot amounts
    to the same.
    """
    stage = await stage_row(meeting.office.ground, meeting.office, key)
    async with meeting.office.ground.database.reading() as db:
        rows = (
            await db.execute(
                select(Entry.id, Outcome)
                .join(Outcome, Outcome.entry_id == Entry.id)
                .where(Entry.stage_id == stage.id)
            )
        ).all()
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    found = {
        str(entry): (each.result, each.tier, each.reason, each.settled) for entry, each in rows
    }
    again = verdicts(contest_of(json.loads(text or "")["inputs"]))
    assert found == {
        str(each.entry_id): (each.result.value, each.tier, each.reason, each.settled)
        for each in again
    }
    return [found[entry] for entry in meeting.entries]


async def closed(client: AsyncClient, meeting: Meeting, key: str = "committee") -> Response:
    answer: Response = await close(client, meeting.office, key)
    assert answer.status_code == 200, answer.text
    return answer


async def test_secret_vote_keeps_numbers_and_no_names(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client, regulation_text=voting(ballot()))
    await vote(meeting, 6, 2)
    tally = (await meeting.get(meeting.office.supervisor, "/tally")).json()
    assert (tally["ballot"], tally["valid"], tally["invalid"]) == ("secret", 6, 0)
    lines = {line["entry"]: (line["approve"], line["carried"]) for line in tally["items"]}
    assert [lines[entry] for entry in meeting.entries] == [(6, True), (2, False)]
    async with ground.database.reading() as db:
        kept = await db.scalar(select(Minutes.content).where(Minutes.motion_id == meeting.motion))
    content = json.loads(kept or "")
    assert "ballots" not in content
    assert not any(seat in json.dumps(content["counts"]) for seat in meeting.seats)
    await closed(client, meeting)
    assert [each[0] for each in await outcomes(meeting)] == ["advanced", "eliminated"]


@pytest.mark.parametrize(
    ("rule", "code"), [("secret", "vote-is-secret"), ("named", "vote-is-named")]
)
async def test_minutes_of_the_other_form_are_refused(
    ground: Ground, client: AsyncClient, rule: str, code: str
) -> None:
    meeting = await convene(ground, client, regulation_text=voting(ballot(ballot=rule)))
    before = await meeting.state()
    body = minutes(meeting) if rule == "secret" else numbers(meeting, 6, 2)
    await assert_refused(meeting, before, await meeting.record(body), 422, code)


async def test_secret_count_that_contradicts_itself_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client, regulation_text=voting(ballot()))
    before = await meeting.state()
    body = numbers(meeting, 6, 2, valid=5)
    answer = await meeting.record(body)
    codes = ["slips-do-not-add-up", *["choices-exceed-valid-slips"] * 2]
    await assert_refused(meeting, before, answer, 422, *codes)


async def test_committee_of_the_wrong_size_cannot_decide(
    ground: Ground, client: AsyncClient
) -> None:
    text = voting(ballot(), committee={"at_least": "7", "odd": "true"})
    meeting = await convene(ground, client, regulation_text=text)
    before = await meeting.state()
    answer = await meeting.record(numbers(meeting, 6, 2))
    await assert_refused(meeting, before, answer, 409, "committee-too-small", "committee-even")


async def test_vote_waits_for_the_panel_of_the_same_meeting(
    ground: Ground, client: AsyncClient
) -> None:
    text = voting(ballot(meeting_of="defence"))
    meeting = await convene(ground, client, regulation_text=text)
    here = update(Stage).where(Stage.cycle_id == meeting.office.cycle_id, Stage.key == "defence")
    async with ground.database.writing() as db:
        await db.execute(here.values(status="open"))
    before = await meeting.state()
    early = await meeting.record(numbers(meeting, 6, 2))
    await assert_refused(meeting, before, early, 409, "meeting-still-scores")
    async with ground.database.writing() as db:
        await db.execute(here.values(status="closed"))
    await vote(meeting, 6, 2)


async def test_two_shortlists_before_any_scoring(ground: Ground, client: AsyncClient) -> None:
    first = {"first": {"places": "2", "level": "all_in"}}
    text = voting(
        ballot(key="longlist", advance=first), ballot(key="shortlist"), after="eligibility"
    )
    meeting = await convene(
        ground, client, 4, regulation_text=text, key="longlist", outcomes=[{}] * 4
    )
    await vote(meeting, 6, 5, 5, 4)
    await closed(client, meeting, "longlist")
    out = ("eliminated", None, "below-cut", False)
    on = ("advanced", None, None, False)
    assert await outcomes(meeting, "longlist") == [on, on, on, out]
    second = await sit(ground, client, meeting.office, "shortlist", meeting.seats, meeting.holders)
    assert second.motion != meeting.motion
    await vote(second, 6, 6, 0)
    await closed(client, second, "shortlist")
    no = ("eliminated", None, "not-carried", False)
    assert await outcomes(second, "shortlist") == [on, on, no]
    motions = await client.get(meeting.office.path("/motions"), **meeting.office.head.auth)
    assert [each["stage"] for each in motions.json()] == ["longlist", "shortlist"]


async def test_equal_approvals_at_a_cut_wait_for_a_decision(
    ground: Ground, client: AsyncClient
) -> None:
    text = voting(
        ballot(key="shortlist", advance={"first": {"places": "1", "level": "decision"}}),
        after="eligibility",
    )
    meeting = await convene(
        ground, client, 3, regulation_text=text, key="shortlist", outcomes=[{}] * 3
    )
    await vote(meeting, 5, 5, 3)
    before = await meeting.state()
    refused = await close(client, meeting.office, "shortlist")
    await assert_refused(meeting, before, refused, 409, "tie-unresolved")
    await decide(client, meeting, "shortlist", 1, 0)
    await closed(client, meeting, "shortlist")
    results = [each[0] for each in await outcomes(meeting, "shortlist")]
    assert results == ["eliminated", "advanced", "eliminated"]


async def decide(client: AsyncClient, meeting: Meeting, key: str, *order: int) -> None:
    body = {
        "order": [meeting.entries[place] for place in order],
        "document": "滨质奖办〔2026〕7号",
        "reason": "再次表决。",
    }
    path = meeting.office.path(f"/stages/{key}/tie-decision")
    answer = await client.post(path, json=body, **meeting.office.head.auth)
    assert answer.status_code == 204, answer.text


async def test_vote_after_the_publicity_keeps_the_tiers(
    ground: Ground, client: AsyncClient
) -> None:
    text = voting(ballot(), after="notice")
    meeting = await convene(
        ground, client, 2, regulation_text=text, outcomes=[{"tier": "award"}] * 2
    )
    await vote(meeting, 6, 0)
    await closed(client, meeting)
    assert await outcomes(meeting) == [
        ("advanced", "award", None, False),
        ("eliminated", None, "not-carried", False),
    ]


def proposing(**changes: Any) -> str:
    return voting(ballot(**PROPOSING, **changes), tiers=TIERS, quotas=ONE_EACH)


async def test_vote_proposes_by_approvals_then_by_the_last_score(
    ground: Ground, client: AsyncClient
) -> None:
    told_before = scored((3, 580), (2, 600), (1, 620), (4, 560))
    meeting = await convene(ground, client, 4, regulation_text=proposing(), outcomes=told_before)
    await vote(meeting, 6, 5, 5, 2)
    await closed(client, meeting)
    assert await outcomes(meeting) == [
        ("advanced", "award", None, False),
        ("eliminated", None, "no-place", False),
        ("advanced", "merit", None, False),
        ("eliminated", None, "not-carried", False),
    ]


async def test_floor_of_a_vote_is_held_against_the_last_score(
    ground: Ground, client: AsyncClient
) -> None:
    floors = [{"tier": "award", "at_least": "600"}, {"tier": "merit", "at_least": "570"}]
    told_before = scored((2, 580), (1, 600), (3, 560))
    text = proposing(floors=floors)
    meeting = await convene(ground, client, 3, regulation_text=text, outcomes=told_before)
    await vote(meeting, 6, 5, 6)
    await closed(client, meeting)
    assert await outcomes(meeting) == [
        ("advanced", "merit", None, False),
        ("advanced", "award", None, False),
        ("eliminated", None, "below-floor", False),
    ]


async def test_equal_approvals_and_ranks_at_a_quota_wait_for_a_decision(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(
        ground, client, 2, regulation_text=proposing(), outcomes=scored((1, 600), (1, 600))
    )
    await vote(meeting, 5, 5)
    before = await meeting.state()
    refused = await close(client, meeting.office, "committee")
    await assert_refused(meeting, before, refused, 409, "tie-unresolved")
    await decide(client, meeting, "committee", 1, 0)
    await closed(client, meeting)
    assert [each[1] for each in await outcomes(meeting)] == ["merit", "award"]


async def test_who_is_not_carried_may_be_consoled(ground: Ground, client: AsyncClient) -> None:
    text = voting(ballot(consolation="merit"), tiers=TIERS, quotas=ONE_EACH)
    award: dict[str, Any] = {"tier": "award"}
    meeting = await convene(ground, client, 3, regulation_text=text, outcomes=[award, {}, {}])
    await vote(meeting, 6, 2, 3)
    await closed(client, meeting)
    assert await outcomes(meeting) == [
        ("advanced", "award", None, False),
        ("eliminated", None, "not-carried", False),
        ("advanced", "merit", None, True),
    ]


async def test_votes_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    costs = []
    for count in (1, 3):
        places = scored(*[(rank + 1, 600 - rank) for rank in range(count)])
        text = proposing(consolation="merit")
        meeting = await convene(ground, client, count, regulation_text=text, outcomes=places)
        body = numbers(meeting, *[6] * count)
        with counting(ground) as recording:
            assert (await meeting.record(body)).status_code == 201
        assert (await meeting.confirm({"counts": body["counts"]})).status_code == 201
        with counting(ground) as closing:
            answer = await close(client, meeting.office, "committee")
        assert answer.status_code == 200, told(answer)
        costs.append((len(recording), len(closing)))
    assert costs[0] == costs[1]
