"""What the office does about panels: form one; and what a stage does: take them over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.judging import queries, rules
from app.award.judging.models import Assignment, Expert, Member, Panel, PanelEntry, Undertaking
from app.award.judging.schemas import MemberIn, PanelIn
from app.award.programmes.models import Cycle
from app.award.records.queries import interested
from app.award.stages.kind import StageAt
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import ENTRY_RESOURCE, get_stage, live, open_stage, stage_at
from app.award.stages.rules import EntryUnknown
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.errors import Refusal, ensure
from app.platform.security.access import visible_to
from app.rules.regulation.stages import Panel as PanelRule


@dataclass(frozen=True, slots=True)
class Assigned:
    """One judge and one entry, just put together; without `categories` the judge scores all."""

    id: UUID
    panel_id: UUID
    entry_id: UUID
    application_id: UUID
    track: str
    categories: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Formed:
    """A panel with the stage it was formed for, and the work it has been given."""

    panel_id: UUID
    at: StageAt
    rule: PanelRule
    assigned: Sequence[Assigned]


async def form_panel(call: Call, cycle_id: UUID, key: str, body: PanelIn) -> Formed:
    """Form a panel for entries of an open stage; everything that stands against it is told."""
    found = await get_stage(call, cycle_id, key)
    found.require("stage:form-panels")
    stage = await open_stage(call.db, found.it.id)
    at = await stage_at(call.db, stage)
    rule = _rule_of(at)
    experts = await experts_of(call.db, at, rule, [member.expert_id for member in body.members])
    entries = await _entries(call, at, body.entries)
    ensure(
        [
            *_obstacles(at, rule, body, experts, entries),
            *await interests_of(call.db, body.members, body.entries),
            await _name_taken(call.db, at, body.name),
        ]
    )
    panel = Panel(stage_id=at.id, name=body.name, formed_at=call.now)
    try:
        async with call.db.begin_nested():
            call.db.add(panel)
            await call.db.flush()
            call.db.add_all(
                Member(panel_id=panel.id, **member.model_dump()) for member in body.members
            )
            call.db.add_all(
                PanelEntry(panel_id=panel.id, entry_id=entry_id) for entry_id in body.entries
            )
    except IntegrityError as lost_the_race:
        raise _taken_by(lost_the_race, body.name) from lost_the_race
    pairs = [(member, entries[entry]) for member in body.members for entry in body.entries]
    assigned = await assign(call.db, panel.id, pairs)
    _record_formation(call, panel.id, cycle_id, body)
    return Formed(panel.id, at, rule, assigned)


async def take_over(db: AsyncSession, at: StageAt, rule: PanelRule) -> Sequence[Assigned]:
    """The panels of the stage `panel_of` judge here too, for the entries that got here. A judge
    who has a conflict of interest by now is left out.
    """
    earlier = select(Stage.id, Stage.round).where(
        Stage.cycle_id == at.cycle_id, Stage.key == rule.panel_of
    )
    before, source = aliased(Entry), earlier.subquery()
    served = (
        await db.execute(
            select(PanelEntry.panel_id, Entry.id, Entry.application_id, Entry.track)
            .join(before, before.id == PanelEntry.entry_id)
            .join(
                source,
                (source.c.id == before.stage_id) & (source.c.round == before.round),
            )
            .join(Entry, Entry.application_id == before.application_id)
            .where(Entry.stage_id == at.id, Entry.round == at.round)
        )
    ).all()
    if not served:
        return []
    await db.execute(
        insert(PanelEntry), [{"entry_id": row.id, "panel_id": row.panel_id} for row in served]
    )
    made: list[Assigned] = []
    seats = (
        await db.execute(
            select(Member.panel_id, Member.expert_id, Member.categories, Entry.id)
            .join(PanelEntry, PanelEntry.panel_id == Member.panel_id)
            .join(Entry, Entry.id == PanelEntry.entry_id)
            .join(Expert, Expert.id == Member.expert_id)
            .where(among(PanelEntry.entry_id, [row.id for row in served]), queries.unbiased())
        )
    ).all()
    entries = {row.id: row for row in served}
    for panel_id in {row.panel_id for row in served}:
        pairs = [(seat, entries[seat.id]) for seat in seats if seat.panel_id == panel_id]
        made += await assign(db, panel_id, pairs, divided=rule.division == "by_category")
    return made


async def assign(
    db: AsyncSession, panel_id: UUID, pairs: Iterable[tuple[Any, Any]], *, divided: bool = True
) -> list[Assigned]:
    """Put each (member, entry) together."""
    made = [
        (
            member.expert_id,
            Assigned(
                id=uuid4(),
                panel_id=panel_id,
                entry_id=entry.id,
                application_id=entry.application_id,
                track=entry.track,
                categories=tuple(member.categories) if divided and member.categories else None,
            ),
        )
        for member, entry in pairs
    ]
    if made:
        await db.execute(
            insert(Assignment),
            [
                {"id": a.id, "panel_id": panel_id, "entry_id": a.entry_id, "expert_id": expert}
                for expert, a in made
            ],
        )
    return [assigned for _, assigned in made]


def _rule_of(at: StageAt) -> PanelRule:
    if not isinstance(at.rule, PanelRule):
        raise rules.NotScoredHere(name=at.rule.name)
    if at.rule.panel_of is not None:
        raise rules.PanelFromEarlier(name=at.regulation.stage(at.rule.panel_of).name)
    return at.rule


def _obstacles(
    at: StageAt, rule: PanelRule, body: PanelIn, experts: dict[UUID, Any], entries: dict[UUID, Any]
) -> list[Refusal]:
    """What can be told from what was read: who sits, who is judged, and by which criteria."""
    found: list[Refusal] = []
    for place, member in enumerate(body.members):
        if member.expert_id not in experts:
            found.append(stranger(at, rule)(pointer=f"/members/{place}/expert_id"))
        if member.expert_id in {each.expert_id for each in body.members[:place]}:
            found.append(rules.ExpertTwice(pointer=f"/members/{place}/expert_id"))
    for place, entry_id in enumerate(body.entries):
        if entry_id in body.entries[:place]:
            found.append(rules.EntryTwice(pointer=f"/entries/{place}"))
        if entries[entry_id].panel_id is not None:
            name = entries[entry_id].organisation
            found.append(rules.EntryOnPanel(pointer=f"/entries/{place}", organisation=name))
    seats = [
        rules.Seat(
            name=experts[member.expert_id].name,
            leader=member.leader,
            signed=experts[member.expert_id].signed,
            categories=None if member.categories is None else tuple(member.categories),
        )
        for member in body.members
        if member.expert_id in experts
    ]
    tracks = {entry.track for entry in entries.values()}
    categories = [
        category.code
        for track in sorted(tracks)
        for category in rules.criteria_of(at, rule, track).categories
    ]
    judges = at.regulation.judges_of(rule)
    return found + rules.panel_obstacles(rule, judges, seats, categories)


async def experts_of(
    db: AsyncSession, at: StageAt, rule: PanelRule, ids: Sequence[UUID]
) -> dict[UUID, Any]:
    """Those of them who may sit here: judges of the pool, or holders of the committee's seats."""
    signed = exists(
        select(Undertaking.id).where(
            Undertaking.expert_id == Expert.id, Undertaking.cycle_id == at.cycle_id
        )
    )
    rows = await db.execute(
        select(Expert.id, Person.name, signed.label("signed"))
        .join(Person, Person.id == Expert.person_id)
        .where(
            Expert.programme_id == at.programme_id,
            Expert.id.in_(ids),
            queries.seated_in(Expert.person_id, Cycle.id == at.cycle_id)
            if at.regulation.judges_of(rule).seated == "committee"
            else queries.judges_in(Expert.person_id, at.programme_id),
        )
    )
    return {row.id: row for row in rows}


def stranger(at: StageAt, rule: PanelRule) -> type[Refusal]:
    """What somebody is told who may not sit here."""
    committee = at.regulation.judges_of(rule).seated == "committee"
    return rules.NoSeat if committee else rules.ExpertNotInPool


async def _entries(call: Call, at: StageAt, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The live entries of the stage among these, or EntryUnknown; one statement."""
    rows = await call.db.execute(
        select(
            Entry.id,
            Entry.application_id,
            Entry.track,
            Organisation.name.label("organisation"),
            PanelEntry.panel_id,
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .outerjoin(PanelEntry, PanelEntry.entry_id == Entry.id)
        .where(live(at.id), among(Entry.id, ids), visible_to(call.actor, ENTRY_RESOURCE))
    )
    found = {row.id: row for row in rows}
    for place, entry_id in enumerate(ids):
        if entry_id not in found:
            raise EntryUnknown(pointer=f"/entries/{place}")
    return found


async def interests_of(
    db: AsyncSession, members: Sequence[MemberIn], entries: Sequence[UUID]
) -> list[Refusal]:
    """Every member who has an interest in one of the entries; one statement."""
    rows = await db.execute(
        select(Expert.id, Person.name, Organisation.name.label("organisation"))
        .select_from(Expert)
        .join(Person, Person.id == Expert.person_id)
        .join(Entry, literal(value=True))
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(
            Expert.id.in_([member.expert_id for member in members]),
            among(Entry.id, entries),
            interested(Expert.person_id, Entry.organisation_id),
        )
        .order_by(Person.name, Organisation.name)
    )
    places = {member.expert_id: place for place, member in enumerate(members)}
    return [
        rules.InterestFound(
            pointer=f"/members/{places[row.id]}", expert=row.name, organisation=row.organisation
        )
        for row in rows
    ]


async def _name_taken(db: AsyncSession, at: StageAt, name: str) -> Refusal | None:
    taken = await db.scalar(select(Panel.id).where(Panel.stage_id == at.id, Panel.name == name))
    return rules.PanelNameTaken(pointer="/name", name=name) if taken else None


def _taken_by(lost: IntegrityError, name: str) -> Refusal:
    """Of two simultaneous formations the second is told what the first has taken."""
    if "panel_entry" in str(lost.orig):
        return rules.EntryOnPanel(pointer="/entries", organisation="参评单位")
    return rules.PanelNameTaken(pointer="/name", name=name)


def _record_formation(call: Call, panel_id: UUID, cycle_id: UUID, body: PanelIn) -> None:
    detail = {
        "name": body.name,
        "experts": [str(member.expert_id) for member in body.members],
        "entries": [str(entry_id) for entry_id in body.entries],
    }
    record(
        call.db,
        call.actor,
        "stage:form-panels",
        subject=panel_id,
        now=call.now,
        log=cycle_id,
        detail=detail,
    )
