"""How are departments consulted?"""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from app.award.screening import consultation_queries, consulting
from app.award.screening.rules import NotAScreening
from app.award.screening.schemas import (
    ConsultationIn,
    ConsultationLine,
    ConsultationView,
    ReplyIn,
)
from app.award.screening.service import answering
from app.award.stages.routes import StageKey
from app.award.stages.rules import StageNotOpen, StageUnknown
from app.platform.accounts.callers import Once, Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.uploads.downloads import download

office = APIRouter(
    route_class=OnceRoute, prefix="/cycles/{cycle_id}/stages/{key}", tags=["screening"]
)
routes = APIRouter(route_class=OnceRoute, prefix="/consultations", tags=["screening"])


@office.post(
    "/consultations",
    operation_id="consult_department",
    summary="Ask a department by letter",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        StageUnknown,
        StageNotOpen,
        NotAScreening,
        consulting.NobodyAsked,
        consulting.ConsultedUnknown,
        consulting.ConsultedAlready,
    ),
)
async def consult_department(
    call: Once, cycle_id: UUID, key: StageKey, body: ConsultationIn
) -> ConsultationView:
    """The people of the authority that acts as it then answer themselves."""
    return await answering.ask(call, cycle_id, key, body)


@routes.get(
    "",
    operation_id="list_consultations",
    summary="What departments are asked",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_consultations(call: Reading, paging: PageQuery) -> Page[ConsultationLine]:
    """To a department what it is asked itself, to the office all of its cycles."""
    return await consultation_queries.list_consultations(call, paging)


@routes.get(
    "/{consultation_id}",
    operation_id="read_consultation",
    summary="What a department is asked about whom",
    responses=answers(SignInNeeded, consulting.ConsultationUnknown),
)
async def read_consultation(call: Reading, consultation_id: UUID) -> ConsultationView:
    """Names and grounds, and what it has said; nothing of the dossiers."""
    return await consultation_queries.consultation_view(call, consultation_id)


@routes.get(
    "/replies/{consultation_reply_id}/scan",
    operation_id="open_reply_scan",
    summary="The scan of a department's letter",
    response_class=Response,
    responses=answers(SignInNeeded, consulting.ReplyScanUnknown, StorageAway),
)
async def open_reply_scan(request: Request, call: Writing, consultation_reply_id: UUID) -> Response:
    """For the award office, the supervisor and the department itself; every download is logged."""
    return await download(request, await answering.open_scan(call, consultation_reply_id))


@routes.post(
    "/{consultation_id}/opinions",
    operation_id="answer_consultation",
    summary="Answer as the department",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        consulting.ConsultationUnknown,
        StageNotOpen,
        consulting.OpinionLate,
        consulting.NotAskedOf,
        consulting.AnsweredBefore,
        UploadNotYours,
        UploadNotReady,
        UploadTaken,
    ),
)
async def answer_consultation(call: Once, consultation_id: UUID, body: ReplyIn) -> ConsultationView:
    """In one letter, with its scan where there is one, for as many entries as it names; an answer
    is final. The office is told.
    """
    return await answering.reply(call, consultation_id, body)
