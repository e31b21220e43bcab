"""What applicants do with files: announce, upload, take off, open."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.applications import queries, rules
from app.award.applications.models import Application, Attachment, Validity
from app.award.applications.naming import intake_of
from app.award.applications.paging import count_report
from app.award.applications.schemas import AttachmentIn, AttachmentView
from app.award.applications.service import ensure_draft
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.files.models import FileState
from app.platform.files.naming import naming
from app.platform.files.rules import NotUploaded, file_name_obstacle
from app.platform.security.access import Found
from app.platform.uploads.receiving import Door, Sent, receive
from app.rules.exact import size_text
from app.rules.regulation.handed_in import Document
from app.rules.regulation.model import Regulation


async def announce(call: Call, application_id: UUID, body: AttachmentIn) -> AttachmentView:
    """Say which file will be uploaded: its document, size and SHA-256."""
    found = await queries.get_application(call, application_id, lock=True)
    ensure_draft(found.it)
    found.require("application:edit")
    cycle = await call.db.get_one(Cycle, found.it.cycle_id)
    regulation = await regulation_of(call.db, cycle.regulation_hash)
    wanted = document_named(regulation, found.it.track, body.document)
    so_far = await queries.attached_so_far(call.db, application_id, body.document)
    against = (
        rules.file_obstacles(wanted, body.media_type, body.size, so_far.of_this)
        if wanted
        else [rules.DocumentUnknown(pointer="/document", name=body.document)]
    )
    ensure([file_name_obstacle(body.file_name, body.media_type), *against])
    most = call.ground.most_attached
    if so_far.files >= most.files or so_far.bytes + body.size > most.bytes:
        raise rules.TooManyFiles(files=most.files, bytes=size_text(most.bytes))
    if so_far.unconfirmed + body.size > most.bytes:
        raise rules.UnconfirmedFull(bytes=size_text(most.bytes))
    await naming(call.db, body.sha256)
    attachment = Attachment(application_id=application_id, created_at=call.now, **body.model_dump())
    try:
        async with call.db.begin_nested():
            call.db.add(attachment)
    except IntegrityError as twice:
        raise rules.AttachmentKnown from twice
    return queries.attachment_view(attachment)


def document_named(regulation: Regulation, track: str, name: str) -> Document | None:
    """What the regulation says of a document that applicants of a track hand in."""
    asked = regulation.handed_in(intake_of(regulation, track), track)
    return next((each for each in asked if each.name == name), None)


async def upload(sent: Sent) -> AttachmentView:
    """Receive the announced bytes, or a part of them."""
    attachment = await receive(sent, ATTACHMENTS)
    await count_report(sent.ground, attachment.application_id, attachment)
    return queries.attachment_view(attachment)


async def progress(call: Call, attachment_id: UUID) -> AttachmentView:
    """How far an upload has come."""
    attachment, _ = await queries.get_attachment(call, attachment_id)
    return queries.attachment_view(attachment)


async def remove(call: Call, attachment_id: UUID) -> None:
    """Take an attachment off a draft, or off a supplement that is not handed in yet."""
    attachment, found = await queries.get_attachment(call, attachment_id)
    _ensure_loose(attachment, found)
    await call.db.delete(attachment)
    record(call.db, call.actor, "attachment:remove", subject=attachment_id, now=call.now)


async def download(call: Call, attachment_id: UUID) -> Attachment:
    """Open an attachment: an audited read."""
    attachment, found = await queries.get_attachment(call, attachment_id)
    if attachment.state != FileState.STORED:
        raise NotUploaded
    record(
        call.db,
        call.actor,
        "attachment:download",
        subject=attachment_id,
        now=call.now,
        log=found.it.cycle_id,
    )
    return attachment


def _ensure_loose(attachment: Attachment, found: Found[Application]) -> None:
    """It belongs to a draft, or waits for the supplement that will put it in force."""
    if attachment.validity == Validity.PENDING:
        found.require("application:submit")
        return
    ensure_draft(found.it)
    found.require("application:edit")


async def _expected(call: Call, attachment_id: UUID, lock: bool) -> Attachment:
    attachment, found = await queries.get_attachment(call, attachment_id, lock=lock)
    _ensure_loose(attachment, found)
    return attachment


def _kept(call: Call, attachment: Attachment) -> None:
    detail = {"document": attachment.document, "sha256": attachment.sha256}
    record(
        call.db,
        call.actor,
        "attachment:store",
        subject=attachment.id,
        now=call.now,
        detail=detail,
    )


ATTACHMENTS = Door(_expected, _kept)
