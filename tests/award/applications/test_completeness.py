"""What a draft lacks, told at once; and what is frozen when it lacks nothing."""

import json
from copy import deepcopy
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from httpx import AsyncClient
from pikepdf import Pdf
from sqlalchemy import select

from app.award.applications.models import Application, Attachment
from app.catalogue import loader
from app.platform.audit.models import AuditEvent
from app.platform.files.models import FileState
from app.platform.ground import Ground
from app.platform.uploads import receiving
from app.proof.canonical import digest_text
from tests.award.applications.cycles import (
    DOCUMENTS,
    WHOLE,
    completed,
    drafted,
    id_of,
    put_form,
    reasons,
    submitted,
)
from tests.award.applications.regulations import text
from tests.award.cycle_log import cycle_log
from tests.clock import MovableClock
from tests.factories import refresh_token
from tests.statements import counting

pytestmark = pytest.mark.anyio


def with_answers(**answers: Any) -> dict[str, Any]:
    made = deepcopy(WHOLE)
    made["answers"] |= answers
    return made


async def gaps(client: AsyncClient, firm: Any, place: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{place}/completeness", **firm.speaker.auth)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["complete"] is (told["gaps"] == [])
    found: list[dict[str, Any]] = told["gaps"]
    return found


async def test_empty_draft_is_told_everything_it_lacks_and_the_submission_says_the_same(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    told = await gaps(client, firm, place)
    assert {gap["sort"] for gap in told} == {"missing"}
    assert len(told) == 5 + 15 + 1 + len(DOCUMENTS)
    assert {gap["section"] for gap in told} == {
        "organisation",
        "contact",
        "performance",
        "accidents",
        None,
    }
    refused = await submitted(client, firm, place)
    assert refused.status_code == 409
    assert reasons(refused) == [(gap["code"], gap["pointer"]) for gap in told]
    async with ground.database.reading() as db:
        row = await db.get_one(Application, id_of(place))
        logged = await db.scalars(select(AuditEvent.act).where(AuditEvent.log == office.cycle_id))
    assert (row.status, row.content, row.scope) == ("draft", None, [])
    assert "application:submit" not in logged.all()


async def test_contradictory_answers_are_listed_together(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    form = with_answers(
        size="large",
        staff_management=1,
        staff_technical=1,
        staff_other=1,
        accidents=[{"on": "2025-01-01", "kind": "quality", "what": "召回"}],
    ) | {"facts": {"net-profit-2024": "1.00"}}
    await completed(client, firm, place, form)
    told = await gaps(client, firm, place)
    assert {(gap["sort"], gap["code"]) for gap in told} == {("contradictory", "answers-contradict")}
    assert [gap["pointer"] for gap in told] == [
        "/form/answers/performance/net_profit/2024",
        "/form/employees",
        "/form/answers/had_accidents",
        "/form/employees",
        "/form/answers/performance/revenue/2024",
    ]
    assert all(gap["zh"] and gap["en"] for gap in told)
    assert reasons(await submitted(client, firm, place)) == [
        (gap["code"], gap["pointer"]) for gap in told
    ]


async def test_what_a_group_says_of_itself_twice_and_days_that_cannot_be_are_listed_together(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    own = (await client.get(place, **firm.speaker.auth)).json()["credit_code"]
    member = {"name": "子公司", "credit_code": "91320211MA1P2R3T49", "employees": 1}
    dates = {"issued_on": "2025-01-02", "valid_until": "2025-01-01"}
    form = with_answers(
        staff_management=400,
        staff_technical=300,
        scope_entities=[member, member, member | {"credit_code": own}],
        certificates=[{"certificate": "qms", "number": "1"} | dates],
        honours=[{"name": "奖", "issuer": "市", "granted_on": "2099-01-01"}],
    )
    await completed(client, firm, place, form)
    told = await gaps(client, firm, place)
    assert [(gap["code"], gap["pointer"]) for gap in told] == [
        ("answer-unfit", "/form/answers/honours/0/granted_on"),
        ("answers-contradict", "/form/employees"),
        ("answers-contradict", "/form/answers/scope_entities/1/credit_code"),
        ("answers-contradict", "/form/answers/scope_entities/2/credit_code"),
        ("answers-contradict", "/form/answers/certificates/0/valid_until"),
    ]
    refused = await submitted(client, firm, place)
    assert refused.status_code == 409
    assert reasons(refused) == [(gap["code"], gap["pointer"]) for gap in told]
    assert (await client.get(place, **firm.speaker.auth)).json()["status"] == "draft"
    assert "application:submit" not in await cycle_log(office)


async def test_complete_draft_is_submitted_and_frozen_with_form_lists_and_facts(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    await completed(client, firm, place, with_answers(size="small"))
    assert await gaps(client, firm, place) == []
    receipt = await submitted(client, firm, place)
    assert receipt.status_code == 201, receipt.text
    assert set(receipt.json()) == {"application", "code", "digest", "received_at", "receipt"}
    form = (await client.get(office.path("/tracks/organisation/form"))).json()
    async with ground.database.reading() as db:
        row = await db.get_one(Application, id_of(place))
        logged = await db.scalar(
            select(AuditEvent.body)
            .where(AuditEvent.act == "application:submit")
            .where(AuditEvent.subject == row.id)
        )
    assert row.content is not None
    frozen = json.loads(row.content)
    assert digest_text(row.content) == receipt.json()["digest"]
    assert json.loads(logged or "")["detail"]["digest"] == receipt.json()["digest"]
    assert frozen["form_set"]["digest"] == form["digest"]
    assert frozen["form_set"]["code_lists"]["industries"] == ["2017-1"]
    assert frozen["form"]["facts"] == {
        "size": "小型",
        **{f"net-profit-{year}": "10005000.00" for year in (2022, 2023, 2024)},
    }
    assert frozen["form"]["answers"]["performance"]["revenue"]["2024"] == "1000.5"
    assert len(frozen["scope"]) == 1
    late = await put_form(client, firm.speaker, place, WHOLE, "*")
    assert (late.status_code, late.json()["code"]) == (409, "only-in-draft")


async def test_what_was_submitted_stays_complete_after_the_intake_and_for_the_office(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm, place = await drafted(ground, client)
    await completed(client, firm, place)
    assert (await submitted(client, firm, place)).status_code == 201
    clock.move(days=400)
    for who in (firm.speaker, office.clerk):
        await refresh_token(ground, who)
        told = await client.get(f"{place}/completeness", **who.auth)
        assert told.json() == {"complete": True, "gaps": []}, told.text


async def test_self_assessment_by_items_is_asked_and_limited_as_the_regulation_says(
    ground: Ground, client: AsyncClient
) -> None:
    own = [{"way": "items", "item_characters": "10", "track": ["organisation"]}]
    _, firm, place = await drafted(ground, client, regulation_text=text(self_assessment=own))
    await completed(client, firm, place)
    told = await gaps(client, firm, place)
    assert len(told) == 23
    assert told[0]["section"] == "item.4.1.2"
    named = firm.speaker.with_headers(If_Match='"s0"')
    for gap in told:
        key = gap["section"]
        item = key.removeprefix("item.")
        words = "字" * (11 if item == "4.7.7" else 10)
        body = {"answers": {f"text.{item}": words}}
        saved = await client.put(f"{place}/sections/{key}", json=body, **named)
        assert saved.status_code == 200, saved.text
    (long,) = await gaps(client, firm, place)
    assert (long["code"], long["section"]) == ("answer-unfit", "item.4.7.7")


async def test_page_map_asks_for_every_item(ground: Ground, client: AsyncClient) -> None:
    own = [{"way": "document"}]
    _, firm, place = await drafted(ground, client, regulation_text=text(self_assessment=own))
    await completed(client, firm, place)
    told = await gaps(client, firm, place)
    assert {(gap["sort"], gap["section"]) for gap in told} == {("missing", "report")}
    assert len(told) == 23


async def test_completeness_costs_the_same_for_much_and_little(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    await gaps(client, firm, place)
    with counting(ground) as empty:
        await gaps(client, firm, place)
    await completed(client, firm, place)
    with counting(ground) as full:
        await gaps(client, firm, place)
    assert len(empty) == len(full) <= 6


def report_of(pages: int) -> bytes:
    """A PDF with so many empty pages."""
    made, held = Pdf.new(), BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    made.save(held)
    return held.getvalue()


async def hand_in(client: AsyncClient, firm: Any, place: str, document: str, pages: int) -> None:
    content = report_of(pages)
    announced = await client.post(
        f"{place}/attachments",
        json={
            "document": document,
            "file_name": f"{document}{pages}.pdf",
            "media_type": "application/pdf",
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        },
        **firm.speaker.auth,
    )
    assert announced.status_code == 201, announced.text
    stored = await client.put(
        f"/attachments/{announced.json()['id']}/content", content=content, **firm.speaker.auth
    )
    assert stored.status_code == 200, stored.text


async def test_pages_that_the_report_has_not_are_told(ground: Ground, client: AsyncClient) -> None:
    own = [{"way": "document", "most_pages": "4"}]
    _, firm, place = await drafted(ground, client, regulation_text=text(self_assessment=own))
    items = [item.code for item in loader.criteria("gbt-19580-2012").items()]
    mapped = with_answers(pages={key: [1, 3] for key in items} | {"4.7.7": [3, 4]})
    assert (await put_form(client, firm.speaker, place, mapped)).status_code == 200
    for document, pages in (("申报表", 9), ("自评报告", 3), ("证实性材料", 8)):
        await hand_in(client, firm, place, document, pages)
    (gap,) = await gaps(client, firm, place)
    assert (gap["sort"], gap["section"]) == ("contradictory", "report")
    assert "只有3页" in gap["zh"]
    assert reasons(await submitted(client, firm, place)) == [(gap["code"], gap["pointer"])]
    await hand_in(client, firm, place, "自评报告", 2)  # a second volume: five pages in all
    (gap,) = await gaps(client, firm, place)
    assert (gap["sort"], "5页" in gap["zh"]) == ("unfit", True)


async def test_pages_nobody_has_counted_are_counted_when_completeness_is_asked(
    ground: Ground, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [{"way": "document"}]
    _, firm, place = await drafted(ground, client, regulation_text=text(self_assessment=own))
    items = [item.code for item in loader.criteria("gbt-19580-2012").items()]
    mapped = with_answers(pages={key: [1, 2] for key in items})
    assert (await put_form(client, firm.speaker, place, mapped)).status_code == 200
    with monkeypatch.context() as later:  # as for a large file, which is checked after the answer
        later.setattr(receiving, "CHECKED_AT_ONCE", 0)
        for document in DOCUMENTS:
            await hand_in(client, firm, place, document, 7)
    async with ground.database.writing() as db:
        rows = await db.scalars(select(Attachment).where(Attachment.application_id == id_of(place)))
        for row in rows:
            row.state = FileState.STORED
    assert reasons(await submitted(client, firm, place)) == [("pages-not-counted", None)]
    assert await gaps(client, firm, place) == []
    assert (await submitted(client, firm, place)).status_code == 201
