"""How is the sieve reached?"""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, status

from app.award.programmes import rules as programme_rules
from app.award.programmes.queries import cycle_detail
from app.award.programmes.schemas import CycleDetail, LaunchIn
from app.award.records.rules import WordUnknown
from app.award.stages import choosing, log, queries, rules
from app.award.stages.kind import Kinds
from app.award.stages.schemas import (
    CancellationIn,
    ClosingView,
    CorrectionIn,
    CorrectionView,
    DisqualificationView,
    DisqualifyingIn,
    EntryQuery,
    EntryView,
    ExtensionIn,
    LogLine,
    MoveIn,
    PostponementIn,
    RankingView,
    SnapshotView,
    StageView,
    TieDecisionIn,
    TierChoiceIn,
)
from app.award.stages.service import choosing as recording
from app.award.stages.service import corrections, disqualifying, moves, sieve
from app.platform.accounts.callers import (
    Call,
    Deciding,
    DryRun,
    Once,
    PublicReading,
    Reading,
    SignInNeeded,
    Token,
    Trying,
    Writing,
    carried_out,
)
from app.platform.errors import NotAllowed, SeveralInvalid
from app.platform.ground import ground_of
from app.platform.http.deciding import DecidingRoute
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.workflow.lifecycle import MoveNotPossible

entries = APIRouter(route_class=OnceRoute, prefix="/entries/{entry_id}", tags=["stages"])
routes = APIRouter(route_class=DecidingRoute, prefix="/cycles/{cycle_id}", tags=["stages"])

STAFF = (SignInNeeded, NotAllowed, rules.StageUnknown)
MOVE = (SignInNeeded, NotAllowed, programme_rules.CycleUnknown, MoveNotPossible)
SLOT = (
    rules.StageUnknown,
    rules.StageEnded,
    programme_rules.EarlierThanPromised,
    programme_rules.SlotReversed,
    programme_rules.InThePast,
    programme_rules.NothingMoved,
)

StageKey = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}$", examples=["documents"])]


def kinds_of(request: Request) -> Kinds:
    """The kinds of stage that this service knows, as `wiring.py` names them."""
    kinds: Kinds = request.app.state.kinds
    return kinds


KindsHere = Annotated[Kinds, Depends(kinds_of)]


async def closing(
    request: Request,
    token: Token,
    kinds: KindsHere,
    cycle_id: UUID,
    key: StageKey,
    dry_run: DryRun = False,
) -> AsyncIterator[Call]:
    """A trial in whose transaction a stage of this kind can be judged."""
    database = ground_of(request).database
    async with database.pulse.expected(), database.reading() as db:
        kind = await queries.kind_of(db, cycle_id, key)
    many = kind is not None and kinds[kind].many_rows_decide
    async with carried_out(request, token, dry_run=dry_run, serializable=many) as call:
        yield call


Closing = Annotated[Call, Depends(closing, scope="function")]


@routes.post(
    "/launch",
    operation_id="launch_cycle",
    summary="Launch a cycle",
    responses=answers(
        *MOVE,
        programme_rules.CycleUnknown,
        MoveNotPossible,
        programme_rules.SlotMissing,
        programme_rules.PlacesTooMany,
        programme_rules.LaunchedByAnother,
        programme_rules.TierPlacesTooMany,
        programme_rules.TierUnknown,
    ),
)
async def launch_cycle(call: Writing, cycle_id: UUID, body: LaunchIn) -> CycleDetail:
    """With its approval: the body, the document, and the places granted this year."""
    await moves.launch(call, cycle_id, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/completion",
    operation_id="complete_cycle",
    summary="End a cycle",
    responses=answers(*MOVE, MoveNotPossible, programme_rules.StagesUnfinished),
)
async def complete_cycle(call: Writing, cycle_id: UUID) -> CycleDetail:
    """When all its stages are closed."""
    await moves.complete(call, cycle_id)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/cancellation", operation_id="cancel_cycle", summary="Cancel a cycle", responses=answers(*MOVE)
)
async def cancel_cycle(call: Writing, cycle_id: UUID, body: CancellationIn) -> CycleDetail:
    """With the document that says so, and the reason."""
    await moves.cancel(call, cycle_id, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/suspension",
    operation_id="suspend_cycle",
    summary="Suspend a cycle",
    responses=answers(*MOVE),
)
async def suspend_cycle(call: Writing, cycle_id: UUID, body: MoveIn) -> CycleDetail:
    """No stage opens or closes, nothing is submitted, scored or decided. Reading goes on, drafts
    can be edited, withdrawals and objections are received, and the timetable can be moved.
    """
    await moves.suspend(call, cycle_id, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/resumption",
    operation_id="resume_cycle",
    summary="Resume a suspended cycle",
    responses=answers(*MOVE),
)
async def resume_cycle(call: Writing, cycle_id: UUID, body: MoveIn) -> CycleDetail:
    """It goes on where it stood. Deadlines are not moved by themselves: extend or postpone."""
    await moves.resume(call, cycle_id, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/stages/{key}/extension",
    operation_id="extend_intake",
    summary="Extend an intake",
    responses=answers(*MOVE, *SLOT, rules.NoIntake),
)
async def extend_intake(
    call: Writing, cycle_id: UUID, key: StageKey, body: ExtensionIn
) -> CycleDetail:
    """Until a later deadline than announced, which governs what arrives until then; everybody with
    an application is told.
    """
    await moves.extend(call, cycle_id, key, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/stages/{key}/postponement",
    operation_id="postpone_stage",
    summary="Postpone a stage",
    responses=answers(*MOVE, *SLOT, programme_rules.AlreadyOpened),
)
async def postpone_stage(
    call: Writing, cycle_id: UUID, key: StageKey, body: PostponementIn
) -> CycleDetail:
    """Its slot moves, never to before what was announced; everybody with an application is told."""
    await moves.postpone(call, cycle_id, key, body)
    return await cycle_detail(call, cycle_id)


@routes.post(
    "/stages/{key}/corrections",
    operation_id="correct_stage",
    summary="Correct a clerical error",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *MOVE,
        rules.StageUnknown,
        rules.EntryUnknown,
        rules.StageNotClosed,
        rules.NothingCorrected,
    ),
)
async def correct_stage(
    call: Writing, cycle_id: UUID, key: StageKey, body: CorrectionIn
) -> CorrectionView:
    """After a stage is closed: shown beside the stage or the entry it is about, told to whoever is
    concerned. Scores, ranks and results never change.
    """
    return await corrections.correct(call, cycle_id, key, body)


@routes.get(
    "/log",
    operation_id="read_log",
    summary="The log of a cycle",
    responses=answers(SignInNeeded, NotAllowed, programme_rules.CycleUnknown, CursorUnreadable),
)
async def read_log(call: Writing, cycle_id: UUID, paging: PageQuery) -> Page[LogLine]:
    """For the supervisor, newest first: who moved what and when; an audited read."""
    return await log.read_log(call, cycle_id, paging)


@routes.get("/stages", operation_id="list_stages", summary="The stages of a cycle")
async def list_stages(call: PublicReading, cycle_id: UUID) -> list[StageView]:
    """In the order of the regulation: when each is planned, and where it stands."""
    return await queries.list_stages(call, cycle_id)


@routes.post(
    "/stages/{key}/opening",
    operation_id="open_stage",
    summary="Open a stage",
    responses=answers(
        *STAFF,
        MoveNotPossible,
        programme_rules.NothingLaunched,
        rules.EarlierStageOpen,
        rules.TooEarly,
    ),
)
async def open_stage(
    call: Trying, kinds: KindsHere, cycle_id: UUID, key: StageKey
) -> list[StageView]:
    """What advanced in the stages before flows in."""
    await sieve.open_stage(call, kinds, cycle_id, key)
    return await queries.list_stages(call, cycle_id)


@routes.post(
    "/stages/{key}/closing",
    operation_id="close_stage",
    summary="Close a stage",
    responses=answers(
        *STAFF, MoveNotPossible, programme_rules.NothingLaunched, rules.TieUnresolved
    ),
)
async def close_stage(
    call: Closing, kinds: KindsHere, cycle_id: UUID, key: StageKey
) -> ClosingView:
    """Every entry gets its outcome, and a snapshot is taken from which it can be computed again."""
    return await sieve.close_stage(call, kinds, cycle_id, key)


@routes.post(
    "/stages/{key}/tie-decision",
    operation_id="decide_tie",
    summary="Record a decision on a tie",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, rules.StageNotOpen, rules.TieOrderWrong),
)
async def decide_tie(call: Deciding, cycle_id: UUID, key: StageKey, body: TieDecisionIn) -> None:
    """In which order entries that stand level are taken; a later decision replaces it."""
    await sieve.decide_tie(call, cycle_id, key, body)


@routes.post(
    "/stages/{key}/tier-choice",
    operation_id="choose_tiers",
    summary="Record a decision on tiers",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(
        *STAFF,
        rules.RecusalNeeded,
        rules.StageNotOpen,
        choosing.NoChoiceHere,
        choosing.NotToChoose,
        choosing.ChosenTwice,
        programme_rules.TierUnknown,
        choosing.TierClosed,
        choosing.TierBelowFloor,
        choosing.ChoiceAboveQuota,
        choosing.ChoiceBelowQuota,
        choosing.ChoiceReasonMissing,
        choosing.PassedOver,
        SeveralInvalid,
    ),
)
async def choose_tiers(
    call: Deciding, kinds: KindsHere, cycle_id: UUID, key: StageKey, body: TierChoiceIn
) -> None:
    """Where the regulation leaves it to a decision who gets which tier. It must keep the quotas and
    floors, and say why it passes over whom; a later decision replaces it.
    """
    await recording.choose_tiers(call, kinds, cycle_id, key, body)


@routes.get(
    "/stages/{key}/entries",
    operation_id="list_entries",
    summary="The entries of a stage",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_entries(
    call: Reading, cycle_id: UUID, key: StageKey, query: Annotated[EntryQuery, Query()]
) -> Page[EntryView]:
    """For the award office: what has reached the stage, and what became of it."""
    return await queries.list_entries(call, cycle_id, key, query)


@routes.get(
    "/stages/{key}/ranking",
    operation_id="read_ranking",
    summary="The ranking of a closed stage",
    responses=answers(*STAFF),
)
async def read_ranking(call: Reading, cycle_id: UUID, key: StageKey) -> RankingView:
    """Points as printed, ranks as 1, 2, 2, 4."""
    return await queries.ranking(call, cycle_id, key)


@routes.get(
    "/stages/{key}/snapshot",
    operation_id="read_snapshot",
    summary="What a stage was closed on",
    responses=answers(*STAFF),
)
async def read_snapshot(call: Writing, cycle_id: UUID, key: StageKey) -> SnapshotView:
    """Inputs, rules and figures as canonical text with its digest; an audited read."""
    return await sieve.read_snapshot(call, cycle_id, key)


@entries.post(
    "/disqualification",
    operation_id="disqualify_entry",
    summary="Throw an applicant out of the cycle",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        rules.EntryUnknown,
        rules.AlreadyDisqualified,
        WordUnknown,
        rules.AwardStands,
    ),
)
async def disqualify_entry(
    call: Once, entry_id: UUID, body: DisqualifyingIn
) -> DisqualificationView:
    """At whichever stage it comes out, and between two. Every stage that had still to judge the
    application is told; it is kept on record for later cycles, and the applicant learns of it.
    """
    return await disqualifying.disqualify(call, entry_id, body)
