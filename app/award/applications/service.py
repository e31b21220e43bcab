"""What applicants do: draft, attach, submit, withdraw."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications import queries, rules
from app.award.applications.lifecycle import APPLICATION, ApplicationStatus
from app.award.applications.models import Application, Attachment, AttachmentState
from app.award.applications.queries import Submitting
from app.award.applications.receipts import freeze, receipt_view, sign_receipt
from app.award.applications.schemas import (
    ApplicationIn,
    ApplicationView,
    AttachmentIn,
    AttachmentView,
    Form,
    ReceiptView,
)
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle, regulation_of
from app.award.stages import queries as stages
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Stage
from app.award.stages.service import sieve
from app.platform.accounts.callers import Call, identify
from app.platform.accounts.models import Organisation
from app.platform.accounts.queries import ORGANISATION
from app.platform.audit.record import record
from app.platform.errors import Refusal, ensure
from app.platform.ground import Ground
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.security.access import fetch
from app.platform.workflow.advance import advancing
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Grant, Intake

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def start_draft(call: Call, body: ApplicationIn) -> ApplicationView:
    """Begin an application for an organisation the caller speaks for."""
    organisation = await fetch(
        call.db,
        call.actor,
        ORGANISATION,
        select(Organisation).where(Organisation.id == body.organisation_id),
    )
    organisation.require("organisation:apply")
    cycle = (await get_cycle(call, body.cycle_id)).it
    regulation = await regulation_of(call.db, cycle.regulation_hash)
    if body.track not in {track.key for track in regulation.tracks}:
        raise rules.TrackUnknown(pointer="/track", track=body.track)
    stage, rule = await _intake(call.db, cycle.id, body.track)
    ensure([rules.window_obstacle(stage.opens_at, stage.closes_at, call.now)])
    await stages.open_stage(call.db, stage.id)
    application = Application(
        code="SB-" + "".join(choice(ALPHABET) for _ in range(8)),
        cycle_id=cycle.id,
        organisation_id=body.organisation_id,
        track=body.track,
        entry_key=rules.entry_key(rule.one_entry_per, body.organisation_id, body.track),
        created_at=call.now,
    )
    call.db.add(application)
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "application:draft",
        subject=application.id,
        now=call.now,
        log=cycle.id,
    )
    view, _ = await queries.application_view(call, application.id)
    return view


async def fill_in(
    call: Call, application_id: UUID, form: Form, if_match: str
) -> tuple[ApplicationView, int]:
    """Replace the form of a draft, if nobody has changed it since it was read."""
    found = await queries.get_application(call, application_id, lock=True)
    _ensure_draft(found.it)
    found.require("application:edit")
    ensure_fresh(if_match, version_tag(found.it.version))
    found.it.form = form.model_dump(mode="json")
    found.it.version += 1
    await call.db.flush()
    return await queries.application_view(call, application_id)


async def announce(call: Call, application_id: UUID, body: AttachmentIn) -> AttachmentView:
    """Say which file will be uploaded: its document, size and SHA-256."""
    found = await queries.get_application(call, application_id, lock=True)
    _ensure_draft(found.it)
    found.require("application:edit")
    _, rule = await _intake(call.db, found.it.cycle_id, found.it.track)
    ensure(
        [
            rules.file_name_obstacle(body.file_name),
            None
            if body.document in rule.documents
            else rules.DocumentUnknown(pointer="/document", name=body.document),
        ]
    )
    attachment = Attachment(application_id=application_id, created_at=call.now, **body.model_dump())
    try:
        async with call.db.begin_nested():
            call.db.add(attachment)
    except IntegrityError as twice:
        raise rules.AttachmentKnown from twice
    return queries.attachment_view(attachment)


async def upload(
    ground: Ground,
    token: str | None,
    attachment_id: UUID,
    body: AsyncIterator[bytes],
    wall: datetime,
) -> AttachmentView:
    """Receive the announced bytes. No connection is held while they arrive."""
    async with ground.database.reading() as db:
        call = await _call(db, ground, token, wall)
        expected = await _expected(call, attachment_id)
    head = await ground.files.put(body, digest=expected.sha256, size=expected.size)
    ensure([rules.type_obstacle(expected.media_type, head)])
    async with ground.database.writing() as db:
        call = await _call(db, ground, token, wall)
        attachment = await _expected(call, attachment_id)
        attachment.state, attachment.stored_at = AttachmentState.STORED, call.now
        detail = {"document": attachment.document, "sha256": attachment.sha256}
        record(
            db, call.actor, "attachment:store", subject=attachment_id, now=call.now, detail=detail
        )
        return queries.attachment_view(attachment)


async def remove(call: Call, attachment_id: UUID) -> None:
    """Take an attachment off a draft."""
    attachment, found = await queries.get_attachment(call, attachment_id)
    _ensure_draft(found.it)
    found.require("application:edit")
    await call.db.delete(attachment)
    record(call.db, call.actor, "attachment:remove", subject=attachment_id, now=call.now)


async def download(call: Call, attachment_id: UUID) -> Attachment:
    """Open an attachment: an audited read."""
    attachment, found = await queries.get_attachment(call, attachment_id)
    if attachment.state != AttachmentState.STORED:
        raise rules.NotUploaded
    record(
        call.db,
        call.actor,
        "attachment:download",
        subject=attachment_id,
        now=call.now,
        log=found.it.cycle_id,
    )
    return attachment


async def submit(call: Call, application_id: UUID) -> ReceiptView:
    """Freeze the application exactly as it is, enter it into the intake, and answer with a receipt.

    What counts is when the request arrived: at the deadline is in time.
    """
    submitting = await queries.get_submitting(call, application_id)
    application = submitting.found.it
    rule = _rule(await regulation_of(call.db, submitting.regulation_hash), application.track)
    log, detail = application.cycle_id, dict[str, Any]()
    with advancing(
        call.db, submitting.found, APPLICATION, "submit", now=call.now, log=log, detail=detail
    ) as reasons:
        stage, not_open = await stages.hold(
            call.db, Stage.cycle_id == application.cycle_id, Stage.key == rule.key
        )
        attached = await queries.attachments_of(call.db, application_id)
        reasons.extend(_obstacles(call, submitting, attached, stage, rule))
        freeze(call, submitting, attached)
        detail["digest"] = application.digest
    ensure([not_open])
    sign_receipt(call, submitting, stage, reasons.leaf)
    try:
        await call.db.flush()
    except IntegrityError as lost_the_race:
        raise _once(rule) from lost_the_race
    await sieve.enter(
        call.db,
        stage,
        application.id,
        application.organisation_id,
        application.track,
        call.now,
    )
    return receipt_view(application)


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
            # Only now: the stages are held, so that the grant cannot close meanwhile.
            reasons.append(await _granted(call.db, application))


def _ensure_draft(application: Application) -> None:
    if application.status != ApplicationStatus.DRAFT:
        raise rules.OnlyInDraft


async def _intake(db: AsyncSession, cycle_id: UUID, track: str) -> tuple[Stage, Intake]:
    """The intake of a cycle for a track, with its rule."""
    cycle = await db.get_one(Cycle, cycle_id)
    rule = _rule(await regulation_of(db, cycle.regulation_hash), track)
    stage = await db.scalar(select(Stage).where(Stage.cycle_id == cycle_id, Stage.key == rule.key))
    if stage is None:
        raise rules.ApplicationUnknown
    return stage, rule


def _rule(regulation: Regulation, track: str) -> Intake:
    return next(
        stage
        for stage in regulation.stages
        if isinstance(stage, Intake) and track in regulation.tracks_of(stage)
    )


async def _call(db: AsyncSession, ground: Ground, token: str | None, wall: datetime) -> Call:
    actor, shift = await identify(db, ground, token, wall)
    return Call(db, actor, wall + shift, wall, ground)


async def _expected(call: Call, attachment_id: UUID) -> Attachment:
    attachment, found = await queries.get_attachment(call, attachment_id)
    _ensure_draft(found.it)
    found.require("application:edit")
    if attachment.state != AttachmentState.EXPECTED:
        raise rules.AlreadyUploaded
    return attachment


def _obstacles(
    call: Call, submitting: Submitting, attached: Sequence[Attachment], stage: Stage, rule: Intake
) -> Iterator[Refusal | None]:
    """What stands against the submission, in the order in which it is told."""
    yield rules.window_obstacle(stage.opens_at, stage.closes_at, call.now)
    yield from rules.completeness_obstacles(
        submitting.found.it.form,
        rule.documents,
        [(a.document, a.file_name, a.state == AttachmentState.STORED) for a in attached],
    )
    yield _once(rule) if submitting.entered else None


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


def _once(rule: Intake) -> rules.AlreadyEntered:
    unit = {"organisation": "单位", "track": "单位在每个类别"}[rule.one_entry_per]
    return rules.AlreadyEntered(unit=unit, per=rule.one_entry_per)
