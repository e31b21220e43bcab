"""Disagreements and scorebooks over HTTP: what is shown when, proposals, answers, the lock."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.scoring.models import Agreement, Scorebook, ScorebookItem, ScorebookRevision
from app.platform.audit.checkpoints import checkpoint
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.proof.jws import Typ, verify
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import (
    ITEMS,
    Bench,
    agree,
    declare_interest,
    interested_clerk,
    judge_all,
    lock_book,
    lock_sheet,
    make_bench,
    make_judge,
    propose,
    propose_all,
    reasons,
    refused,
    score_all,
    scorebooks,
    sheet_of,
)
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def compared(
    ground: Ground, client: AsyncClient, percentages: tuple[int, ...] = (50, 55, 60)
) -> tuple[Bench, str]:
    """A panel whose members have all locked, and its one scorebook."""
    bench = await make_bench(ground, client)
    await judge_all(client, bench, list(percentages))
    return bench, (await scorebooks(client, bench))[0]["id"]


async def stored(ground: Ground, book: str) -> tuple[Any, ...]:
    """Everything of a scorebook that a refusal must leave as it was."""
    key = UUID(book)
    async with ground.database.reading() as db:
        head = (
            await db.execute(
                select(Scorebook.status, Scorebook.version, Scorebook.digest).where(
                    Scorebook.id == key
                )
            )
        ).one()
        items = await db.execute(
            select(ScorebookItem.code, ScorebookItem.percentage, ScorebookItem.version)
            .where(ScorebookItem.scorebook_id == key)
            .order_by(ScorebookItem.position)
        )
        revisions = await db.scalars(
            select(ScorebookRevision.version).where(ScorebookRevision.scorebook_id == key)
        )
        answers = await db.scalars(select(Agreement.id).where(Agreement.scorebook_id == key))
        return tuple(head), tuple(map(tuple, items)), len(revisions.all()), len(answers.all())


async def read(client: AsyncClient, bench: Bench, book: str, member: int = 0) -> Any:
    answer = await client.get(f"/scorebooks/{book}", **bench.judges[member].auth)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_members_see_each_other_only_when_all_have_locked(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    book = (await scorebooks(client, bench))[0]["id"]
    place = f"/panels/{bench.panel_id}/disagreements"
    for judge, percentage in zip(bench.judges, (40, 70, 85), strict=True):
        view = await read(client, bench, book)
        assert {json.dumps(item["individual"]) for item in view["items"]} == {"null"}
        assert not any(item["disagreement"] for item in view["items"])
        assert (await client.get(place, **bench.judges[0].auth)).json() == []
        sheet = await sheet_of(client, judge)
        await score_all(bench, sheet, percentage)
        still = await read(client, bench, book)
        assert {json.dumps(item["individual"]) for item in still["items"]} == {"null"}
        assert (await lock_sheet(client, judge, sheet)).status_code == 200
    item = (await read(client, bench, book, member=2))["items"][0]
    given = {each["expert_id"]: each["percentage"] for each in item["individual"]}
    experts = [str(judge.expert_id) for judge in bench.judges]
    assert given == dict(zip(experts, (40, 70, 85), strict=True))
    assert item["disagreement"] == ["item_span", "bands_apart"]


async def test_disagreements_are_those_of_the_rule(ground: Ground, client: AsyncClient) -> None:
    bench = await make_bench(ground, client)
    for judge, percentage in zip(bench.judges, (50, 55, 60), strict=True):
        sheet = await sheet_of(client, judge)
        apart = 25 if percentage == 60 else 50
        await score_all(bench, sheet, percentage, i4_1_2=apart)
        assert (await lock_sheet(client, judge, sheet)).status_code == 200
    place = f"/panels/{bench.panel_id}/disagreements"
    found = await client.get(place, **bench.judges[1].auth)
    assert found.status_code == 200, found.text
    assert found.json() == [
        {
            "entry_id": str(bench.entries[0]),
            "stage": "documents",
            "organisation": next(iter(bench.office.firms.values())).name,
            "items": [
                {
                    "item": "4.1.2",
                    "low": "25",
                    "high": "50",
                    "reasons": ["item_span", "bands_apart"],
                }
            ],
        }
    ]
    for who, status, code in (
        (bench.office.clerk, 403, "not-allowed"),
        (bench.office.head, 403, "not-allowed"),
        (bench.office.supervisor, 404, "panel-not-found"),
        (await interested_clerk(bench.office), 404, "panel-not-found"),
        ((await make_judge(bench.office)).caller, 404, "panel-not-found"),
    ):
        refused(await client.get(place, **who.auth), status, code)


async def test_comparing_is_logged(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    await client.get(f"/panels/{bench.panel_id}/disagreements", **bench.judges[1].auth)
    await read(client, bench, book, member=1)
    async with ground.database.reading() as db:
        rows = await db.execute(
            select(AuditEvent.act, AuditEvent.person_id).where(
                AuditEvent.act.in_(["panel:compare", "scorebook:read"]),
                AuditEvent.subject.in_([UUID(book), UUID(bench.panel_id)]),
            )
        )
        person = bench.judges[1].caller.person_id
        assert sorted(rows.all()) == [("panel:compare", person), ("scorebook:read", person)]


async def test_scorebooks_are_for_members_alone(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    office, log, before = bench.office, await cycle_log(bench.office), await stored(ground, book)
    rival = next(iter(office.firms.values())).speaker
    outsider = (await make_judge(office)).caller
    for who in (office.clerk, office.head, office.supervisor, rival, outsider):
        refused(await client.get(f"/scorebooks/{book}", **who.auth), 404, "scorebook-not-found")
        put = await client.put(
            f"/scorebooks/{book}/items/4.1.2",
            json={"percentage": 60},
            **who.with_headers(If_Match='"v0"'),
        )
        refused(put, 404, "scorebook-not-found")
        for place, body in (("agreements", {"agrees": True}), ("lock", None)):
            answer = await client.post(f"/scorebooks/{book}/{place}", json=body, **who.auth)
            refused(answer, 404, "scorebook-not-found")
    listed = f"/panels/{bench.panel_id}/scorebooks"
    assert (await client.get(listed, **office.clerk.auth)).json() == []
    refused(await client.get(listed, **outsider.auth), 404, "panel-not-found")
    await declare_interest(bench, bench.judges[2], bench.entries[0])
    late = bench.judges[2].auth
    refused(await client.get(f"/scorebooks/{book}", **late), 404, "scorebook-not-found")
    assert (await client.get(listed, **late)).json() == []
    assert (await stored(ground, book), await cycle_log(office)) == (before, log)


async def test_only_the_leader_proposes_and_locks(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    before, log = await stored(ground, book), await cycle_log(bench.office)
    member = bench.judges[1]
    refused(await propose(client, member, book, "4.1.2", 55), 403, "not-allowed")
    refused(await lock_book(client, member, book), 403, "not-allowed")
    assert (await stored(ground, book), await cycle_log(bench.office)) == (before, log)
    view = await read(client, bench, book, member=1)
    assert view["actions"] == []


async def test_nothing_is_proposed_before_all_have_locked(
    ground: Ground, client: AsyncClient
) -> None:
    bench = await make_bench(ground, client)
    book = (await scorebooks(client, bench))[0]["id"]
    before, log = await stored(ground, book), await cycle_log(bench.office)
    answer = await propose(client, bench.judges[0], book, "4.1.2", 55, reason="先行")
    problem = refused(answer, 409, "sheets-not-locked")
    assert "3" in problem["detail"]
    assert (await stored(ground, book), await cycle_log(bench.office)) == (before, log)


@pytest.mark.parametrize(
    ("code", "percentage", "reason", "status", "expected"),
    [
        ("4.1.2", 65, None, 422, "reason-outside-span"),
        ("4.1.2", 45, None, 422, "reason-outside-span"),
        ("4.1.2", 57, "理由", 422, "multiple-of-5"),
        ("4.1.2", 105, "理由", 422, "out-of-range"),
        ("9.9", 55, "理由", 404, "item-not-found"),
    ],
)
async def test_wrong_proposal_is_refused(
    ground: Ground,
    client: AsyncClient,
    code: str,
    percentage: int,
    reason: str | None,
    status: int,
    expected: str,
) -> None:
    bench, book = await compared(ground, client)
    before, log = await stored(ground, book), await cycle_log(bench.office)
    answer = await propose(client, bench.judges[0], book, code, percentage, reason=reason)
    refused(answer, status, expected)
    stale = await propose(client, bench.judges[0], book, "4.1.2", 55, seen='"v3"')
    refused(stale, 412, "stale")
    assert (await stored(ground, book), await cycle_log(bench.office)) == (before, log)


async def test_disputed_item_needs_a_reason(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client, (40, 55, 70))
    leader = bench.judges[0]
    refused(await propose(client, leader, book, "4.1.2", 55), 422, "reason-in-disagreement")
    both = await propose(client, leader, book, "4.1.2", 75)
    assert reasons(refused(both, 422, "invalid-input")) == [
        "reason-outside-span",
        "reason-in-disagreement",
    ]
    set_ = await propose(client, leader, book, "4.1.2", 75, reason="现场证据充分")
    assert (set_.status_code, set_.headers["etag"]) == (200, '"v1"')
    assert set_.json() == {
        "code": "4.1.2",
        "percentage": 75,
        "reason": "现场证据充分",
        "version": 1,
    }


async def test_the_log_of_a_proposal_tells_no_percentage(
    ground: Ground, client: AsyncClient
) -> None:
    bench, book = await compared(ground, client)
    assert (await propose(client, bench.judges[0], book, "4.1.2", 55)).status_code == 200
    async with ground.database.reading() as db:
        body = await db.scalar(
            select(AuditEvent.body).where(
                AuditEvent.act == "scorebook:propose", AuditEvent.subject == UUID(book)
            )
        )
    assert json.loads(body or "{}")["detail"] == {"item": "4.1.2", "version": 1}


async def test_consensus_is_answered_and_locked(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    leader, second, third = bench.judges
    await propose_all(bench, book, 55)
    for judge in (leader, second):
        assert (await agree(client, judge, book)).status_code == 201
    early = refused(await lock_book(client, leader, book), 409, "answer-missing")
    assert third.caller.name in early["detail"]
    answer = await agree(client, third, book, agrees=False, dissent="4.7 的证据不足")
    assert answer.status_code == 201, answer.text
    answers = {each["expert_id"]: each["agrees"] for each in answer.json()["answers"]}
    assert answers == {
        str(leader.expert_id): True,
        str(second.expert_id): True,
        str(third.expert_id): False,
    }
    locked = await lock_book(client, leader, book)
    assert locked.status_code == 200, locked.text
    said = locked.json()
    receipt = verify(said["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    assert (said["total"], receipt["scorebook"], receipt["digest"]) == ("550", book, said["digest"])
    again = await client.get(f"/scorebooks/{book}/receipt", **third.auth)
    assert again.json() == said
    async with ground.database.reading() as db:
        content = await db.scalar(select(Scorebook.content).where(Scorebook.id == UUID(book)))
    assert content is not None
    assert digest_text(content) == said["digest"]
    assert receipt["log"] == str(bench.office.cycle_id)
    async with ground.database.writing() as db:
        await checkpoint(db, str(receipt["log"]), "test", ground.clock(), ground.keys)
    where = f"/public/log/{receipt['log']}/proof"
    proof = await client.get(where, params={"leaf": str(receipt["leaf"])})
    assert proof.status_code == 200
    dissents = [each["dissent"] for each in json.loads(content)["answers"]]
    assert sorted(map(str, dissents)) == sorted(["None", "None", "4.7 的证据不足"])
    view = await read(client, bench, book)
    assert (view["status"], view["total"], len(view["items"])) == ("locked", "550", ITEMS)
    log = await cycle_log(bench.office)
    assert (log.count("scorebook:agree"), log.count("scorebook:lock")) == (3, 1)


async def test_a_change_voids_the_answers(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    leader, *others = bench.judges
    await propose_all(bench, book, 55)
    for judge in bench.judges:
        assert (await agree(client, judge, book)).status_code == 201
    changed = await propose(client, leader, book, "4.7.2", 60, seen='"v1"')
    assert changed.status_code == 200, changed.text
    view = await read(client, bench, book)
    assert {each["agrees"] for each in view["answers"]} == {None}
    problem = refused(await lock_book(client, leader, book), 409, "several-reasons")
    assert reasons(problem) == ["answer-missing"] * 3
    for judge in (leader, *others):
        assert (await agree(client, judge, book)).status_code == 201
    assert (await lock_book(client, leader, book)).status_code == 200


async def test_wrong_answers_are_refused(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    member = bench.judges[1]
    problem = refused(await agree(client, member, book), 409, "several-reasons")
    assert reasons(problem) == ["scorebook-incomplete"] * ITEMS
    await propose_all(bench, book, 55)
    before, log = await stored(ground, book), await cycle_log(bench.office)
    silent = await agree(client, member, book, agrees=False)
    refused(silent, 422, "dissent-missing")
    old = await client.post(
        f"/scorebooks/{book}/agreements", json={"agrees": True, "version": 3}, **member.auth
    )
    refused(old, 409, "scorebook-changed")
    assert await stored(ground, book) == before
    assert await cycle_log(bench.office) == log
    assert (await agree(client, member, book)).status_code == 201
    after, log = await stored(ground, book), await cycle_log(bench.office)
    refused(await agree(client, member, book), 409, "already-answered")
    assert (await stored(ground, book), await cycle_log(bench.office)) == (after, log)


async def test_locked_scorebook_does_not_change(ground: Ground, client: AsyncClient) -> None:
    bench, book = await compared(ground, client)
    leader = bench.judges[0]
    refused(await client.get(f"/scorebooks/{book}/receipt", **leader.auth), 404, "not-locked")
    unset = refused(await lock_book(client, leader, book), 409, "several-reasons")
    assert reasons(unset) == ["scorebook-incomplete"] * ITEMS + ["answer-missing"] * 3
    await propose_all(bench, book, 55)
    for judge in bench.judges:
        await agree(client, judge, book)
    assert (await lock_book(client, leader, book)).status_code == 200
    before, log = await stored(ground, book), await cycle_log(bench.office)
    late = await propose(client, leader, book, "4.1.2", 60, seen='"v1"')
    refused(late, 409, "already-locked")
    refused(await agree(client, leader, book), 409, "already-locked")
    refused(await lock_book(client, leader, book), 409, "move-not-possible")
    assert (await stored(ground, book), await cycle_log(bench.office)) == (before, log)
    unknown = await client.get(f"/scorebooks/{uuid4()}", **leader.auth)
    refused(unknown, 404, "scorebook-not-found")


async def test_reads_cost_the_same_for_one_and_three(ground: Ground, client: AsyncClient) -> None:
    costs = []
    for count in (1, 3):
        bench = await make_bench(ground, client, count=count)
        book, cost = (await scorebooks(client, bench))[0]["id"], []
        for place in (
            f"/panels/{bench.panel_id}/disagreements",
            f"/panels/{bench.panel_id}/scorebooks",
            f"/scorebooks/{book}",
        ):
            with counting(ground) as sent:
                answer = await client.get(place, **bench.judges[0].auth)
            assert answer.status_code == 200
            cost.append(len(sent))
        costs.append(cost)
    assert costs[0] == costs[1]
