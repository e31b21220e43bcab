"""A cycle of two tracks, with parallel stages and a consolation, closed as a test wants."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from tests.factories import Office

TWO_TRACKS = """
schema: award-regulation/1
code: two-tracks
title: 两类奖管理办法
issuer: 某区人民政府
issued_on: 2024-02-29
tracks:
  - {key: firm, name: 企业, awardee: organisation, criteria: gbt-19580-2012}
  - {key: person, name: 个人, awardee: individual, criteria: defence-100}
tiers:
  - {key: gold, name: 金奖, tracks: firm}
  - {key: merit, name: 先进单位, tracks: firm}
  - {key: person, name: 个人奖, tracks: person}
groups:
  - key: small
    name: 中小企业
    when: {key: size, name: 规模, kind: declared, fact: size, equals: 小型}
quotas:
  - {at_most: 2, of: {tier: gold}}
  - {at_most: 3, of: {tier: merit}}
  - {at_most: 1, of: {tier: person}}
eligibility:
  require:
    - {key: old, name: 注册满三年, kind: years_registered, at_least: 3}
stages:
  - {key: intake, kind: intake}
  - {key: check, kind: screening}
  - key: paper
    kind: panel
    tracks: firm
    judges: {at_least: 3}
    method: mean
    advance: {first: {times_places: 2, level: all_in}}
    consolation: merit
  - key: talk
    kind: panel
    after: [check]
    judges: {at_least: 3}
    rubric: defence-100
    method: mean
  - key: total
    kind: composite
    tracks: firm
    after: [paper, talk]
    of: [{stage: paper, share: 60%}, {stage: talk, share: 40%}]
    ties: [{stage: paper}]
    proposes: tiers
    level: decision
  - key: people
    kind: composite
    tracks: person
    after: [talk]
    of: [{stage: talk, share: 100%}]
    proposes: tiers
    level: decision
  - key: notice
    kind: publicity
    after: [total, people]
    length: {days: 7}
    objection: {real_name: true, evidence: true}
  - {key: government, kind: approval, body: 区政府}
  - {key: grant, kind: grant}
"""


async def enter(office: Office, key: str, *applications: UUID, **values: Any) -> dict[UUID, UUID]:
    """Open a stage with these applications in it; gives the entries."""
    now, made = office.ground.clock(), {}
    async with office.ground.database.writing() as db:
        stage = await _stage(office, db, key)
        stage.status, stage.opened_at = StageStatus.OPEN, now
        for application in applications:
            entry = Entry(
                stage_id=stage.id,
                application_id=application,
                organisation_id=office.firms[application].id,
                round=1,
                entered_at=now,
                **{"track": "firm"} | values,
            )
            db.add(entry)
            await db.flush()
            made[application] = entry.id
    return made


async def end(office: Office, key: str, **values: Any) -> None:
    """Close a stage: all its entries advance, or whatever else the test wants of the outcomes."""
    now = office.ground.clock()
    async with office.ground.database.writing() as db:
        stage = await _stage(office, db, key)
        stage.status, stage.closed_at = StageStatus.CLOSED, now
        decided = select(Outcome.entry_id)
        entries = select(Entry.id).where(Entry.stage_id == stage.id, Entry.id.not_in(decided))
        for entry in await db.scalars(entries):
            db.add(Outcome(entry_id=entry, decided_at=now, **{"result": Result.ADVANCED} | values))


async def decide(office: Office, entry: UUID, **values: Any) -> None:
    """What becomes of one entry, before its stage is ended."""
    async with office.ground.database.writing() as db:
        outcome = {"result": Result.ADVANCED, "decided_at": office.ground.clock()} | values
        db.add(Outcome(entry_id=entry, **outcome))


async def entered(office: Office, key: str) -> dict[UUID, Entry]:
    """The entries of a stage by application."""
    async with office.ground.database.reading() as db:
        stage = await _stage(office, db, key)
        rows = await db.scalars(select(Entry).where(Entry.stage_id == stage.id))
        return {row.application_id: row for row in rows}


async def _stage(office: Office, db: Any, key: str) -> Any:
    wanted = select(Stage).where(Stage.cycle_id == office.cycle_id, Stage.key == key)
    return (await db.scalars(wanted)).one()
