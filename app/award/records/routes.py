"""How are records reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.award.programmes.rules import ProgrammeUnknown
from app.award.records import importing, rules, service, sheets
from app.award.records.schemas import ImportView, RecordIn, RecordQuery, RecordView
from app.platform.accounts.callers import DryRun, Reading, SignInNeeded, Token, Writing, carried_out
from app.platform.accounts.rules import CreditCodeWrong
from app.platform.errors import NotAllowed
from app.platform.http.pages import CursorUnreadable, Page
from app.platform.http.problems import answers
from app.platform.sheets import reading
from app.platform.sheets.writing import XLSX, form
from app.platform.uploads.downloads import attached

routes = APIRouter(prefix="/programmes/{programme_id}/records", tags=["records"])
STAFF = (SignInNeeded, NotAllowed, ProgrammeUnknown)


@routes.post(
    "",
    operation_id="enter_record",
    summary="Enter a fact about an organisation",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF,
        rules.InterestInRecord,
        CreditCodeWrong,
        rules.ParticularMissing,
        rules.ParticularUnfit,
        rules.LevelUnknown,
        rules.WordUnknown,
        rules.RecordAhead,
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
async def list_records(
    call: Reading, programme_id: UUID, query: Annotated[RecordQuery, Query()]
) -> Page[RecordView]:
    """In order of credit code; of one organisation or one kind, where asked for."""
    return await service.list_records(call, programme_id, query)


@routes.get(
    "/import-form",
    operation_id="records_import_form",
    summary="The spreadsheet to fill in",
    response_class=Response,
    responses=answers(*STAFF)
    | {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def records_import_form(call: Reading, programme_id: UUID) -> Response:
    """Its titles, with lists to choose from and an explanation of every column."""
    await importing.ensure_recorder(call, programme_id)
    named = {"Content-Disposition": attached("records.xlsx")}
    return Response(form("档案记录", sheets.COLUMNS), media_type=XLSX, headers=named)


@routes.post(
    "/import",
    operation_id="import_records",
    summary="Take over records from a spreadsheet",
    responses=answers(
        *STAFF,
        rules.InterestInRecord,
        reading.SheetUnreadable,
        reading.SheetTooLarge,
        reading.SheetsSeveral,
        reading.SheetEmpty,
        reading.ColumnMissing,
        reading.ColumnUnknown,
        reading.ColumnTwice,
        sheets.CellMissing,
        sheets.CellUnreadable,
        sheets.CodeDoubtful,
        sheets.RowUnfit,
        sheets.RowTwice,
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in (XLSX, "text/csv")
            },
        }
    },
)
async def import_records(
    request: Request, token: Token, programme_id: UUID, dry_run: DryRun = False
) -> ImportView:
    """xlsx, or csv in UTF-8 or GB 18030; titles may stand below the name of the list. All of it or
    nothing: everything that is wrong is told at once, with row and column. What is on record
    already is left as it is: the same file may be sent again.
    """
    async with carried_out(request, token, dry_run=True) as call:
        await importing.ensure_recorder(call, programme_id)
    content = await request.body()
    rows = await importing.rows_of(content)
    async with carried_out(request, token, dry_run=dry_run) as call:
        return await importing.import_records(call, programme_id, content, rows)
