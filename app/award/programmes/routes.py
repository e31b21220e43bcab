"""How are programmes, regulations and cycles reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status

from app.award.programmes import queries, rules, service
from app.award.programmes.models import Authority, Cycle, Programme, RegulationEdition
from app.award.programmes.schemas import (
    AdoptionIn,
    AuthorityIn,
    AuthorityView,
    CheckView,
    CriteriaView,
    CycleDetail,
    CycleIn,
    CycleView,
    DifferenceView,
    ProgrammeIn,
    ProgrammeView,
    RegulationDetail,
    RegulationText,
    RegulationView,
    TimetableIn,
)
from app.platform.accounts.callers import PublicReading, Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed, NotFound
from app.platform.http.pages import CursorUnreadable, Page, PageQuery, page
from app.platform.http.problems import answers
from app.platform.security.access import visible_to
from app.platform.workflow.lifecycle import MoveNotPossible
from app.rules.regulation.schema import json_schema

routes = APIRouter(tags=["programmes"])
STAFF = (SignInNeeded, NotAllowed)
LIST = (CursorUnreadable,)


def unfit_of(request: Request) -> service.Unfit:
    """What keeps a regulation from being run by this service, as `wiring.py` names it."""
    unfit: service.Unfit = request.app.state.unfit
    return unfit


UnfitHere = Annotated[service.Unfit, Depends(unfit_of)]


@routes.post(
    "/authorities",
    operation_id="create_authority",
    summary="Set up an authority",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*STAFF, rules.NameTaken),
)
async def create_authority(call: Writing, body: AuthorityIn) -> AuthorityView:
    """A body that runs awards."""
    return await service.create_authority(call, body)


@routes.get(
    "/authorities", operation_id="list_authorities", summary="Authorities", responses=answers(*LIST)
)
async def list_authorities(call: PublicReading, paging: PageQuery) -> Page[AuthorityView]:
    """In order of name."""
    return await page(
        call.db,
        queries.AUTHORITIES.where(visible_to(call.actor, queries.AUTHORITY)),
        paging,
        by=Authority.name,
        identity=Authority.id,
        view=AuthorityView.of,
    )


@routes.post(
    "/programmes",
    operation_id="create_programme",
    summary="Set up a programme",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*STAFF, rules.NameTaken, NotFound),
)
async def create_programme(call: Writing, body: ProgrammeIn) -> ProgrammeView:
    """An award as an institution."""
    return await service.create_programme(call, body)


@routes.get(
    "/programmes", operation_id="list_programmes", summary="Programmes", responses=answers(*LIST)
)
async def list_programmes(call: PublicReading, paging: PageQuery) -> Page[ProgrammeView]:
    """In order of name."""
    return await page(
        call.db,
        queries.PROGRAMMES.where(visible_to(call.actor, queries.PROGRAMME)),
        paging,
        by=Programme.name,
        identity=Programme.id,
        view=ProgrammeView.of,
    )


@routes.post(
    "/programmes/{programme_id}/regulations",
    operation_id="adopt_regulation",
    summary="Adopt an edition of a regulation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*STAFF, rules.ProgrammeUnknown, rules.RegulationFaulty),
)
async def adopt_regulation(
    call: Writing, unfit: UnfitHere, programme_id: UUID, body: AdoptionIn
) -> RegulationView:
    """The file is checked; every fault is told at once, and nothing is adopted."""
    return await service.adopt(call, programme_id, body, unfit)


@routes.post(
    "/regulations/check", operation_id="check_regulation", summary="Check a regulation file"
)
async def check_regulation(unfit: UnfitHere, body: RegulationText) -> CheckView:
    """Every fault with its place and what would mend it; nothing is stored."""
    return service.check_regulation(body.text, unfit)


@routes.get(
    "/regulations/schema", operation_id="regulation_schema", summary="Schema of a regulation file"
)
async def regulation_schema() -> dict[str, object]:
    """JSON Schema, for editors."""
    return json_schema()


@routes.get(
    "/regulations", operation_id="list_regulations", summary="Editions", responses=answers(*LIST)
)
async def list_regulations(call: PublicReading, paging: PageQuery) -> Page[RegulationView]:
    """Every edition that a programme has adopted, in order of code."""
    statement, edition = queries.REGULATIONS, RegulationEdition
    return await page(
        call.db,
        statement,
        paging,
        by=edition.code,
        identity=edition.hash,
        view=RegulationView.of,
    )


@routes.get(
    "/regulations/{regulation_hash}",
    operation_id="read_regulation",
    summary="One edition, and what it says",
    responses=answers(rules.RegulationUnknown),
)
async def read_regulation(call: PublicReading, regulation_hash: str) -> RegulationDetail:
    """The text as adopted, and an explanation stage by stage with clause or assumption."""
    return await queries.regulation_detail(call, regulation_hash)


@routes.get(
    "/regulations/{regulation_hash}/difference",
    operation_id="compare_regulations",
    summary="What changes from one edition to another",
    responses=answers(rules.RegulationUnknown),
)
async def compare_regulations(
    call: PublicReading, regulation_hash: str, since: Annotated[str, Query(max_length=80)]
) -> DifferenceView:
    """Rule by rule, from the edition `since` to this one: each value, and each sentence of the
    explanation that went or came.
    """
    return await queries.difference_view(call, regulation_hash, since)


@routes.get(
    "/criteria/{criteria_hash}",
    operation_id="read_criteria",
    summary="A criteria set",
    responses=answers(rules.CriteriaUnknown),
)
async def read_criteria(call: PublicReading, criteria_hash: str) -> CriteriaView:
    """Categories, items, points and bands, each part with its source."""
    return await queries.criteria_view(call, criteria_hash)


@routes.get(
    "/cycles/{cycle_id}/criteria",
    operation_id="list_cycle_criteria",
    summary="The criteria sets of a cycle",
    responses=answers(rules.CycleUnknown),
)
async def list_cycle_criteria(call: PublicReading, cycle_id: UUID) -> list[CriteriaView]:
    """In the editions pinned when the cycle was opened."""
    return await queries.cycle_criteria(call, cycle_id)


@routes.post(
    "/programmes/{programme_id}/cycles",
    operation_id="open_cycle",
    summary="Plan a cycle",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF,
        rules.ProgrammeUnknown,
        rules.NotAdopted,
        rules.OrdinalTaken,
        rules.PeriodWrong,
        rules.OutOfTurn,
        rules.NoSpecialCycle,
    ),
)
async def open_cycle(call: Writing, programme_id: UUID, body: CycleIn) -> CycleView:
    """Under an edition the programme has adopted; the cycle keeps it for ever."""
    return await service.open_cycle(call, programme_id, body)


@routes.put(
    "/cycles/{cycle_id}/timetable",
    operation_id="plan_cycle",
    summary="Set the timetable",
    responses=answers(
        *STAFF,
        rules.CycleUnknown,
        MoveNotPossible,
        rules.SlotUnknown,
        rules.SlotTwice,
        rules.SlotReversed,
    ),
)
async def plan_cycle(call: Writing, cycle_id: UUID, body: TimetableIn) -> CycleDetail:
    """When each stage opens and closes; until the launch."""
    await service.plan(call, cycle_id, body)
    return await queries.cycle_detail(call, cycle_id)


@routes.get("/cycles", operation_id="list_cycles", summary="Cycles", responses=answers(*LIST))
async def list_cycles(call: PublicReading, paging: PageQuery) -> Page[CycleView]:
    """Launched cycles, for everybody, in order of label."""
    return await page(
        call.db,
        queries.CYCLES.where(visible_to(call.actor, queries.CYCLE_RESOURCE)),
        paging,
        by=Cycle.label,
        identity=Cycle.id,
        view=CycleView.of,
    )


@routes.get(
    "/cycles/{cycle_id}",
    operation_id="read_cycle",
    summary="A cycle, and what the caller can do with it",
    responses=answers(*STAFF, rules.CycleUnknown),
)
async def read_cycle(call: Reading, cycle_id: UUID) -> CycleDetail:
    """With its timetable."""
    return await queries.cycle_detail(call, cycle_id)
