"""Sections over HTTP: saved in parallel, looked back at, restored, and never lost."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.applications.models import Application, FormRevision
from app.platform.ground import Ground
from tests.award.applications.cycles import (
    WHOLE,
    colleague,
    drafted,
    id_of,
    put_form,
    put_section,
    reasons,
)
from tests.clock import MovableClock
from tests.factories import make_firm, refresh_token
from tests.statements import counting

pytestmark = pytest.mark.anyio
CONTACT = {"contact_name": "李四", "contact_post": "部长"}


async def revisions(client: AsyncClient, who: Any, place: str, key: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{place}/sections/{key}/revisions", **who.auth)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_saved_section_is_read_back_and_stands_in_the_form(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    saved = await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    assert saved.status_code == 200, saved.text
    assert saved.headers["etag"] == '"s1"'
    assert saved.json()["answers"] == CONTACT | dict.fromkeys(
        ("contact_phone", "contact_mail", "contact_address")
    )
    read = await client.get(f"{place}/sections/contact", **firm.speaker.auth)
    assert (read.json(), read.headers["etag"]) == (saved.json(), '"s1"')
    form = (await client.get(place, **firm.speaker.auth)).json()["form"]
    assert (form["contact_name"], form["answers"]) == ("李四", {"contact_post": "部长"})
    lines = (await client.get(f"{place}/sections", **firm.speaker.auth)).json()
    told = {line["key"]: (line["etag"], line["revision"]) for line in lines}
    assert (told["contact"], told["performance"]) == (('"s1"', 1), ('"s0"', 0))


async def test_two_sections_are_saved_at_once(ground: Ground, client: AsyncClient) -> None:
    _, firm, place = await drafted(ground, client)
    other = await colleague(ground, firm)
    both = await asyncio.gather(
        put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"'),
        put_section(client, other, place, "accidents", {"had_accidents": False}, '"s0"'),
    )
    assert [each.status_code for each in both] == [200, 200]
    form = (await client.get(place, **firm.speaker.auth)).json()["form"]
    assert form["answers"] == {"contact_post": "部长", "had_accidents": False}


async def test_stale_save_is_told_which_fields_others_have_changed(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    other = await colleague(ground, firm)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    read = await client.get(f"{place}/sections/contact", **other.auth)
    clock.move(minutes=5)
    changed = CONTACT | {"contact_post": "总监"}
    assert (
        await put_section(client, firm.speaker, place, "contact", changed, '"s1"')
    ).status_code == 200
    late = await put_section(
        client, other, place, "contact", {"contact_name": "赵"}, read.headers["etag"]
    )
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    (why,) = late.json()["reasons"]
    assert (why["code"], why["pointer"]) == ("field-changed", "/answers/contact_post")
    assert "职务" in why["detail"]
    now = await client.get(f"{place}/sections/contact", **other.auth)
    assert now.json()["answers"]["contact_post"] == "总监"
    missing = await client.put(
        f"{place}/sections/contact", json={"answers": {}}, **firm.speaker.auth
    )
    assert missing.status_code == 428


@pytest.mark.parametrize(
    "tag", ['"s' + "9" * 5000 + '"', '"s-1"', "s1", "", '"v1"', '"s' + "0" * 5000 + '1"']
)
async def test_etag_that_was_never_given_is_stale(
    ground: Ground, client: AsyncClient, tag: str
) -> None:
    _, firm, place = await drafted(ground, client)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    late = await put_section(client, firm.speaker, place, "contact", {}, tag)
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    read = await client.get(f"{place}/sections/contact", **firm.speaker.auth)
    assert read.json()["answers"]["contact_name"] == "李四"


async def test_stale_form_is_told_which_sections_others_have_changed(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    late = await put_form(client, firm.speaker, place, WHOLE)
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    (why,) = late.json()["reasons"]
    assert "联系" in why["detail"]


async def test_saves_of_one_person_within_a_minute_are_one_revision(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    for number in range(3):
        answers = {"contact_name": f"李{number}"}
        saved = await put_section(client, who, place, "contact", answers, f'"s{number}"')
        assert saved.status_code == 200, saved.text
        clock.move(seconds=10)
    assert [r["number"] for r in await revisions(client, who, place, "contact")] == [1]
    clock.move(seconds=60)
    await put_section(client, who, place, "contact", {"contact_name": "王"}, '"s3"')
    kept = await revisions(client, who, place, "contact")
    assert [r["number"] for r in kept] == [2, 1]
    first = await client.get(f"{place}/sections/contact/revisions/1", **who.auth)
    assert first.json()["answers"]["contact_name"] == "李2"
    again = await put_section(client, who, place, "contact", {"contact_name": "王"}, '"s4"')
    assert again.headers["etag"] == '"s4"'  # nothing changed, so nothing was saved


@pytest.mark.parametrize(
    "way", ["", "/sections", "/sections/contact", "/sections/contact/revisions"]
)
async def test_what_somebody_else_has_read_is_not_folded_away(
    ground: Ground, client: AsyncClient, way: str
) -> None:
    _, firm, place = await drafted(ground, client)
    other = await colleague(ground, firm)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    assert (await client.get(place + way, **other.auth)).status_code == 200
    changed = CONTACT | {"contact_post": "总监"}
    await put_section(client, firm.speaker, place, "contact", changed, '"s1"')
    kept = await revisions(client, firm.speaker, place, "contact")
    assert [r["number"] for r in kept] == [2, 1]


async def test_save_of_another_person_is_a_revision_of_its_own(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    other = await colleague(ground, firm)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    await put_section(client, other, place, "contact", {"contact_name": "赵"}, '"s1"')
    kept = await revisions(client, other, place, "contact")
    assert [(r["number"], r["saved_by"] == "王五") for r in kept] == [(2, True), (1, False)]


async def test_restored_revision_is_a_new_one_and_loses_nothing(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    await put_section(client, who, place, "contact", CONTACT, '"s0"')
    clock.move(minutes=2)
    await put_section(client, who, place, "contact", {"contact_name": "赵"}, '"s1"')
    back = await client.post(
        f"{place}/sections/contact/restoration",
        json={"revision": 1},
        **who.with_headers(If_Match='"s2"'),
    )
    assert back.status_code == 200, back.text
    assert back.json()["answers"]["contact_post"] == "部长"
    await put_section(client, who, place, "contact", {"contact_name": "钱"}, '"s3"')
    kept = await revisions(client, who, place, "contact")
    assert [(r["number"], r["restored_from"]) for r in kept] == [
        (4, None),
        (3, 1),
        (2, None),
        (1, None),
    ]
    page = await client.get(f"{place}/sections/contact/revisions?limit=3", **who.auth)
    rest = await client.get(
        f"{place}/sections/contact/revisions?limit=3&cursor={page.json()['next']}", **who.auth
    )
    assert page.json()["items"] + rest.json()["items"] == kept
    assert rest.json()["next"] is None
    unknown = await client.post(
        f"{place}/sections/contact/restoration",
        json={"revision": 9},
        **who.with_headers(If_Match='"s4"'),
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "revision-not-found")
    missing = await client.get(f"{place}/sections/contact/revisions/9", **who.auth)
    assert (missing.status_code, missing.json()["code"]) == (404, "revision-not-found")


async def test_form_replaced_as_a_whole_leaves_a_revision_of_each_section_that_changes(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    assert (await put_form(client, firm.speaker, place, WHOLE)).status_code == 200
    clock.move(minutes=2)
    without = {key: value for key, value in WHOLE.items() if key != "answers"}
    saved = await put_form(client, firm.speaker, place, without | {"employees": 7}, '"v2"')
    kept = saved.json()["form"]["answers"]
    assert kept.pop("contact_phone")["masked"] == "139****1111"
    assert kept == {k: v for k, v in WHOLE["answers"].items() if k != "contact_phone"}
    lines = (await client.get(f"{place}/sections", **firm.speaker.auth)).json()
    assert {line["key"]: line["revision"] for line in lines} == {
        "organisation": 2,
        "contact": 1,
        "scope": 0,
        "performance": 1,
        "quality": 0,
        "accidents": 1,
    }


@pytest.mark.parametrize(
    ("key", "answers", "pointer"),
    [
        ("contact", {"nothing": "1"}, "/answers/nothing"),
        ("organisation", {"employees": "many"}, "/answers/employees"),
        ("organisation", {"employees": 0}, "/answers/employees"),
        ("organisation", {"industry": "钢铁"}, "/answers/industry"),
        (
            "performance",
            {"performance": {"revenue": {"2025": "1"}}},
            "/answers/performance/revenue/2025",
        ),
        (
            "performance",
            {"performance": {"revenue": {"2024": 1.5}}},
            "/answers/performance/revenue/2024",
        ),
    ],
)
async def test_what_a_section_has_no_room_for_is_refused_and_nothing_changes(
    ground: Ground, client: AsyncClient, key: str, answers: dict[str, Any], pointer: str
) -> None:
    _, firm, place = await drafted(ground, client)
    before = await client.get(place, **firm.speaker.auth)
    refused = await put_section(client, firm.speaker, place, key, answers, '"s0"')
    assert refused.status_code == 422, refused.text
    assert reasons(refused) == [("answer-wrong", pointer)]
    assert (await client.get(place, **firm.speaker.auth)).json() == before.json()
    async with ground.database.reading() as db:
        assert await db.scalar(select(func.count()).select_from(FormRevision)) is not None
        row = await db.get_one(Application, id_of(place))
    assert row.version == 1


async def test_draft_may_be_incomplete_and_beyond_its_limits(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    long = {"summary": "字" * 2500, "industry": None, "employees": None}
    saved = await put_section(client, firm.speaker, place, "organisation", long, '"s0"')
    assert saved.status_code == 200, saved.text
    assert len(saved.json()["answers"]["summary"]) == 2500


async def test_emptied_field_is_no_answer_and_the_rest_of_the_section_is_kept(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    emptied = {"contact_name": "", "contact_post": " \u3000", "contact_address": "湖滨路1号"}
    saved = await put_section(client, firm.speaker, place, "contact", emptied, '"s1"')
    assert saved.status_code == 200, saved.text
    left = {"contact_name": None, "contact_post": None, "contact_address": "湖滨路1号"}
    told = saved.json()["answers"]
    assert {key: value for key, value in told.items() if key in left} == left


@pytest.mark.parametrize(
    ("key", "field", "value", "told"),
    [
        ("organisation", "employees", 0, "不得小于 1。"),
        ("organisation", "industry", "ZZ", "格式不正确。"),
        ("contact", "contact_name", "李\n四", "格式不正确。"),
    ],
)
async def test_what_is_wrong_with_an_answer_is_told(
    ground: Ground, client: AsyncClient, key: str, field: str, value: object, told: str
) -> None:
    _, firm, place = await drafted(ground, client)
    answer = await put_section(client, firm.speaker, place, key, {field: value}, '"s0"')
    assert (answer.status_code, answer.json()["code"]) == (422, "answer-wrong")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == (f"/answers/{field}", told)


async def test_nobody_else_reads_or_writes_sections(ground: Ground, client: AsyncClient) -> None:
    office, firm, place = await drafted(ground, client)
    rival = await make_firm(ground)
    await put_section(client, firm.speaker, place, "contact", CONTACT, '"s0"')
    for who in (rival.speaker, office.clerk):
        for way in ("", "/contact", "/contact/revisions", "/contact/revisions/1"):
            answer = await client.get(f"{place}/sections{way}", **who.auth)
            assert (answer.status_code, answer.json()["code"]) == (404, "application-not-found")
        answer = await put_section(client, who, place, "contact", {}, '"s1"')
        assert answer.status_code == 404
        assert (await client.get(f"{place}/completeness", **who.auth)).status_code == 404
    unknown = await put_section(client, firm.speaker, place, "nothing", {}, '"s0"')
    assert (unknown.status_code, unknown.json()["code"]) == (404, "section-not-found")


async def test_statements_of_a_save_are_six_at_most_and_reads_cost_the_same_for_many(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    _, firm, place = await drafted(ground, client)
    who = firm.speaker
    await put_section(client, who, place, "contact", {"contact_name": "甲"}, '"s0"')
    clock.move(minutes=2)
    with counting(ground) as sent:
        await put_section(client, who, place, "contact", {"contact_name": "乙"}, '"s1"')
    assert len(sent) <= 6
    counts = []
    for key in ("organisation", "accidents", "quality"):
        with counting(ground) as sent:
            await client.get(f"{place}/sections", **who.auth)
            await client.get(f"{place}/sections/contact/revisions", **who.auth)
        counts.append(len(sent))
        clock.move(minutes=2)
        await refresh_token(ground, who)
        await put_section(client, who, place, key, {}, '"s0"')
        await put_section(client, who, place, "contact", {"contact_name": key}, "*")
    assert len(set(counts)) == 1
