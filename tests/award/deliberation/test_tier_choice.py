"""Tiers left to the committee's choice: recorded over HTTP, checked, and closed upon."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.stages.models import Stage, TierChoice
from app.platform.ground import Ground
from tests.award.deliberation.ballots import ONE_EACH, PROPOSING, TIERS, ballot, scored, voting
from tests.award.deliberation.meeting import Meeting, assert_refused, convene, declare, told, vote
from tests.award.deliberation.test_votes import outcomes
from tests.factories import Caller, close, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio

CHOSEN = PROPOSING | {"by": "choice"}
LINES = scored((1, 620), (2, 600), (3, 590), (4, 580))


async def before_committee(
    ground: Ground, client: AsyncClient, *, held: bool = True, **changes: Any
) -> Meeting:
    """Four entries, of which the first three are carried where the vote has been held."""
    text = voting(ballot(**CHOSEN), tiers=TIERS, quotas=changes.get("quotas", ONE_EACH))
    meeting = await convene(ground, client, 4, regulation_text=text, outcomes=LINES)
    if held:
        await vote(meeting, 6, 5, 4, 1)
    return meeting


def line(
    meeting: Meeting, place: int, tier: str | None, reason: str | None = None
) -> dict[str, Any]:
    return {"entry": meeting.entries[place], "tier": tier, "reason": reason}


async def choose(
    meeting: Meeting, *lines: dict[str, Any], by: Caller | None = None, **more: Any
) -> Response:
    body = {"choices": list(lines), "document": "评委会会议纪要〔2026〕2号"} | more
    path = meeting.office.path("/stages/committee/tier-choice")
    return await meeting.client.post(path, json=body, **(by or meeting.office.head).auth)


async def state(meeting: Meeting) -> tuple[Any, int]:
    async with meeting.office.ground.database.reading() as db:
        kept = await db.scalar(
            select(func.count())
            .select_from(TierChoice)
            .join(Stage, Stage.id == TierChoice.stage_id)
            .where(Stage.cycle_id == meeting.office.cycle_id)
        )
    return await meeting.state(), kept or 0


async def refused(
    meeting: Meeting, before: object, answer: Response, status: int, *codes: str
) -> None:
    assert (answer.status_code, told(answer)) == (status, list(codes)), answer.text
    assert await state(meeting) == before


async def test_last_choice_decides_and_can_be_computed_again(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await before_committee(ground, client)
    waiting = await close(client, meeting.office, "committee")
    assert (waiting.status_code, told(waiting)) == (409, ["tier-choice-missing"])
    first = await choose(meeting, line(meeting, 0, "award"))
    assert first.status_code == 204, first.text
    second = await choose(
        meeting, line(meeting, 0, "merit", "近期有投诉未结。"), line(meeting, 1, "award")
    )
    assert second.status_code == 204, second.text
    closing = await close(client, meeting.office, "committee")
    assert closing.status_code == 200, closing.text
    assert await outcomes(meeting) == [
        ("advanced", "merit", None, False),
        ("advanced", "award", None, False),
        ("eliminated", None, "no-tier", False),
        ("eliminated", None, "not-carried", False),
    ]
    (_, _, _, log), kept = await state(meeting)
    assert (log.count("stage:choose-tiers"), kept) == (2, 2)


async def test_choice_that_does_not_fit_leaves_nothing(ground: Ground, client: AsyncClient) -> None:
    meeting = await before_committee(ground, client)
    before = await state(meeting)
    wrong = [
        line(meeting, 1, "award"),
        line(meeting, 2, "award"),
        line(meeting, 3, "merit"),
        {"entry": str(uuid4()), "tier": None},
    ]
    answer = await choose(meeting, *wrong)
    codes = ["entry-not-to-choose"] * 2 + ["choice-above-quota", "passed-over-without-reason"]
    await refused(meeting, before, answer, 422, *codes)


async def test_tiers_are_chosen_once_the_vote_is_confirmed(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await before_committee(ground, client, held=False)
    before = await state(meeting)
    answer = await choose(meeting, line(meeting, 0, "award"))
    await refused(meeting, before, answer, 409, "motion-not-confirmed")


async def test_number_in_principle_is_passed_with_a_reason(
    ground: Ground, client: AsyncClient
) -> None:
    quotas = [{"at_most": "1", "of": {"tier": "award"}, "in_principle": "true"}, ONE_EACH[1]]
    meeting = await before_committee(ground, client, quotas=quotas)
    before = await state(meeting)
    both = [line(meeting, 0, "award"), line(meeting, 1, "award")]
    await refused(meeting, before, await choose(meeting, *both), 422, "choice-reason-missing")
    assert (await choose(meeting, *both, reason="两家成绩均特别突出。")).status_code == 204
    assert (await close(client, meeting.office, "committee")).status_code == 200
    assert [each[1] for each in await outcomes(meeting)] == ["award", "award", None, None]


async def test_only_a_disinterested_head_records_it(ground: Ground, client: AsyncClient) -> None:
    meeting = await before_committee(ground, client)
    stranger = (await make_office(ground)).head
    before = await state(meeting)
    for caller in (meeting.office.clerk, meeting.office.supervisor, meeting.holders[0], stranger):
        answer = await choose(meeting, line(meeting, 0, "award"), by=caller)
        await refused(meeting, before, answer, 403, "not-allowed")
    await declare(ground, meeting.office.head, meeting.firm(0))
    answer = await choose(meeting, line(meeting, 0, "award"))
    await refused(meeting, before, answer, 403, "recusal-needed")


async def test_other_stages_leave_no_tiers_to_choose(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client, 1, seats=3)
    before = await state(meeting)
    answer = await choose(meeting, line(meeting, 0, "award"))
    await refused(meeting, before, answer, 409, "tier-choice-not-here")


async def test_choice_of_who_has_withdrawn_since_may_have_to_be_made_anew(
    ground: Ground, client: AsyncClient
) -> None:
    quotas = [*ONE_EACH, {"at_least": "1", "of": {"tier": "award"}}]
    meeting = await before_committee(ground, client, quotas=quotas)
    assert (await choose(meeting, line(meeting, 0, "award"))).status_code == 204
    gone = f"/applications/{meeting.applications[0]}/withdrawal"
    assert (await client.post(gone, **meeting.firm(0).speaker.auth)).status_code == 200
    before = await meeting.state()
    answer = await close(client, meeting.office, "committee")
    await assert_refused(meeting, before, answer, 409, "tier-choice-unfit")
    assert (await choose(meeting, line(meeting, 1, "award"))).status_code == 204
    assert (await close(client, meeting.office, "committee")).status_code == 200


async def test_choice_costs_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    meeting = await before_committee(ground, client)
    costs = []
    for lines in (1, 3):
        tiers = ("award", "merit", None)[:lines]
        with counting(ground) as sent:
            chosen = [line(meeting, place, tier) for place, tier in enumerate(tiers)]
            assert (await choose(meeting, *chosen)).status_code == 204
        costs.append(len(sent))
    assert costs[0] == costs[1]
