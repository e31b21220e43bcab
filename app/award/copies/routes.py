"""How are copies reached?"""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.award.applications.rules import ApplicationUnknown
from app.award.copies import queries, rules, service
from app.award.copies.schemas import PaperCopyIn, PapersView, PrintingView, SealedScanIn
from app.platform.accounts.callers import Once, Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers
from app.platform.uploads.downloads import download

routes = APIRouter(
    route_class=OnceRoute, prefix="/applications/{application_id}", tags=["applications"]
)
SEEN = (SignInNeeded, ApplicationUnknown)


@routes.post(
    "/copy",
    operation_id="print_application",
    summary="Have an application printed",
    status_code=status.HTTP_202_ACCEPTED,
    responses=answers(*SEEN),
)
async def print_application(
    call: Writing, application_id: UUID, response: Response
) -> PrintingView:
    """As PDF to be sealed; a draft's has 草稿 across its pages. `Location` tells how far it is."""
    view = await service.ask_for_copy(call, application_id)
    response.headers["Location"] = f"/api/v1/jobs/{view.job}"
    return view


@routes.get(
    "/copy",
    operation_id="read_copy",
    summary="The printed application",
    response_class=Response,
    responses=answers(*SEEN, rules.CopyNotPrinted, StorageAway),
)
async def read_copy(request: Request, call: Writing, application_id: UUID) -> Response:
    """Of the present content, or nothing: a print of what was changed since is never given. Every
    download is logged.
    """
    return await download(request, await service.open_copy(call, application_id))


@routes.post(
    "/sealed-copy",
    operation_id="hand_in_sealed_copy",
    summary="Hand in the scan of the sealed copy",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*NAMED, *SEEN, NotAllowed, UploadNotYours, UploadNotReady, UploadTaken),
)
async def hand_in_sealed_copy(call: Once, application_id: UUID, body: SealedScanIn) -> PapersView:
    """After the submission, by the applicant; it is uploaded for `sealed-copy`. The last counts."""
    return await service.hand_in_scan(call, application_id, body)


@routes.get(
    "/sealed-copy",
    operation_id="read_sealed_copy",
    summary="The scan of the sealed copy",
    response_class=Response,
    responses=answers(*SEEN, rules.NoSealedScan, StorageAway),
)
async def read_sealed_copy(request: Request, call: Writing, application_id: UUID) -> Response:
    """The one that counts; every download is logged."""
    return await download(request, await service.open_scan(call, application_id))


@routes.get(
    "/paper-copies",
    operation_id="list_paper_copies",
    summary="What has come in on paper",
    responses=answers(*SEEN),
)
async def list_paper_copies(call: Reading, application_id: UUID) -> PapersView:
    """Whether it is what was submitted, and which of the two prevails under the regulation."""
    return await queries.papers_view(call, application_id)


@routes.post(
    "/paper-copies",
    operation_id="register_paper_copy",
    summary="Register sealed paper",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*NAMED, *SEEN, NotAllowed, rules.NotSubmittedYet, rules.ReceivedInFuture),
)
async def register_paper_copy(call: Once, application_id: UUID, body: PaperCopyIn) -> PapersView:
    """By the award office; what is registered stays, and the last one counts."""
    return await service.register_paper(call, application_id, body)
