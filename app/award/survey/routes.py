"""How is a survey reached?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.stages.routes import StageKey
from app.award.stages.rules import RecusalNeeded, StageNotOpen, StageUnknown
from app.award.survey import queries, rules, service
from app.award.survey.schemas import SurveyConfirmationIn, SurveyIn, SurveyView
from app.platform.accounts.callers import Once, Reading, SignInNeeded
from app.platform.errors import NotAllowed
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.problems import answers

routes = APIRouter(
    route_class=OnceRoute, prefix="/cycles/{cycle_id}/stages/{key}/survey", tags=["survey"]
)

OFFICE = (SignInNeeded, NotAllowed, StageUnknown, rules.NotASurvey)


@routes.get(
    "",
    operation_id="read_survey",
    summary="The last report of a survey",
    responses=answers(*OFFICE, rules.SurveyUnknown),
)
async def read_survey(call: Reading, cycle_id: UUID, key: StageKey) -> SurveyView:
    """Per entry its points, with the document and whether a second person has confirmed it."""
    return await queries.survey_view(call, cycle_id, key)


@routes.post(
    "/reports",
    operation_id="enter_survey",
    summary="Enter the result of a survey",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OFFICE,
        StageNotOpen,
        RecusalNeeded,
        rules.SurveyedUnknown,
        rules.SurveyedTwice,
        rules.PointsMalformed,
    ),
)
async def enter_survey(call: Once, cycle_id: UUID, key: StageKey, body: SurveyIn) -> SurveyView:
    """The whole result at once; entering it again replaces it and needs a new confirmation."""
    return await service.enter(call, cycle_id, key, body)


@routes.post(
    "/confirmation",
    operation_id="confirm_survey",
    summary="Confirm the result of a survey",
    responses=answers(
        *NAMED,
        *OFFICE,
        StageNotOpen,
        RecusalNeeded,
        rules.SurveyUnknown,
        rules.SecondPersonNeeded,
        rules.SurveyReplaced,
        rules.SurveyConfirmed,
    ),
)
async def confirm_survey(
    call: Once, cycle_id: UUID, key: StageKey, body: SurveyConfirmationIn
) -> SurveyView:
    """By another person than who entered it, naming the digest of what was compared."""
    return await service.confirm(call, cycle_id, key, body)
