"""What applicants do: draft, attach, submit, withdraw."""

from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications import drafting, including, naming, queries, rules, scope
from app.award.applications.asking import asked_of
from app.award.applications.completing import obstacles, once_obstacle
from app.award.applications.lifecycle import APPLICATION, ApplicationStatus
from app.award.applications.models import Application
from app.award.applications.naming import intake_of
from app.award.applications.receipts import FROZEN, freeze, receipt_view, sign_receipt
from app.award.applications.schemas import (
    ApplicationIn,
    ApplicationView,
    Form,
    ReceiptView,
    Secrets,
)
from app.award.applications.sealing import sealed_form
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle, regulation_of
from app.award.representation.rules import MandateMissing
from app.award.representation.service import vouched
from app.award.stages import queries as stages
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Stage
from app.award.stages.service import sieve
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.accounts.queries import ORGANISATION
from app.platform.audit.record import record
from app.platform.db.prepared import Direct, Prepared
from app.platform.errors import ensure
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.security.access import fetch
from app.platform.workflow.advance import advancing
from app.rules.regulation.stages import Grant, Intake

CONFIRM = Prepared(
    update(Organisation)
    .where(Organisation.id == bindparam("organisation"))
    .values(confirmed_at=bindparam("now"))
    .returning(Organisation.id)
)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def start_draft(call: Call, body: ApplicationIn) -> ApplicationView:
    """Begin an application for an organisation the caller speaks for."""
    organisation = await fetch(
        call.db,
        call.actor,
        ORGANISATION,
        select(Organisation).where(Organisation.id == body.organisation_id),
        lock=True,  # two drafts begun at once are counted one after the other
    )
    organisation.require("organisation:apply")
    cycle = (await get_cycle(call, body.cycle_id)).it
    regulation = await regulation_of(call.db, cycle.regulation_hash)
    if body.track not in {track.key for track in regulation.tracks}:
        raise rules.TrackUnknown(pointer="/track", track=body.track)
    stage, rule = await _intake(call.db, cycle.id, body.track)
    drafts = await _drafts(call.db, body.organisation_id, cycle.id)
    window = rules.window_obstacle(stage.opens_at, stage.closes_at, call.now)
    ensure([window, rules.drafts_obstacle(drafts)])
    await stages.open_stage(call.db, stage.id)
    application = Application(
        code="SB-" + "".join(choice(ALPHABET) for _ in range(8)),
        cycle_id=cycle.id,
        organisation_id=body.organisation_id,
        drafted_by=call.actor.person_id,
        track=body.track,
        entry_key=naming.entry_key(rule.one_entry_per, body.organisation_id, body.track, None),
        created_at=call.now,
    )
    call.db.add(application)
    await call.db.flush()
    await vouched.take(call, cycle.programme_id, organisation.it, rule.speaking)
    act, of = "application:draft", application.id
    record(call.db, call.actor, act, subject=of, now=call.now, log=cycle.id)
    try:
        return (await queries.application_view(call, of))[0]
    except rules.ApplicationUnknown:  # its office has accepted somebody else, or put them out
        raise MandateMissing from None


async def fill_in(
    call: Call, application_id: UUID, form: Form, if_match: str
) -> tuple[ApplicationView, int]:
    """Replace the form of a draft, if nobody has changed it since it was read; without `answers`
    those stay as they are.
    """
    found = await queries.get_application(call, application_id, lock=True)
    ensure_draft(found.it)
    found.require("application:edit")
    asked = await asked_of(call.db, found.it.cycle_id, found.it.track)
    await drafting.ensure_unchanged(call, found.it, asked, if_match)
    document = form.model_dump(mode="json")
    if form.answers is None:
        document["answers"] = found.it.form.get("answers")
    drafting.ensure_fits(asked, document)
    found.it.form = await sealed_form(call, application_id, asked, document, found.it.form)
    found.it.awardee, found.it.tier = naming.printed_name(form.awardee), form.tier
    found.it.version += 1
    await call.db.flush()
    await drafting.keep_form(call, found.it, asked)
    return await queries.application_view(call, application_id)


async def mark_secrets(
    call: Call, application_id: UUID, secrets: Secrets, if_match: str
) -> tuple[ApplicationView, int]:
    """Say which sections and files are trade secrets; all that were said before are replaced."""
    found = await queries.get_application(call, application_id, lock=True)
    ensure_draft(found.it)
    found.require("application:edit")
    ensure_fresh(if_match, version_tag(found.it.version))
    asked = await asked_of(call.db, found.it.cycle_id, found.it.track)
    known = {section.key for section in asked.whole.sections}
    files = {one.id for one in await queries.attachments_of(call.db, application_id)}
    ensure(
        [
            *(_no_such("/sections", key) for key in secrets.sections if key not in known),
            *(_no_such("/attachments", one) for one in secrets.attachments if one not in files),
        ]
    )
    found.it.secrets = secrets.model_dump(mode="json")
    found.it.version += 1
    await call.db.flush()
    return await queries.application_view(call, application_id)


def _no_such(pointer: str, what: object) -> rules.SecretUnknown:
    return rules.SecretUnknown(pointer=pointer, what=what)


async def submit(call: Call[Direct], application_id: UUID) -> ReceiptView:
    """Freeze the application exactly as it is, enter it into the intake, and answer with a receipt.

    What counts is when the request arrived: at the deadline is in time.
    """
    found = await queries.get_submitting(call, application_id)
    application = found.it
    asked = await asked_of(call.db, application.cycle_id, application.track)
    rule = intake_of(asked.regulation, application.track)
    log, detail = application.cycle_id, dict[str, Any]()
    with advancing(
        call.db, found, APPLICATION, "submit", now=call.now, log=log, detail=detail
    ) as reasons:
        stage, not_open = await stages.hold(
            call.db, stages.HELD_BY_KEY, cycle=application.cycle_id, key=rule.key
        )
        attached = await queries.attachments_of(call.db, application_id)
        application.entry_key = _entry_key(rule, application)
        reasons.extend(obstacles(call.now, application, attached, stage, asked))
        if not rule.members_apart:
            reasons.extend(await scope.claim(call.db, application, asked))
        freeze(call, application, attached, asked)
        detail["digest"] = application.digest
    ensure([not_open])
    including.have_told(call.db, application, call.wall)
    sign_receipt(call, application, stage.closes_at, reasons.leaf)
    changed = ("status", "version", "entry_key", *FROZEN)
    try:
        await call.db.change(application, Application, *changed)
    except IntegrityError as lost_the_race:
        raise once_obstacle(rule) from lost_the_race
    whose = application.id, application.organisation_id, application.track
    sieve.enter(call.db, stage, *whose, call.now)
    await _stand_on_record(call, application, rule)
    return receipt_view(application)


async def _stand_on_record(call: Call[Direct], application: Any, rule: Intake) -> None:
    """Who submits by a portal's word stands on the office's list from then on, and an organisation
    is known whose papers nobody asks for. Raises MandateMissing.
    """
    word = None if application.speaks_as else vouched.believed(application.words, [rule.speaking])
    if word and not application.word_ended:
        bearer = application.organisation_id, application.credit_code
        await vouched.put(call, word, application.programme_id, *bearer)
    if application.confirmed_at is None:
        try:
            known = {"organisation": application.organisation_id, "now": call.now}
            await call.db.first(CONFIRM, **known)
        except IntegrityError as another_was_first:
            raise MandateMissing from another_was_first


def _entry_key(rule: Intake, application: Any) -> str:
    return naming.entry_key(
        rule.one_entry_per, application.organisation_id, application.track, application.awardee
    )


async def withdraw(call: Call, application_id: UUID) -> None:
    """Withdraw; every stage that had still to judge it is told so. Once the awards are granted
    and their stage is closed it is too late.
    """
    found = await queries.get_application(call, application_id, lock=True)
    application = found.it
    submitted = application.status == ApplicationStatus.SUBMITTED
    with advancing(
        call.db, found, APPLICATION, "withdraw", now=call.now, log=application.cycle_id
    ) as reasons:
        if submitted:
            await sieve.withdraw(call.db, application.cycle_id, application_id, call.now)
            await scope.release(call.db, application)
            # Only now: the stages are held, so that the grant cannot close meanwhile.
            reasons.append(await _granted(call.db, application))


async def _drafts(db: AsyncSession, organisation_id: UUID, cycle_id: UUID) -> int:
    count = select(func.count()).where(
        Application.organisation_id == organisation_id,
        Application.cycle_id == cycle_id,
        Application.status == ApplicationStatus.DRAFT,
    )
    return await db.scalar(count) or 0


def ensure_draft(application: Application) -> None:
    """Raises OnlyInDraft."""
    if application.status != ApplicationStatus.DRAFT:
        raise rules.OnlyInDraft


async def _intake(db: AsyncSession, cycle_id: UUID, track: str) -> tuple[Stage, Intake]:
    """The intake of a cycle for a track, with its rule."""
    cycle = await db.get_one(Cycle, cycle_id)
    rule = intake_of(await regulation_of(db, cycle.regulation_hash), track)
    stage = await db.scalar(select(Stage).where(Stage.cycle_id == cycle_id, Stage.key == rule.key))
    if stage is None:
        raise rules.ApplicationUnknown
    return stage, rule


async def _granted(db: AsyncSession, application: Application) -> rules.AwardsGranted | None:
    """Whether the grant for the application's track is closed."""
    cycle = await db.get_one(Cycle, application.cycle_id)
    regulation = await regulation_of(db, cycle.regulation_hash)
    grants = [
        stage.key
        for stage in regulation.stages
        if isinstance(stage, Grant) and application.track in regulation.tracks_of(stage)
    ]
    closed = await db.scalar(
        select(Stage.id)
        .where(
            Stage.cycle_id == cycle.id,
            Stage.key.in_(grants),
            Stage.status == StageStatus.CLOSED,
        )
        .limit(1)
    )
    return rules.AwardsGranted() if closed else None
