"""When is a file stored that has arrived? When its content was looked into, and scanned.

Small files are checked before the answer, so that the uploader learns at once; large ones, and
those that the scanner could not judge, as a job. Nothing that was not checked is `stored`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.record import record
from app.platform.errors import Invalid
from app.platform.files.contents import Contents, announced, named_by
from app.platform.files.inspection.faults import FileInfected
from app.platform.files.models import Announced, FileState
from app.platform.files.naming import sweeping
from app.platform.files.scanner import ScannerAwayError
from app.platform.ground import Ground
from app.platform.jobs.queue import enqueue
from app.platform.jobs.work import Task
from app.platform.security.permission import Actor
from app.rules.exact import MEBIBYTE

CHECK = "check-file"
CHECKED_AT_ONCE = 16 * MEBIBYTE
"""Larger files are answered for while they are still being checked."""
UNDER_WAY = (FileState.CHECKING, FileState.QUARANTINED)


class StillQuarantinedError(Exception):
    """The scanner could not tell this time either; the job is done again later."""


async def checked(ground: Ground, place: Path, media_type: str) -> FileState:
    """`stored`, or `quarantined` where the scanner cannot tell. Raises one of the faults."""
    await ground.inspector.inspect(place, media_type)
    if ground.scanner is None:
        return FileState.STORED
    try:
        found = await ground.scanner.scan(place)
    except ScannerAwayError:
        return FileState.QUARANTINED
    if found is not None:
        raise FileInfected(found=found)
    return FileState.STORED


async def check_later(
    db: AsyncSession, ground: Ground, row: Announced, *, key: str | None = None
) -> None:
    """In the transaction in which the row says that it is being checked."""
    table = type(row).__tablename__  # type: ignore[attr-defined]  # every table has a name
    await enqueue(db, CHECK, {"table": table, "id": str(row.id)}, now=ground.clock(), key=key)


def checking(contents: Contents) -> Task:
    """How the job is done."""
    tables = {table.__tablename__: table for table in announced(contents)}

    async def check(ground: Ground, payload: Mapping[str, Any]) -> None:
        table, identity = tables[payload["table"]], UUID(payload["id"])
        async with ground.database.reading() as db:
            row = await db.get(table, identity)
        if row is None or row.state not in UNDER_WAY:
            return
        async with ground.files.arriving() as place:
            await ground.files.fetch(row.sha256, place)
            try:
                state: FileState | Invalid = await checked(ground, place, row.media_type)
            except Invalid as fault:
                state = fault
        async with ground.database.writing() as db:
            await _settle(db, ground, contents, (table, identity), state)
        if state is FileState.QUARANTINED:
            raise StillQuarantinedError

    return check


async def _settle(
    db: AsyncSession,
    ground: Ground,
    contents: Contents,
    which: tuple[type[Any], UUID],
    state: FileState | Invalid,
) -> None:
    """A refused file waits for other bytes, and leaves none behind unless others name them."""
    row = await db.get(*which, with_for_update=True)
    if row is None or row.state not in UNDER_WAY:
        return
    if isinstance(state, FileState):
        row.state = state
        return
    row.state, row.stored_at, row.received, row.refusal = FileState.EXPECTED, None, 0, state.code
    record(
        db,
        Actor(ground.policy),
        f"{which[0].__tablename__}:refuse",
        subject=row.id,
        now=ground.clock(),
        detail={"code": state.code, "sha256": row.sha256},
    )
    await sweeping(db, row.sha256)
    if await db.scalar(named_by(contents, row.sha256)) == 1:
        await ground.files.remove(row.sha256)
