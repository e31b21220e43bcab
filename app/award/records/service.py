"""What the office does about records: enter a fact with its evidence."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import not_, select

from app.award.programmes.queries import adopted, get_programme
from app.award.records import rules
from app.award.records.models import Record
from app.award.records.queries import ensure_no_interest, of_interest
from app.award.records.schemas import RecordIn, RecordQuery, RecordView
from app.award.records.sheets import order_obstacles
from app.platform.accounts.callers import Call
from app.platform.accounts.rules import credit_code_obstacle
from app.platform.audit.record import record
from app.platform.errors import Refusal, ensure
from app.platform.http.pages import Page, page
from app.rules.calendar import local_date
from app.rules.exact import fen_from_text, text_from_fen
from app.rules.recorded import known_words

PLAIN = [name for name in RecordView.model_fields if name != "bonus"]
"""The fields that are shown as they are stored."""


async def enter_record(call: Call, programme_id: UUID, body: RecordIn) -> RecordView:
    """Enter one fact about an organisation; it is never changed, only followed by others."""
    found = await get_programme(call, programme_id)
    found.require("programme:record")
    await ensure_no_interest(call.db, call.actor, (body.credit_code, body.predecessor))
    words = known_words(await adopted(call.db, programme_id))
    ensure(
        [*_obstacles(body, local_date(call.now)), rules.word_obstacle(body.kind, body.what, words)]
    )
    fields = body.model_dump(exclude={"bonus"})
    row = Record(
        programme_id=programme_id,
        bonus_fen=None if body.bonus is None else fen_from_text(body.bonus),
        entered_by=call.actor.person_id,
        entered_at=call.now,
        **fields,
    )
    call.db.add(row)
    await call.db.flush()
    record(call.db, call.actor, "programme:record", subject=row.id, now=call.now)
    return _view(row)


async def list_records(call: Call, programme_id: UUID, query: RecordQuery) -> Page[RecordView]:
    """The records of a programme, in order of credit code, but those of organisations in which the
    caller has an interest; two statements.
    """
    (await get_programme(call, programme_id)).require("programme:read-records")
    columns = (getattr(Record, name) for name in PLAIN)
    wanted = {Record.credit_code: query.credit_code, Record.kind: query.kind}
    statement = select(*columns, Record.bonus_fen).where(
        Record.programme_id == programme_id,
        not_(of_interest(call.actor, Record.credit_code)),
        *(column == value for column, value in wanted.items() if value is not None),
    )
    return await page(
        call.db, statement, query, by=Record.credit_code, identity=Record.id, view=_view
    )


def _obstacles(body: RecordIn, today: date) -> list[Refusal | None]:
    return [
        credit_code_obstacle(body.credit_code),
        *rules.particulars_obstacles(body.kind, body.model_dump()),
        *order_obstacles(body, today),
    ]


def _view(row: Any) -> RecordView:
    bonus = None if row.bonus_fen is None else text_from_fen(row.bonus_fen)
    return RecordView(**{name: getattr(row, name) for name in PLAIN}, bonus=bonus)
