"""Records over HTTP."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.records.models import Conflict, Interest, Record
from app.award.roles import Role
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.factories import Office, credit_code, make_caller, make_firm, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "credit_code": credit_code(),
        "kind": "incident",
        "what": "safety",
        "on": "2024-05-06",
        "evidence": "锡应急〔2024〕12号",
    } | changes


NOTHING_MORE = dict.fromkeys(("until", "award", "grade", "cycle_ordinal", "bonus", "predecessor"))


def path(office: Office) -> str:
    return f"/programmes/{office.programme_id}/records"


async def kept(ground: Ground, office: Office) -> int:
    async with ground.database.reading() as db:
        statement = select(func.count()).where(Record.programme_id == office.programme_id)
        return await db.scalar(statement) or 0


async def test_a_record_is_entered_with_its_evidence(ground: Ground, client: AsyncClient) -> None:
    office, body = await make_office(ground), incident()
    answer = await client.post(path(office), json=body, **office.clerk.auth)
    assert answer.status_code == 201, answer.text
    entered = answer.json()
    assert entered == NOTHING_MORE | body | {"id": entered["id"]}
    for reader in (office.clerk, office.head, office.supervisor):
        listed = await client.get(path(office), **reader.auth)
        assert listed.json() == {"items": [entered], "next": None}
    async with ground.database.reading() as db:
        act = await db.scalar(select(AuditEvent).where(AuditEvent.subject == entered["id"]))
    assert act is not None
    assert (act.act, act.person_id) == ("programme:record", office.clerk.person_id)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"credit_code": "913202110000000000"}, "credit-code-wrong", "/credit_code"),
        ({"kind": "rumour"}, "invalid-input", "/kind"),
        ({"what": "Safety!"}, "invalid-input", "/what"),
        ({"on": "2024-02-30"}, "invalid-input", "/on"),
        ({"evidence": ""}, "invalid-input", "/evidence"),
        ({"score": 5}, "invalid-input", "/score"),
        ({"on": "2042-05-06"}, "record-ahead", "/on"),
        ({"until": "2024-05-05"}, "record-ends-before-it-begins", "/until"),
        ({"bonus": "5.00"}, "record-particular-unfit", "/bonus"),
        ({"kind": "honour", "bonus": "5"}, "invalid-input", "/bonus"),
        ({"kind": "honour", "cycle_ordinal": 0}, "invalid-input", "/cycle_ordinal"),
        (
            {"kind": "honour", "what": "award", "award": "市质量奖"},
            "record-particular-unfit",
            "/award",
        ),
        ({"kind": "honour", "what": "gold"}, "record-word-unknown", "/what"),
        ({"what": "safty"}, "record-word-unknown", "/what"),
        ({"kind": "revocation", "what": "award"}, "record-word-unknown", "/what"),
        ({"kind": "disqualification", "what": "fruad"}, "record-word-unknown", "/what"),
        ({"kind": "honour_elsewhere", "what": "city"}, "record-particular-missing", "/award"),
        (
            {"kind": "honour_elsewhere", "what": "gold", "award": "市质量奖"},
            "record-level-unknown",
            "/what",
        ),
        ({"kind": "grade", "what": "credit-grade"}, "record-particular-missing", "/grade"),
        ({"kind": "succession"}, "record-particular-missing", "/predecessor"),
    ],
)
async def test_a_wrong_record_is_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], code: str, pointer: str
) -> None:
    office = await make_office(ground)
    answer = await client.post(path(office), json=incident(**changes), **office.clerk.auth)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await kept(ground, office) == 0


@pytest.mark.parametrize(
    "particulars",
    [
        {"kind": "honour", "what": "award", "cycle_ordinal": 3, "bonus": "500000.00"},
        {
            "kind": "honour_elsewhere",
            "what": "city",
            "award": "无锡市市长质量奖",
            "grade": "提名奖",
            "cycle_ordinal": 2,
            "bonus": "0.00",
        },
        {"kind": "certificate", "what": "iso9001", "until": "2027-05-05"},
        {"kind": "grade", "what": "credit-grade", "grade": "AA", "until": "2025-05-05"},
        {"kind": "revocation", "what": "fraud", "grade": "award", "cycle_ordinal": 3},
        {"kind": "disqualification", "what": "fraud", "cycle_ordinal": 3},
        {"kind": "succession", "what": "merger", "predecessor": credit_code()},
    ],
)
async def test_a_record_of_every_kind_is_kept_whole(
    ground: Ground, client: AsyncClient, particulars: dict[str, Any]
) -> None:
    office, body = await make_office(ground), incident(**particulars)
    answer = await client.post(path(office), json=body, **office.clerk.auth)
    assert answer.status_code == 201, answer.text
    assert answer.json() == NOTHING_MORE | body | {"id": answer.json()["id"]}


async def test_nobody_succeeds_itself(ground: Ground, client: AsyncClient) -> None:
    office, body = await make_office(ground), incident(kind="succession", what="merger")
    body["predecessor"] = body["credit_code"]
    answer = await client.post(path(office), json=body, **office.clerk.auth)
    assert (answer.status_code, answer.json()["code"]) == (422, "own-predecessor")


async def test_only_the_office_enters_and_reads(ground: Ground, client: AsyncClient) -> None:
    office, other = await make_office(ground), await make_office(ground)
    firm = await make_firm(ground)
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    for stranger in (other.clerk, firm.speaker, judge):
        entering = await client.post(path(office), json=incident(), **stranger.auth)
        reading = await client.get(path(office), **stranger.auth)
        for answer in (entering, reading):
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    supervisor = await client.post(path(office), json=incident(), **office.supervisor.auth)
    assert supervisor.status_code == 403
    assert (await client.post(path(office), json=incident())).status_code == 401
    assert await kept(ground, office) == 0


async def test_records_of_one_organisation_or_kind_are_found(
    ground: Ground, client: AsyncClient
) -> None:
    office, first = await make_office(ground), incident()
    winner = incident(kind="honour", what="award", credit_code=first["credit_code"])
    for body in (first, winner, incident()):
        await client.post(path(office), json=body, **office.clerk.auth)

    async def found(**query: str) -> list[str]:
        answer = await client.get(path(office), params=query, **office.clerk.auth)
        assert answer.status_code == 200, answer.text
        return sorted(each["kind"] for each in answer.json()["items"])

    assert await found(credit_code=first["credit_code"]) == ["honour", "incident"]
    assert await found(kind="incident") == ["incident"] * 2
    assert await found(kind="honour", credit_code=first["credit_code"]) == ["honour"]
    assert await found(credit_code=credit_code()) == []


async def test_whoever_has_an_interest_neither_enters_nor_reads(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    of_firm, other = incident(credit_code=firm.credit_code), incident()
    for body in (of_firm, other):
        answer = await client.post(path(office), json=body, **office.clerk.auth)
        assert answer.status_code == 201, answer.text
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=firm.id,
                interest=Interest.RELATIVE,
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    heir = incident(kind="succession", what="merger", predecessor=firm.credit_code)
    for body in (of_firm, heir):
        refused = await client.post(path(office), json=body, **office.clerk.auth)
        assert (refused.status_code, refused.json()["code"]) == (403, "record-of-interest")
    assert await kept(ground, office) == 2
    seen = (await client.get(path(office), **office.clerk.auth)).json()["items"]
    assert [each["credit_code"] for each in seen] == [other["credit_code"]]
    assert len((await client.get(path(office), **office.head.auth)).json()["items"]) == 2


async def test_records_of_an_unknown_programme_are_not_found(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    nowhere = f"/programmes/{office.cycle_id}/records"
    answer = await client.get(nowhere, **office.clerk.auth)
    assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")


async def test_records_come_page_by_page_at_one_cost(ground: Ground, client: AsyncClient) -> None:
    office, cost, codes = await make_office(ground), [], []
    for count in (1, 3):
        while len(codes) < count:
            body = incident()
            codes.append(body["credit_code"])
            await client.post(path(office), json=body, **office.clerk.auth)
        with counting(ground) as sent:
            listed = await client.get(path(office), **office.clerk.auth)
        assert [line["credit_code"] for line in listed.json()["items"]] == sorted(codes)
        cost.append(len(sent))
    assert cost[0] == cost[1] == 3
    first = (await client.get(path(office) + "?limit=2", **office.clerk.auth)).json()
    where = path(office) + f"?limit=2&cursor={first['next']}"
    second = (await client.get(where, **office.clerk.auth)).json()
    assert len(first["items"]) == 2
    assert [line["credit_code"] for line in first["items"] + second["items"]] == sorted(codes)
    assert second["next"] is None
