"""The office's directory of recommending bodies, and the routings that follow from it."""

from json import loads
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.applications.models import Application
from app.award.endorsement.models import ListedBody, Routing
from app.award.records.models import Conflict
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.endorsement.desk import KEY, Desk, desk_of
from tests.factories import Caller, close, make_office
from tests.statements import counting
from tests.stories.telling import assert_done, assert_refused

pytestmark = pytest.mark.anyio
DRY = {"dry_run": "true"}
STREET, CODE = "荣巷街道", "320211005"


def line(authority: UUID, *areas: str, body: str = "street", sectors: Any = ()) -> dict[str, Any]:
    return {
        "body": body,
        "authority_id": str(authority),
        "areas": [*areas],
        "sectors": [*sectors],
    }


async def keep(desk: Desk, *lines: Any, by: Caller | None = None) -> Response:
    path = desk.office.path(f"/stages/{KEY}/bodies")
    body = {"items": list(lines)}
    return await desk.client.put(path, json=body, **(by or desk.office.clerk).auth)


async def derive(desk: Desk, *entries: UUID, by: Caller | None = None, **query: str) -> Response:
    path = desk.office.path(f"/stages/{KEY}/routings/derived")
    body = {"entries": [str(entry) for entry in entries] or None}
    who = by or desk.office.clerk
    return await desk.client.post(path, json=body, params=query, **who.auth)


async def say(desk: Desk, *areas: str | None, key: str = "registered_area") -> None:
    """What the applications, in their order, say of where they belong."""
    async with desk.office.ground.database.writing() as db:
        for application, area in zip(desk.office.firms, areas, strict=True):
            row = await db.get_one(Application, application)
            row.form = row.form | {"answers": {key: area} if area else {}}


async def stored(desk: Desk) -> tuple[int, int, list[str]]:
    async with desk.office.ground.database.reading() as db:
        lines = await db.scalar(select(func.count()).select_from(ListedBody)) or 0
        routed = await db.scalar(select(func.count()).select_from(Routing)) or 0
    return lines, routed, await cycle_log(desk.office)


async def test_what_follows_is_routed_and_the_rest_waits_for_a_person(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, count=4)
    await say(desk, CODE, STREET, "320211006", None)
    assert_done(await keep(desk, line(desk.street, CODE, STREET)))
    before = await stored(desk)
    tried = assert_done(await derive(desk, **DRY))
    assert await stored(desk) == before
    done = assert_done(await derive(desk))
    assert tried == done
    assert (done["routed"], done["needing_a_person"]) == (2, 2)
    found = {UUID(each["entry_id"]): each for each in done["items"]}
    first, second, third, fourth = desk.entries
    for entry, value in ((first, CODE), (second, STREET)):
        assert (found[entry]["body"], found[entry]["authority_id"]) == ("street", str(desk.street))
        assert (found[entry]["fact"], found[entry]["value"]) == ("registered_area", value)
        assert found[entry]["reason"] is None
    for entry, value in ((third, "320211006"), (fourth, "320211")):
        assert found[entry]["authority"] is None
        assert found[entry]["reason"]["code"] == "no-body-fits"
        assert value in found[entry]["reason"]["zh"]
    path = desk.office.path(f"/stages/{KEY}/recommendations")
    lines = (await client.get(path, **desk.office.clerk.auth)).json()["items"]
    assert {(UUID(each["entry_id"]), each["fact"]) for each in lines} == {
        (first, "registered_area"),
        (second, "registered_area"),
    }
    waiting = (await client.get("/recommendations", **desk.at_street.auth)).json()["items"]
    assert {UUID(each["entry_id"]) for each in waiting} == {first, second}
    assert (await cycle_log(desk.office)).count("stage:route") == 1
    async with ground.database.reading() as db:
        logged = select(AuditEvent.body).where(AuditEvent.log == desk.office.cycle_id)
        body = await db.scalar(logged.where(AuditEvent.act == "stage:route"))
    detail = loads(body or "")["detail"]
    assert sorted(detail["by"]) == sorted([["registered_area", CODE], ["registered_area", STREET]])
    again = assert_done(await derive(desk))
    assert (again["routed"], again["needing_a_person"]) == (0, 2), "nothing is routed twice"
    by_hand = await desk.route((third, "street", desk.trade), (fourth, "trade", desk.trade))
    assert by_hand.status_code == 201
    assert assert_done(await derive(desk))["items"] == []


async def test_district_of_the_credit_code_routes_who_says_no_area(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    assert_done(await keep(desk, line(desk.street, "320211"), line(desk.trade, "320213")))
    done = assert_done(await derive(desk))
    assert {(each["fact"], each["value"]) for each in done["items"]} == {("district", "320211")}
    assert done["routed"] == 3


async def test_every_body_that_follows_is_asked_where_all_are_needed(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, needs="all_of")
    assert_done(await keep(desk, line(desk.street, "320211")))
    done = assert_done(await derive(desk))
    assert (done["routed"], done["needing_a_person"]) == (3, 3)
    assert {(each["body"], each["reason"] is None) for each in done["items"]} == {
        ("street", True),
        ("trade", False),
    }
    closed = await close(client, desk.office, KEY)
    assert_refused(closed, 409, "entries-unrouted", "entries-unanswered")
    assert_done(await keep(desk, line(desk.trade, body="trade")))
    rest = assert_done(await derive(desk))
    assert (rest["routed"], rest["needing_a_person"]) == (3, 0)
    assert {(each["body"], each["fact"]) for each in rest["items"]} == {("trade", None)}
    assert_refused(await close(client, desk.office, KEY), 409, "entries-unanswered")


@pytest.mark.parametrize(
    ("way", "key", "value", "fact"),
    [
        ("choice", "recommending_body", "name", "recommending_body"),
        ("sector", "unused", "C34", "industry"),
    ],
)
async def test_choice_and_sector_route_as_the_regulation_says(
    ground: Ground, client: AsyncClient, way: str, key: str, value: str, fact: str
) -> None:
    desk = await desk_of(ground, client, routed_by=way)
    sectors = ["C"] if way == "sector" else []
    kept = await keep(desk, line(desk.street, sectors=sectors), line(desk.trade, sectors=["I"]))
    assert_done(kept)
    path = desk.office.path(f"/stages/{KEY}/bodies")
    seen = (await client.get(path, **next(iter(desk.office.firms.values())).speaker.auth)).json()
    names = {each["authority_id"]: each["authority"] for each in seen["items"]}
    if way == "choice":
        value = names[str(desk.street)]
        await say(desk, value, value, "没有这家", key=key)
    done = assert_done(await derive(desk))
    routed = [each for each in done["items"] if each["reason"] is None]
    assert {(each["fact"], each["value"]) for each in routed} == {(fact, value)}
    assert {each["authority_id"] for each in routed} == {str(desk.street)}
    assert len(routed) == (2 if way == "choice" else 3)


async def test_only_those_named_are_routed_and_who_is_already_waits(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    assert_done(await keep(desk, line(desk.street, "320211")))
    first, second, _ = desk.entries
    assert (await desk.route((first, "trade", desk.trade))).status_code == 201
    done = assert_done(await derive(desk, first, second))
    assert (done["routed"], done["needing_a_person"]) == (1, 1)
    codes = {UUID(each["entry_id"]): each["reason"] for each in done["items"]}
    assert codes[second] is None
    assert codes[first]["code"] == "routed-before"
    before = await stored(desk)
    stranger = await derive(desk, uuid4(), second)
    assert_refused(stranger, 422, "routed-entry-unknown")
    assert await stored(desk) == before


async def test_nobody_follows_to_a_body_that_has_written(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, count=4)
    first, second, third, _ = desk.entries
    for entry in (first, second, third):
        assert (await desk.route((entry, "street", desk.street))).status_code == 201
    answers = desk.said()["answers"][:3]
    assert_done(await desk.letter(answers=answers))
    assert_done(await keep(desk, line(desk.street)))
    before = await stored(desk)
    (left,) = assert_done(await derive(desk))["items"]
    assert left["reason"]["code"] == "letter-issued"
    assert await stored(desk) == before


async def test_directory_is_read_by_applicants_and_kept_by_the_office_alone(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    firm = next(iter(desk.office.firms.values()))
    assert_done(await keep(desk, line(desk.street, CODE), line(desk.trade, "320213")))
    path = desk.office.path(f"/stages/{KEY}/bodies")
    seen = (await client.get(path, **firm.speaker.auth)).json()["items"]
    assert {(each["authority_id"], *each["areas"]) for each in seen} == {
        (str(desk.street), CODE),
        (str(desk.trade), "320213"),
    }
    part = {"q": seen[0]["authority"][1:6], "body": "street"}
    found = (await client.get(path, params=part, **firm.speaker.auth)).json()["items"]
    assert [each["id"] for each in found] == [seen[0]["id"]]
    before = await stored(desk)
    elsewhere = await make_office(ground)
    for who in (firm.speaker, desk.at_street, desk.office.supervisor, elsewhere.clerk):
        assert_refused(await keep(desk, by=who), 403, "not-allowed")
        assert_refused(await derive(desk, by=who), 403, "not-allowed")
    assert await stored(desk) == before
    assert_done(await keep(desk, line(desk.street, "320214")))
    seen = (await client.get(path, **firm.speaker.auth)).json()["items"]
    assert [each["areas"] for each in seen] == [["320214"]], "the whole directory is replaced"


async def test_everything_wrong_with_a_directory_is_told_at_once(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    assert_done(await keep(desk, line(desk.street, CODE)))
    before = await stored(desk)
    refused = await keep(
        desk,
        line(desk.street, CODE),
        line(desk.street, "320213"),
        line(desk.trade, body="ministry"),
        line(uuid4()),
    )
    assert refused.status_code == 422, refused.text
    codes = sorted(each["code"] for each in refused.json()["errors"])
    assert codes == ["authority-unknown", "body-listed-twice", "body-unknown"]
    elsewhere = desk.office.path("/stages/intake/bodies")
    wrong = await client.put(elsewhere, json={"items": []}, **desk.office.clerk.auth)
    assert_refused(wrong, 409, "not-an-endorsement")
    assert await stored(desk) == before


async def test_closed_stage_keeps_its_directory(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    assert_done(await desk.letter())
    assert_done(await close(client, desk.office, KEY))
    before = await stored(desk)
    assert_refused(await keep(desk, line(desk.street)), 409, "stage-not-open")
    assert_refused(await derive(desk), 409, "stage-not-open")
    assert await stored(desk) == before


async def test_nobody_routes_where_they_have_an_interest(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    assert_done(await keep(desk, line(desk.street)))
    firm, clerk = next(iter(desk.office.firms.values())), desk.office.clerk
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=clerk.person_id,
                organisation_id=firm.id,
                interest="relative",
                declared_by=clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    before = await stored(desk)
    assert_refused(await derive(desk), 403, "recusal-needed")
    assert await stored(desk) == before


async def test_many_follow_in_as_many_statements_as_one(
    ground: Ground, client: AsyncClient
) -> None:
    costs = []
    for count in (1, 3):
        desk = await desk_of(ground, client, count=count)
        assert_done(await keep(desk, *(line(one, "320211") for one in [desk.street][:count])))
        with counting(ground) as sent:
            assert assert_done(await derive(desk))["routed"] == count
        costs.append(len(sent))
    assert costs[0] == costs[1]
