"""Opening, closing, ties and what is read of the sieve, over HTTP."""

import json
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.models import Entry, Outcome, Snapshot, TieDecision
from app.award.stages.queries import stage_at
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.rules.strict_yaml import load
from tests.award.granting.steps import approval, approve, come_to, declare
from tests.award.stages.steps import (
    LAUNCH,
    acts,
    count,
    decide,
    open_,
    planned,
    with_entries_to_close,
)
from tests.clock import MovableClock
from tests.factories import (
    close,
    entries_in,
    make_caller,
    make_firm,
    make_office,
    make_submitted,
    refresh_token,
    stage_row,
)
from tests.rules.regulation.award_texts import BINHU, dump
from tests.statements import counting

pytestmark = pytest.mark.anyio


def published_first() -> str:
    """Binhu's regulation with the notice before the government's approval: order is data."""
    tree: Any = load(BINHU)
    keys = [stage["key"] for stage in tree["stages"]]
    here, there = keys.index("government"), keys.index("notice")
    stages = tree["stages"]
    stages[here], stages[there] = stages[there], stages[here]
    return dump(tree)


# --- opening


async def test_a_stage_opens_and_says_so(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    answer = await open_(client, office, "intake")
    assert answer.status_code == 200, answer.text
    stages = {stage["key"]: stage for stage in answer.json()}
    assert stages["intake"]["status"] == "open"
    assert stages["intake"]["opened_at"] == "2026-03-02T01:00:00Z"
    assert stages["intake"]["actions"] == [
        {"move": "open", "allowed": False, "reasons": ["move-not-possible"]}
    ]
    assert stages["eligibility"]["status"] == "waiting"
    assert await acts(ground, office, "stage:open") == 1


async def test_a_stage_does_not_open_too_early(ground: Ground, client: AsyncClient) -> None:
    office = await planned(ground, client)
    await client.post(office.path("/launch"), json=LAUNCH, **office.head.auth)
    before = await acts(ground, office)
    answer = await open_(client, office, "intake")
    assert (answer.status_code, answer.json()["code"]) == (409, "too-early")
    assert "2026-04-01 09:00" in answer.json()["detail"]
    both = await open_(client, office, "grant")
    assert [reason["code"] for reason in both.json()["reasons"]] == [
        "earlier-stage-open",
        "too-early",
    ]
    assert (await stage_row(ground, office, "intake")).status == "waiting"
    assert await acts(ground, office) == before


async def test_a_stage_waits_for_the_one_before(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    assert (await open_(client, office, "intake")).status_code == 200
    answer = await open_(client, office, "government")
    assert (answer.status_code, answer.json()["code"]) == (409, "earlier-stage-open")
    assert (await stage_row(ground, office, "government")).status == "waiting"
    assert await acts(ground, office) == 1


async def test_a_stage_opens_once(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    assert (await open_(client, office, "intake")).status_code == 200
    twice = await open_(client, office, "intake")
    assert (twice.status_code, twice.json()["code"]) == (409, "move-not-possible")
    unknown = await open_(client, office, "nowhere")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "stage-not-found")
    assert await acts(ground, office) == 1


async def test_only_the_office_opens(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    for stranger in (judge, other.head, office.supervisor, (await make_firm(ground)).speaker):
        answer = await open_(client, office, "intake", stranger)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.post(office.path("/stages/intake/opening"))).status_code == 401
    assert await acts(ground, office) == 0


async def test_what_advanced_flows_in_with_its_tier(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 3, regulation_text=published_first())
    one, two, three = finish.entries
    await approve(client, finish, approval((one, True), (two, False), (three, True)))
    gone = f"/applications/{finish.applications[2]}/withdrawal"
    assert (await client.post(gone, **finish.firm(2).speaker.auth)).status_code == 200
    assert (await close(client, finish.office, "government")).status_code == 200
    assert (await open_(client, finish.office, "grant")).status_code == 200
    path = finish.office.path("/stages/grant/entries")
    (line,) = (await client.get(path, **finish.office.clerk.auth)).json()["items"]
    assert line["application_id"] == str(finish.applications[0])
    assert (line["tier"], line["result"]) == ("award", None)


# --- closing


async def test_the_intake_closes_after_its_deadline(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await entries_in(office, "intake", 2)
    early = await close(client, office, "intake")
    assert (early.status_code, early.json()["code"]) == (409, "intake-not-settled")
    assert (await stage_row(ground, office, "intake")).status == "open"
    assert await acts(ground, office) == 0
    clock.move(days=30, seconds=60)
    await refresh_token(ground, office.head)
    answer = await close(client, office, "intake")
    assert answer.status_code == 200, answer.text
    closing = answer.json()
    assert (closing["entered"], closing["advanced"], closing["eliminated"]) == (2, 2, 0)
    stage = await stage_row(ground, office, "intake")
    assert await count(ground, Snapshot.stage_id == stage.id) == 1
    assert await acts(ground, office, "stage:close") == 1


async def test_a_stage_closes_once(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    assert (await close(client, office, "intake")).status_code == 200
    twice = await close(client, office, "intake")
    assert (twice.status_code, twice.json()["code"]) == (409, "move-not-possible")
    waiting = await close(client, office, "grant")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "move-not-possible")
    stage = await stage_row(ground, office, "intake")
    assert await count(ground, Snapshot.stage_id == stage.id) == 1
    assert await acts(ground, office) == 1


async def test_only_the_head_closes(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    path = office.path("/stages/intake/closing")
    for stranger in (office.clerk, office.supervisor):
        answer = await client.post(path, **stranger.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await stage_row(ground, office, "intake")).status == "open"
    assert await acts(ground, office) == 0


async def test_a_dry_run_shows_everything_and_keeps_nothing(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    trial = await client.post(
        office.path("/stages/intake/opening?dry_run=true"), **office.clerk.auth
    )
    assert {s["key"]: s["status"] for s in trial.json()}["intake"] == "open"
    assert (await stage_row(ground, office, "intake")).status == "waiting"
    await with_entries_to_close(ground, clock, office)
    path = office.path("/stages/intake/closing?dry_run=true")
    shown = (await client.post(path, **office.head.auth)).json()
    assert (shown["entered"], shown["advanced"]) == (2, 2)
    stage = await stage_row(ground, office, "intake")
    assert stage.status == "open"
    assert await count(ground, Snapshot.stage_id == stage.id) == 0
    made = Outcome.entry_id.in_(select(Entry.id).where(Entry.stage_id == stage.id))
    assert await count(ground, made) == 0
    assert await acts(ground, office) == 0
    kept = (await close(client, office, "intake")).json()
    assert kept | {"checkpoint": shown["checkpoint"]} == shown, "acts are salted: roots differ"


# --- ties


async def test_a_later_tie_decision_replaces_the_first(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    (_, one), (_, two), (_, three) = await entries_in(office, "documents", 3)
    answer = await decide(client, office, office.head, two, one)
    assert answer.status_code == 204, answer.text
    clock.move(minutes=1)
    assert (await decide(client, office, office.head, three, one)).status_code == 204
    async with ground.database.reading() as db:
        stage = await stage_row(ground, office, "documents")
        at = await stage_at(db, stage)
        assert at.tie_order == (str(three), str(one))
        orders = await db.scalars(select(TieDecision.order).where(TieDecision.stage_id == stage.id))
        assert sorted(orders.all()) == sorted([[two, one], [three, one]])
    assert await acts(ground, office, "stage:decide-tie") == 2


async def test_a_tie_decision_names_entries_of_the_stage_each_once(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (_, one), (_, two) = await entries_in(office, "documents", 2)
    for order in ((one, one), (one, uuid4()), (one, two, one)):
        answer = await decide(client, office, office.head, *order)
        assert (answer.status_code, answer.json()["code"]) == (422, "tie-order-wrong")
    alone = await decide(client, office, office.head, one)
    assert (alone.status_code, alone.json()["code"]) == (422, "invalid-input")
    clerk = await decide(client, office, office.clerk, one, two)
    assert (clerk.status_code, clerk.json()["code"]) == (403, "not-allowed")
    assert await acts(ground, office) == 0


async def test_a_tie_is_decided_only_while_the_stage_is_open(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (_, one), (_, two) = await entries_in(office, "government", 2)
    answer = await decide(client, office, office.head, one, two)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    assert await acts(ground, office) == 0


# --- what is read


async def test_the_ranking_is_hidden_until_the_stage_is_closed(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    path = office.path("/stages/intake/ranking")
    before = await client.get(path, **office.head.auth)
    assert (before.status_code, before.json()["code"]) == (403, "not-allowed")
    await close(client, office, "intake")
    for reader in (office.head, office.clerk):
        view = (await client.get(path, **reader.auth)).json()
        assert [line["result"] for line in view["items"]] == ["advanced", "advanced"]
        assert {line["points"] for line in view["items"]} == {None}
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    rival = (await make_firm(ground)).speaker
    for stranger in (judge, rival, office.supervisor):
        hidden = await client.get(path, **stranger.auth)
        assert (hidden.status_code, hidden.json()["code"]) == (403, "not-allowed")


async def test_the_ranking_leaves_out_whom_the_reader_has_an_interest_in(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    await close(client, office, "intake")
    application, firm = next(iter(office.firms.items()))
    await declare(ground, office.clerk, firm)
    path = office.path("/stages/intake/ranking")
    whole = (await client.get(path, **office.head.auth)).json()["items"]
    seen = (await client.get(path, **office.clerk.auth)).json()["items"]
    assert seen == [line for line in whole if line["application"] != str(application)]
    assert (len(whole), len(seen)) == (2, 1)


async def test_reading_a_snapshot_leaves_a_row_in_the_log(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    await with_entries_to_close(ground, clock, office)
    path = office.path("/stages/intake/snapshot")
    early = await client.get(path, **office.supervisor.auth)
    assert (early.status_code, early.json()["code"]) == (403, "not-allowed")
    closing = (await close(client, office, "intake")).json()
    for stranger in (office.head, office.clerk, (await make_firm(ground)).speaker):
        hidden = await client.get(path, **stranger.auth)
        assert (hidden.status_code, hidden.json()["code"]) == (403, "not-allowed")
    assert await acts(ground, office, "stage:read-snapshot") == 0
    view = (await client.get(path, **office.supervisor.auth)).json()
    assert view["digest"] == closing["digest"] == digest_text(view["text"])
    snapshot = json.loads(view["text"])
    assert (snapshot["stage"], snapshot["round"]) == ("intake", 1)
    assert snapshot["regulation"] == office.regulation_hash
    assert {line["application"] for line in snapshot["verdicts"]} == set(map(str, office.firms))
    assert await acts(ground, office, "stage:read-snapshot") == 1


async def test_the_entries_of_a_stage_are_for_the_office_alone(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    (first, one), (_, two) = await entries_in(office, "documents", 2)
    path = office.path("/stages/documents/entries")
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    for stranger in (judge, office.firms[first].speaker, (await make_office(ground)).clerk):
        assert (await client.get(path, **stranger.auth)).json()["items"] == []
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=office.firms[first].id,
                interest="owner",
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    seen = (await client.get(path, **office.clerk.auth)).json()["items"]
    assert [line["id"] for line in seen] == [str(two)]
    everything = (await client.get(path, **office.head.auth)).json()["items"]
    assert {line["id"] for line in everything} == {str(one), str(two)}


async def test_lists_cost_the_same_for_one_entry_and_three(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    cost = []
    for number in (1, 3):
        clock.rest()
        office = await make_office(ground)
        await entries_in(office, "intake", number)
        clock.move(days=31)
        for caller in (office.head, office.clerk):
            await refresh_token(ground, caller)
        await close(client, office, "intake")
        costs = []
        for rest in ("/stages", "/stages/intake/entries", "/stages/intake/ranking"):
            with counting(ground) as sent:
                answer = await client.get(office.path(rest), **office.clerk.auth)
            assert answer.status_code == 200
            costs.append(len(sent))
        cost.append(costs)
    assert cost[0] == cost[1] == [1, 2, 3]


async def test_a_withdrawal_reaches_the_stage_that_had_still_to_judge(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    ((application, entry),) = await entries_in(office, "documents", 1)
    gone = f"/applications/{application}/withdrawal"
    answer = await client.post(gone, **office.firms[application].speaker.auth)
    assert answer.status_code == 200, answer.text
    async with ground.database.reading() as db:
        outcome = await db.get_one(Outcome, entry)
        assert outcome.result == "withdrawn"


async def test_who_withdraws_between_two_stages_is_not_let_in(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "government", 2, regulation_text=published_first())
    await approve(client, finish, approval(*((entry, True) for entry in finish.entries)))
    assert (await close(client, finish.office, "government")).status_code == 200
    gone = f"/applications/{finish.applications[0]}/withdrawal"
    assert (await client.post(gone, **finish.firm(0).speaker.auth)).status_code == 200
    assert (await open_(client, finish.office, "grant")).status_code == 200
    path = finish.office.path("/stages/grant/entries")
    (line,) = (await client.get(path, **finish.office.clerk.auth)).json()["items"]
    assert line["application_id"] == str(finish.applications[1])


async def test_who_never_entered_a_stage_is_not_on_it(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    await entries_in(office, "documents", 1)
    late = await make_submitted(office, await make_firm(ground))
    path = office.path("/stages/documents/entries")
    listed = (await client.get(path, **office.clerk.auth)).json()["items"]
    assert str(late) not in {line["application_id"] for line in listed}
