"""Recommendations: routing, the letter of a body, rivals, and how the stage closes."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update

from app.award.endorsement.models import Routing
from app.award.records.models import Conflict
from app.award.stages.models import Outcome, Snapshot, Stage
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.endorsement.desk import KEY, Desk, desk_of
from tests.factories import close, stage_row

pytestmark = pytest.mark.anyio


def told(answer: Response) -> list[str]:
    body = answer.json()
    found = [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]
    return sorted(found) or [body["code"]]


async def test_a_letter_recommends_in_order_and_refuses_with_a_reason(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    waiting = (await client.get("/recommendations", **desk.at_street.auth)).json()["items"]
    assert {UUID(line["entry_id"]) for line in waiting} == set(desk.entries)
    assert {line["recommended"] for line in waiting} == {None}
    assert told(await close(client, desk.office, KEY)) == ["entries-unanswered"]
    issued = await desk.letter()
    assert issued.status_code == 201, issued.text
    assert (issued.json()["recommended"], issued.json()["refused"]) == (2, 1)
    path = desk.office.path(f"/stages/{KEY}/recommendations")
    lines = (await client.get(path, **desk.office.clerk.auth)).json()["items"]
    assert {UUID(line["entry_id"]): line["position"] for line in lines} == dict(
        zip(desk.entries, (2, 1, None), strict=True)
    )
    closed = await close(client, desk.office, KEY)
    assert closed.status_code == 200, closed.text
    async with ground.database.reading() as db:
        left = {row.entry_id: (row.result, row.reason) for row in await db.scalars(select(Outcome))}
    assert [left[entry] for entry in desk.entries] == [
        ("advanced", None),
        ("advanced", None),
        ("eliminated", "not-recommended"),
    ]
    assert (await cycle_log(desk.office)).count("routing:answer") == 1


async def test_a_rival_body_sees_and_answers_nothing(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    before = await desk.stored()
    assert (await client.get("/recommendations", **desk.at_trade.auth)).json()["items"] == []
    refused = await desk.letter(by=desk.at_trade)
    assert (refused.status_code, told(refused)) == (404, ["routing-not-found"])
    path = desk.office.path(f"/stages/{KEY}/recommendations")
    assert (await client.get(path, **desk.at_street.auth)).status_code == 403
    assert await desk.stored() == before


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"notice_from": None, "notice_to": None}, ["notice-needed"]),
        ({"notice_to": "2026-01-13"}, ["notice-too-short"]),
        ({"issued_on": "2026-01-14"}, ["notice-not-over"]),
    ],
)
async def test_a_letter_without_its_notice_is_refused(
    ground: Ground, client: AsyncClient, changes: dict[str, Any], codes: list[str]
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    before = await desk.stored()
    refused = await desk.letter(**changes)
    assert refused.status_code == 422, refused.text
    assert told(refused) == codes
    assert await desk.stored() == before


async def test_a_letter_is_not_dated_ahead_of_its_notice_being_over(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    before = await desk.stored()
    to_come = {"notice_from": "2026-03-03", "notice_to": "2026-03-10", "issued_on": "2026-03-11"}
    refused = await desk.letter(**to_come)
    assert (refused.status_code, told(refused)) == (422, ["letter-dated-ahead"])
    assert await desk.stored() == before
    assert (await desk.letter(issued_on="2026-03-02")).status_code == 201


async def test_nobody_is_routed_to_a_body_that_has_issued_its_letter(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, count=4)
    *others, late = desk.entries
    assert (await desk.route(*((e, "street", desk.street) for e in others))).status_code == 201
    assert (await desk.letter(answers=desk.said()["answers"][:3])).status_code == 201
    before = await desk.stored()
    refused = await desk.route((late, "street", desk.street))
    assert (refused.status_code, told(refused)) == (409, ["letter-issued"])
    assert await desk.stored() == before
    assert (await desk.route((late, "street", desk.trade))).status_code == 201


async def test_everything_wrong_with_a_letter_is_told_at_once(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, count=4)
    await desk.all_to_the_street()
    before = await desk.stored()
    first, second, third, _ = (str(entry) for entry in desk.entries)
    answers = [
        {"entry": first, "recommended": True, "position": 1},
        {"entry": first, "recommended": True, "position": 1},
        {"entry": second, "recommended": True, "reason": "好"},
        {"entry": third, "recommended": False},
        {"entry": str(uuid4()), "recommended": False, "reason": "不在本街道"},
    ]
    refused = await desk.letter(answers=answers)
    assert refused.status_code == 422
    assert told(refused) == [
        "answered-stranger",
        "answered-twice",
        "entry-unanswered",
        "order-needed",
        "refusal-unexplained",
        "refusal-unexplained",
        "too-many-recommended",
    ]
    assert await desk.stored() == before


async def test_there_is_one_letter_and_then_no_other_way(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    assert (await desk.letter()).status_code == 201
    before = await desk.stored()
    assert told(await desk.letter()) == ["letter-issued"]
    elsewhere = await desk.route((desk.entries[0], "street", desk.trade))
    assert (elsewhere.status_code, told(elsewhere)) == (409, ["answered-already"])
    assert await desk.stored() == before


async def test_an_entry_is_routed_elsewhere_before_the_answer(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    moved = await desk.route((desk.entries[0], "street", desk.trade))
    assert moved.status_code == 201
    lines = (await client.get("/recommendations", **desk.at_trade.auth)).json()["items"]
    assert [UUID(line["entry_id"]) for line in lines] == [desk.entries[0]]


async def test_what_cannot_be_routed_is_told_at_once(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    entry = desk.entries[0]
    refused = await desk.route(
        (uuid4(), "street", desk.street),
        (entry, "ministry", desk.street),
        (entry, "street", uuid4()),
        (entry, "street", desk.street),
    )
    assert told(refused) == [
        "authority-unknown",
        "body-unknown",
        "routed-entry-unknown",
        "routed-twice",
    ]
    async with ground.database.reading() as db:
        routed = await db.scalars(select(Routing.id).where(Routing.entry_id == entry))
        assert routed.all() == []
    assert "stage:route" not in await cycle_log(desk.office)


async def test_all_bodies_must_recommend_where_all_are_asked(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client, needs="all_of")
    await desk.all_to_the_street()
    await desk.letter()
    assert told(await close(client, desk.office, KEY)) == ["entries-unrouted"]
    await desk.route(*((entry, "trade", desk.trade) for entry in desk.entries))
    assert told(await close(client, desk.office, KEY)) == ["entries-unanswered"]
    first, *others = (str(entry) for entry in desk.entries)
    answers = [
        {"entry": first, "recommended": True, "position": 1},
        *({"entry": e, "recommended": False, "reason": "不属本行业"} for e in others),
    ]
    said = await desk.letter(
        by=desk.at_trade, authority_id=str(desk.trade), body="trade", answers=answers
    )
    assert said.status_code == 201, said.text
    closed = await close(client, desk.office, KEY)
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (1, 2)


async def test_nobody_answers_for_a_firm_of_their_own(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    firm = next(iter(desk.office.firms.values()))
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=desk.at_street.person_id,
                organisation_id=firm.id,
                interest="employed",
                declared_by=desk.at_street.person_id,
                declared_at=ground.clock(),
            )
        )
    before = await desk.stored()
    assert told(await desk.letter()) == ["recusal-needed"]
    assert await desk.stored() == before


async def test_a_letter_after_the_deadline_is_refused(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    stage = await stage_row(ground, desk.office, KEY)
    async with ground.database.writing() as db:
        row = await db.get_one(type(stage), stage.id)
        row.closes_at = ground.clock()
    before = await desk.stored()
    assert told(await desk.letter(issued_on=date(2026, 3, 12).isoformat())) == ["letter-late"]
    assert await desk.stored() == before


async def test_dry_run_of_a_routing_shows_it_and_keeps_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    items = [
        {"entry": str(entry), "body": "street", "authority_id": str(desk.street)}
        for entry in desk.entries
    ]
    path, here = desk.office.path(f"/stages/{KEY}/routings"), desk.office.clerk.auth
    tried = await client.post(path, json={"items": items}, params={"dry_run": "true"}, **here)
    assert (tried.status_code, len(tried.json())) == (201, 3), tried.text
    listed = desk.office.path(f"/stages/{KEY}/recommendations")
    assert (await client.get(listed, **here)).json()["items"] == []
    assert await cycle_log(desk.office) == []
    unknown = [items[0] | {"body": "nobody"}]
    both = await client.post(path, json={"items": unknown}, params={"dry_run": "true"}, **here)
    assert (both.status_code, both.json()["code"]) == (422, "body-unknown"), both.text


async def test_routings_are_found_by_authority_and_answer(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    assert (await desk.route((desk.entries[0], "trade", desk.trade))).status_code == 201
    assert (await desk.letter()).status_code == 201
    listed, here = desk.office.path(f"/stages/{KEY}/recommendations"), desk.office.clerk.auth
    for query, count in (
        ({"authority": str(desk.street)}, 3),
        ({"authority": str(desk.street), "recommended": "true"}, 2),
        ({"recommended": "false"}, 1),
        ({"authority": str(desk.trade)}, 1),
        ({"body": "street"}, 3),
        ({"body": "street", "answered": "true"}, 3),
        ({"answered": "false"}, 1),
        ({"track": "organisation", "recommended": "true"}, 2),
        ({"track": "person"}, 0),
        ({"q": "没有"}, 0),
    ):
        answer = await client.get(listed, params=query, **here)
        assert len(answer.json()["items"]) == count, (query, answer.text)


async def test_routings_are_searched_and_ordered_page_by_page(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    listed, here = desk.office.path(f"/stages/{KEY}/recommendations"), desk.office.clerk.auth
    firm = next(iter(desk.office.firms.values()))
    for part in (firm.credit_code, firm.name[2:8]):
        (line,) = (await client.get(listed, params={"q": part}, **here)).json()["items"]
        assert (line["organisation"], line["awardee"]) == (firm.name, firm.name)
        assert (line["track"], line["fact"]) == ("organisation", None)
    for sort in ("organisation", "code", "authority"):
        codes: list[str] = []
        asked = {"sort": sort, "limit": "2"}
        while True:
            page = (await client.get(listed, params=asked, **here)).json()
            codes += [line["code"] for line in page["items"]]
            if page["next"] is None:
                break
            asked["cursor"] = page["next"]
        assert len(set(codes)) == len(codes) == 3, sort
        assert sort != "code" or codes == sorted(codes)


async def end_the_time(desk: Desk) -> None:
    ground = desk.office.ground
    at = ground.clock() - timedelta(hours=1)
    async with ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == desk.office.cycle_id, Stage.key == KEY)
            .values(closes_at=at)
        )


async def outcomes(desk: Desk) -> list[tuple[str, str | None]]:
    async with desk.office.ground.database.reading() as db:
        rows = [await db.get_one(Outcome, entry) for entry in desk.entries]
    return [(row.result, row.reason) for row in rows]


async def test_silent_body_holds_the_stage_open_until_its_end_and_has_then_not_recommended(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    refused = await close(client, desk.office, KEY)
    assert told(refused) == ["entries-unanswered"]
    path = desk.office.path(f"/stages/{KEY}/recommendations?answered=false")
    silent = (await client.get(path, **desk.office.clerk.auth)).json()["items"]
    assert {UUID(line["entry_id"]) for line in silent} == set(desk.entries)
    await end_the_time(desk)
    before = await desk.stored()
    late = await desk.letter()
    assert (late.status_code, told(late)) == (409, ["letter-late"])
    assert await desk.stored() == before
    closed = await close(client, desk.office, KEY)
    assert (closed.status_code, closed.json()["eliminated"]) == (200, 3), closed.text
    assert await outcomes(desk) == [("eliminated", "recommendation-silent")] * 3
    async with ground.database.reading() as db:
        text = await db.scalar(
            select(Snapshot.text)
            .join(Stage, Stage.id == Snapshot.stage_id)
            .where(Stage.cycle_id == desk.office.cycle_id, Stage.key == KEY)
        )
    assert text is not None
    assert text.count('"recommended":null') == 3, json.loads(text)


async def test_entry_that_nobody_was_asked_about_holds_the_stage_open_after_its_end(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.route(*((entry, "street", desk.street) for entry in desk.entries[1:]))
    await end_the_time(desk)
    before = await desk.stored()
    assert told(await close(client, desk.office, KEY)) == ["entries-unrouted"]
    assert await desk.stored() == before


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (
            "one_of",
            [("advanced", None), ("advanced", None), ("eliminated", "not-recommended")],
        ),
        (
            "all_of",
            [
                ("eliminated", "recommendation-silent"),
                ("eliminated", "recommendation-silent"),
                ("eliminated", "not-recommended"),
            ],
        ),
    ],
)
async def test_beside_a_silent_body_anothers_word_is_enough_unless_all_are_asked(
    ground: Ground, client: AsyncClient, needs: str, expected: list[tuple[str, str | None]]
) -> None:
    desk = await desk_of(ground, client, needs=needs)
    await desk.all_to_the_street()
    await desk.route(*((entry, "trade", desk.trade) for entry in desk.entries))
    assert (await desk.letter()).status_code == 201
    await end_the_time(desk)
    closed = await close(client, desk.office, KEY)
    assert closed.status_code == 200, closed.text
    assert await outcomes(desk) == expected
