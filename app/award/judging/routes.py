"""How are experts and panels reached? A panel is formed beside the sheets it makes: see scoring."""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.judging import queries, rules
from app.award.judging.schemas import (
    ApplicantView,
    DeclarationIn,
    DeclarationView,
    ExpertIn,
    ExpertView,
    PanelView,
)
from app.award.judging.service import pool
from app.award.programmes.rules import CycleUnknown, ProgrammeUnknown
from app.award.stages.routes import StageKey
from app.award.stages.rules import StageUnknown
from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.errors import NotAllowed, SeveralInvalid
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers

routes = APIRouter(tags=["judging"])
OWN = (SignInNeeded, NotAllowed, rules.ExpertUnknown, CycleUnknown)


@routes.post(
    "/programmes/{programme_id}/experts",
    operation_id="enrol_expert",
    summary="Take a judge into the pool",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        SignInNeeded, NotAllowed, ProgrammeUnknown, rules.NotAJudge, rules.AlreadyEnrolled
    ),
)
async def enrol_expert(call: Writing, programme_id: UUID, body: ExpertIn) -> ExpertView:
    """Somebody who holds the role of judge in this programme, or a seat in a committee of it."""
    return await pool.enrol(call, programme_id, body)


@routes.get(
    "/programmes/{programme_id}/experts",
    operation_id="list_experts",
    summary="The pool of experts",
    responses=answers(SignInNeeded, ProgrammeUnknown, CursorUnreadable),
)
async def list_experts(call: Reading, programme_id: UUID, paging: PageQuery) -> Page[ExpertView]:
    """In order of name; an expert finds only themselves."""
    return await queries.list_experts(call, programme_id, paging)


@routes.get(
    "/experts/{expert_id}/cycles/{cycle_id}/applicants",
    operation_id="list_applicants",
    summary="With whom might I have an interest?",
    responses=answers(*OWN, rules.IntakeRunning),
)
async def list_applicants(call: Reading, expert_id: UUID, cycle_id: UUID) -> list[ApplicantView]:
    """Every organisation that has applied, once intake is closed; for the expert alone."""
    return await queries.list_applicants(call, expert_id, cycle_id)


@routes.post(
    "/experts/{expert_id}/declarations",
    operation_id="declare_interests",
    summary="Sign the undertaking and declare interests",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*OWN, rules.IntakeRunning, rules.OrganisationNotHere, SeveralInvalid),
)
async def declare_interests(call: Writing, expert_id: UUID, body: DeclarationIn) -> DeclarationView:
    """Nothing declared is ever taken back; declare again when there is more to tell."""
    return await pool.declare(call, expert_id, body)


@routes.get(
    "/cycles/{cycle_id}/stages/{key}/panels",
    operation_id="list_panels",
    summary="The panels of a stage",
    responses=answers(SignInNeeded, StageUnknown),
)
async def list_panels(call: Reading, cycle_id: UUID, key: StageKey) -> list[PanelView]:
    """Those formed for it and those it has taken over, in order of name."""
    return await queries.list_panels(call, cycle_id, key)


@routes.get(
    "/panels/{panel_id}",
    operation_id="read_panel",
    summary="A panel",
    responses=answers(SignInNeeded, rules.PanelUnknown),
)
async def read_panel(call: Reading, panel_id: UUID) -> PanelView:
    """Its members, and the entries before it."""
    return await queries.panel_view(call, panel_id)
