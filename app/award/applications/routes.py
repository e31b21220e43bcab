"""How are applications reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import FileResponse

from app.award.applications import attaching, finding, queries, rules, scope, service
from app.award.applications.naming import NAMING
from app.award.applications.parts import marked_seen
from app.award.applications.receipts import receipt_view
from app.award.applications.schemas import (
    ApplicationIn,
    ApplicationLine,
    ApplicationQuery,
    ApplicationView,
    AttachmentIn,
    AttachmentView,
    Form,
    ReceiptView,
    ScopeReleaseIn,
)
from app.award.programmes.rules import CycleUnknown
from app.award.representation.rules import AgentOnlyDrafts, MandateMissing
from app.award.stages.rules import StageNotOpen
from app.platform.accounts.callers import (
    DecidingOnce,
    DirectOnce,
    DirectReading,
    Reading,
    SignInNeeded,
    Token,
    Writing,
)
from app.platform.errors import (
    ConditionMissing,
    NotAllowed,
    NotFound,
    SeveralReasons,
    Stale,
)
from app.platform.files.objects import StorageAway
from app.platform.files.rules import FileEndingDiffers, FileNameWrong, NotUploaded
from app.platform.http.deciding import DecidingRoute
from app.platform.http.once import NAMED
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.preconditions import IfMatch, tagged, version_tag
from app.platform.http.problems import answers
from app.platform.uploads import downloads
from app.platform.uploads.routes import BYTES, RECEIVING, ContentRange, sent
from app.platform.workflow.lifecycle import MoveNotPossible

OWN = (SignInNeeded, NotAllowed, rules.ApplicationUnknown)
FILE = (SignInNeeded, NotAllowed, rules.AttachmentUnknown)

routes = APIRouter(route_class=DecidingRoute, prefix="/applications", tags=["applications"])
attachments = APIRouter(prefix="/attachments", tags=["applications"])


@routes.post(
    "",
    operation_id="start_draft",
    summary="Begin an application",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        NotFound,
        CycleUnknown,
        rules.IntakeNotOpen,
        rules.IntakeClosed,
        StageNotOpen,
        rules.TooManyDrafts,
        rules.TrackUnknown,
        MandateMissing,
    ),
)
async def start_draft(call: Writing, body: ApplicationIn) -> ApplicationView:
    """For an organisation the caller speaks for, while the intake is open; once its office has
    accepted somebody for it, by them and theirs.
    """
    return await service.start_draft(call, body)


@routes.get(
    "",
    operation_id="list_applications",
    summary="List applications",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_applications(
    call: DirectReading, query: Annotated[ApplicationQuery, Query()]
) -> Page[ApplicationLine]:
    """Those the caller may see: an applicant their own, the office what it has received. `q` finds
    any part of a name, of at least one character.
    """
    return await finding.list_applications(call, query)


@routes.get(
    "/{application_id}",
    operation_id="read_application",
    summary="Read an application",
    responses=answers(*OWN),
)
async def read_application(
    call: Reading, application_id: UUID, response: Response
) -> ApplicationView:
    """With its form, its attachments, and what closed stages have left on it."""
    view, version = await queries.application_view(call, application_id)
    if await marked_seen(call, application_id):
        view, version = await queries.application_view(call, application_id)
    tagged(response, version_tag(version))
    return view


@routes.put(
    "/{application_id}/form",
    operation_id="fill_in",
    summary="Save the form of a draft",
    responses=answers(*OWN, rules.OnlyInDraft, Stale, ConditionMissing, rules.AnswerWrong),
)
async def fill_in(
    call: Writing, application_id: UUID, body: Form, if_match: IfMatch, response: Response
) -> ApplicationView:
    """Replaces the whole form; send the ETag you read. To save while somebody writes, save single
    sections.
    """
    view, version = await service.fill_in(call, application_id, body, if_match)
    tagged(response, version_tag(version))
    return view


@routes.post(
    "/{application_id}/attachments",
    operation_id="announce_attachment",
    summary="Announce a file",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *OWN,
        rules.OnlyInDraft,
        rules.TooManyFiles,
        rules.UnconfirmedFull,
        rules.AttachmentKnown,
        rules.DocumentUnknown,
        rules.DocumentTypeNotTaken,
        rules.DocumentTooLarge,
        rules.DocumentHasEnough,
        FileEndingDiffers,
        FileNameWrong,
    ),
)
async def announce(call: Writing, application_id: UUID, body: AttachmentIn) -> AttachmentView:
    """Name, size and SHA-256 first; then `PUT` the bytes to `/attachments/{id}/content`."""
    return await attaching.announce(call, application_id, body)


@routes.post(
    "/{application_id}/submission",
    operation_id="submit_application",
    summary="Submit",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OWN,
        MoveNotPossible,
        AgentOnlyDrafts,
        MandateMissing,
        rules.IntakeNotOpen,
        rules.IntakeClosed,
        rules.FieldMissing,
        rules.AnswerUnfit,
        rules.AnswersContradict,
        rules.PagesNotCounted,
        rules.InsideScope,
        rules.MemberEntered,
        rules.DocumentMissing,
        rules.UploadUnfinished,
        rules.DocumentUnfit,
        rules.DocumentHasEnough,
        *NAMING,
        rules.AlreadyEntered,
        StageNotOpen,
        SeveralReasons,
    ),
)
async def submit(call: DirectOnce, application_id: UUID) -> ReceiptView:
    """Freezes the application and answers with a signed receipt. Everything missing is told at
    once.
    """
    return await service.submit(call, application_id)


@routes.get(
    "/{application_id}/receipt",
    operation_id="read_receipt",
    summary="The receipt of a submission",
    responses=answers(*OWN),
)
async def read_receipt(call: Reading, application_id: UUID) -> ReceiptView:
    """The same receipt that the submission was answered with."""
    return receipt_view((await queries.get_application(call, application_id)).it)


@routes.post(
    "/{application_id}/withdrawal",
    operation_id="withdraw_application",
    summary="Withdraw",
    responses=answers(*NAMED, *OWN, MoveNotPossible, rules.AwardsGranted),
)
async def withdraw(call: DecidingOnce, application_id: UUID) -> ApplicationView:
    """A draft or a submission; it cannot be undone."""
    await service.withdraw(call, application_id)
    return (await queries.application_view(call, application_id))[0]


@routes.post(
    "/{application_id}/scope-releases",
    operation_id="release_from_scope",
    summary="Free who was named in a scope without a right to",
    responses=answers(*OWN, rules.NotInScope),
)
async def release_from_scope(
    call: Writing, application_id: UUID, body: ScopeReleaseIn
) -> ApplicationView:
    """For the office: anybody can write a credit code into their scope, and whoever bears it could
    not enter by itself. What was submitted stays as it is.
    """
    return await scope.let_go(call, application_id, body)


@attachments.get(
    "/{attachment_id}",
    operation_id="read_attachment",
    summary="How far has an upload come?",
    responses=answers(*FILE),
)
async def read_attachment(call: Reading, attachment_id: UUID) -> AttachmentView:
    """`received` is where to go on after a broken connection."""
    return await attaching.progress(call, attachment_id)


@attachments.put(
    "/{attachment_id}/content",
    operation_id="upload_attachment",
    summary="Upload the bytes of a file",
    responses=answers(*FILE, rules.OnlyInDraft, *RECEIVING),
    openapi_extra=BYTES,
)
async def upload(
    request: Request, token: Token, attachment_id: UUID, content_range: ContentRange = None
) -> AttachmentView:
    """The raw bytes as announced, whole or part after part with `Content-Range`; nothing is read
    before the caller and the file are known.
    """
    return await attaching.upload(sent(request, token, attachment_id, content_range))


@attachments.get(
    "/{attachment_id}/content",
    operation_id="download_attachment",
    summary="Download a file",
    response_class=FileResponse,
    responses=answers(*FILE, NotUploaded, StorageAway),
)
async def download(request: Request, call: Writing, attachment_id: UUID) -> Response:
    """Always as a download, whole or a `Range` of it; every download is logged."""
    return await downloads.download(request, await attaching.download(call, attachment_id))


@attachments.delete(
    "/{attachment_id}",
    operation_id="remove_attachment",
    summary="Take a file off a draft",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*FILE, rules.OnlyInDraft),
)
async def remove(call: Writing, attachment_id: UUID) -> None:
    """Only while the application is a draft."""
    await attaching.remove(call, attachment_id)
