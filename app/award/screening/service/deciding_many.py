"""What the office decides in one act: many entries, each by what its facts say and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.award.applications.models import Application
from app.award.records.queries import histories_of
from app.award.screening import by_rule, consulting, cures, filed, queries, rules
from app.award.screening.cure_queries import cures_of
from app.award.screening.models import Screening
from app.award.screening.rules import Decision, Examined
from app.award.screening.schemas import ScreenedLine, ScreeningsIn, ScreeningsView
from app.award.screening.service.deciding import answered, closed_to, log_decision
from app.award.stages.models import Entry, Outcome
from app.award.stages.queries import ENTRY_RESOURCE, get_stage, live, open_stage
from app.award.stages.rules import EntryUnknown
from app.award.stages.schemas import WhyView
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows, among
from app.platform.errors import Refusal, ensure
from app.platform.security.access import visible_to
from app.rules.facts import Record
from app.rules.regulation import stages as regulated
from app.rules.regulation.model import Regulation


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file about the entries, read for all of them at once."""

    ruled: tuple[Regulation, regulated.Screening]
    histories: Mapping[str, list[Record]]
    closed: Mapping[UUID, dict[str, list[str]]]
    opinions: Mapping[UUID, list[Any]]
    cures: Mapping[UUID, list[Any]]
    lacks: Mapping[UUID, list[Refusal]]


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry with what the facts say, and the decision that follows, or why none does."""

    case: Any
    examined: Examined
    body: by_rule.ByRule | None
    reasons: Sequence[Refusal]


async def screen_many(call: Call, cycle_id: UUID, key: str, body: ScreeningsIn) -> ScreeningsView:
    """Decide these entries by rule, all or none; a dry run tells which ones need a person. Twelve
    statements, and three for each form that this worker has not read, whatever their number.
    """
    found = await get_stage(call, cycle_id, key)
    found.require("stage:screen")
    if found.it.kind != "screening":
        raise rules.NotAScreening
    await open_stage(call.db, found.it.id)
    cases = await _cases(call, found.it.id, body.entries)
    known = await _known(call, found.it.id, cases) if cases else None
    judged = [_judged(call, case, known, body) for case in cases if known]
    if not call.dry_run:
        ensure([*_unknown(cases, body.entries), *_needing(judged)])
    await _keep(call, judged, looked=body.complete)
    return _view(judged)


async def _cases(call: Call, stage_id: UUID, wanted: Sequence[UUID] | None) -> Sequence[Any]:
    """The living entries that the caller may decide on, nobody else at work on them."""

    def these(statement: Rows) -> Rows:
        narrowed = Entry.stage_id == stage_id
        return statement.where(narrowed if wanted is None else narrowed & among(Entry.id, wanted))

    locked = these(select(Entry.id)).order_by(Entry.id).with_for_update(key_share=True)
    await call.db.execute(locked)
    statement = these(
        queries.CASES.add_columns(Application.code, Organisation.name)
        .add_columns(Screening.entry_id.label("screened"))
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .outerjoin(Screening, Screening.entry_id == Entry.id)
    ).where(live(stage_id), visible_to(call.actor, ENTRY_RESOURCE, "entry:screen"))
    if wanted is None:
        statement = statement.where(Screening.entry_id.is_(None))
    return (await call.db.execute(statement.order_by(Application.code, Entry.id))).all()


async def _known(call: Call, stage_id: UUID, cases: Sequence[Any]) -> Known:
    entries, applications = [c.id for c in cases], [c.application_id for c in cases]
    first = cases[0]
    codes = [case.credit_code for case in cases]
    ruled = await queries.rule_of(call.db, first)
    asked = rules.asks_for_a_complete_file(ruled[1])
    return Known(
        ruled,
        await histories_of(call.db, first.programme_id, codes),
        await queries.closed_before(call.db, stage_id, applications),
        await queries.opinions_of(call.db, entries),
        await cures_of(call.db, entries),
        await filed.lacking(call.db, cases) if asked else {},
    )


def _judged(call: Call, case: Any, known: Known, said: ScreeningsIn) -> Judged:
    regulation, rule = known.ruled
    history = known.histories[case.credit_code]
    examined = queries.examined_by(known.ruled, case, history, call.now)
    asked = {each.found.key for each in examined.grounds}
    closed = closed_to(regulation, case, known.closed.get(case.application_id, {}), asked)
    seen = by_rule.Seen(known.lacks.get(case.id, ()), said.complete)
    body = by_rule.by_rule(examined, seen, closed, said.note)
    reasons: list[Refusal | None] = [*by_rule.needing_a_person(examined, seen)]
    if body is None or body.decision is Decision.ELIGIBLE:
        questions = consulting.questions(regulation, rule, case.track, case.opened_at)
        count = consulting.waiting(questions, known.opinions[case.id], call.now)
        reasons.append(consulting.ConsultationsOpen(count=count) if count else None)
        reasons += consulting.objections(questions, known.opinions[case.id])
    if rule.cure is not None:
        reasons.append(cures.open_obstacle(known.cures[case.id], call.now))
    if case.screened is not None:
        reasons = [rules.AlreadyScreened()]
    against = [reason for reason in reasons if reason is not None]
    return Judged(case, examined, None if against else body, against)


def _unknown(cases: Sequence[Any], wanted: Sequence[UUID] | None) -> list[Refusal]:
    known = {case.id for case in cases}
    return [
        EntryUnknown(pointer=f"/entries/{place}")
        for place, entry in enumerate(wanted or ())
        if entry not in known
    ]


def _needing(judged: Sequence[Judged]) -> list[Refusal]:
    return [
        by_rule.EntryNeedsPerson(
            organisation=each.case.name,
            application=each.case.code,
            zh="".join(reason.sentence("zh") for reason in each.reasons),
            en=" ".join(reason.sentence("en") for reason in each.reasons),
        )
        for each in judged
        if each.reasons
    ]


async def _keep(call: Call, judged: Sequence[Judged], *, looked: bool) -> None:
    decided = [(each, each.body) for each in judged if each.body is not None]
    who = {"decided_by": call.actor.person_id, "decided_at": call.now}
    try:
        async with call.db.begin_nested():
            call.db.add_all(
                Screening(entry_id=one.case.id, decision=body.decision, note=body.note, **who)
                for one, body in decided
            )
    except IntegrityError as lost_the_race:
        raise rules.AlreadyScreened from lost_the_race
    for one, body in decided:
        call.db.add_all(answered(one.case.id, body, one.examined))
        log_decision(call, one.case, body, looked=looked)
    await call.db.flush()


def _view(judged: Sequence[Judged]) -> ScreeningsView:
    made = [each.body.decision if each.body else None for each in judged]
    return ScreeningsView(
        eligible=made.count(Decision.ELIGIBLE),
        ineligible=made.count(Decision.INELIGIBLE),
        needing_a_person=made.count(None),
        items=[
            ScreenedLine(
                entry_id=each.case.id,
                code=each.case.code,
                organisation=each.case.name,
                decision=decision,
                reasons=[WhyView.told(why) for why in each.reasons],
            )
            for each, decision in zip(judged, made, strict=True)
        ],
    )
