"""How is the committee's work reached?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.deliberation import queries, rules, service
from app.award.deliberation.schemas import (
    ConfirmationIn,
    MinutesIn,
    MotionLine,
    MotionView,
    ReturnIn,
    SeatDetail,
    SeatIn,
    SeatView,
    TallyView,
)
from app.award.programmes.rules import CycleUnknown, NothingLaunched
from app.award.stages.rules import RecusalNeeded, StageNotOpen
from app.platform.accounts.callers import Once, Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed, SeveralInvalid, SeveralReasons
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers
from app.platform.workflow.lifecycle import MoveNotPossible

routes = APIRouter(prefix="/cycles/{cycle_id}", tags=["deliberation"])
motions = APIRouter(route_class=OnceRoute, prefix="/motions/{motion_id}", tags=["deliberation"])

MOVE = (
    SignInNeeded,
    NotAllowed,
    RecusalNeeded,
    rules.MotionUnknown,
    MoveNotPossible,
    StageNotOpen,
)
COMMITTEE = (
    SeveralReasons,
    rules.CommitteeTooSmall,
    rules.CommitteeTooLarge,
    rules.CommitteeEven,
)


@routes.post(
    "/seats",
    operation_id="seat_member",
    summary="Give the committee a member",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        CycleUnknown,
        NothingLaunched,
        rules.PersonUnknown,
        rules.SeatedTwice,
    ),
)
async def seat_member(call: Writing, cycle_id: UUID, body: SeatIn) -> SeatDetail:
    """A post and its holder; name the person too, so that interests become recusals."""
    return await service.seat_member(call, cycle_id, body)


@routes.get(
    "/seats",
    operation_id="list_seats",
    summary="The committee of a cycle",
    responses=answers(SignInNeeded, CycleUnknown),
)
async def list_seats(call: Reading, cycle_id: UUID) -> list[SeatView]:
    """Every seat: its post and its holder."""
    return await queries.list_seats(call, cycle_id)


@routes.get(
    "/motions",
    operation_id="list_motions",
    summary="The motions of a cycle",
    responses=answers(SignInNeeded, CycleUnknown),
)
async def list_motions(call: Reading, cycle_id: UUID) -> list[MotionLine]:
    """One for each round of a stage in which the committee votes, from its opening on."""
    return await queries.list_motions(call, cycle_id)


@motions.get(
    "",
    operation_id="read_motion",
    summary="Read a motion",
    responses=answers(SignInNeeded, rules.MotionUnknown),
)
async def read_motion(call: Reading, motion_id: UUID) -> MotionView:
    """The entries before the committee, and the tally once a second person has confirmed it."""
    return await queries.motion_view(call, motion_id)


@motions.post(
    "/minutes",
    operation_id="record_minutes",
    summary="Record the minutes of the vote",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *MOVE,
        SeveralInvalid,
        rules.SeatUnknown,
        rules.NotInMotion,
        rules.NamedTwice,
        rules.BallotOfAbsent,
        rules.BallotOfRecused,
        rules.MemberNotRecused,
        rules.TellerIsScrutineer,
        rules.IssuedExceedsPresent,
        rules.ReturnedExceedsIssued,
        rules.SlipsDoNotAddUp,
        rules.ChoicesDoNotAddUp,
        rules.ChoicesExceedValid,
        rules.VoteIsSecret,
        rules.VoteIsNamed,
        rules.MeetingStillScores,
        *COMMITTEE,
    ),
)
async def record_minutes(call: Once, motion_id: UUID, body: MinutesIn) -> MotionView:
    """Who was present, who was recused, and from the paper every ballot, or of a secret vote the
    numbers. Everything that does not add up is told at once.
    """
    return await service.record_minutes(call, motion_id, body)


@motions.post(
    "/confirmation",
    operation_id="confirm_motion",
    summary="Confirm the minutes",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*NAMED, *MOVE, rules.CountsDiffer, *COMMITTEE),
)
async def confirm_motion(call: Once, motion_id: UUID, body: ConfirmationIn) -> MotionView:
    """By another person than who recorded them, with a count of their own from the paper."""
    return await service.confirm(call, motion_id, body)


@motions.post(
    "/return",
    operation_id="return_motion",
    summary="Send the minutes back",
    responses=answers(*MOVE, rules.MotionDecided),
)
async def return_motion(call: Writing, motion_id: UUID, body: ReturnIn) -> MotionView:
    """They are recorded anew. Once confirmed, only where the quorum was not met."""
    return await service.send_back(call, motion_id, body)


@motions.get(
    "/tally",
    operation_id="read_tally",
    summary="The count of a confirmed motion",
    responses=answers(SignInNeeded, rules.MotionUnknown, rules.TallyUnknown),
)
async def read_tally(call: Reading, motion_id: UUID) -> TallyView:
    """Approvals and the number needed, entry by entry, with what the paper says of itself."""
    return await queries.tally_view(call, motion_id)
