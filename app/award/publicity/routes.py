"""How is a publicity reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, status

from app.award.programmes.rules import CycleUnknown
from app.award.publicity import queries, rules
from app.award.publicity.schemas import (
    NoticeIn,
    NoticeQuery,
    NoticeView,
    ObjectionIn,
    ObjectionReceipt,
    ObjectionView,
    ObjectorView,
    PostingIn,
    PublicNoticeLine,
    PublicNoticeView,
    RulingIn,
)
from app.award.publicity.service import notices as office
from app.award.publicity.service import objections as service
from app.award.stages.routes import StageKey
from app.award.stages.rules import RecusalNeeded, StageNotOpen, StageUnknown
from app.platform.accounts.callers import (
    Once,
    PublicOnce,
    PublicReading,
    Reading,
    SignInNeeded,
    TryingOnce,
    Writing,
)
from app.platform.accounts.rules import IdentityNumberWrong
from app.platform.errors import ConditionMissing, NotAllowed, Stale
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.preconditions import IfMatch, tagged, version_tag
from app.platform.http.problems import answers
from app.platform.http.rates import TooManyRequests
from app.platform.workflow.lifecycle import MoveNotPossible

cycles = APIRouter(prefix="/cycles/{cycle_id}", tags=["publicity"])
notices = APIRouter(route_class=OnceRoute, prefix="/notices", tags=["publicity"])
objections = APIRouter(
    route_class=OnceRoute, prefix="/objections/{objection_id}", tags=["publicity"]
)

NoticeCode = Annotated[str, Path(max_length=40, examples=["GS-260302-7Q2M9K3A"])]
OFFICE = (SignInNeeded, NotAllowed, RecusalNeeded, rules.NoticeUnknown)
HEAD = (SignInNeeded, NotAllowed, rules.ObjectionUnknown)


@cycles.post(
    "/stages/{key}/notices",
    operation_id="draft_notice",
    summary="Draft a notice",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        RecusalNeeded,
        StageUnknown,
        StageNotOpen,
        rules.NotAPublicity,
        rules.NoticeExists,
    ),
)
async def draft_notice(
    call: Writing, cycle_id: UUID, key: StageKey, body: NoticeIn, response: Response
) -> NoticeView:
    """One a round; the list of awardees-to-be is the stage's own."""
    view = await office.draft(call, cycle_id, key, body)
    tagged(response, version_tag(view.version))
    return view


@cycles.get(
    "/notices",
    operation_id="list_cycle_notices",
    summary="The notices of a cycle, drafts included",
    responses=answers(SignInNeeded, CycleUnknown),
)
async def list_cycle_notices(call: Reading, cycle_id: UUID) -> list[NoticeView]:
    """For the award office, in order of drafting."""
    return await queries.list_notices(call, cycle_id)


@cycles.get(
    "/objections",
    operation_id="list_objections",
    summary="The objections of a cycle",
    responses=answers(SignInNeeded, CycleUnknown, CursorUnreadable),
)
async def list_objections(call: Reading, cycle_id: UUID, paging: PageQuery) -> Page[ObjectionView]:
    """For the award office, without who objects; in order of code."""
    return await queries.list_objections(call, cycle_id, paging)


@notices.get(
    "",
    operation_id="list_notices",
    summary="Posted notices",
    responses=answers(CursorUnreadable),
)
async def list_notices(
    call: PublicReading, query: Annotated[NoticeQuery, Query()]
) -> Page[PublicNoticeLine]:
    """For everybody, in order of code."""
    return await queries.list_public(call, query)


@notices.get(
    "/{notice}",
    operation_id="read_notice",
    summary="A posted notice",
    responses=answers(rules.NoticeUnknown),
)
async def read_notice(call: PublicReading, notice: NoticeCode) -> PublicNoticeView:
    """With its list, its period, and the exact text that its digest is over."""
    return await queries.public_view(call, notice)


@notices.put(
    "/{notice}",
    operation_id="revise_notice",
    summary="Change the draft of a notice",
    responses=answers(*OFFICE, rules.NoticePosted, StageNotOpen, Stale, ConditionMissing),
)
async def revise_notice(
    call: Writing, notice: UUID, body: NoticeIn, if_match: IfMatch, response: Response
) -> NoticeView:
    """Replaces the whole text; send the ETag you read."""
    view = await office.revise(call, notice, body, if_match)
    tagged(response, version_tag(view.version))
    return view


@notices.post(
    "/{notice}/posting",
    operation_id="post_notice",
    summary="Enter the posting of a notice",
    responses=answers(
        *NAMED,
        *OFFICE,
        StageNotOpen,
        MoveNotPossible,
        rules.PostedInFuture,
        rules.PostedBeforeStage,
    ),
)
async def post_notice(
    call: TryingOnce, notice: UUID, body: PostingIn, response: Response
) -> NoticeView:
    """Freezes text and list, and counts the period from the day of the posting."""
    view = await office.post(call, notice, body)
    tagged(response, version_tag(view.version))
    return view


@notices.post(
    "/{notice}/objections",
    operation_id="object_to_notice",
    summary="Object to a notice",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        rules.NoticeUnknown,
        StageNotOpen,
        rules.PeriodOver,
        rules.NotOnNotice,
        rules.RealNameNeeded,
        rules.ContactNeeded,
        rules.EvidenceNeeded,
        IdentityNumberWrong,
        TooManyRequests,
    ),
)
async def object_to_notice(
    call: PublicOnce, notice: NoticeCode, body: ObjectionIn
) -> ObjectionReceipt:
    """For everybody, until the period ends. Who objects is sealed; keep the code."""
    return await service.object_to(call, notice, body)


@objections.get(
    "/objector",
    operation_id="read_objector",
    summary="Who objects",
    responses=answers(*HEAD),
)
async def read_objector(call: Writing, objection_id: UUID) -> ObjectorView:
    """Name, identity number and contact; every reading is logged."""
    return await service.objector(call, objection_id)


@objections.post(
    "/ruling",
    operation_id="rule_on_objection",
    summary="Rule on an objection",
    responses=answers(*NAMED, *HEAD, RecusalNeeded, StageNotOpen, MoveNotPossible),
)
async def rule_on_objection(call: Once, objection_id: UUID, body: RulingIn) -> ObjectionView:
    """Dismissed or upheld, with the reason and the document. Upheld, the place stays empty."""
    return await service.rule(call, objection_id, body)
