"""What can be read of a screening, and by whom?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.applications.models import Application
from app.award.applications.schemas import Form
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import history_of
from app.award.screening import consulting, papers, rules
from app.award.screening.models import Opinion, Reply, ScreenedGround, ScreenedGroup, Screening
from app.award.screening.rules import GroundAnswer, Said
from app.award.screening.schemas import (
    GroundView,
    GroupIn,
    GroupView,
    OpinionView,
    ScreenedGroundView,
    ScreenedGroupView,
    ScreeningView,
)
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import ENTRY_RESOURCE, live
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person
from app.platform.db.base import among
from app.platform.http.bodies import View
from app.platform.security.access import Found, fetch_view
from app.rules.calendar import local_date
from app.rules.facts import Answer, Facts, Occasion, Record
from app.rules.regulation import stages as regulated
from app.rules.regulation.model import Regulation

V = TypeVar("V", bound=View)

_INTAKE, _ENTERED = aliased(Stage), aliased(Entry)
_CLOSES = (
    select(func.max(_INTAKE.closes_at))
    .join(_ENTERED, _ENTERED.stage_id == _INTAKE.id)
    .where(_ENTERED.application_id == Entry.application_id, _INTAKE.kind == "intake")
    .scalar_subquery()
)
"""When the intake through which an entry came closes by the timetable."""
CASES = (
    select(
        Entry.id,
        Entry.stage_id,
        Entry.application_id,
        Entry.organisation_id,
        Entry.track,
        Stage.key,
        Stage.opened_at,
        Cycle.id.label("cycle_id"),
        Cycle.programme_id,
        Cycle.regulation_hash,
        Cycle.ordinal,
        Cycle.cut_off,
        Application.form,
        Application.tier.label("applied_for"),
        Application.submitted_at,
        Application.differing_paper,
        _CLOSES.label("intake_closes_at"),
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


async def rule_of(db: AsyncSession, case: Any) -> tuple[Regulation, regulated.Screening]:
    """The rule of the screening that an entry is in; raises NotAScreening in another stage."""
    regulation = await regulation_of(db, case.regulation_hash)
    rule = regulation.stage(case.key)
    if not isinstance(rule, regulated.Screening):
        raise rules.NotAScreening
    return regulation, rule


async def examined(
    db: AsyncSession, case: Any, now: datetime, decided: Iterable[GroupIn] = ()
) -> rules.Examined:
    """What form and records say about every ground and group of an entry on the day of `now`; two
    statements. `decided`: what a person says of groups.
    """
    ruled = await rule_of(db, case)
    on_file = await history_of(db, case.programme_id, case.credit_code)
    return examined_by(ruled, case, on_file, now, decided)


def examined_by(
    ruled: tuple[Regulation, regulated.Screening],
    case: Any,
    on_file: Sequence[Record],
    now: datetime,
    decided: Iterable[GroupIn] = (),
) -> rules.Examined:
    """What form and these records say of an entry, by rules that are read already."""
    form = Form.model_validate(case.form)
    facts = Facts(form.registered_on, form.facts, on_file)
    beside = [*papers.differing(ruled[0], case.track, case.differing_paper)]
    code, occasion = case.credit_code, occasion_of(case, now)
    return rules.examine(*ruled, facts, occasion, decided, credit_code=code, beside=beside)


def occasion_of(case: Any, now: datetime) -> Occasion:
    """From which days the look-backs of a case count, in Beijing time."""
    # 24:00 of the last day is 00:00 of the next: the day before that instant is meant.
    closes = (case.intake_closes_at or case.submitted_at) - timedelta(microseconds=1)
    return Occasion(
        track=case.track,
        ordinal=case.ordinal,
        cut_off=case.cut_off,
        submitted_on=local_date(case.submitted_at),
        deadline=local_date(closes),
        today=local_date(now),
    )


async def grounds(call: Call, entry_id: UUID) -> list[GroundView]:
    """The grounds of an entry, each with what the facts say; three statements."""
    found = await get_case(call, entry_id)
    looked = await examined(call.db, found.it, call.now)
    return [
        GroundView(
            name=each.name,
            clause=each.clause,
            closes=_list(each.found.closes),
            **_said(each.found),
        )
        for each in looked.grounds
    ]


async def groups(call: Call, entry_id: UUID) -> list[GroupView]:
    """The groups of the regulation, each with what the facts say of the entry; three statements."""
    found = await get_case(call, entry_id)
    looked = await examined(call.db, found.it, call.now)
    return [
        GroupView(name=each.name, clause=each.clause, **_said(each.found)) for each in looked.groups
    ]


def _said(found: Answer) -> dict[str, Any]:
    return {
        "key": found.key,
        "answer": found.met,
        "because": found.because,
        "evidence": list(found.evidence),
    }


def _list(tiers: Collection[str] | None) -> list[str] | None:
    return None if tiers is None else list(tiers)


async def screening_view(call: Call, entry_id: UUID) -> ScreeningView:
    """The decision on an entry, or ScreeningUnknown; four statements."""
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
            select(Screening, Person.name)
            .join(Person, Person.id == Screening.decided_by)
            .where(Screening.entry_id == entry_id)
        )
    ).first()
    if row is None:
        raise rules.ScreeningUnknown
    decided: Screening = row.Screening
    return ScreeningView(
        entry_id=entry_id,
        decision=decided.decision,
        grounds=(await answers_of(call.db, [entry_id]))[entry_id],
        groups=(await groups_of(call.db, [entry_id]))[entry_id],
        disqualified_for=decided.disqualified_for,
        document=decided.document,
        note=decided.note,
        decided_by=row.name,
        decided_at=decided.decided_at,
    )


async def decisions(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """The live entries of a stage with their decision, null where there is none; one statement."""
    rows = await db.execute(
        select(
            Entry.id,
            Entry.application_id,
            Entry.track,
            Application.tier.label("applied_for"),
            Screening.decision,
            Screening.disqualified_for,
            Screening.note,
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Application, Application.id == Entry.application_id)
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
    return await _answered(db, ScreenedGround, ScreenedGroundView, entries)


async def groups_of(
    db: AsyncSession, entries: Sequence[UUID]
) -> dict[UUID, list[ScreenedGroupView]]:
    """The answered groups of each entry, in the regulation's order; one statement."""
    return await _answered(db, ScreenedGroup, ScreenedGroupView, entries)


async def _answered(
    db: AsyncSession,
    model: type[ScreenedGround] | type[ScreenedGroup],
    view: type[V],
    entries: Sequence[UUID],
) -> dict[UUID, list[V]]:
    columns = [getattr(model, name) for name in view.model_fields]
    rows: Sequence[Row[Any]] = (
        await db.execute(
            select(model.entry_id, *columns)
            .where(among(model.entry_id, entries))
            .order_by(model.entry_id, model.position)
        )
    ).all()
    found: dict[UUID, list[V]] = {entry: [] for entry in entries}
    for row in rows:
        found[row.entry_id].append(view.of(row))
    return found


async def closed_before(
    db: AsyncSession, stage_id: UUID, applications: Sequence[UUID]
) -> dict[UUID, dict[str, list[str]]]:
    """By application, the grounds with which earlier screenings closed tiers, and which; the last
    answer to a ground counts. One statement.
    """
    rows = await db.execute(
        select(
            Entry.application_id,
            ScreenedGround.key,
            ScreenedGround.answer,
            ScreenedGround.closes,
        )
        .join(Entry, Entry.id == ScreenedGround.entry_id)
        .join(Screening, Screening.entry_id == ScreenedGround.entry_id)
        .where(
            among(Entry.application_id, applications),
            Entry.stage_id != stage_id,
            ScreenedGround.closes.is_not(None),
        )
        .order_by(Screening.decided_at, ScreenedGround.entry_id)
    )
    found: dict[UUID, dict[str, list[str]]] = defaultdict(dict)
    for row in rows:
        closes = row.closes if row.answer == GroundAnswer.NOT_MET else []
        found[row.application_id][row.key] = closes
    return found


def still_closed(before: dict[str, list[str]], now: Collection[str]) -> list[str]:
    """The tiers closed by earlier grounds that are not among those examined now."""
    return sorted({tier for key, tiers in before.items() if key not in now for tier in tiers})


async def opinions(call: Call, entry_id: UUID) -> list[OpinionView]:
    """What departments are asked about an entry and have said; three statements."""
    case = (await get_case(call, entry_id)).it
    asked = consulting.questions(*await rule_of(call.db, case), case.track, case.opened_at)
    known = (await opinions_of(call.db, [entry_id]))[entry_id]
    return [_opinion(one, consulting.last_of(one, known), call.now) for one in asked]


def _opinion(question: consulting.Question, last: Any, now: datetime) -> OpinionView:
    return OpinionView(
        department=question.department,
        ground=question.ground,
        name=question.name,
        last_day=question.last_day,
        state=consulting.awaited(question, last, now),
        said=Said(last.said) if last else None,
        statement=last.statement if last else None,
        document=last.document if last else None,
        scan=last.scan if last else None,
        entered_at=last.entered_at if last else None,
    )


async def opinions_of(db: AsyncSession, entries: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The opinions on each entry, in the order they were entered, each with the reply whose scan
    can be opened; one statement.
    """
    found: dict[UUID, list[Any]] = {entry: [] for entry in entries}
    rows = await db.execute(
        select(
            Opinion.entry_id,
            Opinion.department,
            Opinion.ground,
            Opinion.said,
            Opinion.statement,
            Opinion.document,
            Opinion.entered_at,
            case((Reply.scan_id.is_not(None), Reply.id)).label("scan"),
        )
        .outerjoin(Reply, Reply.id == Opinion.reply_id)
        .where(among(Opinion.entry_id, entries))
        .order_by(Opinion.entered_at, Opinion.id)
    )
    for row in rows:
        found[row.entry_id].append(row)
    return found
