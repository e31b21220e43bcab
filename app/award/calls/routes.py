"""How is the call of a cycle published and read?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, status
from starlette.responses import Response

from app.award.calls import queries, rules, service
from app.award.calls.models import CallEdition
from app.award.calls.schemas import CallIn, CallLine, CallView
from app.award.programmes.rules import CycleUnknown
from app.platform.accounts.callers import PublicReading, SignInNeeded, TryingOnce
from app.platform.errors import NotAllowed, SeveralInvalid, SeveralReasons
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.uploads.downloads import attached, download

routes = APIRouter(route_class=OnceRoute, prefix="/cycles/{cycle_id}/call", tags=["calls"])
public = APIRouter(prefix="/public/calls", tags=["calls"])

UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "As it was under the ETag in If-None-Match."}
}
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]
DownloadKey = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,80}$", examples=["regulation"])]


@routes.post(
    "",
    operation_id="publish_call",
    summary="Publish the call of a cycle",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        CycleUnknown,
        rules.CallTooEarly,
        rules.CallReasonMissing,
        rules.NothingToCorrect,
        rules.FileTwice,
        UploadNotYours,
        UploadNotReady,
        UploadTaken,
        SeveralInvalid,
        SeveralReasons,
        *NAMED,
    ),
)
async def publish_call(call: TryingOnce, cycle_id: UUID, body: CallIn) -> CallView:
    """With the regulation, the criteria and the forms of the cycle, and files of the office. It
    never changes; a new edition corrects it. A dry run shows what would be published.
    """
    return await service.publish(call, cycle_id, body)


@routes.get(
    "",
    operation_id="read_call",
    summary="The call of a cycle",
    response_model=CallView,
    responses=answers(rules.CallUnknown) | UNCHANGED,
)
async def read_call(
    call: PublicReading, cycle_id: UUID, response: Response, if_none_match: IfNoneMatch = None
) -> CallView | Response:
    """Its last edition, for everybody; it may be kept for a minute."""
    last = queries.LAST
    view = await queries.call_view(call, CallEdition.cycle_id == cycle_id, last)
    return _kept(response, view, view.digest, if_none_match, "public, max-age=60")


@public.get("", operation_id="list_calls", summary="Calls", responses=answers(CursorUnreadable))
async def list_calls(call: PublicReading, paging: PageQuery) -> Page[CallLine]:
    """The last edition of every call, newest first, for everybody."""
    return await queries.list_calls(call, paging)


@public.get(
    "/{call_id}",
    operation_id="read_call_edition",
    summary="One edition of a call",
    response_model=CallView,
    responses=answers(rules.CallUnknown) | UNCHANGED,
)
async def read_call_edition(
    call: PublicReading, call_id: UUID, response: Response, if_none_match: IfNoneMatch = None
) -> CallView | Response:
    """The edition never changes; which editions there are besides may."""
    view = await queries.call_view(call, CallEdition.id == call_id)
    named = f"{view.digest}.{len(view.editions)}"
    return _kept(response, view, named, if_none_match, "public, max-age=60")


@public.get(
    "/{call_id}/downloads/{key}",
    operation_id="download_of_call",
    summary="A file that goes with a call",
    response_class=Response,
    responses=answers(rules.CallUnknown, rules.DownloadUnknown, StorageAway) | UNCHANGED,
)
async def download_of_call(
    request: Request,
    call: PublicReading,
    call_id: UUID,
    key: DownloadKey,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Always a download, and for ever the same bytes."""
    named, found = await queries.download_of(call, call_id, key)
    forever = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{named.sha256}"'}
    if _unchanged(if_none_match, forever["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=forever)
    if not isinstance(found, bytes):
        sent = await download(request, found)
        sent.headers.update(forever)
        return sent
    headers = forever | {
        "Content-Disposition": attached(named.name),
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found, headers=headers, media_type=named.media_type)


def _unchanged(asked: str | None, tag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in (asked or "").split(",")]
    return tag in known or "*" in known


def _kept(
    response: Response, view: CallView, name: str, asked: str | None, how_long: str
) -> CallView | Response:
    headers = {"ETag": f'"{name.removeprefix("sha256:")}"', "Cache-Control": how_long}
    if _unchanged(asked, headers["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return view
