"""The vote over HTTP: minutes, the second count, the tally, and who sees what."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from app.award.roles import Role
from app.award.stages.models import Stage
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.deliberation.meeting import (
    Meeting,
    assert_refused,
    convene,
    counts_of,
    declare,
    minutes,
    told,
)
from tests.factories import (
    Caller,
    make_caller,
    make_office,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def test_vote_from_minutes_to_tally(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    office = meeting.office
    recorded = await meeting.record()
    assert recorded.status_code == 201, recorded.text
    view = recorded.json()
    assert (view["status"], view["stage"], view["tally"]) == ("recorded", "committee", None)
    assert {each["id"] for each in view["entries"]} == set(meeting.entries)
    assert {each["tier"] for each in view["entries"]} == {"award"}
    assert (await meeting.get(office.head, "/tally")).status_code == 404
    confirmed = await meeting.confirm()
    assert confirmed.status_code == 201, confirmed.text
    assert confirmed.json()["status"] == "confirmed"
    tally = (await meeting.get(office.supervisor, "/tally")).json()
    assert confirmed.json()["tally"] == tally
    lines = {line["entry"]: line for line in tally["items"]}
    assert [lines[entry]["carried"] for entry in meeting.entries] == [True, False]
    assert (lines[meeting.entries[0]]["approve"], lines[meeting.entries[0]]["needed"]) == (6, 4)
    assert (tally["members"], tally["present"], tally["quorum_met"]) == (6, 6, True)
    log = await cycle_log(office)
    assert log.count("motion:record") == log.count("motion:confirm") == 1


async def test_minutes_are_sent_back_and_recorded_anew(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    back = await meeting.post(meeting.second, "return", {"reason": "第三张票录错。"})
    assert (back.json()["status"], back.json()["return_reason"]) == ("open", "第三张票录错。")
    assert (await meeting.record()).json()["status"] == "recorded"
    assert (await cycle_log(meeting.office)).count("motion:return") == 1


async def test_decided_motion_is_not_sent_back(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    confirmed = await meeting.confirm()
    moves = {each["move"]: each for each in confirmed.json()["actions"]}
    assert moves["return"]["reasons"] == ["motion-decided"]
    before = await meeting.state()
    answer = await meeting.post(meeting.second, "return", {"reason": "重投。"})
    await assert_refused(meeting, before, answer, 409, "motion-decided")


@pytest.mark.parametrize(
    ("status", "move"),
    [
        ("open", "confirmation"),
        ("open", "return"),
        ("recorded", "minutes"),
        ("confirmed", "minutes"),
        ("confirmed", "confirmation"),
    ],
)
async def test_moves_out_of_turn_are_refused(
    ground: Ground, client: AsyncClient, status: str, move: str
) -> None:
    meeting = await convene(ground, client)
    if status != "open":
        await meeting.record()
    if status == "confirmed":
        await meeting.confirm()
    bodies: dict[str, dict[str, Any]] = {
        "minutes": minutes(meeting),
        "confirmation": {"counts": counts_of(minutes(meeting))},
        "return": {"reason": "录错。"},
    }
    caller = meeting.office.clerk if move == "minutes" else meeting.second
    before = await meeting.state()
    answer = await meeting.post(caller, move, bodies[move])
    await assert_refused(meeting, before, answer, 409, "move-not-possible")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"issued": 7}, ["issued-exceeds-present"]),
        ({"issued": 5}, ["returned-exceeds-issued"]),
        ({"scrutineer": "赵六"}, ["teller-is-scrutineer"]),
        ({"ballots": []}, ["slips-do-not-add-up", *["choices-do-not-add-up"] * 2]),
        ({"present": [str(uuid4())]}, ["seat-unknown", *["ballot-of-absent"] * 12]),
    ],
)
async def test_minutes_that_do_not_add_up_are_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], codes: list[str]
) -> None:
    meeting = await convene(ground, client)
    before = await meeting.state()
    answer = await meeting.record(minutes(meeting, **changes))
    assert answer.status_code == 422, answer.text
    assert told(answer)[: len(codes)] == codes
    assert await meeting.state() == before


@pytest.mark.parametrize("field", ["issued", "returned"])
@pytest.mark.parametrize("value", [-1, 1.5, "6", True, None])
async def test_slips_are_whole_numbers(
    ground: Ground, client: AsyncClient, field: str, value: object
) -> None:
    meeting = await convene(ground, client, 1, seats=3)
    before = await meeting.state()
    answer = await meeting.record(minutes(meeting, **{field: value}))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    assert await meeting.state() == before


async def test_interested_member_must_be_recused(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await declare(ground, meeting.holders[0], meeting.firm(0))
    before = await meeting.state()
    await assert_refused(meeting, before, await meeting.record(), 422, "member-not-recused")
    pair = {"entry": meeting.entries[0], "seat": meeting.seats[0]}
    ballots = [
        ballot
        for ballot in minutes(meeting)["ballots"]
        if (ballot["entry"], ballot["seat"]) != (pair["entry"], pair["seat"])
    ]
    body = minutes(meeting, recused=[pair], ballots=ballots)
    assert (await meeting.record(body)).status_code == 201
    confirmed = await meeting.confirm({"counts": counts_of(body)})
    lines = {line["entry"]: line for line in confirmed.json()["tally"]["items"]}
    line = lines[meeting.entries[0]]
    assert (line["recused"], line["base"], line["needed"], line["carried"]) == (1, 5, 3, True)


async def test_second_count_must_equal_the_first(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    before = await meeting.state()
    right = counts_of(minutes(meeting))
    for wrong in (
        [{**right[0], "approve": 5, "against": 1}, right[1]],
        right[:1],
        [*right, right[0]],
        [],
    ):
        answer = await meeting.confirm({"counts": wrong})
        await assert_refused(meeting, before, answer, 409, "counts-differ")


async def test_whoever_recorded_does_not_confirm(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    before = await meeting.state()
    counts = {"counts": counts_of(minutes(meeting))}
    for move, body in (("confirmation", counts), ("return", {"reason": "录错。"})):
        answer = await meeting.post(meeting.office.clerk, move, body)
        await assert_refused(meeting, before, answer, 403, "not-allowed")
    assert (await meeting.post(meeting.office.head, "confirmation", counts)).status_code == 201


async def test_nothing_is_recorded_once_the_stage_is_closed(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    async with ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == meeting.office.cycle_id, Stage.key == "committee")
            .values(status="closed", closed_at=ground.clock())
        )
    before = await meeting.state()
    await assert_refused(meeting, before, await meeting.confirm(), 409, "stage-not-open")
    back = await meeting.post(meeting.second, "return", {"reason": "录错。"})
    await assert_refused(meeting, before, back, 409, "stage-not-open")


async def outsiders(ground: Ground, meeting: Meeting) -> list[Caller]:
    """A rival, a judge, the office of another programme, an approver."""
    return [
        meeting.firm(0).speaker,
        await make_caller(ground, (Role.JUDGE, meeting.office.programme_id)),
        (await make_office(ground)).head,
        await make_caller(ground, (Role.APPROVER, meeting.office.programme_id)),
    ]


async def test_outsiders_find_no_motion(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    await meeting.confirm()
    before = await meeting.state()
    for caller in await outsiders(ground, meeting):
        for rest in ("", "/tally"):
            await assert_refused(
                meeting, before, await meeting.get(caller, rest), 404, "motion-not-found"
            )
        listed = await client.get(meeting.office.path("/motions"), **caller.auth)
        assert listed.json() == []
        for move, body in (
            ("minutes", minutes(meeting)),
            ("confirmation", {"counts": counts_of(minutes(meeting))}),
            ("return", {"reason": "录错。"}),
        ):
            answer = await meeting.post(caller, move, body)
            await assert_refused(meeting, before, answer, 404, "motion-not-found")


async def test_an_interest_hides_one_entry_and_forbids_every_act(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client, 3)
    clerk = await make_caller(ground, (Role.CLERK, meeting.office.programme_id))
    await declare(ground, clerk, meeting.firm(1))
    seen = (await meeting.get(clerk)).json()
    shown = [meeting.entries[0], meeting.entries[2]]
    assert sorted(entry["id"] for entry in seen["entries"]) == sorted(shown)
    assert (seen["hidden"], meeting.firm(1).name in str(seen)) == (1, False)
    assert {action["move"]: action["reasons"] for action in seen["actions"]}["record"] == [
        "recusal-needed"
    ]
    before = await meeting.state()
    record = await meeting.post(clerk, "minutes", minutes(meeting))
    await assert_refused(meeting, before, record, 403, "recusal-needed")
    await meeting.record()
    before = await meeting.state()
    for move, body in (
        ("confirmation", {"counts": counts_of(minutes(meeting))}),
        ("return", {"reason": "录错。"}),
    ):
        answer = await meeting.post(clerk, move, body)
        await assert_refused(meeting, before, answer, 403, "recusal-needed")
    await meeting.confirm()
    for tally in (
        (await meeting.get(clerk)).json()["tally"],
        (await meeting.get(clerk, "/tally")).json(),
    ):
        assert sorted(line["entry"] for line in tally["items"]) == sorted(shown)
    assert (await meeting.get(meeting.office.head)).json()["hidden"] == 0


async def test_members_and_supervisor_see_the_motion_once_it_is_decided(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client)
    watchers = [meeting.holders[0], meeting.office.supervisor]
    await meeting.record()
    for caller in watchers:
        assert (await meeting.get(caller)).status_code == 404
        assert (await client.get(meeting.office.path("/motions"), **caller.auth)).json() == []
    await meeting.confirm()
    before = await meeting.state()
    for caller in watchers:
        assert (await meeting.get(caller)).json()["status"] == "confirmed"
        assert len((await client.get(meeting.office.path("/motions"), **caller.auth)).json()) == 1
        answer = await meeting.post(caller, "minutes", minutes(meeting))
        await assert_refused(meeting, before, answer, 403, "not-allowed")


async def test_head_reads_but_does_not_record(ground: Ground, client: AsyncClient) -> None:
    meeting = await convene(ground, client)
    before = await meeting.state()
    answer = await meeting.post(meeting.office.head, "minutes", minutes(meeting))
    await assert_refused(meeting, before, answer, 403, "not-allowed")
    assert (await meeting.get(meeting.office.head)).status_code == 200


async def test_first_count_is_not_shown_before_the_second(
    ground: Ground, client: AsyncClient
) -> None:
    meeting = await convene(ground, client)
    await meeting.record()
    seen = await meeting.get(meeting.second)
    assert seen.json()["tally"] is None
    assert "approve" not in seen.text


async def test_reads_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    costs: list[list[int]] = []
    for count in (1, 3):
        meeting = await convene(ground, client, count, seats=count * 2)
        body = minutes(meeting)
        await meeting.record(body)
        await meeting.confirm({"counts": counts_of(body)})
        paths = [meeting.office.path("/seats"), meeting.office.path("/motions")]
        paths += [f"/motions/{meeting.motion}", f"/motions/{meeting.motion}/tally"]
        spent = []
        for path in paths:
            with counting(ground) as sent:
                answer = await client.get(path, **meeting.office.head.auth)
            assert answer.status_code == 200
            spent.append(len(sent))
        costs.append(spent)
    assert costs[0] == costs[1] == [3, 3, 3, 3]


async def test_minutes_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    costs = []
    for count in (1, 3):
        meeting = await convene(ground, client, count)
        with counting(ground) as sent:
            assert (await meeting.record()).status_code == 201
        costs.append(len(sent))
    assert costs[0] == costs[1]


async def test_motions_of_an_unknown_cycle_are_not_found(
    ground: Ground, client: AsyncClient
) -> None:
    office, planned = await make_office(ground), await make_office(ground, launched=False)
    for cycle in (uuid4(), planned.cycle_id):
        answer = await client.get(f"/cycles/{cycle}/motions", **office.clerk.auth)
        assert (answer.status_code, told(answer)) == (404, ["cycle-not-found"])
