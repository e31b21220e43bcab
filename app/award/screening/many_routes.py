"""How are many entries screened at once?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.screening import by_rule, rules
from app.award.screening.schemas import ScreeningsIn, ScreeningsView
from app.award.screening.service import deciding_many
from app.award.stages.routes import StageKey
from app.award.stages.rules import EntryUnknown, StageNotOpen, StageUnknown
from app.platform.accounts.callers import SignInNeeded, TryingOnce
from app.platform.errors import NotAllowed, SeveralReasons
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers

routes = APIRouter(
    route_class=OnceRoute, prefix="/cycles/{cycle_id}/stages/{key}", tags=["screening"]
)


@routes.post(
    "/screenings",
    operation_id="screen_entries",
    summary="Decide many entries by rule",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        StageUnknown,
        rules.NotAScreening,
        StageNotOpen,
        EntryUnknown,
        by_rule.EntryNeedsPerson,
        SeveralReasons,
    ),
)
async def screen_entries(
    call: TryingOnce, cycle_id: UUID, key: StageKey, body: ScreeningsIn
) -> ScreeningsView:
    """Those whose every ground and group form and records answer; all of them or none. A dry run
    tells of each entry what would be decided, or why it needs a person.
    """
    return await deciding_many.screen_many(call, cycle_id, key, body)
