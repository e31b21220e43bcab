"""What the office does with a survey: enter its result, and check what was entered."""

from uuid import UUID

from app.award.stages.queries import (
    ensure_disinterested,
    get_stage,
    live_entries,
    open_stage,
    stage_at,
)
from app.award.survey import queries, rules
from app.award.survey.models import SurveyConfirmation, SurveyReport
from app.award.survey.schemas import SurveyConfirmationIn, SurveyIn, SurveyView
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.proof.canonical import canonical, digest_text


async def enter(call: Call, cycle_id: UUID, key: str, body: SurveyIn) -> SurveyView:
    """Enter the whole result; what was entered before stays, and counts no more."""
    found = await get_stage(call, cycle_id, key, lock=True)
    found.require("stage:enter-survey")
    if found.it.kind != queries.KIND:
        raise rules.NotASurvey
    stage = await open_stage(call.db, found.it.id)
    await ensure_disinterested(call, stage.id)
    rule = (await stage_at(call.db, stage)).rule
    entries = {entry.id for entry in await live_entries(call.db, stage.id)}
    figures = [(each.entry, each.points) for each in body.scores]
    ensure(rules.report_obstacles(figures, entries, rule.scale))
    before = await queries.last_report(call.db, stage.id, stage.round)
    content = canonical(rules.content_of(rule, figures))
    report = SurveyReport(
        stage_id=stage.id,
        round=stage.round,
        number=before.number + 1 if before else 1,
        content=content,
        digest=digest_text(content),
        document=body.document,
        scan_sha256=body.scan_sha256,
        entered_by=call.actor.person_id,
        entered_at=call.now,
    )
    call.db.add(report)
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "stage:enter-survey",
        subject=report.id,
        now=call.now,
        log=cycle_id,
        detail={"stage": key, "digest": report.digest, "document": body.document},
    )
    return await queries.survey_view(call, cycle_id, key)


async def confirm(call: Call, cycle_id: UUID, key: str, body: SurveyConfirmationIn) -> SurveyView:
    """A second person has compared the last report with the paper."""
    found = await get_stage(call, cycle_id, key, lock=True)
    found.require("stage:confirm-survey")
    if found.it.kind != queries.KIND:
        raise rules.NotASurvey
    stage = await open_stage(call.db, found.it.id)
    await ensure_disinterested(call, stage.id)
    report = await queries.last_report(call.db, stage.id, stage.round)
    if report is None:
        raise rules.SurveyUnknown
    if report.entered_by == call.actor.person_id:
        raise rules.SecondPersonNeeded
    if report.digest != body.digest:
        raise rules.SurveyReplaced
    if report.confirmed:
        raise rules.SurveyConfirmed
    call.db.add(
        SurveyConfirmation(
            report_id=report.id, confirmed_by=call.actor.person_id, confirmed_at=call.now
        )
    )
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "stage:confirm-survey",
        subject=report.id,
        now=call.now,
        log=cycle_id,
        detail={"stage": key, "digest": report.digest},
    )
    return await queries.survey_view(call, cycle_id, key)
