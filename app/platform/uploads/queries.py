"""What can be read of uploads, and by whom?"""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import Call
from app.platform.files.models import FileState, Upload
from app.platform.files.rules import UploadUnknown
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.security.access import Found, fetch, visible_to
from app.platform.security.permission import Actor, Resource
from app.platform.uploads.schemas import UploadView

UPLOAD_RESOURCE = Resource(
    "upload",
    standings={"uploader": lambda actor: Upload.person_id == actor.person_id},
    phases={"free": Upload.taken_at.is_(None)},
    missing=UploadUnknown,
)


async def get_upload(call: Call, upload_id: UUID, *, lock: bool = False) -> Found[Upload]:
    """An upload of the caller's, or UploadUnknown."""
    statement = select(Upload).where(Upload.id == upload_id)
    return await fetch(call.db, call.actor, UPLOAD_RESOURCE, statement, lock=lock)


async def own_content(db: AsyncSession, actor: Actor, upload_id: UUID, purpose: str) -> str | None:
    """The digest of what the caller has uploaded for this purpose, once it is stored."""
    return await db.scalar(
        select(Upload.sha256).where(
            Upload.id == upload_id,
            Upload.purpose == purpose,
            Upload.state == FileState.STORED,
            visible_to(actor, UPLOAD_RESOURCE),
        )
    )


async def list_uploads(call: Call, paging: Paging) -> Page[UploadView]:
    """The caller's own that nothing has taken yet, newest first; one statement."""
    fields = [getattr(Upload, name) for name in UploadView.model_fields]
    return await newest_first(
        call.db,
        select(*fields).where(visible_to(call.actor, UPLOAD_RESOURCE), Upload.taken_at.is_(None)),
        paging,
        at=Upload.created_at,
        identity=Upload.id,
        view=UploadView.of,
    )


async def open_uploads(call: Call) -> tuple[int, int]:
    """How many uploads of the caller's nothing has taken yet, and their bytes."""
    own = Upload.person_id == call.actor.person_id
    count = select(func.count(), func.coalesce(func.sum(Upload.size), 0))
    found = (await call.db.execute(count.where(own, Upload.taken_at.is_(None)))).one()
    return found[0], int(found[1])
