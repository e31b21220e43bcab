"""How are records reached?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.award.programmes.rules import ProgrammeUnknown
from app.award.records import rules, service
from app.award.records.schemas import RecordIn, RecordView
from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.accounts.rules import CreditCodeWrong
from app.platform.errors import NotAllowed
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers

routes = APIRouter(prefix="/programmes/{programme_id}/records", tags=["records"])
STAFF = (SignInNeeded, NotAllowed, ProgrammeUnknown)


@routes.post(
    "",
    operation_id="enter_record",
    summary="Enter a fact about an organisation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF,
        CreditCodeWrong,
        rules.ParticularMissing,
        rules.ParticularUnfit,
        rules.LevelUnknown,
        rules.UntilBeforeOn,
        rules.OwnPredecessor,
    ),
)
async def enter_record(call: Writing, programme_id: UUID, body: RecordIn) -> RecordView:
    """An honour here or elsewhere, an incident, a certificate, a grade, a revocation, a
    disqualification or a succession, with its evidence.
    """
    return await service.enter_record(call, programme_id, body)


@routes.get(
    "",
    operation_id="list_records",
    summary="What is known of organisations",
    responses=answers(*STAFF, CursorUnreadable),
)
async def list_records(call: Reading, programme_id: UUID, paging: PageQuery) -> Page[RecordView]:
    """In order of credit code."""
    return await service.list_records(call, programme_id, paging)
