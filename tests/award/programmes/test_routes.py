"""Authorities, programmes, regulations and planned cycles over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.programmes.models import Adoption, Authority, Cycle, Programme, RegulationEdition
from app.award.programmes.models import Slot as SlotRow
from app.award.roles import Role
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from app.rules.regulation.read import digest
from tests.factories import Caller, Office, make_caller, make_firm, make_office
from tests.rules.regulation.award_texts import BINHU, changed
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def rows(ground: Ground, *conditions: Any) -> int:
    async with ground.database.reading() as db:
        return await db.scalar(select(func.count()).where(*conditions)) or 0


async def acts(ground: Ground, log: UUID) -> int:
    return await rows(ground, AuditEvent.log == log)


async def administrator(ground: Ground) -> Caller:
    return await make_caller(ground, (Role.SYSTEM_ADMINISTRATOR, None))


def cycle(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "regulation_hash": office.regulation_hash,
        "ordinal": 2,
        "label": "2028年度",
        "period_from": "2027-01-01",
        "period_to": "2027-12-31",
        "cut_off": "2027-12-31",
    } | changes


def slots(*keys: str, **changes: str) -> dict[str, Any]:
    slot = {"opens_at": "2026-04-01T09:00:00+08:00", "closes_at": "2026-04-30T17:30:00+08:00"}
    return {"slots": [{"stage": key} | slot | changes for key in keys]}


async def test_an_authority_with_a_programme(ground: Ground, client: AsyncClient) -> None:
    admin, name = await administrator(ground), f"监管局{uuid4().hex}"
    made = await client.post("/authorities", json={"name": name}, **admin.auth)
    assert made.status_code == 201, made.text
    again = await client.post("/authorities", json={"name": name}, **admin.auth)
    assert (again.status_code, again.json()["code"]) == (409, "name-taken")
    body = {"authority_id": made.json()["id"], "name": "区长质量奖"}
    programme = await client.post("/programmes", json=body, **admin.auth)
    assert programme.status_code == 201, programme.text
    twice = await client.post("/programmes", json=body, **admin.auth)
    assert (twice.status_code, twice.json()["code"]) == (409, "name-taken")
    nowhere = body | {"authority_id": str(uuid4())}
    lost = await client.post("/programmes", json=nowhere, **admin.auth)
    assert (lost.status_code, lost.json()["code"]) == (404, "not-found")
    assert lost.json()["reasons"][0]["pointer"] == "/authority_id"
    assert await rows(ground, Authority.name == name) == 1
    assert await rows(ground, Programme.authority_id == UUID(made.json()["id"])) == 1
    for subject in (made.json()["id"], programme.json()["id"]):
        assert await rows(ground, AuditEvent.subject == UUID(subject)) == 1


async def test_only_the_system_administrator_sets_up(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    name = f"监管局{uuid4().hex}"
    for caller in (office.head, await make_caller(ground, (Role.SECURITY_ADMINISTRATOR, None))):
        one = await client.post("/authorities", json={"name": name}, **caller.auth)
        body = {"authority_id": str(office.authority_id), "name": name}
        other = await client.post("/programmes", json=body, **caller.auth)
        assert (one.status_code, other.status_code) == (403, 403)
    assert (await client.post("/authorities", json={"name": name})).status_code == 401
    assert await rows(ground, Authority.name == name) == 0
    assert await rows(ground, Programme.name == name) == 0


async def test_a_sound_regulation_is_adopted_and_explained(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    text = changed("/quotas/0/at_most", "5", BINHU)
    body = {"text": text, "document": "滨政发〔2026〕3号"}
    where = f"/programmes/{office.programme_id}/regulations"
    for _ in range(2):
        answer = await client.post(where, json=body, **office.head.auth)
        assert answer.status_code == 201, answer.text
        assert answer.json() == {
            "hash": digest(text),
            "code": "binhu-2023",
            "title": "滨湖区区长质量奖评定管理办法",
        }
    edition = (await client.get(f"/regulations/{digest(text)}")).json()
    assert edition["text"] == text
    assert {p["stage"] for p in edition["explanation"]} >= {"intake", "site", "grant"}
    assert any(p["assumed"] for p in edition["explanation"])
    assert await rows(ground, Adoption.regulation_hash == digest(text)) == 1


async def test_two_editions_are_compared_rule_by_rule(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    longer = changed("/stages/8/length/working_days", "7", BINHU)
    for text in (BINHU, longer):
        body = {"text": text, "document": "滨政发〔2026〕3号"}
        where = f"/programmes/{office.programme_id}/regulations"
        answer = await client.post(where, json=body, **office.head.auth)
        assert answer.status_code == 201, answer.text
    where = f"/regulations/{digest(longer)}/difference"
    told = (await client.get(where, params={"since": digest(BINHU)})).json()
    (only,) = told["changes"]
    assert only["zh"] == "环节“公示”（stages/notice/length/working_days）：由 5 改为 7。"
    assert [(each["stage"], each["text"][:9]) for each in told["come"]] == [
        ("notice", "公示7个工作日。（")
    ]
    unknown = await client.get(where, params={"since": "sha256:" + "0" * 64})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "regulation-not-found")


FAULTY = changed(
    "/stages/5/of/0/share",
    "80%",
    changed("/bonus/0/tier", "gold", changed("/stages/3/start_from", "nowhere", BINHU)),
)
FAULTS = {"/stages/3/start_from", "/stages/5/of", "/bonus/0/tier"}


async def test_a_faulty_regulation_names_every_fault_and_is_not_adopted(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    checked = (await client.post("/regulations/check", json={"text": FAULTY})).json()
    assert (checked["sound"], checked["hash"]) == (False, None)
    assert {fault["path"] for fault in checked["faults"]} == FAULTS
    assert all(fault["mend"] and fault["zh"] and fault["en"] for fault in checked["faults"])
    where = f"/programmes/{office.programme_id}/regulations"
    body = {"text": FAULTY, "document": "文"}
    answer = await client.post(where, json=body, **office.head.auth)
    assert answer.status_code == 422
    errors = {error["pointer"]: error for error in answer.json()["errors"]}
    assert set(errors) == {f"/text#{path}" for path in FAULTS}
    assert {error["code"] for error in errors.values()} == {"regulation-faulty"}
    assert "90%" in errors["/text#/stages/5/of"]["detail"]
    assert await rows(ground, RegulationEdition.hash == digest(FAULTY)) == 0
    assert await rows(ground, Adoption.programme_id == office.programme_id) == 1
    assert await rows(ground, AuditEvent.subject == office.programme_id) == 0


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("/stages/6/mode", "electronic", "vote_not_offered"),
        ("/tracks/0/criteria", "gbt-19580-2099", "unknown_criteria"),
        ("/stages/4/rubric", "defence-1000", "unknown_criteria"),
        ("/stages/5/ties/1/category", "9.9", "unknown_category"),
        ("/bars/0/key", "accident", "duplicate_key"),
        ("/stages/4/division", "by_category", "division_unfit"),
    ],
)
async def test_a_regulation_that_cannot_be_run_here_is_not_adopted(
    ground: Ground, client: AsyncClient, path: str, value: str, code: str
) -> None:
    office = await make_office(ground)
    text = changed(path, value, BINHU)
    checked = (await client.post("/regulations/check", json={"text": text})).json()
    assert checked["sound"] is False
    (fault,) = [f for f in checked["faults"] if path.startswith(f["path"])]
    assert (fault["code"], bool(fault["mend"])) == (code, True)
    where = f"/programmes/{office.programme_id}/regulations"
    answer = await client.post(where, json={"text": text, "document": "文"}, **office.head.auth)
    assert answer.status_code == 422
    told = {e["pointer"] for e in answer.json().get("errors") or [answer.json()]}
    assert f"/text#{fault['path']}" in told
    assert await rows(ground, Adoption.programme_id == office.programme_id) == 1
    assert await rows(ground, AuditEvent.subject == office.programme_id) == 0


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "schema: award-regulation/1\nschema: x"])
async def test_what_is_no_regulation_at_all_is_told_so(client: AsyncClient, text: str) -> None:
    answer = await client.post("/regulations/check", json={"text": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["sound"] is False
    assert answer.json()["faults"]


async def test_only_the_head_adopts(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    where = f"/programmes/{office.programme_id}/regulations"
    text = changed("/title", f"办法{uuid4().hex}", BINHU)
    for caller in (office.clerk, other.head, await administrator(ground)):
        answer = await client.post(where, json={"text": text, "document": "文"}, **caller.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert await rows(ground, RegulationEdition.hash == digest(text)) == 0


async def test_unknown_editions_are_not_found(ground: Ground, client: AsyncClient) -> None:
    nobody = "sha256:" + "0" * 64
    for where, code in (
        (f"/regulations/{nobody}", "regulation-not-found"),
        (f"/criteria/{nobody}", "criteria-not-found"),
    ):
        answer = await client.get(where)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    office = await make_office(ground)
    where = f"/programmes/{uuid4()}/cycles"
    lost = await client.post(where, json=cycle(office), **office.head.auth)
    assert (lost.status_code, lost.json()["code"]) == (404, "programme-not-found")


async def test_a_cycle_is_opened_under_an_adopted_edition(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    where = f"/programmes/{office.programme_id}/cycles"
    answer = await client.post(where, json=cycle(office), **office.head.auth)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["places"], made["ordinal"]) == ("planned", None, 2)
    view = (await client.get(f"/cycles/{made['id']}", **office.clerk.auth)).json()
    assert view["timetable"] == []
    head = (await client.get(f"/cycles/{made['id']}", **office.head.auth)).json()
    assert {a["move"] for a in head["actions"] if a["allowed"]} == {"launch", "cancel"}
    sets = await client.get(f"/cycles/{office.cycle_id}/criteria")
    assert [one["code"] for one in sets.json()] == ["defence-100", "gbt-19580-2012"]
    same = await client.get(f"/criteria/{sets.json()[1]['hash']}")
    assert same.json() == sets.json()[1]
    assert await acts(ground, UUID(made["id"])) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        (
            {"regulation_hash": "sha256:" + "0" * 64},
            409,
            "regulation-not-adopted",
            "/regulation_hash",
        ),
        ({"ordinal": 1}, 409, "ordinal-taken", "/ordinal"),
        ({"period_to": "2026-12-31"}, 422, "period-wrong", "/period_to"),
        ({"ordinal": 0}, 422, "invalid-input", "/ordinal"),
        ({"ordinal": "2"}, 422, "invalid-input", "/ordinal"),
        ({"label": "年\n度"}, 422, "invalid-input", "/label"),
        ({"cut_off": None}, 422, "invalid-input", "/cut_off"),
        ({"places": 3}, 422, "invalid-input", "/places"),
    ],
)
async def test_a_wrong_cycle_is_refused(
    ground: Ground,
    client: AsyncClient,
    changes: dict[str, Any],
    status: int,
    code: str,
    pointer: str,
) -> None:
    office = await make_office(ground)
    where = f"/programmes/{office.programme_id}/cycles"
    answer = await client.post(where, json=cycle(office, **changes), **office.head.auth)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert [r["pointer"] for r in problem.get("errors") or problem["reasons"]] == [pointer]
    assert await rows(ground, Cycle.programme_id == office.programme_id) == 1


async def test_only_the_head_opens_a_cycle(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    where = f"/programmes/{office.programme_id}/cycles"
    for caller in (office.clerk, office.supervisor, other.head):
        answer = await client.post(where, json=cycle(office), **caller.auth)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert await rows(ground, Cycle.programme_id == office.programme_id) == 1


async def test_a_planned_cycle_is_hidden_from_everybody_else(
    ground: Ground, client: AsyncClient
) -> None:
    office, other = await make_office(ground, launched=False), await make_office(ground)
    firm = await make_firm(ground)
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    for stranger in (other.head, firm.speaker, judge):
        answers = [
            await client.get(office.path(), **stranger.auth),
            await client.put(office.path("/timetable"), json=slots("intake"), **stranger.auth),
            await client.get(office.path("/criteria"), **stranger.auth),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (404, "cycle-not-found")
    listed = (await client.get("/cycles?limit=100")).json()["items"]
    assert str(office.cycle_id) not in {one["id"] for one in listed}
    assert await acts(ground, office.cycle_id) == 0


async def test_the_timetable_is_set_until_the_launch(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground, launched=False)
    path = office.path("/timetable")
    first = await client.put(path, json=slots("intake", "grant"), **office.clerk.auth)
    assert first.status_code == 200, first.text
    second = await client.put(path, json=slots("eligibility"), **office.head.auth)
    assert [slot["stage"] for slot in second.json()["timetable"]] == ["eligibility"]
    assert second.json()["timetable"][0]["opens_at"] == "2026-04-01T01:00:00Z"
    assert await acts(ground, office.cycle_id) == 2


async def test_a_faulty_timetable_names_every_fault_and_keeps_the_old_one(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground, launched=False)
    path = office.path("/timetable")
    await client.put(path, json=slots("intake"), **office.clerk.auth)
    faulty = slots("site", "site", "nowhere")
    faulty["slots"][0]["closes_at"] = faulty["slots"][0]["opens_at"]
    answer = await client.put(path, json=faulty, **office.clerk.auth)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/slots/0/closes_at", "slot-reversed"),
        ("/slots/1/stage", "slot-twice"),
        ("/slots/2/stage", "slot-unknown"),
    ]
    view = (await client.get(office.path(), **office.clerk.auth)).json()
    assert [slot["stage"] for slot in view["timetable"]] == ["intake"]
    assert await acts(ground, office.cycle_id) == 1


async def test_an_hour_without_its_zone_is_refused(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground, launched=False)
    body = slots("intake", opens_at="2026-04-01T09:00:00")
    answer = await client.put(office.path("/timetable"), json=body, **office.clerk.auth)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/slots/0/opens_at"
    assert await rows(ground, SlotRow.cycle_id == office.cycle_id) == 0


async def test_the_timetable_stands_after_the_launch(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    answer = await client.put(office.path("/timetable"), json=slots("intake"), **office.head.auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "move-not-possible")
    assert await rows(ground, SlotRow.cycle_id == office.cycle_id) == len(office.regulation.stages)
    assert await acts(ground, office.cycle_id) == 0


async def test_lists_cost_one_statement_and_turn_their_pages(
    ground: Ground, client: AsyncClient
) -> None:
    offices = [await make_office(ground) for _ in range(3)]
    for path in ("/authorities", "/programmes", "/cycles", "/regulations"):
        for limit in (1, 3):
            with counting(ground) as sent:
                answer = await client.get(f"{path}?limit={limit}")
            assert len(answer.json()["items"]) <= limit
            assert len(sent) == 1
    seen: set[str] = set()
    where: str | None = "/programmes?limit=50"
    while where:
        page = (await client.get(where)).json()
        assert not seen & {one["id"] for one in page["items"]}
        seen |= {one["id"] for one in page["items"]}
        where = page["next"] and f"/programmes?limit=50&cursor={page['next']}"
    assert seen >= {str(office.programme_id) for office in offices}


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "bnVsbA", "WyJhIiwiYiJd"])
async def test_an_unreadable_cursor_is_refused(client: AsyncClient, cursor: str) -> None:
    answer = await client.get(f"/programmes?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-unreadable")


async def test_reading_a_cycle_costs_the_same_for_one_slot_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    cost = []
    for keys in (("intake",), ("intake", "site", "grant")):
        office = await make_office(ground, launched=False)
        await client.put(office.path("/timetable"), json=slots(*keys), **office.clerk.auth)
        with counting(ground) as sent:
            answer = await client.get(office.path(), **office.clerk.auth)
        assert len(answer.json()["timetable"]) == len(keys)
        cost.append(len(sent))
    assert cost[0] == cost[1] == 3


SPECIAL = changed("/cycle", {"every_years": "2", "special": "true"}, BINHU)


async def test_a_cycle_out_of_turn_needs_the_regulation_and_a_document(
    ground: Ground, client: AsyncClient
) -> None:
    office, special = await make_office(ground), await make_office(ground, regulation_text=SPECIAL)
    early = {"cut_off": "2026-12-31"}
    for one, more, code, pointer in (
        (office, {}, "cycle-out-of-turn", "/cut_off"),
        (office, {"special_document": "文"}, "special-cycle-not-provided", "/special_document"),
        (special, {}, "cycle-out-of-turn", "/cut_off"),
    ):
        where = f"/programmes/{one.programme_id}/cycles"
        answer = await client.post(where, json=cycle(one, **early, **more), **one.head.auth)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["reasons"][0]["pointer"] == pointer
        assert await rows(ground, Cycle.programme_id == one.programme_id) == 1
    where = f"/programmes/{special.programme_id}/cycles"
    document = {"special_document": "滨政办〔2026〕1号"}
    body = cycle(special, **early, **document)
    made = await client.post(where, json=body, **special.head.auth)
    assert made.status_code == 201, made.text
    assert made.json()["special_document"] == "滨政办〔2026〕1号"
    regular = cycle(special, ordinal=3)  # the special cycle stands in nobody's way
    assert (await client.post(where, json=regular, **special.head.auth)).status_code == 201


async def test_a_cancelled_cycle_gives_its_turn_back(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    why = {"document": "文", "reason": "因故"}
    assert (
        await client.post(office.path("/cancellation"), json=why, **office.head.auth)
    ).status_code == 200
    where = f"/programmes/{office.programme_id}/cycles"
    body = cycle(office, cut_off="2026-12-31")
    assert (await client.post(where, json=body, **office.head.auth)).status_code == 201
