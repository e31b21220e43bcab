"""Private answers over HTTP: sealed in the database, masked everywhere, opened under a record."""

import json
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text

from app.award.applications.models import Supplement
from app.platform.ground import Ground
from app.proof.canonical import digest, digest_text
from tests.award.applications.cycles import (
    DOCUMENTS,
    WHOLE,
    begun,
    completed,
    drafted,
    id_of,
    pinned,
    put_form,
    put_section,
    reasons,
    submitted,
)
from tests.award.cycle_log import cycle_log
from tests.award.screening.curing import asked, entered, firm_of, supply
from tests.clock import MovableClock
from tests.factories import make_firm
from tests.platform.http.test_once import attach
from tests.statements import counting

pytestmark = pytest.mark.anyio
PHONE, MAIL = "13812345678", "zhang.san@example.cn"
CONTACT = {"contact_name": "张三", "contact_phone": PHONE, "contact_mail": MAIL}


async def contact(client: AsyncClient, who: Any, place: str) -> dict[str, Any]:
    answers: dict[str, Any] = (await client.get(f"{place}/sections/contact", **who.auth)).json()[
        "answers"
    ]
    return answers


async def everything_stored(ground: Ground) -> str:
    """Every row of every table, as text."""
    async with ground.database.reading() as db:
        names = await db.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        rows = [
            str(row)
            for name in names.all()
            for row in await db.scalars(text(f'SELECT t::text FROM "{name}" t'))  # noqa: S608  its own tables
        ]
    return "\n".join(rows)


async def test_private_answer_stands_masked_wherever_the_form_is_read(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office, firm, place = await drafted(ground, client)
    who = firm.speaker
    saved = await put_section(client, who, place, "contact", CONTACT, '"s0"')
    assert saved.status_code == 200, saved.text
    kept = saved.json()["answers"]["contact_phone"]
    assert kept["masked"] == "138****5678"
    assert kept.keys() == {"masked", "sealed"}
    assert saved.json()["answers"]["contact_mail"]["masked"] == "z***@example.cn"
    clock.move(minutes=5)
    await put_section(client, who, place, "contact", CONTACT | {"contact_post": "部长"}, '"s1"')
    tag = (await client.get(place, **who.auth)).headers["etag"]
    form = WHOLE | {"answers": WHOLE["answers"] | {"contact_phone": PHONE}}
    assert (await put_form(client, who, place, form, tag)).status_code == 200
    await completed_documents(client, firm, place)
    receipt = await submitted(client, firm, place)
    assert receipt.status_code == 201, receipt.text
    for address in ("", "/sections/contact", "/sections/contact/revisions/1", "/receipt"):
        for caller in (who, office.clerk) if address in {"", "/receipt"} else (who,):
            read = await client.get(place + address, **caller.auth)
            assert read.status_code == 200, read.text
            assert PHONE not in read.text
            assert MAIL not in read.text
    found = await client.get("/applications", params={"q": PHONE[-8:]}, **office.clerk.auth)
    assert found.json()["items"] == []
    stored = await everything_stored(ground)
    assert "138****5678" in stored
    assert PHONE not in stored
    assert MAIL not in stored


async def completed_documents(client: AsyncClient, firm: Any, place: str) -> None:
    for document in DOCUMENTS:
        await attach(client, firm.speaker, place.rsplit("/", 1)[1], document)


async def test_holder_and_office_open_it_under_a_record_and_can_prove_what_was_submitted(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    await completed(client, firm, place)
    early = await client.get(f"{place}/private-answers", **office.clerk.auth)
    assert early.status_code == 404
    receipt = (await submitted(client, firm, place)).json()
    for caller in (firm.speaker, office.clerk, office.head):
        (told,) = (await client.get(f"{place}/private-answers", **caller.auth)).json()
        assert (told["text"], told["pointer"]) == ("13900001111", "/form/answers/contact_phone")
    parts = {key: told[key] for key in ("kind", "salt", "text")}
    assert told["sealed"] == digest(parts)
    async with ground.database.reading() as db:
        content = await db.scalar(
            text("SELECT content FROM application WHERE id = :id"), {"id": id_of(place)}
        )
    assert digest_text(content) == receipt["digest"]
    assert json.loads(content)["form"]["answers"]["contact_phone"]["sealed"] == told["sealed"]
    assert (await cycle_log(office)).count("application:unmask") == 3
    rival = await make_firm(ground)
    for caller in (rival.speaker, office.supervisor):
        refused = await client.get(f"{place}/private-answers", **caller.auth)
        assert refused.status_code in {403, 404}
    assert (await client.get(f"{place}/private-answers")).status_code == 401
    assert (await cycle_log(office)).count("application:unmask") == 3


async def test_what_was_read_is_sent_back_and_stays_sealed_once(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    await put_section(client, who, place, "contact", CONTACT, '"s0"')
    read = await contact(client, who, place)
    same = await put_section(client, who, place, "contact", read, '"s1"')
    again = await put_section(client, who, place, "contact", CONTACT, '"s1"')
    assert [one.headers["etag"] for one in (same, again)] == ['"s1"', '"s1"']
    forged = read | {"contact_phone": read["contact_phone"] | {"masked": "110"}}
    await put_section(client, who, place, "contact", forged, '"s1"')
    assert await contact(client, who, place) == read
    clock.move(minutes=5)
    without = read | {"contact_phone": None}
    assert (await put_section(client, who, place, "contact", without, '"s1"')).status_code == 200
    back = await put_section(client, who, place, "contact", read, '"s2"')
    assert back.json()["answers"] == read
    restored = await client.post(
        f"{place}/sections/contact/restoration",
        json={"revision": 1},
        **who.with_headers(If_Match='"s3"'),
    )
    assert restored.json()["answers"] == read
    async with ground.database.reading() as db:
        rows = text("SELECT count(*) FROM sealed_answer WHERE application_id = :id")
        assert await db.scalar(rows, {"id": id_of(place)}) == 2


async def test_one_number_typed_in_many_ways_is_sealed_once(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    first = await put_section(client, who, place, "contact", CONTACT, '"s0"')
    for phone, mail in (
        ("+86 138-1234-5678", f" {MAIL} "),
        ("１３８ １２３４ ５６７８", MAIL.replace("@", "＠")),
    ):
        typed = CONTACT | {"contact_phone": phone, "contact_mail": mail}
        again = await put_section(client, who, place, "contact", typed, '"s1"')
        assert again.headers["etag"] == '"s1"'
        assert again.json()["answers"] == first.json()["answers"]
    told = (await client.get(f"{place}/private-answers", **who.auth)).json()
    assert {one["text"] for one in told} == {PHONE, MAIL}


async def test_sealed_value_of_another_application_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    other = await make_firm(ground)
    elsewhere = await begun(client, office, other)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    await put_section(client, other.speaker, elsewhere, "contact", CONTACT, '"s0"')
    mine = (await contact(client, firm.speaker, place))["contact_phone"]
    theirs = (await contact(client, other.speaker, elsewhere))["contact_phone"]
    assert mine["sealed"] != theirs["sealed"]
    taken = await put_section(
        client, firm.speaker, place, "contact", {"contact_phone": theirs}, '"s1"'
    )
    assert taken.status_code == 422
    assert reasons(taken) == [("answer-wrong", "/answers/contact_phone")]
    as_mail = await put_section(
        client, firm.speaker, place, "contact", {"contact_mail": mine}, '"s1"'
    )
    assert reasons(as_mail) == [("answer-wrong", "/answers/contact_mail")]
    assert (await contact(client, firm.speaker, place))["contact_phone"] == mine


async def test_half_a_number_is_kept_in_a_draft_and_refused_at_the_submission(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm, place = await drafted(ground, client)
    await completed(client, firm, place, WHOLE | {"answers": WHOLE["answers"] | HALF})
    (told,) = (await client.get(f"{place}/private-answers", **firm.speaker.auth)).json()
    assert told["text"] == "138"
    refused = await submitted(client, firm, place)
    assert refused.status_code == 409
    assert refused.json()["code"] == "answer-unfit"
    assert "不是电话号码" in refused.json()["detail"]
    report = (await client.get(f"{place}/completeness", **firm.speaker.auth)).json()
    assert [gap["pointer"] for gap in report["gaps"]] == ["/form/answers/contact_phone"]
    assert (await client.get(place, **firm.speaker.auth)).json()["status"] == "draft"
    assert "application:submit" not in await cycle_log(office)


HALF = {"contact_phone": "138"}


async def test_cured_answer_is_frozen_masked_and_in_force(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await entered(ground)
    await pinned(ground, office)
    speaker = firm_of(office).speaker
    place = {"pointer": "/form/answers/contact_phone", "wrong": "无人接听。", "asked": "请改正。"}
    cure = await asked(client, office, entry, place)
    answer = {"pointer": place["pointer"], "value": PHONE}
    supplied = await supply(client, speaker, cure, answer)
    assert supplied.status_code == 201, supplied.text
    assert PHONE not in supplied.text
    (line,) = (await client.get("/applications", **office.clerk.auth)).json()["items"]
    opened = await client.get(f"/applications/{line['id']}/private-answers", **office.clerk.auth)
    assert [one["text"] for one in opened.json()] == [PHONE]
    async with ground.database.reading() as db:
        content = await db.scalar(
            select(Supplement.content).where(Supplement.cure_id == UUID(cure))
        )
    assert content is not None
    assert json.loads(content)["answers"][0]["value"]["sealed"] == opened.json()[0]["sealed"]
    assert PHONE not in content


async def test_a_private_answer_costs_one_statement_where_it_is_new(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    await put_section(client, who, place, "contact", {"contact_name": "李四"}, '"s0"')
    with counting(ground) as plain:
        await put_section(client, who, place, "contact", {"contact_name": "李五"}, '"s1"')
    with counting(ground) as new:
        await put_section(client, who, place, "contact", CONTACT, '"s2"')
    with counting(ground) as known:
        again = await put_section(
            client, who, place, "contact", CONTACT | {"contact_post": "长"}, '"s3"'
        )
    assert again.status_code == 200, again.text
    assert (len(new), len(known)) == (len(plain) + 1, len(plain))
