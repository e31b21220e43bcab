"""How are assignments, sheets and scorebooks reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, status
from fastapi.responses import FileResponse

from app.award.applications.rules import AttachmentUnknown
from app.award.judging import rules as judging
from app.award.judging.schemas import MemberIn, PanelIn, PanelView
from app.award.scoring import queries, rules, scorebook_queries
from app.award.scoring.schemas import (
    AgreementIn,
    AssignmentQuery,
    AssignmentView,
    ConsensusIn,
    ConsensusItemView,
    DossierView,
    EntryDisagreements,
    ItemIn,
    LockView,
    ScorebookLine,
    ScorebookView,
    SheetItemView,
    SheetView,
)
from app.award.scoring.service import consensus, handing_out, sheets
from app.award.stages.routes import StageKey
from app.award.stages.rules import EntryEnded, EntryUnknown, StageNotOpen, StageUnknown
from app.platform.accounts.callers import (
    DirectReading,
    DirectWriting,
    Once,
    Reading,
    SignInNeeded,
    Writing,
)
from app.platform.errors import (
    ConditionMissing,
    NotAllowed,
    SeveralInvalid,
    SeveralReasons,
    Stale,
)
from app.platform.files.objects import StorageAway
from app.platform.files.rules import NotUploaded
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.preconditions import IfMatch, tagged, version_tag
from app.platform.http.problems import answers
from app.platform.uploads import downloads
from app.platform.workflow.lifecycle import MoveNotPossible

panels = APIRouter(tags=["judging"])
assignments = APIRouter(prefix="/assignments", tags=["judging"])
scoresheets = APIRouter(route_class=OnceRoute, prefix="/scoresheets", tags=["scoring"])
scorebooks = APIRouter(route_class=OnceRoute, tags=["scoring"])

SIGNED_IN = (SignInNeeded, NotAllowed)
SHEET = (*SIGNED_IN, rules.SheetUnknown)
BOOK = (*SIGNED_IN, rules.ScorebookUnknown)
WRONG = (rules.PercentageOutOfRange, rules.NotMultipleOfFive, SeveralInvalid)
GUARDED = (Stale, ConditionMissing, StageNotOpen, EntryEnded)

ItemCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,63}$", examples=["4.1.2"])]


@panels.post(
    "/cycles/{cycle_id}/stages/{key}/panels",
    operation_id="form_panel",
    summary="Form a panel",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *SIGNED_IN,
        StageUnknown,
        EntryUnknown,
        StageNotOpen,
        judging.NotScoredHere,
        judging.PanelFromEarlier,
        judging.PanelNameTaken,
        judging.EntryOnPanel,
        judging.InterestFound,
        judging.NoUndertaking,
        judging.TooFewJudges,
        judging.TooManyJudges,
        judging.OneLeader,
        judging.CategoryUncovered,
        SeveralReasons,
        judging.CategoryUnknown,
        judging.NotDivided,
        judging.ExpertNotInPool,
        judging.NoSeat,
        judging.ExpertTwice,
        judging.EntryTwice,
        SeveralInvalid,
    ),
)
async def form_panel(call: Writing, cycle_id: UUID, key: StageKey, body: PanelIn) -> PanelView:
    """Every member gets every entry, with a sheet. All that stands against it is told at once."""
    return await handing_out.form_panel(call, cycle_id, key, body)


@panels.post(
    "/panels/{panel_id}/members",
    operation_id="add_panel_member",
    summary="One more judge on a panel",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *SIGNED_IN,
        judging.PanelUnknown,
        judging.NothingToJudge,
        judging.MemberAlready,
        judging.InterestFound,
        judging.NoUndertaking,
        judging.TooManyJudges,
        StageNotOpen,
        SeveralReasons,
        judging.CategoryUnknown,
        judging.NotDivided,
        judging.ExpertNotInPool,
        judging.NoSeat,
        SeveralInvalid,
    ),
)
async def add_panel_member(call: Writing, panel_id: UUID, body: MemberIn) -> PanelView:
    """In place of one who must stand aside. Everything scored so far stays; a new leader takes
    the lead over.
    """
    return await handing_out.add_member(call, panel_id, body)


@assignments.get(
    "",
    operation_id="list_assignments",
    summary="Who judges what",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_assignments(
    call: Reading, query: Annotated[AssignmentQuery, Query()]
) -> Page[AssignmentView]:
    """A judge finds their own, the office all of its programme; never a score."""
    return await queries.list_assignments(call, query)


@assignments.get(
    "/{assignment_id}/dossier",
    operation_id="read_dossier",
    summary="Read an applicant's file",
    responses=answers(*SIGNED_IN, judging.AssignmentUnknown),
)
async def read_dossier(call: Writing, assignment_id: UUID) -> DossierView:
    """While the stage is open; every reading is logged."""
    return await handing_out.dossier(call, assignment_id)


@assignments.get(
    "/{assignment_id}/attachments/{attachment_id}/content",
    operation_id="download_assigned_attachment",
    summary="Download a file of a dossier",
    response_class=FileResponse,
    responses=answers(
        *SIGNED_IN, judging.AssignmentUnknown, AttachmentUnknown, NotUploaded, StorageAway
    ),
)
async def download_assigned_attachment(
    request: Request, call: Writing, assignment_id: UUID, attachment_id: UUID
) -> Response:
    """While the stage is open; every download is logged."""
    attachment = await handing_out.open_attachment(call, assignment_id, attachment_id)
    return await downloads.download(request, attachment)


@scoresheets.get(
    "/{sheet_id}", operation_id="read_sheet", summary="Read a sheet", responses=answers(*SHEET)
)
async def read_sheet(call: DirectReading, sheet_id: UUID, response: Response) -> SheetView:
    """For its author alone. The ETag is the sheet's, for locking it."""
    view, tag = await queries.sheet_view(call, sheet_id)
    tagged(response, tag)
    return view


@scoresheets.put(
    "/{sheet_id}/items/{code}",
    operation_id="score_item",
    summary="Save one item",
    responses=answers(*SHEET, rules.ItemUnknown, rules.AlreadyLocked, *GUARDED, *WRONG),
)
async def score_item(
    call: DirectWriting,
    sheet_id: UUID,
    code: ItemCode,
    body: ItemIn,
    if_match: IfMatch,
    response: Response,
) -> SheetItemView:
    """Send the item's own ETag, `"v0"` for one never saved: other items do not matter."""
    view = await sheets.score(call, sheet_id, code, body, if_match)
    tagged(response, version_tag(view.version))
    return view


@scoresheets.post(
    "/{sheet_id}/lock",
    operation_id="lock_sheet",
    summary="Lock a sheet",
    responses=answers(
        *NAMED,
        *SHEET,
        MoveNotPossible,
        rules.ItemUnscored,
        rules.CommentsMissing,
        SeveralReasons,
        *GUARDED,
    ),
)
async def lock_sheet(call: Once, sheet_id: UUID, if_match: IfMatch) -> LockView:
    """Send the sheet's ETag. It cannot be undone; the answer holds a signed receipt."""
    return await sheets.lock(call, sheet_id, if_match)


@scoresheets.get(
    "/{sheet_id}/receipt",
    operation_id="read_sheet_receipt",
    summary="The receipt of a locked sheet",
    responses=answers(*SHEET, rules.NotLocked),
)
async def read_sheet_receipt(call: Reading, sheet_id: UUID) -> LockView:
    """The same that the lock was answered with."""
    return await queries.sheet_receipt(call, sheet_id)


@scorebooks.get(
    "/panels/{panel_id}/disagreements",
    operation_id="list_disagreements",
    summary="What a panel must discuss",
    responses=answers(*SIGNED_IN, judging.PanelUnknown),
)
async def list_disagreements(call: Writing, panel_id: UUID) -> list[EntryDisagreements]:
    """For members, and only of entries whose sheets are all locked; logged."""
    return await consensus.compare(call, panel_id)


@scorebooks.get(
    "/panels/{panel_id}/scorebooks",
    operation_id="list_scorebooks",
    summary="The scorebooks of a panel",
    responses=answers(SignInNeeded, judging.PanelUnknown),
)
async def list_scorebooks(call: Reading, panel_id: UUID) -> list[ScorebookLine]:
    """For its members; anybody else who may see the panel finds none."""
    return await scorebook_queries.list_scorebooks(call, panel_id)


@scorebooks.get(
    "/scorebooks/{scorebook_id}",
    operation_id="read_scorebook",
    summary="Read a scorebook",
    responses=answers(*BOOK),
)
async def read_scorebook(call: Writing, scorebook_id: UUID, response: Response) -> ScorebookView:
    """What the members gave is shown once all of them have locked, and logged from then on."""
    view = await consensus.read(call, scorebook_id)
    tagged(response, version_tag(view.version))
    return view


@scorebooks.put(
    "/scorebooks/{scorebook_id}/items/{code}",
    operation_id="propose_item",
    summary="Set one item of a scorebook",
    responses=answers(
        *BOOK,
        rules.ItemUnknown,
        rules.AlreadyLocked,
        rules.SheetsNotLocked,
        *GUARDED,
        *WRONG,
        rules.ReasonOutsideSpan,
        rules.ReasonInDisagreement,
        rules.ReasonWithoutSpan,
    ),
)
async def propose_item(
    call: Writing,
    scorebook_id: UUID,
    code: ItemCode,
    body: ConsensusIn,
    if_match: IfMatch,
    response: Response,
) -> ConsensusItemView:
    """By the leader; what members have answered before counts no more."""
    view = await consensus.propose(call, scorebook_id, code, body, if_match)
    tagged(response, version_tag(view.version))
    return view


@scorebooks.post(
    "/scorebooks/{scorebook_id}/agreements",
    operation_id="answer_scorebook",
    summary="Agree, or dissent",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *BOOK,
        rules.AlreadyLocked,
        rules.ScorebookIncomplete,
        rules.AlreadyAnswered,
        rules.ScorebookChanged,
        SeveralReasons,
        StageNotOpen,
        EntryEnded,
        rules.DissentMissing,
    ),
)
async def answer_scorebook(
    call: Writing,
    scorebook_id: UUID,
    body: AgreementIn,
    response: Response,
) -> ScorebookView:
    """To the scorebook as it stands; every member answers, the leader too."""
    await consensus.answer(call, scorebook_id, body)
    view = await consensus.read(call, scorebook_id)
    tagged(response, version_tag(view.version))
    return view


@scorebooks.post(
    "/scorebooks/{scorebook_id}/lock",
    operation_id="lock_scorebook",
    summary="Lock a scorebook",
    responses=answers(
        *NAMED,
        *BOOK,
        MoveNotPossible,
        rules.ScorebookIncomplete,
        rules.AnswerMissing,
        SeveralReasons,
        StageNotOpen,
        EntryEnded,
    ),
)
async def lock_scorebook(call: Once, scorebook_id: UUID) -> LockView:
    """By the leader, when every item is set and every member has answered."""
    return await consensus.lock(call, scorebook_id)


@scorebooks.get(
    "/scorebooks/{scorebook_id}/receipt",
    operation_id="read_scorebook_receipt",
    summary="The receipt of a locked scorebook",
    responses=answers(*BOOK, rules.NotLocked),
)
async def read_scorebook_receipt(call: Reading, scorebook_id: UUID) -> LockView:
    """The same that the lock was answered with."""
    return await scorebook_queries.scorebook_receipt(call, scorebook_id)
