"""How is a composite reached? Its ranking is read like that of every stage."""

from uuid import UUID

from fastapi import APIRouter

from app.award.ranking import queries, rules
from app.award.ranking.schemas import ComponentsView
from app.award.stages.routes import StageKey
from app.award.stages.rules import StageUnknown
from app.platform.accounts.callers import Reading, SignInNeeded
from app.platform.errors import NotAllowed
from app.platform.http.problems import answers

routes = APIRouter(prefix="/cycles/{cycle_id}/stages/{key}", tags=["ranking"])


@routes.get(
    "/components",
    operation_id="read_components",
    summary="What the totals of a composite are made of",
    responses=answers(SignInNeeded, NotAllowed, StageUnknown, rules.ComponentsUnknown),
)
async def read_components(call: Reading, cycle_id: UUID, key: StageKey) -> ComponentsView:
    """Per application and stage: score, full marks, share, and what it adds to the total. For the
    award office, once the stage is closed.
    """
    return await queries.components(call, cycle_id, key)
