"""How is a screening reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.award.applications import rules as applications
from app.award.applications.schemas import AttachmentIn, AttachmentView
from app.award.records.rules import WordUnknown
from app.award.screening import consulting, cure_queries, cures, queries, rules
from app.award.screening.schemas import (
    CureIn,
    CureLine,
    CureQuery,
    CureView,
    GroundView,
    GroupView,
    OpinionIn,
    OpinionView,
    ScreeningIn,
    ScreeningView,
    SupplementIn,
)
from app.award.screening.service import curing, deciding
from app.award.stages.rules import EntryEnded, EntryUnknown, StageNotOpen
from app.platform.accounts.callers import Once, Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed
from app.platform.files.rules import FileEndingDiffers, FileNameWrong
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.problems import answers

routes = APIRouter(route_class=OnceRoute, prefix="/entries/{entry_id}", tags=["screening"])
cure_routes = APIRouter(route_class=OnceRoute, prefix="/cures", tags=["screening"])

OFFICE = (SignInNeeded, EntryUnknown)


@routes.get(
    "/grounds",
    operation_id="list_grounds",
    summary="The grounds of an entry",
    responses=answers(*OFFICE, rules.NotAScreening),
)
async def list_grounds(call: Reading, entry_id: UUID) -> list[GroundView]:
    """Every requirement, disqualifier and bar, with what the form and the records say about it. In
    a formal check the one ground is `complete`.
    """
    return await queries.grounds(call, entry_id)


@routes.get(
    "/groups",
    operation_id="list_groups",
    summary="The groups an entry may belong to",
    responses=answers(*OFFICE, rules.NotAScreening),
)
async def list_groups(call: Reading, entry_id: UUID) -> list[GroupView]:
    """Every group of the regulation, with what the form and the records say about it."""
    return await queries.groups(call, entry_id)


@routes.get(
    "/opinions",
    operation_id="list_opinions",
    summary="What departments say of an entry",
    responses=answers(*OFFICE, rules.NotAScreening),
)
async def list_opinions(call: Reading, entry_id: UUID) -> list[OpinionView]:
    """Every department that is consulted, until when it may answer, and what it said."""
    return await queries.opinions(call, entry_id)


@routes.post(
    "/opinions",
    operation_id="enter_opinion",
    summary="Enter a department's opinion",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OFFICE,
        NotAllowed,
        rules.NotAScreening,
        StageNotOpen,
        EntryEnded,
        consulting.NobodyAsked,
        consulting.DocumentOfSilence,
        consulting.SilenceTooEarly,
    ),
)
async def enter_opinion(call: Once, entry_id: UUID, body: OpinionIn) -> list[OpinionView]:
    """With its document, or that its time has passed in silence. The last one counts."""
    return await deciding.enter_opinion(call, entry_id, body)


@routes.post(
    "/screening",
    operation_id="screen_entry",
    summary="Decide whether an entry is eligible",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OFFICE,
        NotAllowed,
        rules.NotAScreening,
        StageNotOpen,
        EntryEnded,
        rules.AlreadyScreened,
        rules.GroundUnknown,
        rules.GroundTwice,
        rules.GroundUnanswered,
        rules.GroupUnknown,
        rules.GroupTwice,
        rules.GroupUnanswered,
        rules.DisqualificationUnfit,
        WordUnknown,
        rules.DecisionContradicts,
        rules.NoteNeeded,
        consulting.ConsultationsOpen,
        consulting.DepartmentObjected,
        cures.CureOpen,
        cures.CureNotGiven,
    ),
)
async def screen(call: Once, entry_id: UUID, body: ScreeningIn) -> ScreeningView:
    """With an answer and its evidence for every ground and group. The decision is final."""
    return await deciding.screen(call, entry_id, body)


@routes.get(
    "/screening",
    operation_id="read_screening",
    summary="The decision on an entry",
    responses=answers(*OFFICE, rules.ScreeningUnknown),
)
async def read_screening(call: Reading, entry_id: UUID) -> ScreeningView:
    """Ground by ground: what the facts said, what was answered, and on which evidence."""
    return await queries.screening_view(call, entry_id)


@routes.post(
    "/cures",
    operation_id="call_to_cure",
    summary="Call an applicant to cure its file",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OFFICE,
        NotAllowed,
        rules.NotAScreening,
        StageNotOpen,
        EntryEnded,
        rules.AlreadyScreened,
        cures.CureNotOffered,
        cures.CureOpen,
        cures.CuresUsedUp,
        cures.DefectPlaceUnknown,
        cures.DefectTwice,
        cures.IneligibilityNotCurable,
    ),
)
async def call_to_cure(call: Once, entry_id: UUID, body: CureIn) -> CureView:
    """Everything that is wrong at once, in one numbered notice; the time to mend it is the
    regulation's. Not to be eligible cannot be cured.
    """
    return await curing.call_to_cure(call, entry_id, body)


@cure_routes.get(
    "",
    operation_id="list_cures",
    summary="Calls to cure: who owes what by when",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_cures(call: Reading, query: Annotated[CureQuery, Query()]) -> Page[CureLine]:
    """To applicants their own, to the office those of its cycles; in order of application."""
    return await cure_queries.list_cures(call, query)


@cure_routes.get(
    "/{cure_id}",
    operation_id="read_cure",
    summary="A call to cure",
    responses=answers(SignInNeeded, cures.CureUnknown),
)
async def read_cure(call: Reading, cure_id: UUID) -> CureView:
    """What is wrong, what is asked, until when, and what was handed in."""
    return await cure_queries.cure_view(call, cure_id)


@cure_routes.post(
    "/{cure_id}/attachments",
    operation_id="announce_cure_attachment",
    summary="Announce a file of a supplement",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        cures.CureUnknown,
        cures.CureOver,
        cures.AlreadySupplied,
        cures.PlaceNotAsked,
        FileEndingDiffers,
        FileNameWrong,
        applications.AttachmentKnown,
        applications.DocumentTypeNotTaken,
        applications.DocumentTooLarge,
        applications.DocumentHasEnough,
    ),
)
async def announce_cure_attachment(
    call: Writing, cure_id: UUID, body: AttachmentIn
) -> AttachmentView:
    """Of a document that the call names. Its bytes are then put as those of any attachment; it
    counts once the supplement is handed in, and takes the place of all earlier files of its
    document.
    """
    return await curing.announce(call, cure_id, body)


@cure_routes.post(
    "/{cure_id}/supplement",
    operation_id="supply_cure",
    summary="Hand in what was asked for",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        cures.CureUnknown,
        StageNotOpen,
        EntryEnded,
        rules.AlreadyScreened,
        cures.AlreadySupplied,
        cures.CureOver,
        cures.PlaceNotAsked,
        cures.AnsweredTwice,
        cures.CureAnswerUnfit,
        cures.DefectUnanswered,
        applications.AnswerWrong,
        applications.UploadUnfinished,
    ),
)
async def supply_cure(call: Once, cure_id: UUID, body: SupplementIn) -> CureView:
    """All of it at once, and only what was asked for. It is frozen beside the submission, which
    stays as it was, and answered with a signed receipt.
    """
    return await curing.supply(call, cure_id, body)
