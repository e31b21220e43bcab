"""How do many documents go on at once?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.documents import rules
from app.award.documents.schemas import ChecksIn, DeliveriesIn, DocumentsView, SignaturesIn
from app.award.documents.service import many
from app.award.programmes.rules import CycleUnknown
from app.platform.accounts.callers import SignInNeeded, TryingOnce
from app.platform.errors import NotAllowed, SeveralInvalid, SeveralReasons
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers
from app.platform.workflow.lifecycle import MoveNotPossible

routes = APIRouter(route_class=OnceRoute, prefix="/cycles/{cycle_id}/documents", tags=["documents"])
EACH = (
    *NAMED,
    SignInNeeded,
    NotAllowed,
    CycleUnknown,
    rules.DocumentUnknown,
    rules.DocumentTwice,
    MoveNotPossible,
    SeveralReasons,
    SeveralInvalid,
)


@routes.post(
    "/checks",
    operation_id="check_documents",
    summary="Find many documents in order",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*EACH, rules.FileNotFinished, rules.DocumentChanged),
)
async def check_documents(call: TryingOnce, cycle_id: UUID, body: ChecksIn) -> DocumentsView:
    """By somebody other than their authors; all of them or none, each reason with its place."""
    return await many.check_many(call, cycle_id, body)


@routes.post(
    "/signatures",
    operation_id="sign_documents",
    summary="Sign many documents",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *EACH, rules.NumberTaken, rules.SeriesMissing, rules.DatedInFuture, rules.DocumentChanged
    ),
)
async def sign_documents(call: TryingOnce, cycle_id: UUID, body: SignaturesIn) -> DocumentsView:
    """Numbered in the order of the list; a letter that calls to cure has the number of its call.
    A dry run tells which number each would get.
    """
    return await many.sign_many(call, cycle_id, body)


@routes.post(
    "/deliveries",
    operation_id="deliver_documents",
    summary="Send many documents, or enter how they were delivered",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *EACH,
        rules.FileNotFinished,
        rules.DatedInFuture,
        rules.DeliveredBeforeSigned,
        rules.NoInbox,
        rules.NobodyThere,
    ),
)
async def deliver_documents(call: TryingOnce, cycle_id: UUID, body: DeliveriesIn) -> DocumentsView:
    """`inbox` puts each letter before everybody who speaks for its applicant, here and now."""
    return await many.deliver_many(call, cycle_id, body)
