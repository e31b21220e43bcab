"""How does a person upload a file, to attach it afterwards by its id?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, status

from app.platform.accounts.callers import Reading, SignInNeeded, Token, Writing, arrived
from app.platform.errors import StorageFull
from app.platform.files import rules
from app.platform.files.inspection.faults import FAULTS
from app.platform.files.inspector import InspectionAway
from app.platform.files.objects import StorageAway
from app.platform.ground import ground_of
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.uploads import queries, service
from app.platform.uploads.receiving import Sent
from app.platform.uploads.schemas import UploadIn, UploadView

routes = APIRouter(prefix="/uploads", tags=["uploads"])

RECEIVING = (
    rules.AlreadyUploaded,
    rules.OffsetDiffers,
    rules.FileTooLarge,
    rules.RangeUnreadable,
    rules.PartTooSmall,
    rules.ContentDiffers,
    *FAULTS,
    StorageFull,
    StorageAway,
    InspectionAway,
)
"""With what the bytes of any file may be refused."""
BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
ContentRange = Annotated[
    str | None,
    Header(
        description="Which bytes these are, where it is not the whole file.",
        examples=["bytes 0-1048575/5000000"],
    ),
]


def sent(request: Request, token: str | None, file_id: UUID, content_range: str | None) -> Sent:
    """A request with bytes, of which nothing has been read."""
    return Sent(
        ground_of(request), token, file_id, request.stream(), content_range, arrived(request)
    )


@routes.post(
    "",
    operation_id="announce_upload",
    summary="Announce a file",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        rules.FileEndingDiffers,
        rules.FileNameWrong,
        rules.PurposeUnknown,
        rules.TypeNotTaken,
        rules.SizeNotTaken,
        rules.TooManyUploads,
    ),
)
async def announce_upload(call: Writing, body: UploadIn) -> UploadView:
    """Name, type, size and SHA-256 first; then `PUT` the bytes to `/uploads/{id}/content`, and name
    the id wherever the file belongs.
    """
    return await service.announce(call, body)


@routes.get(
    "",
    operation_id="list_uploads",
    summary="My uploads",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_uploads(call: Reading, paging: PageQuery) -> Page[UploadView]:
    """The caller's own that nothing uses yet, newest first."""
    return await queries.list_uploads(call, paging)


@routes.get(
    "/{upload_id}",
    operation_id="read_upload",
    summary="How far has an upload come?",
    responses=answers(SignInNeeded, rules.UploadUnknown),
)
async def read_upload(call: Reading, upload_id: UUID) -> UploadView:
    """`received` is where to go on; `state` is `stored` once it can be attached."""
    return UploadView.of((await queries.get_upload(call, upload_id)).it)


@routes.put(
    "/{upload_id}/content",
    operation_id="fill_upload",
    summary="Send the bytes of a file",
    responses=answers(SignInNeeded, rules.UploadUnknown, *RECEIVING),
    openapi_extra=BYTES,
)
async def fill_upload(
    request: Request, token: Token, upload_id: UUID, content_range: ContentRange = None
) -> UploadView:
    """The raw bytes as announced, whole or part after part with `Content-Range`. What is answered
    for is on the disk. After a broken connection `GET` tells `received`: go on from there.
    """
    return await service.fill(sent(request, token, upload_id, content_range))


@routes.delete(
    "/{upload_id}",
    operation_id="discard_upload",
    summary="Give up an upload",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded, rules.UploadUnknown, rules.UploadTaken),
)
async def discard_upload(call: Writing, upload_id: UUID) -> None:
    """Only while nothing uses it."""
    await service.discard(call, upload_id)
