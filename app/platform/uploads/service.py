"""What do people do with uploads, and how does something else take one?"""

from uuid import UUID

from sqlalchemy import select

from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.files import rules
from app.platform.files.models import FileState, Upload
from app.platform.files.naming import naming
from app.platform.security.access import require
from app.platform.uploads import queries
from app.platform.uploads.receiving import Door, Sent, receive
from app.platform.uploads.schemas import UploadIn, UploadView


async def announce(call: Call, body: UploadIn) -> UploadView:
    """Say which file will be sent, and what for."""
    require(call.actor, "upload:announce")
    many, bytes_open = await queries.open_uploads(call)
    full = many >= rules.OPEN_UPLOADS or bytes_open + body.size > rules.OPEN_BYTES
    ensure(
        [
            rules.file_name_obstacle(body.file_name, body.media_type),
            *rules.purpose_obstacles(
                call.ground.purposes, body.purpose, body.media_type, body.size
            ),
        ]
    )
    ensure([rules.TooManyUploads() if full else None])
    await naming(call.db, body.sha256)
    upload = Upload(person_id=call.actor.person_id, created_at=call.wall, **body.model_dump())
    call.db.add(upload)
    await call.db.flush()
    return UploadView.of(upload)


async def fill(sent: Sent) -> UploadView:
    """Receive the announced bytes, or a part of them."""
    return UploadView.of(await receive(sent, UPLOADS))


async def discard(call: Call, upload_id: UUID) -> None:
    """Give up an upload that nothing has taken."""
    found = await queries.get_upload(call, upload_id, lock=True)
    if found.it.taken_at is not None:
        raise rules.UploadTaken
    found.require("upload:edit")
    await call.db.delete(found.it)
    record(call.db, call.actor, "upload:discard", subject=upload_id, now=call.now)


async def take(call: Call, upload_id: UUID, purpose: str, *, pointer: str = "/upload_id") -> Upload:
    """Attach an upload of the caller's to something, in the transaction in which it is attached.

    The row is locked and from then on no longer the caller's to discard; whatever takes it names
    its id in a column of its own, and serves it with `downloads.download`. Raises UploadNotYours,
    UploadNotReady, UploadTaken.
    """
    upload = await call.db.scalar(
        select(Upload)
        .where(
            Upload.id == upload_id,
            Upload.person_id == call.actor.person_id,
            Upload.purpose == purpose,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if upload is None:
        raise rules.UploadNotYours(pointer=pointer)
    if upload.taken_at is not None:
        raise rules.UploadTaken(pointer=pointer)
    if upload.state != FileState.STORED:
        raise rules.UploadNotReady(pointer=pointer, name=upload.file_name)
    upload.taken_at = call.wall
    return upload


async def _expected(call: Call, upload_id: UUID, lock: bool) -> Upload:
    found = await queries.get_upload(call, upload_id, lock=lock)
    if found.it.taken_at is not None:
        raise rules.AlreadyUploaded
    found.require("upload:edit")
    return found.it


def _kept(call: Call, upload: Upload) -> None:
    detail = {"purpose": upload.purpose, "sha256": upload.sha256}
    record(call.db, call.actor, "upload:store", subject=upload.id, now=call.now, detail=detail)


UPLOADS = Door(_expected, _kept)
