"""How is a screening reached?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.screening import consulting, queries, rules, service
from app.award.screening.schemas import (
    GroundView,
    GroupView,
    OpinionIn,
    OpinionView,
    ScreeningIn,
    ScreeningView,
)
from app.award.stages.rules import EntryEnded, EntryUnknown, StageNotOpen
from app.platform.accounts.callers import Once, Reading, SignInNeeded
from app.platform.errors import NotAllowed
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers

routes = APIRouter(route_class=OnceRoute, prefix="/entries/{entry_id}", tags=["screening"])

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
    return await service.enter_opinion(call, entry_id, body)


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
        rules.DecisionContradicts,
        rules.NoteNeeded,
        consulting.ConsultationsOpen,
    ),
)
async def screen(call: Once, entry_id: UUID, body: ScreeningIn) -> ScreeningView:
    """With an answer and its evidence for every ground and group. The decision is final."""
    return await service.screen(call, entry_id, body)


@routes.get(
    "/screening",
    operation_id="read_screening",
    summary="The decision on an entry",
    responses=answers(*OFFICE, rules.ScreeningUnknown),
)
async def read_screening(call: Reading, entry_id: UUID) -> ScreeningView:
    """Ground by ground: what the facts said, what was answered, and on which evidence."""
    return await queries.screening_view(call, entry_id)
