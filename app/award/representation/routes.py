"""How are mandates reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.award.programmes.rules import ProgrammeUnknown
from app.award.representation import queries, rules
from app.award.representation.schemas import (
    AcceptanceIn,
    ClaimAcceptanceIn,
    ClaimIn,
    ClaimLine,
    ClaimView,
    EndingIn,
    HandOverIn,
    InvitationIn,
    MandateLine,
    MandateQuery,
    MandateView,
    Paper,
    RefusalIn,
)
from app.award.representation.service import agents, claiming, vouched
from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed, NotFound
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.uploads.downloads import download
from app.platform.workflow.lifecycle import MoveNotPossible

routes = APIRouter(prefix="/mandates", tags=["mandates"])
desk = APIRouter(prefix="/programmes/{programme_id}/mandates", tags=["mandates"])
ONE = (SignInNeeded, NotAllowed, rules.MandateUnknown)
MOVED = (*ONE, MoveNotPossible)


@routes.post(
    "",
    operation_id="claim_mandate",
    summary="Claim to speak for an organisation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        NotFound,
        ProgrammeUnknown,
        UploadNotYours,
        UploadNotReady,
        UploadTaken,
        rules.MandateHeld,
        rules.MandateOver,
        rules.WordMissing,
        rules.WordEnded,
    ),
)
async def claim(call: Writing, body: ClaimIn) -> MandateView:
    """Towards one programme, with the letter of authorisation (授权书) and the licence (营业执照).
    Until its office accepts, the caller may draft, but not submit. Without papers, who came by a
    portal whose word the award takes is accepted at once. Also the way back for an
    organisation whose administrator is lost: the claim accepted replaces them.
    """
    return await claiming.claim(call, body)


@routes.get(
    "",
    operation_id="list_mandates",
    summary="For whom do I speak?",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_mandates(call: Reading, paging: PageQuery) -> Page[MandateLine]:
    """The caller's own mandates and those of organisations they administer, the newest first."""
    return await queries.own_mandates(call, paging)


@routes.get(
    "/{mandate_id}",
    operation_id="read_mandate",
    summary="Read a mandate",
    responses=answers(*ONE),
)
async def read_mandate(call: Reading, mandate_id: UUID) -> MandateView:
    """With the moves that the caller can make."""
    return await queries.mandate_view(call, mandate_id)


@routes.get(
    "/{mandate_id}/claim",
    operation_id="examine_claim",
    summary="Weigh a claim",
    responses=answers(*ONE),
)
async def examine(call: Writing, mandate_id: UUID) -> ClaimView:
    """For the office: its papers, the other claims on the credit code, and who would be replaced.
    It is logged.
    """
    return await claiming.examine(call, mandate_id)


@routes.get(
    "/{mandate_id}/papers/{paper}",
    operation_id="open_mandate_paper",
    summary="Open the letter or the licence",
    response_class=Response,
    responses=answers(*ONE, rules.PaperUnknown, StorageAway),
)
async def open_paper(request: Request, call: Writing, mandate_id: UUID, paper: Paper) -> Response:
    """For the office and whoever sent it; every download is logged."""
    return await download(request, await claiming.open_paper(call, mandate_id, paper))


@routes.post(
    "/{mandate_id}/acceptance",
    operation_id="accept_mandate",
    summary="Accept a claim",
    responses=answers(*MOVED, rules.MandateOver, rules.MandateHeld),
)
async def accept(call: Writing, mandate_id: UUID, body: ClaimAcceptanceIn) -> MandateView:
    """Other claims on the credit code are refused with it, and the administrator before is replaced
    and told, their agents with them unless `agents` says that they stay.
    """
    return await claiming.accept(call, mandate_id, body)


@routes.post(
    "/{mandate_id}/refusal",
    operation_id="refuse_mandate",
    summary="Refuse a claim",
    responses=answers(*MOVED),
)
async def refuse(call: Writing, mandate_id: UUID, body: RefusalIn) -> MandateView:
    """With the reason, which the claimant is told."""
    return await claiming.refuse(call, mandate_id, body)


@routes.post(
    "/{mandate_id}/withdrawal",
    operation_id="withdraw_mandate",
    summary="Withdraw one's claim",
    responses=answers(*MOVED),
)
async def withdraw(call: Writing, mandate_id: UUID) -> MandateView:
    """Before it is decided."""
    return await claiming.withdraw(call, mandate_id)


@routes.post(
    "/{mandate_id}/agents",
    operation_id="invite_agent",
    summary="Invite an agent",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*MOVED, rules.LoginUnknown, rules.MandateHeld, rules.MandateOver),
)
async def invite(call: Writing, mandate_id: UUID, body: InvitationIn) -> MandateView:
    """As the administrator, on one's own mandate; they speak for the organisation once they join,
    no longer than the administrator's letter says.
    """
    return await agents.invite(call, mandate_id, body)


@routes.post(
    "/{mandate_id}/joining",
    operation_id="join_organisation",
    summary="Accept an invitation",
    responses=answers(*MOVED, rules.MandateOver),
)
async def join(call: Writing, mandate_id: UUID) -> MandateView:
    """From the next request on the caller speaks for the organisation."""
    return await agents.join(call, mandate_id)


@routes.post(
    "/{mandate_id}/declining",
    operation_id="decline_invitation",
    summary="Decline an invitation",
    responses=answers(*MOVED),
)
async def decline(call: Writing, mandate_id: UUID) -> MandateView:
    """Nothing of the organisation was shown."""
    return await agents.decline(call, mandate_id)


@routes.post(
    "/{mandate_id}/handover",
    operation_id="hand_over_mandate",
    summary="Hand the administration over",
    responses=answers(*MOVED, rules.NoAgent, rules.MandateOver),
)
async def hand_over(call: Writing, mandate_id: UUID, body: HandOverIn) -> MandateView:
    """To an agent who has joined; the caller goes on as an agent, whom the successor may end. The
    office is told: it has accepted a letter that names somebody else.
    """
    return await agents.hand_over(call, mandate_id, body)


@routes.post(
    "/{mandate_id}/ending",
    operation_id="end_mandate",
    summary="End a mandate",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*MOVED),
)
async def end(call: Writing, mandate_id: UUID, body: EndingIn) -> None:
    """One's own, an agent's as the administrator, or anybody's as the office. An administrator's
    takes the agents' with it; a portal's word that was ended comes back by the office alone.
    """
    await agents.end(call, mandate_id, body)


@routes.post(
    "/{mandate_id}/restoration",
    operation_id="restore_mandate",
    summary="Take a portal's word again",
    responses=answers(*MOVED, rules.NoPortalsWord, rules.MandateHeld),
)
async def restore(call: Writing, mandate_id: UUID, body: AcceptanceIn) -> MandateView:
    """That the office had ended: a portal's next assertion alone does not bring it back."""
    return await vouched.restore(call, mandate_id, body)


@desk.get(
    "",
    operation_id="list_programme_mandates",
    summary="Who claims to speak for whom",
    responses=answers(SignInNeeded, NotAllowed, ProgrammeUnknown, CursorUnreadable),
)
async def list_programme_mandates(
    call: Reading, programme_id: UUID, query: Annotated[MandateQuery, Query()]
) -> Page[ClaimLine]:
    """For the office, the newest first; what needs a person's eye says so."""
    return await queries.mandates_towards(call, programme_id, query)
