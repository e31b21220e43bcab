"""How are approvals, awards and certificates reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, status

from app.award.granting import queries, rules, service
from app.award.granting.schemas import (
    ApprovalIn,
    ApprovalView,
    BonusList,
    CertificateView,
    GrantIn,
    GrantView,
    ResultQuery,
    ResultView,
    WinnerView,
)
from app.award.programmes.rules import CycleUnknown
from app.award.stages.rules import RecusalNeeded, StageNotOpen, StageUnknown
from app.platform.accounts.callers import (
    DecidingTrialOnce,
    Once,
    PublicReading,
    Reading,
    SignInNeeded,
)
from app.platform.errors import NotAllowed, SeveralReasons
from app.platform.http.bodies import Key
from app.platform.http.deciding import DecidingRoute
from app.platform.http.once import NAMED
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers

routes = APIRouter(route_class=DecidingRoute, prefix="/cycles/{cycle_id}", tags=["granting"])
public = APIRouter(prefix="/public", tags=["granting"])

STAGE = (SignInNeeded, StageUnknown)
DECIDE = (*STAGE, NotAllowed, RecusalNeeded, StageNotOpen, rules.DecidedInFuture)

StageKey = Annotated[Key, Path(examples=["government"])]


@routes.post(
    "/stages/{key}/approval",
    operation_id="approve",
    summary="Record the decision of the approving body",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *DECIDE,
        rules.AlreadyApproved,
        rules.EntryNotHere,
        rules.EntryTwice,
        rules.EntryLeftOut,
        rules.ReasonNeeded,
        rules.ConsentMissing,
        rules.ConsentNotAsked,
    ),
)
async def approve(call: Once, cycle_id: UUID, key: StageKey, body: ApprovalIn) -> ApprovalView:
    """Every entry of the stage exactly once; it is final."""
    return await service.approve(call, cycle_id, key, body)


@routes.get(
    "/stages/{key}/approval",
    operation_id="read_approval",
    summary="The approval of a stage",
    responses=answers(*STAGE),
)
async def read_approval(call: Reading, cycle_id: UUID, key: StageKey) -> ApprovalView:
    """The decision, or the list that waits for it."""
    return await queries.approval_view(call, cycle_id, key)


@routes.post(
    "/stages/{key}/awards",
    operation_id="grant_awards",
    summary="Grant the awards",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *DECIDE,
        rules.AlreadyGranted,
        rules.QuotaExceeded,
        rules.QuotaUnmet,
        rules.VacancyNotNeeded,
        rules.PlacesExceeded,
        rules.TierPlacesExceeded,
        rules.HonourWithoutBonus,
        SeveralReasons,
    ),
)
async def grant_awards(
    call: DecidingTrialOnce, cycle_id: UUID, key: StageKey, body: GrantIn
) -> GrantView:
    """Every entry with a tier gets its certificate, signed, and its bonus; awards elsewhere that
    the regulation matches get their money. It is final.
    """
    return await service.grant(call, cycle_id, key, body)


@routes.get(
    "/awards",
    operation_id="list_awards",
    summary="The awards of a cycle",
    responses=answers(CycleUnknown, CursorUnreadable),
)
async def list_awards(call: PublicReading, cycle_id: UUID, paging: PageQuery) -> Page[WinnerView]:
    """For everybody, once the grant is closed; in order of awardee."""
    return await queries.list_awards(call, cycle_id, paging)


@routes.get(
    "/bonus-list",
    operation_id="read_bonus_list",
    summary="The bonus list of a cycle",
    responses=answers(SignInNeeded, NotAllowed, CycleUnknown),
)
async def read_bonus_list(call: Reading, cycle_id: UUID) -> BonusList:
    """Gross amounts, and the reason where there is none."""
    return await queries.bonus_list(call, cycle_id)


@public.get(
    "/certificates/{number}",
    operation_id="read_certificate",
    summary="Check a certificate",
    responses=answers(rules.CertificateUnknown),
)
async def read_certificate(call: PublicReading, number: str) -> CertificateView:
    """What the certificate of this number says, and the signed statement itself."""
    return await queries.certificate_view(call, number)


@public.get(
    "/results",
    operation_id="list_results",
    summary="Who has won",
    responses=answers(CursorUnreadable),
)
async def list_results(
    call: PublicReading, query: Annotated[ResultQuery, Query()]
) -> Page[ResultView]:
    """Winners of closed grants, in order of awardee; of one cycle, or of all."""
    return await queries.list_results(call, query)
