"""What applicants do with files: announce, upload, take off, open."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications import queries, rules
from app.award.applications.models import Attachment, AttachmentState
from app.award.applications.naming import intake_of
from app.award.applications.schemas import AttachmentIn, AttachmentView
from app.award.applications.service import ensure_draft
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.platform.accounts.callers import Call, identify
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.ground import Ground


async def announce(call: Call, application_id: UUID, body: AttachmentIn) -> AttachmentView:
    """Say which file will be uploaded: its document, size and SHA-256."""
    found = await queries.get_application(call, application_id, lock=True)
    ensure_draft(found.it)
    found.require("application:edit")
    cycle = await call.db.get_one(Cycle, found.it.cycle_id)
    regulation = await regulation_of(call.db, cycle.regulation_hash)
    wanted = regulation.documents_of(intake_of(regulation, found.it.track), found.it.track)
    ensure(
        [
            rules.file_name_obstacle(body.file_name),
            None
            if body.document in wanted
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
    ensure_draft(found.it)
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


async def _call(db: AsyncSession, ground: Ground, token: str | None, wall: datetime) -> Call:
    actor, shift = await identify(db, ground, token, wall)
    return Call(db, actor, wall + shift, wall, ground)


async def _expected(call: Call, attachment_id: UUID) -> Attachment:
    attachment, found = await queries.get_attachment(call, attachment_id)
    ensure_draft(found.it)
    found.require("application:edit")
    if attachment.state != AttachmentState.EXPECTED:
        raise rules.AlreadyUploaded
    return attachment
