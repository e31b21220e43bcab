"""What the office does at a screening: decide on an entry, and enter what departments say."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.award.records.models import disqualification
from app.award.records.rules import WordUnknown, word_obstacle
from app.award.screening import consulting, cures, queries, rules
from app.award.screening.cure_queries import cures_of
from app.award.screening.models import Opinion, ScreenedGround, ScreenedGroup, Screening
from app.award.screening.rules import Decision, Examined
from app.award.screening.schemas import (
    DisqualificationIn,
    OpinionIn,
    OpinionView,
    ScreeningIn,
    ScreeningView,
)
from app.award.stages.models import Entry
from app.award.stages.queries import live_entry, open_stage
from app.award.stages.rules import EntryEnded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import Model
from app.platform.errors import ensure
from app.rules.calendar import local_date
from app.rules.facts import RecordKind
from app.rules.recorded import known_words
from app.rules.regulation.model import Regulation


async def screen(call: Call, entry_id: UUID, body: ScreeningIn) -> ScreeningView:
    """Decide whether an entry is eligible, with an answer and its evidence for every ground.

    What the facts said is kept beside what the person answered. Raises AlreadyScreened.
    """
    found = await queries.get_case(call, entry_id)
    found.require("entry:screen")
    case = await held(call, found.it)
    examined = await queries.examined(call.db, case, call.now, body.groups)
    if await call.db.get(Screening, entry_id) is not None:
        raise rules.AlreadyScreened
    closed = await _closed(call, case, {each.found.key for each in examined.grounds})
    ensure(
        [
            *rules.decision_obstacles(examined, body, closed),
            await _ground_obstacle(call, case, body.disqualification),
        ]
    )
    await _ensure_heard(call, case, body)
    await _ensure_cured(call, case, body)
    try:
        async with call.db.begin_nested():
            await _decide(call, entry_id, body, examined)
    except IntegrityError as lost_the_race:
        raise rules.AlreadyScreened from lost_the_race
    if (out := body.disqualification) is not None:
        # It stands even if the applicant withdraws before the closing.
        on, by = local_date(call.now), call.actor.person_id
        call.db.add(disqualification(case, out.ground, out.document, on, by, call.now))
    log_decision(call, case, body)
    await call.db.flush()
    return await queries.screening_view(call, entry_id)


async def _ground_obstacle(
    call: Call, case: Any, out: DisqualificationIn | None
) -> WordUnknown | None:
    if out is None:
        return None
    words = known_words([(await queries.rule_of(call.db, case))[0]])
    pointer = "/disqualification/ground"
    return word_obstacle(RecordKind.DISQUALIFICATION, out.ground, words, pointer)


def log_decision(
    call: Call, case: Any, body: rules.Answering, *, looked: bool | None = None
) -> None:
    """The decision in the log of the cycle, answer by answer; where many are decided at once,
    whether the person gave the word to have looked at the files.
    """
    record(
        call.db,
        call.actor,
        "entry:screen",
        subject=case.id,
        now=call.now,
        log=case.cycle_id,
        detail={
            "decision": body.decision.value,
            "grounds": {each.key: each.answer.value for each in body.grounds},
            "groups": {each.key: each.answer.value for each in body.groups},
        }
        | ({} if looked is None else {"looked": looked}),
    )


async def _closed(call: Call, case: Any, asked: set[str]) -> set[str]:
    """Tiers closed to the entry before it is asked: by an earlier screening, or not applied for."""
    before = await queries.closed_before(call.db, case.stage_id, [case.application_id])
    regulation, _ = await queries.rule_of(call.db, case)
    return closed_to(regulation, case, before.get(case.application_id, {}), asked)


def closed_to(
    regulation: Regulation, case: Any, before: dict[str, list[str]], asked: set[str]
) -> set[str]:
    """Tiers closed by the grounds of earlier screenings that are not `asked` now, or not applied
    for.
    """
    return {
        *queries.still_closed(before, asked),
        *regulation.other_tiers(case.track, case.applied_for),
    }


async def enter_opinion(call: Call, entry_id: UUID, body: OpinionIn) -> list[OpinionView]:
    """Enter what a department said of an entry, or that its time passed in silence; the last
    opinion on a ground counts.
    """
    found = await queries.get_case(call, entry_id)
    found.require("entry:consult")
    case = await held(call, found.it)
    asked = consulting.questions(*await queries.rule_of(call.db, case), case.track, case.opened_at)
    ensure(consulting.opinion_obstacles(asked, body, body.document, call.now))
    opinion = Opinion(
        entry_id=entry_id,
        entered_by=call.actor.person_id,
        entered_at=call.now,
        **body.model_dump(),
    )
    call.db.add(opinion)
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "entry:consult",
        subject=entry_id,
        now=call.now,
        log=case.cycle_id,
        detail={"department": body.department, "ground": body.ground, "said": body.said.value},
    )
    return await queries.opinions(call, entry_id)


async def held(call: Call, case: Any) -> Any:
    """The case, where it is still to be judged by a screening; its stage is held open, and nobody
    else works on its entry.
    """
    await open_stage(call.db, case.stage_id)
    await queries.rule_of(call.db, case)
    locked = select(Entry.id).where(Entry.id == case.id).with_for_update(key_share=True)
    await call.db.execute(locked)
    if await live_entry(call.db, case.stage_id, case.application_id) is None:
        raise EntryEnded
    return case


async def _ensure_heard(call: Call, case: Any, body: ScreeningIn) -> None:
    """Nobody is found eligible while a department may still object, for the decision is final; nor
    against an objection without a reason.
    """
    asked = consulting.questions(*await queries.rule_of(call.db, case), case.track, case.opened_at)
    if body.decision is not Decision.ELIGIBLE or not asked:
        return
    known = (await queries.opinions_of(call.db, [case.id]))[case.id]
    count = consulting.waiting(asked, known, call.now)
    ensure(
        [
            consulting.ConsultationsOpen(count=count) if count else None,
            *(() if body.note else consulting.objections(asked, known)),
        ]
    )


async def _ensure_cured(call: Call, case: Any, body: ScreeningIn) -> None:
    """Nothing is decided while a cure is open, and nobody is refused for an incomplete file whom
    the regulation lets cure it and whom nobody has called to. Fraud needs no cure.
    """
    _, rule = await queries.rule_of(call.db, case)
    if rule.cure is None or body.decision is Decision.DISQUALIFIED:
        return
    made = (await cures_of(call.db, [case.id]))[case.id]
    ensure(
        [
            cures.open_obstacle(made, call.now),
            cures.CureNotGiven() if not made and rules.found_incomplete(body.grounds) else None,
        ]
    )


async def _decide(call: Call, entry_id: UUID, body: ScreeningIn, examined: Examined) -> None:
    out = body.disqualification
    call.db.add(
        Screening(
            entry_id=entry_id,
            decision=body.decision,
            note=body.note,
            disqualified_for=out.ground if out else None,
            document=out.document if out else None,
            decided_by=call.actor.person_id,
            decided_at=call.now,
        )
    )
    await call.db.flush()
    call.db.add_all(answered(entry_id, body, examined))


def answered(entry_id: UUID, body: rules.Answering, examined: Examined) -> Iterator[Model]:
    """Every ground and group with what the facts said, and what was answered."""
    grounds = {each.key: each for each in body.grounds}
    groups = {each.key: each for each in body.groups}
    for position, each in enumerate(examined.grounds):
        if each.found.key in grounds:
            yield ScreenedGround(
                closes=None if each.found.closes is None else list(each.found.closes),
                **_kept(entry_id, position, each, grounds[each.found.key]),
            )
    for position, each in enumerate(examined.groups):
        if each.found.key in groups:
            yield ScreenedGroup(**_kept(entry_id, position, each, groups[each.found.key]))


def _kept(entry_id: UUID, position: int, finding: rules.Finding, given: Any) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "key": finding.found.key,
        "position": position,
        "name": finding.name,
        "clause": finding.clause,
        "found": finding.found.met,
        "because": finding.found.because,
        "answer": given.answer,
        "evidence": given.evidence,
    }
