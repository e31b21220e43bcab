"""How are recommendations reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.award.endorsement import listing, queries, rules, service
from app.award.endorsement.schemas import (
    DeskLine,
    DeskQuery,
    DirectoryIn,
    DirectoryQuery,
    DirectoryView,
    FollowingIn,
    FollowingView,
    LetterIn,
    LetterView,
    ListedBodyView,
    RoutingQuery,
    RoutingsIn,
    RoutingView,
)
from app.award.stages.routes import StageKey
from app.award.stages.rules import RecusalNeeded, StageNotOpen, StageUnknown
from app.platform.accounts.callers import Once, Reading, SignInNeeded, TryingOnce, Writing
from app.platform.errors import NotAllowed
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.problems import answers
from app.platform.uploads.downloads import download

routes = APIRouter(
    route_class=OnceRoute, prefix="/cycles/{cycle_id}/stages/{key}", tags=["endorsement"]
)
desks = APIRouter(prefix="/recommendations", tags=["endorsement"])

OFFICE = (SignInNeeded, NotAllowed, StageUnknown, rules.NotAnEndorsement)


@routes.get(
    "/recommendations",
    operation_id="list_routings",
    summary="Who is asked to recommend whom, and what was answered",
    responses=answers(*OFFICE, CursorUnreadable),
)
async def list_routings(
    call: Reading, cycle_id: UUID, key: StageKey, query: Annotated[RoutingQuery, Query()]
) -> Page[RoutingView]:
    """Applications by recommending body, for the award office and the supervisor."""
    return await queries.routings(call, cycle_id, key, query)


@routes.post(
    "/routings",
    operation_id="route_entries",
    summary="Route entries to the bodies that may recommend them",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OFFICE,
        StageNotOpen,
        RecusalNeeded,
        rules.RoutedEntryUnknown,
        rules.BodyUnknown,
        rules.AuthorityUnknown,
        rules.RoutedTwice,
        rules.LetterIssued,
        rules.AnsweredAlready,
    ),
)
async def route_entries(
    call: TryingOnce, cycle_id: UUID, key: StageKey, body: RoutingsIn
) -> list[RoutingView]:
    """By where they are registered, by sector or as they chose; until the body has answered.
    All of them or none; a dry run shows them as they would stand.
    """
    return await service.route(call, cycle_id, key, body)


@routes.get(
    "/bodies",
    operation_id="list_bodies",
    summary="Who may recommend, and for whom",
    responses=answers(*OFFICE, CursorUnreadable),
)
async def list_bodies(
    call: Reading, cycle_id: UUID, key: StageKey, query: Annotated[DirectoryQuery, Query()]
) -> Page[ListedBodyView]:
    """The directory of the stage, for everybody: applicants see where they will go, and whom they
    can name where the choice is theirs.
    """
    return await queries.directory(call, cycle_id, key, query)


@routes.put(
    "/bodies",
    operation_id="keep_bodies",
    summary="Keep the directory of recommending bodies",
    responses=answers(
        *OFFICE, StageNotOpen, rules.BodyUnknown, rules.AuthorityUnknown, rules.BodyListedTwice
    ),
)
async def keep_bodies(
    call: Writing, cycle_id: UUID, key: StageKey, body: DirectoryIn
) -> DirectoryView:
    """The whole directory; what is routed already stays as it is."""
    return await listing.keep(call, cycle_id, key, body)


@routes.post(
    "/routings/derived",
    operation_id="derive_routings",
    summary="Route entries to the bodies that follow from what they say",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*NAMED, *OFFICE, StageNotOpen, RecusalNeeded, rules.RoutedEntryUnknown),
)
async def derive_routings(
    call: TryingOnce, cycle_id: UUID, key: StageKey, body: FollowingIn
) -> FollowingView:
    """By registration, sector or choice, as the regulation says, with the office's directory. Those
    that follow are routed together; the others are listed with why a person must decide, and are
    routed by hand. A dry run only proposes.
    """
    return await listing.let_follow(call, cycle_id, key, body)


@routes.post(
    "/letters",
    operation_id="issue_letter",
    summary="Issue a letter of recommendation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        StageUnknown,
        rules.RoutingUnknown,
        RecusalNeeded,
        StageNotOpen,
        rules.LetterLate,
        rules.LetterIssued,
        rules.LetterAhead,
        rules.EntryUnanswered,
        rules.AnsweredStranger,
        rules.AnsweredTwice,
        rules.RefusalUnexplained,
        rules.TooManyRecommended,
        rules.OrderNeeded,
        rules.OrderNotAsked,
        rules.NoticeNeeded,
        rules.NoticeTooShort,
        rules.NoticeNotOver,
        rules.ScanDiffers,
        UploadNotYours,
        UploadNotReady,
        UploadTaken,
    ),
)
async def issue_letter(call: Once, cycle_id: UUID, key: StageKey, body: LetterIn) -> LetterView:
    """One letter answers for everything routed to the body: recommended, in which order, or not
    and why.
    """
    return await service.issue(call, cycle_id, key, body)


@desks.get(
    "/letters/{recommendation_letter_id}/scan",
    operation_id="open_letter_scan",
    summary="The scan of a letter of recommendation",
    response_class=Response,
    responses=answers(SignInNeeded, rules.ScanUnknown, StorageAway),
)
async def open_letter_scan(
    request: Request, call: Writing, recommendation_letter_id: UUID
) -> Response:
    """For the award office, the supervisor and the body itself; every download is logged."""
    return await download(request, await service.open_scan(call, recommendation_letter_id))


@desks.get(
    "",
    operation_id="list_desk",
    summary="What waits for your recommendation",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_desk(call: Reading, query: Annotated[DeskQuery, Query()]) -> Page[DeskLine]:
    """Applications routed to the bodies you speak for, in order of the organisation's name."""
    return await queries.desk(call, query)
