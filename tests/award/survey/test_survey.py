"""A survey: what a report must say, the second person, and how the stage closes."""

import json
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.models import Outcome, Snapshot
from app.award.survey.models import SurveyReport
from app.award.survey.rules import report_obstacles, verdicts
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import Office, close, entries_in, make_caller, make_office, stage_row

pytestmark = pytest.mark.anyio

REGULATION = """
schema: award-regulation/1
code: surveyed
title: 调查区质量奖评定管理办法
issuer: 调查区人民政府
issued_on: 2025-01-01
tracks: [{key: organisation, name: 组织, awardee: organisation, criteria: gbt-19580-2012}]
tiers: [{key: award, name: 区长质量奖}]
quotas: [{at_most: 3, of: {tier: award}}]
stages:
  - {key: intake, kind: intake}
  - key: satisfaction
    kind: survey
    name: 满意度调查
    source: 区消费者协会
    scale: 100
    advance: {first: {places: 2, level: decision}}
  - key: ranking
    kind: composite
    of: [{stage: satisfaction, share: 100%}]
    proposes: tiers
    level: decision
  - {key: government, kind: approval, body: 区人民政府}
  - {key: grant, kind: grant}
"""
KEY = "satisfaction"


async def surveyed(ground: Ground, count: int = 3) -> tuple[Office, list[UUID]]:
    office = await make_office(ground, regulation_text=REGULATION)
    return office, [entry for _, entry in await entries_in(office, KEY, count)]


def report(entries: list[UUID], *points: str, **changes: Any) -> dict[str, Any]:
    scores = [{"entry": str(e), "points": p} for e, p in zip(entries, points, strict=True)]
    return {"scores": scores, "document": "测评报告〔2026〕3号"} | changes


async def enter(client: AsyncClient, office: Office, body: dict[str, Any]) -> Response:
    path = office.path(f"/stages/{KEY}/survey/reports")
    return await client.post(path, json=body, **office.clerk.auth)


async def confirm(client: AsyncClient, office: Office, digest: str, by: Any = None) -> Response:
    path = office.path(f"/stages/{KEY}/survey/confirmation")
    return await client.post(path, json={"digest": digest}, **(by or office.head).auth)


def told(answer: Response) -> list[str]:
    body = answer.json()
    found = [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]
    return found or [body["code"]]


async def reports(office: Office) -> tuple[int, list[str]]:
    async with office.ground.database.reading() as db:
        stored = await db.scalar(select(func.count()).select_from(SurveyReport)) or 0
    return stored, await cycle_log(office)


async def test_a_confirmed_report_ranks_and_cuts(ground: Ground, client: AsyncClient) -> None:
    office, entries = await surveyed(ground)
    entered = await enter(client, office, report(entries, "87.5", "92", "60"))
    assert entered.status_code == 201, entered.text
    assert entered.json()["confirmed"] is False
    confirmed = await confirm(client, office, entered.json()["digest"])
    assert confirmed.status_code == 200, confirmed.text
    assert confirmed.json()["confirmed"] is True
    closed = await close(client, office, KEY)
    assert closed.status_code == 200, closed.text
    assert closed.json()["advanced"] == 2
    stage = await stage_row(ground, office, KEY)
    async with ground.database.reading() as db:
        left = {row.entry_id: row for row in await db.scalars(select(Outcome))}
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    assert [left[e].rank for e in entries] == [2, 1, 3]
    assert [left[e].exact for e in entries] == ["87.5", "92", "60"]
    assert left[entries[2]].reason == "below-cut"
    again = {v.entry_id: (v.rank, v.exact) for v in verdicts(json.loads(text or "")["inputs"])}
    assert again[entries[1]] == (1, Fraction(92))
    log = await cycle_log(office)
    assert log.count("stage:enter-survey") == log.count("stage:confirm-survey") == 1


async def test_a_report_says_everything_wrong_at_once(ground: Ground, client: AsyncClient) -> None:
    office, entries = await surveyed(ground)
    before = await reports(office)
    body = report([entries[0], entries[0], uuid4()], "101", "87.12345", "9/10")
    refused = await enter(client, office, body)
    assert refused.status_code == 422
    assert sorted(told(refused)) == [
        "points-malformed",
        "points-malformed",
        "points-malformed",
        "surveyed-twice",
        "surveyed-unknown",
    ]
    assert await reports(office) == before


@pytest.mark.parametrize(
    ("points", "fits"), [("0", True), ("100", True), ("100.0001", False), ("-1", False)]
)
def test_points_stay_on_the_scale(points: str, fits: bool) -> None:
    entry = uuid4()
    assert (list(report_obstacles([(entry, points)], {entry}, 100)) == []) is fits


async def test_whoever_entered_it_cannot_confirm_it(ground: Ground, client: AsyncClient) -> None:
    office, entries = await surveyed(ground)
    entered = (await enter(client, office, report(entries, "1", "2", "3"))).json()
    log = await cycle_log(office)
    refused = await confirm(client, office, entered["digest"], office.clerk)
    assert (refused.status_code, told(refused)) == (403, ["second-person-needed"])
    assert await cycle_log(office) == log
    closed = await close(client, office, KEY)
    assert told(closed) == ["survey-not-confirmed"]


async def test_a_report_entered_anew_needs_a_new_confirmation(
    ground: Ground, client: AsyncClient
) -> None:
    office, entries = await surveyed(ground)
    first = (await enter(client, office, report(entries, "1", "2", "3"))).json()
    assert (await confirm(client, office, first["digest"])).status_code == 200
    assert told(await confirm(client, office, first["digest"])) == ["survey-confirmed"]
    await enter(client, office, report(entries[:2], "1", "2"))
    assert told(await confirm(client, office, first["digest"])) == ["survey-replaced"]
    assert told(await close(client, office, KEY)) == ["survey-not-confirmed"]
    read = await client.get(office.path(f"/stages/{KEY}/survey"), **office.clerk.auth)
    assert (await confirm(client, office, read.json()["digest"])).status_code == 200
    assert told(await close(client, office, KEY)) == ["survey-incomplete"]


async def test_others_see_nothing_of_it(ground: Ground, client: AsyncClient) -> None:
    office, entries = await surveyed(ground)
    await enter(client, office, report(entries, "1", "2", "3"))
    path = office.path(f"/stages/{KEY}/survey")
    supervisor = await make_caller(ground, (Role.SUPERVISOR, office.programme_id))
    assert (await client.get(path, **supervisor.auth)).status_code == 403
    judge = await make_caller(ground, (Role.JUDGE, office.programme_id))
    assert (await client.get(path, **judge.auth)).status_code == 403
    other = office.path("/stages/ranking/survey")
    assert told(await client.get(other, **office.clerk.auth)) == ["not-a-survey"]


async def test_who_has_an_interest_neither_enters_nor_sees(
    ground: Ground, client: AsyncClient
) -> None:
    office, entries = await surveyed(ground)
    firm = next(iter(office.firms.values()))
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=firm.id,
                interest="employed",
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    before = await reports(office)
    assert told(await enter(client, office, report(entries, "1", "2", "3"))) == ["recusal-needed"]
    assert await reports(office) == before
