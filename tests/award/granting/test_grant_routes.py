"""The grant, the certificates, the results and the bonus list over HTTP."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.award.applications.models import Application
from app.award.granting.models import Award, GrantDecision
from app.award.granting.rules import bonus_of, bonus_rule
from app.award.records.models import Record
from app.award.roles import Role
from app.catalogue import loader
from app.platform.ground import Ground
from app.proof.jws import Typ, verify
from app.proof.keys import KeyRing, VerifyingKey
from app.rules.exact import text_from_fen
from app.rules.facts import RecordKind
from tests.award.granting.steps import Finish, acts, award, budget_funded, come_to, declare
from tests.factories import Firm, close, make_caller, make_office, stage_row
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def winner_before(ground: Ground, finish: Finish, firm: Firm, what: str) -> None:
    async with ground.database.writing() as db:
        db.add(
            Record(
                programme_id=finish.office.programme_id,
                credit_code=firm.credit_code,
                kind=RecordKind.HONOUR,
                what=what,
                on=date(2018, 5, 1),
                evidence="滨政发〔2018〕9号",
                entered_by=finish.office.clerk.person_id,
                entered_at=ground.clock(),
            )
        )


async def granted(ground: Ground, finish: Finish) -> int:
    stage = await stage_row(ground, finish.office, "grant")
    statement = select(Award.id).join(GrantDecision).where(GrantDecision.stage_id == stage.id)
    async with ground.database.reading() as db:
        return len((await db.scalars(statement)).all())


async def public(client: AsyncClient, finish: Finish) -> list[dict[str, Any]]:
    answer = await client.get(finish.office.path("/awards"))
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["items"]
    return listed


async def test_grant_gives_certificates_bonuses_and_honours(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 3)
    await winner_before(ground, finish, finish.firm(1), "award")
    await budget_funded(ground, finish.applications[2])
    answer = await award(client, finish)
    assert answer.status_code == 201, answer.text
    awards = {line["entry"]: line for line in answer.json()["awards"]}
    money = [
        (awards[str(entry)]["bonus"], awards[str(entry)]["bonus_reason"])
        for entry in finish.entries
    ]
    assert money == [
        ("500000.00", None),
        ("0.00", "not-first-win"),
        ("0.00", "budget-funded"),
    ]
    first = awards[str(finish.entries[0])]
    assert (first["tier"], first["tier_name"]) == ("award", "区长质量奖")
    assert first["title"] == "滨湖区区长质量奖"
    assert len({line["certificate_number"] for line in awards.values()}) == 3
    assert await honours(ground, finish) == set()
    assert (await close(client, finish.office, "grant")).status_code == 200
    assert await honours(ground, finish) == {
        (finish.firm(place).credit_code, "honour", "award", "滨政发〔2026〕21号")
        for place in range(3)
    }
    assert await acts(ground, finish.office, "stage:grant") == 1


async def honours(ground: Ground, finish: Finish) -> set[tuple[str, str, str, str]]:
    """What the grant has put on record."""
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Record).where(
                Record.programme_id == finish.office.programme_id, Record.on == date(2026, 3, 2)
            )
        )
        return {(row.credit_code, row.kind, row.what, row.evidence) for row in rows}


async def test_another_tier_held_before_is_a_win_of_the_programme(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 1)
    await winner_before(ground, finish, finish.firm(0), "nomination")
    (line,) = (await award(client, finish)).json()["awards"]
    assert (line["bonus"], line["bonus_reason"]) == ("0.00", "not-first-win")


async def test_the_certificate_can_be_checked_by_anybody(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 1)
    (line,) = (await award(client, finish)).json()["awards"]
    await close(client, finish.office, "grant")
    view = (await client.get(f"/public/certificates/{line['certificate_number']}")).json()
    assert view["certificate"] == line["certificate"]
    published = (await client.get("http://award.test/.well-known/jwks.json")).json()["keys"]
    ring = KeyRing(others=tuple(VerifyingKey.from_jwk(key) for key in published))
    words = verify(view["certificate"], typ=Typ.CERTIFICATE, ring=ring)
    assert words["number"] == view["certificate_number"]
    assert words["awardee"] == {
        "name": finish.firm(0).name,
        "credit_code": finish.firm(0).credit_code,
    }
    assert (words["title"], words["decided_on"]) == (view["title"], "2026-03-02")
    assert view["organisation"] == finish.firm(0).name
    assert (view["issuer"], view["ordinal"]) == ("无锡市滨湖区人民政府", 1)


async def test_awardee_stands_on_the_certificate_with_the_organisation_beside_it(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2)
    async with ground.database.writing() as db:
        (await db.get_one(Application, finish.applications[0])).awardee = "一线班组"
    lines = (await award(client, finish)).json()["awards"]
    await close(client, finish.office, "grant")
    line = next(each for each in lines if each["entry"] == str(finish.entries[0]))
    view = (await client.get(f"/public/certificates/{line['certificate_number']}")).json()
    words = verify(view["certificate"], typ=Typ.CERTIFICATE, ring=ground.keys)
    firm, other = finish.firm(0), finish.firm(1)
    assert words["awardee"] == {
        "name": "一线班组",
        "organisation": firm.name,
        "credit_code": firm.credit_code,
    }
    assert (view["awardee"], view["organisation"]) == ("一线班组", firm.name)
    assert {(each["awardee"], each["organisation"]) for each in await public(client, finish)} == {
        ("一线班组", firm.name),
        (other.name, other.name),
    }


async def test_nothing_is_public_before_the_grant_is_closed(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2)
    lines = (await award(client, finish)).json()["awards"]
    number = lines[0]["certificate_number"]
    results = f"/public/results?cycle={finish.office.cycle_id}"
    assert await public(client, finish) == []
    assert (await client.get(results)).json()["items"] == []
    hidden = await client.get(f"/public/certificates/{number}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "certificate-not-found")
    await close(client, finish.office, "grant")
    shown = await public(client, finish)
    assert [line["organisation"] for line in shown] == sorted(
        finish.firm(place).name for place in range(2)
    )
    assert set(shown[0]) == {
        "organisation",
        "awardee",
        "tier",
        "tier_name",
        "title",
        "certificate_number",
        "valid_until",
    }
    listed = (await client.get(results)).json()["items"]
    assert [line["certificate_number"] for line in listed] == [
        line["certificate_number"] for line in shown
    ]
    assert (await client.get(f"/public/certificates/{number}")).status_code == 200


async def test_results_of_all_cycles_come_page_by_page(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 3)
    await award(client, finish)
    await close(client, finish.office, "grant")
    where = f"/public/results?cycle={finish.office.cycle_id}&limit=2"
    first = (await client.get(where)).json()
    second = (await client.get(f"{where}&cursor={first['next']}")).json()
    names = [line["organisation"] for line in first["items"] + second["items"]]
    assert names == sorted(finish.firm(place).name for place in range(3))
    assert second["next"] is None
    everywhere = (await client.get("/public/results?limit=100")).json()["items"]
    assert {line["cycle_id"] for line in everywhere} >= {str(finish.office.cycle_id)}


async def test_an_unknown_certificate_is_not_found(client: AsyncClient) -> None:
    for number in ("ZS-22222222", "x", "%20"):
        answer = await client.get(f"/public/certificates/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "certificate-not-found")


async def test_grant_refuses_more_than_quota_and_places(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 4, places=2)
    answer = await award(client, finish)
    assert answer.status_code == 409
    assert [reason["code"] for reason in answer.json()["reasons"]] == [
        "quota-exceeded",
        "places-exceeded",
    ]
    assert await granted(ground, finish) == 0
    assert await acts(ground, finish.office) == 0


async def test_grant_refuses_a_date_to_come(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1)
    answer = await award(client, finish, decided_on="2026-03-03")
    assert (answer.status_code, answer.json()["code"]) == (422, "decided-in-future")
    assert answer.json()["errors"][0]["pointer"] == "/decided_on"
    assert await granted(ground, finish) == 0
    assert await acts(ground, finish.office) == 0


async def test_grant_is_final(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 2)
    assert (await award(client, finish)).status_code == 201
    again = await award(client, finish)
    assert (again.status_code, again.json()["code"]) == (409, "already-granted")
    assert await granted(ground, finish) == 2
    assert await acts(ground, finish.office) == 1


async def test_grant_only_while_the_stage_is_open(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "government", 1)
    answer = await award(client, finish)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    path = finish.office.path("/stages/government/awards")
    body = {"document": "文", "decided_on": "2026-03-02"}
    wrong = await client.post(path, json=body, **finish.office.head.auth)
    assert (wrong.status_code, wrong.json()["code"]) == (404, "stage-not-found")


async def test_only_the_head_grants(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1)
    other = await make_office(ground)
    path = finish.office.path("/stages/grant/awards")
    body = {"document": "文", "decided_on": "2026-03-02"}
    for stranger in (
        finish.firm(0).speaker,
        finish.office.clerk,
        finish.approver,
        other.head,
        await make_caller(ground, (Role.JUDGE, finish.office.programme_id)),
    ):
        answer = await client.post(path, json=body, **stranger.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert (await client.post(path, json=body)).status_code == 401
    await declare(ground, finish.office.head, finish.firm(0))
    interested = await award(client, finish)
    assert (interested.status_code, interested.json()["code"]) == (403, "recusal-needed")
    assert await granted(ground, finish) == 0
    assert await acts(ground, finish.office) == 0


async def test_the_stage_closes_on_the_grant(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 2, tiers=["award", None])
    early = await close(client, finish.office, "grant")
    assert (early.status_code, early.json()["code"]) == (409, "grant-missing")
    lines = (await award(client, finish)).json()["awards"]
    assert [line["entry"] for line in lines] == [str(finish.entries[0])]
    closing = (await close(client, finish.office, "grant")).json()
    assert (closing["advanced"], closing["eliminated"]) == (1, 1)
    path = finish.office.path("/stages/grant/entries")
    listed = (await client.get(path, **finish.office.clerk.auth)).json()["items"]
    assert {line["id"]: line["reason"] for line in listed} == {
        str(finish.entries[0]): None,
        str(finish.entries[1]): "no-tier",
    }


async def test_an_empty_stage_needs_no_grant(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 0)
    assert (await close(client, finish.office, "grant")).status_code == 200


async def test_the_snapshot_suffices_to_compute_the_bonuses_again(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2)
    await winner_before(ground, finish, finish.firm(0), "award")
    await award(client, finish)
    await close(client, finish.office, "grant")
    path = finish.office.path("/stages/grant/snapshot")
    snapshot = json.loads((await client.get(path, **finish.office.supervisor.auth)).json()["text"])
    inputs = snapshot["inputs"]
    assert len(inputs["awards"]) == 2
    for entry, stored in inputs["awards"].items():
        stood = inputs["entries"][entry]
        money = bonus_of(
            bonus_rule(finish.office.regulation.bonus, stood["track"], stood["tier"]),
            groups=stood["groups"],
            won_before=stored["won_before"],
            budget_funded=stored["budget_funded"],
        )
        assert stored["bonus"] == text_from_fen(money.fen)
        assert stored["bonus_reason"] == money.reason
    advanced = {v["entry"] for v in snapshot["verdicts"] if v["result"] == "advanced"}
    assert advanced == set(inputs["awards"])


async def test_an_award_withdrawn_before_the_closing_is_not_published(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2)
    await award(client, finish)
    gone = f"/applications/{finish.applications[0]}/withdrawal"
    assert (await client.post(gone, **finish.firm(0).speaker.auth)).status_code == 200
    await close(client, finish.office, "grant")
    assert [line["organisation"] for line in await public(client, finish)] == [finish.firm(1).name]
    assert {code for code, *_ in await honours(ground, finish)} == {finish.firm(1).credit_code}
    late = f"/applications/{finish.applications[1]}/withdrawal"
    answer = await client.post(late, **finish.firm(1).speaker.auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "awards-granted")
    assert len(await public(client, finish)) == 1
    bonus = await client.get(finish.office.path("/bonus-list"), **finish.finance.auth)
    assert bonus.json()["total"] == "500000.00"


async def test_who_may_not_read_the_bonus_list(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 2)
    await award(client, finish)
    path = finish.office.path("/bonus-list")
    assert (await client.get(path)).status_code == 401
    for stranger in (finish.firm(0).speaker, finish.office.clerk, finish.approver):
        answer = await client.get(path, **stranger.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    await declare(ground, finish.finance, finish.firm(0))
    view = (await client.get(path, **finish.finance.auth)).json()
    assert [line["credit_code"] for line in view["items"]] == [finish.firm(1).credit_code]
    assert view["total"] == "500000.00"


async def test_awards_of_an_unknown_cycle_are_not_found(
    ground: Ground, client: AsyncClient
) -> None:
    hidden = await make_office(ground, launched=False)
    for cycle in (UUID(int=0), hidden.cycle_id):
        answer = await client.get(f"/cycles/{cycle}/awards")
        assert (answer.status_code, answer.json()["code"]) == (404, "cycle-not-found")


async def test_public_reads_cost_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    cost: list[list[int]] = []
    for count in (1, 3):
        finish = await come_to(ground, "grant", count)
        await award(client, finish)
        await close(client, finish.office, "grant")
        reads: list[tuple[str, dict[str, Any]]] = [
            (finish.office.path("/awards"), {}),
            (f"/public/results?cycle={finish.office.cycle_id}", {}),
            (finish.office.path("/bonus-list"), finish.finance.auth),
        ]
        costs = []
        for path, caller in reads:
            with counting(ground) as sent:
                answer = await client.get(path, **caller)
            assert len(answer.json()["items"]) == count
            costs.append(len(sent))
        cost.append(costs)
    assert cost[0] == cost[1] == [2, 1, 4]


async def test_nothing_is_granted_in_a_cancelled_cycle(ground: Ground, client: AsyncClient) -> None:
    finish = await come_to(ground, "grant", 1)
    body = {"document": "滨政办〔2026〕9号", "reason": "本届评选因故取消"}
    cancelled = await client.post(
        finish.office.path("/cancellation"), json=body, **finish.office.head.auth
    )
    assert cancelled.status_code == 200, cancelled.text
    answer = await award(client, finish)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-open")
    assert await granted(ground, finish) == 0


LEAST = loader.regulation_text("binhu-2023").replace(
    "\nquotas:\n", "\nquotas:\n  - {at_least: 2, of: {tier: award}}\n"
)
VACANCY = {"document": "滨质办〔2026〕15号", "reason": "原候选单位未获通过，名额空缺。"}


async def test_a_place_that_must_be_filled_stays_empty_by_a_recorded_decision(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2, tiers=["award", None], regulation_text=LEAST)
    before = await acts(ground, finish.office)
    unmet = await award(client, finish)
    assert (unmet.status_code, unmet.json()["code"]) == (409, "quota-unmet")
    assert await granted(ground, finish) == 0
    assert await acts(ground, finish.office) == before
    answer = await award(client, finish, vacancy=VACANCY)
    assert (answer.status_code, answer.json()["vacancy"]) == (201, VACANCY)
    assert len(answer.json()["awards"]) == 1
    assert (await close(client, finish.office, "grant")).status_code == 200
    supervisor = finish.office.supervisor.auth
    taken = await client.get(finish.office.path("/stages/grant/snapshot"), **supervisor)
    assert json.loads(taken.json()["text"])["inputs"]["vacancy"] == VACANCY


async def test_a_decision_on_vacancies_is_refused_where_every_number_is_met(
    ground: Ground, client: AsyncClient
) -> None:
    finish = await come_to(ground, "grant", 2)
    answer = await award(client, finish, vacancy=VACANCY)
    assert (answer.status_code, answer.json()["code"]) == (422, "vacancy-not-needed")
    assert await granted(ground, finish) == 0
    assert await acts(ground, finish.office, "stage:grant") == 0
