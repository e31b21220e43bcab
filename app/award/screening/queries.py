"""What can be read of a screening, and by whom?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.applications.schemas import Form
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import records_of
from app.award.screening import rules
from app.award.screening.models import ScreenedGround, Screening
from app.award.screening.schemas import GroundView, ScreenedGroundView, ScreeningView
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import ENTRY_RESOURCE, live
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person
from app.platform.db.base import among
from app.platform.security.access import Found, fetch_view
from app.rules.calendar import local_date
from app.rules.eligibility import Facts
from app.rules.regulation import stages as regulated

CASES = (
    select(
        Entry.id,
        Entry.stage_id,
        Entry.application_id,
        Stage.key,
        Cycle.id.label("cycle_id"),
        Cycle.programme_id,
        Cycle.regulation_hash,
        Cycle.cut_off,
        Application.form,
        Application.submitted_at,
        Organisation.credit_code,
    )
    .join(Stage, Stage.id == Entry.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .join(Application, Application.id == Entry.application_id)
    .join(Organisation, Organisation.id == Entry.organisation_id)
)


async def get_case(call: Call, entry_id: UUID) -> Found[Any]:
    """An entry with what its grounds are examined from, or EntryUnknown; one statement."""
    return await fetch_view(call.db, call.actor, ENTRY_RESOURCE, CASES.where(Entry.id == entry_id))


async def findings(db: AsyncSession, case: Any) -> list[rules.Finding]:
    """What form and records say about every ground of an entry; two statements.

    Raises NotAScreening where the entry is in a stage of another kind.
    """
    regulation = await regulation_of(db, case.regulation_hash)
    rule = regulation.stage(case.key)
    if not isinstance(rule, regulated.Screening):
        raise rules.NotAScreening
    form = Form.model_validate(case.form)
    on_file = await records_of(db, case.programme_id, [case.credit_code])
    facts = Facts(form.registered_on, form.facts, [rules.fact_of(record) for record in on_file])
    day = local_date(case.submitted_at)
    return rules.findings(regulation, rule, facts, cut_off=case.cut_off, submitted_on=day)


async def grounds(call: Call, entry_id: UUID) -> list[GroundView]:
    """The grounds of an entry, each with what the facts say; three statements."""
    found = await get_case(call, entry_id)
    return [
        GroundView(
            key=each.found.key,
            name=each.name,
            answer=each.found.met,
            because=each.found.because,
            evidence=list(each.found.evidence),
        )
        for each in await findings(call.db, found.it)
    ]


async def screening_view(call: Call, entry_id: UUID) -> ScreeningView:
    """The decision on an entry, or ScreeningUnknown; three statements."""
    await fetch_view(
        call.db,
        call.actor,
        ENTRY_RESOURCE,
        select(Entry.id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Entry.id == entry_id),
    )
    row = (
        await call.db.execute(
            select(Screening.decision, Screening.note, Screening.decided_at, Person.name)
            .join(Person, Person.id == Screening.decided_by)
            .where(Screening.entry_id == entry_id)
        )
    ).first()
    if row is None:
        raise rules.ScreeningUnknown
    return ScreeningView(
        entry_id=entry_id,
        decision=row.decision,
        grounds=[_ground(each) for each in await _grounds_of(call.db, [entry_id])],
        note=row.note,
        decided_by=row.name,
        decided_at=row.decided_at,
    )


async def decisions(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """The live entries of a stage with their decision, null where there is none; one statement."""
    rows = await db.execute(
        select(Entry.id, Entry.application_id, Screening.decision, Screening.note)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .outerjoin(Screening, Screening.entry_id == Entry.id)
        .where(live(stage_id))
        .order_by(Entry.id)
    )
    return rows.all()


async def answers_of(
    db: AsyncSession, entries: Sequence[UUID]
) -> dict[UUID, list[ScreenedGroundView]]:
    """The answered grounds of each entry, in the regulation's order; one statement."""
    found: dict[UUID, list[ScreenedGroundView]] = {entry: [] for entry in entries}
    for row in await _grounds_of(db, entries):
        found[row.entry_id].append(_ground(row))
    return found


async def _grounds_of(db: AsyncSession, entries: Sequence[UUID]) -> Sequence[Row[Any]]:
    columns = [getattr(ScreenedGround, name) for name in ScreenedGroundView.model_fields]
    rows = await db.execute(
        select(ScreenedGround.entry_id, *columns)
        .where(among(ScreenedGround.entry_id, entries))
        .order_by(ScreenedGround.entry_id, ScreenedGround.position)
    )
    return rows.all()


def _ground(row: Any) -> ScreenedGroundView:
    return ScreenedGroundView(**{n: getattr(row, n) for n in ScreenedGroundView.model_fields})
