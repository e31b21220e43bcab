"""How are records taken over from a spreadsheet? All of it or nothing, and never twice."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.models import Programme
from app.award.programmes.queries import adopted, get_programme
from app.award.records.models import Record, RecordImport
from app.award.records.queries import ensure_no_interest
from app.award.records.schemas import ImportView
from app.award.records.sheets import (
    COLUMNS,
    Line,
    Natural,
    Reading,
    lines_of,
    natural,
    tiers_of,
)
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.db.prepared import insert_many
from app.platform.errors import ensure
from app.platform.sheets.reading import Row, read_rows
from app.rules.calendar import local_date
from app.rules.exact import fen_from_text
from app.rules.recorded import known_words


async def rows_of(content: bytes) -> list[Row]:
    """The rows of the file, read beside the event loop and before anything is begun."""
    return await to_thread.run_sync(read_rows, content, COLUMNS)


async def ensure_recorder(call: Call, programme_id: UUID) -> None:
    """Whoever may not enter records has nothing read for them."""
    (await get_programme(call, programme_id)).require("programme:record")


async def import_records(
    call: Call, programme_id: UUID, content: bytes, rows: list[Row]
) -> ImportView:
    """Enter every row as a record, or none: all that is wrong is told at once, with row and column.

    What is on record already is left as it is, so that the same file may come again.
    """
    await ensure_recorder(call, programme_id)
    regulations = await adopted(call.db, programme_id)
    words = Reading(tiers_of(regulations), known_words(regulations), local_date(call.now))
    lines, faults = await to_thread.run_sync(lines_of, rows, words)
    ensure(faults)
    named = (code for line in lines for code in (line.record.credit_code, line.record.predecessor))
    await ensure_no_interest(call.db, call.actor, named)
    # Two imports at once do not both enter what neither has seen.
    locked = select(Programme.id).where(Programme.id == programme_id)
    await call.db.execute(locked.with_for_update(key_share=True))
    known = await _known(call.db, programme_id, {line.record.credit_code for line in lines})
    new = [line for line in lines if line.natural not in known]
    made = RecordImport(
        id=uuid4(),
        programme_id=programme_id,
        digest=sha256(content).hexdigest(),
        rows=len(lines),
        added=len(new),
        imported_by=call.actor.person_id,
        imported_at=call.now,
    )
    call.db.add(made)
    await insert_many(call.db, Record, [_stored(call, made, line) for line in new])
    detail = {"digest": made.digest, "rows": made.rows, "added": made.added}
    record(call.db, call.actor, "programme:import", subject=made.id, now=call.now, detail=detail)
    return ImportView(
        digest=made.digest, rows=made.rows, added=made.added, known=len(lines) - len(new)
    )


async def _known(
    db: AsyncSession, programme_id: UUID, credit_codes: Collection[str]
) -> set[Natural]:
    """What is on record of these organisations; one statement."""
    rows = await db.scalars(
        select(Record).where(
            Record.programme_id == programme_id, among(Record.credit_code, sorted(credit_codes))
        )
    )
    return {natural(row) for row in rows}


def _stored(call: Call, made: RecordImport, line: Line) -> dict[str, Any]:
    bonus = line.record.bonus
    return {
        "id": uuid4(),
        "programme_id": made.programme_id,
        "import_id": made.id,
        "row": line.number,
        "bonus_fen": None if bonus is None else fen_from_text(bonus),
        "entered_by": call.actor.person_id,
        "entered_at": call.now,
        **line.record.model_dump(exclude={"bonus"}),
    }
