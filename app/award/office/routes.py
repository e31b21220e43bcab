"""How does an office reach what it tells people?"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, status

from app.award.applications.rules import ApplicationUnknown
from app.award.office import desk, queries, rules, service, telling
from app.award.office.schemas import (
    DeskQuestion,
    DeskView,
    MessageIn,
    MessageQuery,
    MessageView,
    RemindersIn,
    RemindersView,
    ResendingIn,
    ToldView,
    WordingIn,
    WordingView,
)
from app.award.programmes.rules import CycleUnknown, ProgrammeUnknown
from app.award.stages.due import Duties
from app.award.stages.rules import RecusalNeeded, StageUnknown
from app.platform.accounts.callers import Once, Reading, SignInNeeded, Trying, TryingOnce, Writing
from app.platform.errors import NotAllowed, SeveralInvalid, SeveralReasons
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.problems import answers, language_of
from app.platform.inbox.routes import TemplatesHere
from app.platform.notifications.templates import TemplateUnknown

wordings = APIRouter(prefix="/programmes/{programme_id}/wordings", tags=["notifications"])
messages = APIRouter(
    route_class=OnceRoute, prefix="/cycles/{cycle_id}/messages", tags=["notifications"]
)
reminders = APIRouter(prefix="/programmes/{programme_id}/reminders", tags=["notifications"])
own = APIRouter(prefix="/desk", tags=["desk"])
OFFICE = (SignInNeeded, NotAllowed, ProgrammeUnknown)
TemplateKey = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}$", examples=["cycle-suspended"])]


@wordings.get(
    "",
    operation_id="list_wordings",
    summary="The office's own words",
    responses=answers(*OFFICE),
)
async def list_wordings(
    call: Reading, templates: TemplatesHere, programme_id: UUID
) -> list[WordingView]:
    """Those in use, in order of message; other messages go out in the original words."""
    return await queries.wordings(call, programme_id, templates)


@wordings.get(
    "/{template}",
    operation_id="list_wording_versions",
    summary="Every version of the words for a message",
    responses=answers(*OFFICE, TemplateUnknown),
)
async def list_wording_versions(
    call: Reading, templates: TemplatesHere, programme_id: UUID, template: TemplateKey
) -> list[WordingView]:
    """Newest first."""
    known = service.template_of(templates, template)
    return await queries.wording_versions(call, programme_id, known)


@wordings.put(
    "/{template}",
    operation_id="word_message",
    summary="Put a message in the office's own words",
    responses=answers(
        *OFFICE,
        TemplateUnknown,
        rules.WordsFixed,
        rules.WordsIncomplete,
        rules.PlaceWrong,
        SeveralInvalid,
        SeveralReasons,
    ),
)
async def word_message(
    call: Trying,
    templates: TemplatesHere,
    programme_id: UUID,
    template: TemplateKey,
    body: WordingIn,
) -> WordingView:
    """From now on; every version is kept. A dry run shows how the words read."""
    known = service.template_of(templates, template)
    return await service.word(call, programme_id, known, body)


@reminders.get(
    "",
    operation_id="read_reminders",
    summary="When people are reminded",
    responses=answers(*OFFICE),
)
async def read_reminders(call: Reading, programme_id: UUID) -> RemindersView:
    """How long before something is due; our default where the office has set nothing."""
    return await queries.reminders(call, programme_id)


@reminders.put(
    "",
    operation_id="plan_reminders",
    summary="Say when people are reminded",
    responses=answers(*OFFICE, rules.LeadTwice),
)
async def plan_reminders(call: Writing, programme_id: UUID, body: RemindersIn) -> RemindersView:
    """Each of these times before something is due, whoever has not done it is told once. What is
    moved is told of again.
    """
    return await service.plan_reminders(call, programme_id, body)


@own.get(
    "",
    operation_id="read_desk",
    summary="What waits for me",
    responses=answers(SignInNeeded),
)
async def read_desk(
    request: Request, call: Reading, question: Annotated[DeskQuestion, Query()]
) -> DeskView:
    """The work of every role the caller has: stages, entries, objections, minutes, recommendations,
    sheets, drafts; what is overdue first.
    """
    duties: Duties = request.app.state.duties
    within = timedelta(days=question.within_days)
    return await desk.desk(call, duties, within, language_of(request))


@messages.get(
    "",
    operation_id="list_messages",
    summary="What was told to whom",
    responses=answers(SignInNeeded, CursorUnreadable, CycleUnknown),
)
async def list_messages(
    call: Reading, cycle_id: UUID, query: Annotated[MessageQuery, Query()]
) -> Page[MessageView]:
    """For the award office, newest first: by which way, when it was taken, and what failed."""
    return await queries.list_messages(call, cycle_id, query)


@messages.post(
    "",
    operation_id="tell_applicants",
    summary="Tell many applicants something",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        SignInNeeded,
        NotAllowed,
        CycleUnknown,
        rules.AddresseesUnclear,
        StageUnknown,
        RecusalNeeded,
        ApplicationUnknown,
        SeveralReasons,
    ),
)
async def tell_applicants(call: TryingOnce, cycle_id: UUID, body: MessageIn) -> ToldView:
    """All who have a draft, all in a stage, or certain applicants; everybody who speaks for them,
    once. A dry run tells how many, and by which ways.
    """
    return await telling.tell(call, cycle_id, body)


@messages.post(
    "/{message_id}/resending",
    operation_id="resend_message",
    summary="Send again what failed",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(
        SignInNeeded,
        NotAllowed,
        rules.MessageUnknown,
        rules.DeliveryUnknown,
        rules.DeliveryGoingOn,
        rules.DeliveryTaken,
        *NAMED,
    ),
)
async def resend_message(call: Once, cycle_id: UUID, message_id: UUID, body: ResendingIn) -> None:
    """Only a delivery that has failed or was given up."""
    await service.resend(call, cycle_id, message_id, body)
