"""What stands against the submission of a draft? One answer for who asks and for who submits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.award.applications import naming, paging, queries, rules, scope
from app.award.applications.asking import Asked, asked_of
from app.award.applications.form_schemas import CompletenessView, GapView
from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.naming import intake_of
from app.award.applications.schemas import Form
from app.platform.accounts.callers import Call
from app.platform.db.prepared import Direct
from app.platform.errors import Refusal
from app.platform.files.models import FileState
from app.rules.calendar import local_date
from app.rules.forms.complete import gaps
from app.rules.forms.feeding import declared
from app.rules.regulation.stages import Intake

SORTS: Mapping[type[Refusal], str] = {
    rules.FieldMissing: "missing",
    rules.DocumentMissing: "missing",
    rules.AnswerUnfit: "unfit",
    rules.DocumentUnfit: "unfit",
    rules.DocumentHasEnough: "unfit",
    rules.AnswersContradict: "contradictory",
}


def obstacles(
    now: datetime, application: Any, attached: Sequence[Any], stage: Any, asked: Asked
) -> Iterator[Refusal | None]:
    """Everything at once, in the order in which it is told; but for the scope of others. Who may
    submit, and until when, is asked of a draft alone: what was submitted in time stays complete.
    """
    regulation, track = asked.regulation, application.track
    rule = intake_of(regulation, track)
    if application.status == ApplicationStatus.DRAFT:
        yield queries.speaking_obstacle(rule.speaking, application)
        yield rules.window_obstacle(stage.opens_at, stage.closes_at, now)
    form = Form.model_validate(application.form)
    yield from naming.naming_obstacles(regulation, rule, track, form, local_date(now))
    pages = paging.pages_of(asked, attached)
    own = application.credit_code
    yield from rules.gap_obstacles(gaps(asked.whole, application.form, asked.lists, pages, own))
    for report in paging.uncounted(asked, attached):
        yield rules.PagesNotCounted(name=report.file_name)
    yield from rules.document_obstacles(
        regulation.documents_of(rule, track),
        [(a.document, a.file_name, a.state == FileState.STORED) for a in attached],
    )
    yield from rules.kept_obstacles(
        regulation.handed_in(rule, track),
        [(a.document, a.file_name, a.media_type, a.size) for a in attached],
    )
    yield once_obstacle(rule) if application.entry_key in application.entered else None


def once_obstacle(rule: Intake) -> rules.AlreadyEntered:
    """One submission per organisation, track or awardee, as the regulation says."""
    unit = {"organisation": "单位", "track": "单位在每个类别", "awardee": "获奖对象"}[
        rule.one_entry_per
    ]
    return rules.AlreadyEntered(unit=unit, per=rule.one_entry_per)


def frozen_form(asked: Asked, form: dict[str, Any]) -> dict[str, Any]:
    """The form as it is frozen: what its fields tell of declared facts stands among them."""
    return form | {"facts": declared(asked.whole, form, asked.lists)}


async def completeness(call: Call[Direct], application_id: UUID) -> CompletenessView:
    """Everything that the submission would be refused for now; it changes nothing."""
    found = await queries.get_draft(call, application_id)
    application = found.it
    asked = await asked_of(call.db, application.cycle_id, application.track)
    rule = intake_of(asked.regulation, application.track)
    key = naming.entry_key(
        rule.one_entry_per, application.organisation_id, application.track, application.awardee
    )
    attached = await queries.attachments_of(call.db, application_id)
    if waiting := paging.uncounted(asked, attached):
        for report in waiting:
            await paging.count(call.ground, report.sha256)
        attached = await queries.attachments_of(call.db, application_id)
    stage = await call.db.first(queries.INTAKE_WINDOW, cycle=application.cycle_id, key=rule.key)
    here = application._replace(entry_key=key)
    found_so_far = [*obstacles(call.now, here, attached, stage, asked)]
    if not rule.members_apart:
        found_so_far += await scope.held_by_others(call.db, application, asked)
    told = [gap_view(asked, each) for each in found_so_far if each is not None]
    return CompletenessView(complete=not told, gaps=told)


def gap_view(asked: Asked, refusal: Refusal) -> GapView:
    """A refusal with the section of the form that it speaks of."""
    return GapView(
        sort=SORTS.get(type(refusal), "other"),
        code=refusal.code,
        section=_section(asked, refusal.pointer or ""),
        pointer=refusal.pointer,
        zh=refusal.sentence("zh"),
        en=refusal.sentence("en"),
    )


def _section(asked: Asked, pointer: str) -> str | None:
    steps = [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]
    if steps[:1] != ["form"]:
        return None
    for section, field in asked.whole.placed():
        address = [*section.address(field)]
        if steps[1 : 1 + len(address)] == address:
            return section.key
    return None
