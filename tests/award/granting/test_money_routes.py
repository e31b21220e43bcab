"""What is paid over HTTP: groups, first wins across cycles, and awards elsewhere (配套奖励)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import anyio
import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from app.award.granting.models import Matched
from app.award.programmes.models import Cycle
from app.award.records.models import Record
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Stage, TierChoice
from app.catalogue import loader
from app.platform.ground import Ground
from app.rules.facts import RecordKind
from tests.award.granting.steps import Finish, award, budget_funded, come_to, declare
from tests.factories import Firm, close, make_submitted, stage_row
from tests.statements import counting

pytestmark = pytest.mark.anyio

BINHU = loader.regulation_text("binhu-2023")
MATCHING = """
matching:
  - {key: city, honour: [无锡市市长质量奖], share: 50%}
  - {key: nation, honour: [中国质量奖], amount: "300000.00"}

bonus:
"""
REGULATION = BINHU.replace("\nbonus:\n", MATCHING, 1)


async def honour(ground: Ground, finish: Finish, firm: Firm, name: str, **changes: Any) -> None:
    """An award elsewhere goes on record."""
    fields: dict[str, Any] = {
        "kind": RecordKind.HONOUR_ELSEWHERE,
        "what": "city",
        "award": name,
        "on": date(2025, 6, 1),
        "evidence": "锡政发〔2025〕31号",
        "entered_at": ground.clock(),
    }
    async with ground.database.writing() as db:
        db.add(
            Record(
                programme_id=finish.office.programme_id,
                credit_code=firm.credit_code,
                entered_by=finish.office.clerk.person_id,
                **fields | changes,
            )
        )


async def next_cycle(ground: Ground, finish: Finish, firm: Firm) -> Finish:
    """Another cycle of the programme with the firm before the grant."""
    now = ground.clock()
    async with ground.database.writing() as db:
        old = await db.get_one(Cycle, finish.office.cycle_id)
        cycle = Cycle(
            programme_id=old.programme_id,
            regulation_hash=old.regulation_hash,
            ordinal=old.ordinal + 1,
            label="下一届",
            period_from=date(2026, 1, 1),
            period_to=date(2026, 12, 31),
            cut_off=date(2026, 12, 31),
            status=old.status,
            places=old.places,
            launched_at=now,
            created_at=now,
        )
        db.add(cycle)
        await db.flush()
        stage = Stage(
            cycle_id=cycle.id,
            key="grant",
            kind="grant",
            name="授奖",
            position=0,
            status=StageStatus.OPEN,
            opened_at=now,
            opens_at=now,
            closes_at=now + timedelta(days=30),
        )
        db.add(stage)
    office = replace(finish.office, cycle_id=cycle.id, firms={})
    application = await make_submitted(office, firm)
    async with ground.database.writing() as db:
        entry = Entry(
            stage_id=stage.id,
            application_id=application,
            organisation_id=firm.id,
            round=1,
            track="organisation",
            tier="award",
            entered_at=now,
        )
        db.add(entry)
    return Finish(office, [entry.id], [application], finish.approver, finish.finance)


async def matched(ground: Ground, finish: Finish) -> list[tuple[str, int]]:
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Matched).where(Matched.programme_id == finish.office.programme_id)
        )
        return sorted((row.key, row.amount_fen) for row in rows)


async def bonus_list(client: AsyncClient, finish: Finish) -> Any:
    answer = await client.get(finish.office.path("/bonus-list"), **finish.finance.auth)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_bonus_list_carries_awards_elsewhere(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 2, regulation_text=REGULATION)
    first, second = finish.firm(0), finish.firm(1)
    await honour(ground, finish, first, "无锡市市长质量奖", bonus_fen=100_000_001)
    await honour(ground, finish, second, "中国质量奖")
    await honour(ground, finish, second, "别的奖", bonus_fen=5)
    await honour(ground, finish, second, "中国质量奖", on=date(2024, 12, 31))
    await honour(ground, finish, second, "中国质量奖", on=date(2026, 1, 1))
    granted = (await award(client, finish)).json()
    paid = {(one["credit_code"], one["key"], one["gross"]) for one in granted["matched"]}
    assert paid == {
        (first.credit_code, "city", "500000.01"),
        (second.credit_code, "nation", "300000.00"),
    }
    listed = await bonus_list(client, finish)
    assert sorted(listed["matched"], key=str) == sorted(granted["matched"], key=str)
    assert {one["organisation"] for one in listed["matched"]} == {first.name, second.name}
    assert listed["total"] == "1800000.01"
    assert (await close(client, finish.office, "grant")).status_code == 200


async def test_an_honour_is_matched_once_for_ever(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1, regulation_text=REGULATION)
    firm = finish.firm(0)
    await honour(ground, finish, firm, "中国质量奖")
    await honour(ground, finish, firm, "中国质量奖", grade="提名奖")
    assert (await award(client, finish)).status_code == 201
    assert await matched(ground, finish) == [("nation", 30_000_000)]
    later = await next_cycle(ground, finish, firm)
    await honour(ground, finish, firm, "中国质量奖", evidence="补登")
    await honour(ground, finish, firm, "无锡市市长质量奖", bonus_fen=200)
    answer = await award(client, later)
    assert answer.status_code == 201, answer.text
    assert [one["key"] for one in answer.json()["matched"]] == ["city"]
    assert await matched(ground, finish) == [("city", 100), ("nation", 30_000_000)]


async def test_what_was_taken_back_is_not_matched(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1, regulation_text=REGULATION)
    await honour(ground, finish, finish.firm(0), "中国质量奖")
    revoked = {"kind": RecordKind.REVOCATION, "what": "fraud", "on": date(2025, 9, 1)}
    await honour(ground, finish, finish.firm(0), "中国质量奖", **revoked)
    assert (await award(client, finish)).json()["matched"] == []


async def test_a_share_waits_for_the_other_bonus(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1, regulation_text=REGULATION)
    await honour(ground, finish, finish.firm(0), "无锡市市长质量奖")
    answer = await award(client, finish)
    assert (answer.status_code, answer.json()["code"]) == (409, "honour-without-bonus")
    assert await matched(ground, finish) == []
    await honour(ground, finish, finish.firm(0), "无锡市市长质量奖", bonus_fen=100)
    assert [one["gross"] for one in (await award(client, finish)).json()["matched"]] == ["0.50"]


async def test_interest_in_an_organisation_that_is_matched(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2, tiers=["award", None], regulation_text=REGULATION)
    other = await come_to(ground, "grant", 1)
    firm = other.firm(0)
    await honour(ground, finish, firm, "中国质量奖")
    assert (await award(client, finish)).status_code == 201
    assert len((await bonus_list(client, finish))["matched"]) == 1
    await declare(ground, finish.finance, firm)
    listed = await bonus_list(client, finish)
    assert (listed["matched"], listed["total"]) == ([], "500000.00")
    again = await come_to(ground, "grant", 1, regulation_text=REGULATION)
    await honour(ground, again, firm, "中国质量奖")
    await declare(ground, again.office.head, firm)
    answer = await award(client, again)
    assert (answer.status_code, answer.json()["code"]) == (403, "recusal-needed")


async def test_two_cycles_that_grant_at_once_pay_a_first_win_once(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 1)
    later = await next_cycle(ground, finish, finish.firm(0))
    answers: list[Any] = []

    async def give(which: Finish) -> None:
        answers.append(await award(client, which))

    async with anyio.create_task_group() as both:
        both.start_soon(give, finish)
        both.start_soon(give, later)
    assert [answer.status_code for answer in answers] == [201, 201], [a.text for a in answers]
    lines = [line for answer in answers for line in answer.json()["awards"]]
    assert sorted(line["bonus"] for line in lines) == ["0.00", "500000.00"]


async def test_a_group_left_out_has_its_award_without_money(
    ground: Ground, client: AsyncClient
) -> None:
    text = BINHU.replace("except: [budget_funded]", "except: [budget_funded, specialised]", 1)
    made_of = "{key: srdi, name: 专精特新, kind: declared, fact: srdi, one_of: ['yes']}"
    group = f"groups:\n  - {{key: specialised, name: 专精特新, when: {made_of}}}\n\nquotas:\n"
    finish = await come_to(ground, "grant", 2, regulation_text=text.replace("quotas:\n", group, 1))
    async with ground.database.writing() as db:
        await db.execute(
            update(Entry).where(Entry.id == finish.entries[0]).values(groups=("specialised",))
        )
    lines = {line["entry"]: line for line in (await award(client, finish)).json()["awards"]}
    money = [(lines[str(e)]["bonus"], lines[str(e)]["bonus_reason"]) for e in finish.entries]
    assert money == [("0.00", "group-left-out"), ("500000.00", None)]


async def test_the_award_under_its_earlier_name_was_a_first_win(
    ground: Ground, client: AsyncClient
) -> None:
    text = BINHU.replace("\ncycle:\n", "\nformerly: [滨湖区质量管理奖]\n\ncycle:\n", 1)
    finish = await come_to(ground, "grant", 2, regulation_text=text)
    await honour(ground, finish, finish.firm(0), "滨湖区质量管理奖", on=date(2012, 5, 1))
    lines = {line["entry"]: line for line in (await award(client, finish)).json()["awards"]}
    reasons = [lines[str(entry)]["bonus_reason"] for entry in finish.entries]
    assert reasons == ["not-first-win", None]


async def test_a_reasoned_choice_goes_beyond_a_number_in_principle(
    ground: Ground, client: AsyncClient
) -> None:
    text = BINHU.replace(
        "    of: {tier: award}\n", "    of: {tier: award}\n    in_principle: true\n", 1
    )
    finish = await come_to(ground, "grant", 4, regulation_text=text)
    answer = await award(client, finish)
    assert (answer.status_code, answer.json()["code"]) == (409, "quota-exceeded")
    stage = await stage_row(ground, finish.office, "grant")
    for number, reason, status in ((1, None, 409), (2, "本届候选单位水平普遍较高", 201)):
        async with ground.database.writing() as db:
            db.add(
                TierChoice(
                    stage_id=stage.id,
                    round=1,
                    number=number,
                    lines=[],
                    document="滨质奖办〔2026〕8号",
                    reason=reason,
                    decided_at=ground.clock(),
                )
            )
        assert (await award(client, finish)).status_code == status


async def test_an_award_for_some_years_is_shown_as_expired_after_them(
    ground: Ground, client: AsyncClient
) -> None:
    text = BINHU.replace(
        "    name: 区长质量奖\n", "    name: 区长质量奖\n    valid: {years: 3}\n", 1
    )
    finish = await come_to(ground, "grant", 2, regulation_text=text)
    lines = (await award(client, finish, decided_on="2023-03-01")).json()["awards"]
    assert {line["valid_until"] for line in lines} == {"2026-03-01"}
    await close(client, finish.office, "grant")
    listed = (await client.get(f"/public/results?cycle={finish.office.cycle_id}")).json()["items"]
    assert [line["expired"] for line in listed] == [True, True]
    view = (await client.get(f"/public/certificates/{lines[0]['certificate_number']}")).json()
    assert (view["valid_until"], view["expired"]) == ("2026-03-01", True)


async def test_matching_costs_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    cost = []
    for count in (1, 1, 3):  # the first reads the regulation, which is kept
        finish = await come_to(ground, "grant", count, regulation_text=REGULATION)
        for place in range(count):
            await honour(ground, finish, finish.firm(place), "中国质量奖")
        with counting(ground) as sent:
            answer = await award(client, finish)
        assert len(answer.json()["matched"]) == count
        cost.append(len(sent))
    assert cost[1] == cost[2]


async def test_the_bonus_list_sums_what_is_paid(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 3)
    await budget_funded(ground, finish.applications[1])
    await award(client, finish)
    path = finish.office.path("/bonus-list")
    for reader in (finish.finance, finish.office.head, finish.office.supervisor):
        view = (await client.get(path, **reader.auth)).json()
        assert view["total"] == "1000000.00"
        lines = {line["credit_code"]: (line["gross"], line["reason"]) for line in view["items"]}
        assert lines == {
            finish.firm(0).credit_code: ("500000.00", None),
            finish.firm(1).credit_code: ("0.00", "budget-funded"),
            finish.firm(2).credit_code: ("500000.00", None),
        }
