"""How do the bytes of an announced file arrive? Whole, or part after part.

No connection to the database is held while they arrive. What is acknowledged is durable: a part in
the store and in the row, the whole under its digest.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from app.platform.accounts.callers import Call, identify
from app.platform.errors import Invalid, ensure
from app.platform.files.models import Announced, FileState
from app.platform.files.rules import (
    SMALLEST_PART,
    AlreadyUploaded,
    ContentDiffers,
    OffsetDiffers,
    Span,
    span_obstacle,
    span_of,
)
from app.platform.files.store import Arrived
from app.platform.ground import Ground
from app.platform.uploads.checking import CHECKED_AT_ONCE, check_later, checked

T = TypeVar("T", bound=Announced)


@dataclass(frozen=True, slots=True)
class Door(Generic[T]):
    """Through which files of one table come in. `row`, given True to lock it, gives the row that
    the caller may fill, or refuses; `kept` writes into the log that its bytes are here.
    """

    row: Callable[[Call, UUID, bool], Awaitable[T]]
    kept: Callable[[Call, T], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request with bytes: who sends, for which file, when it arrived (wall time)."""

    ground: Ground
    token: str | None
    file_id: UUID
    body: AsyncIterator[bytes]
    content_range: str | None
    wall: datetime


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the row said before the bytes were read."""

    media_type: str
    size: int
    sha256: str
    received: int
    parts: tuple[str, ...]


async def receive(sent: Sent, door: Door[T]) -> T:
    """Receive the announced bytes or a part of them; gives the row as it is then.

    Raises FileTooLarge, ContentDiffers, OffsetDiffers, AlreadyUploaded and the rest of rules.
    """
    files = sent.ground.files
    async with sent.ground.database.reading() as db:
        row = await _row(await _call(db, sent), sent, door, lock=False)
        expected = _Expected(row.media_type, row.size, row.sha256, row.received, tuple(row.parts))
    span = span_of(sent.content_range, expected.size)
    ensure([span_obstacle(span, expected.size, expected.received)])
    async with files.arriving() as place:
        arrived = await files.receive(sent.body, place, most=span.length)
        ended = arrived.size == span.length
        if ended and span.end == expected.size:
            return await _whole(sent, door, expected, span, place, arrived)
        if arrived.broken and arrived.size < SMALLEST_PART:
            raise ClientDisconnect
        if not (ended or arrived.broken):
            raise ContentDiffers
        part = Span(span.first, span.first + arrived.size)
        filled = await _part(sent, door, part, place, broken=arrived.broken)
        if arrived.broken:
            raise ClientDisconnect  # nobody is there to be answered
        return filled


async def _part(sent: Sent, door: Door[T], span: Span, place: Path, *, broken: bool) -> T:
    """The part is in the store first, then in the row: of two at the same offset one wins. What is
    left of a whole file that broke off replaces less.
    """
    key = await sent.ground.files.keep_part(sent.file_id, place)
    try:
        async with sent.ground.database.writing() as db:
            row = await _row(await _call(db, sent), sent, door, lock=True)
            outdated = _go_on(row, span, broken=broken)
            row.parts, row.received, row.refusal = [*row.parts, key], span.end, None
    except BaseException:
        await sent.ground.files.drop_parts([key])
        raise
    await sent.ground.files.drop_parts(outdated)
    return row


def _go_on(row: Announced, span: Span, *, broken: bool) -> list[str]:
    """Ready the row for a part; gives the parts that it replaces. Raises OffsetDiffers."""
    if span.first == row.received:
        return []
    if not (broken and span.first == 0 and span.end > row.received):
        raise OffsetDiffers(received=row.received)
    outdated, row.parts = list(row.parts), []
    return outdated


async def _whole(
    sent: Sent, door: Door[T], expected: _Expected, span: Span, last: Path, arrived: Arrived
) -> T:
    files, parts = sent.ground.files, expected.parts if span.first else ()
    async with files.arriving() as joined:
        place = last
        if parts:
            place = joined
            arrived = await files.join(parts, last, joined, most=expected.size)
        try:
            state = await _checked(sent.ground, expected, arrived, place)
        except Invalid:
            await _begin_anew(sent, door)
            raise
        await files.keep(place, expected.sha256)
    async with sent.ground.database.writing() as db:
        call = await _call(db, sent)
        row = await _row(call, sent, door, lock=True)
        outdated = list(row.parts)
        row.state, row.stored_at = state, call.now
        row.parts, row.received, row.refusal = [], row.size, None
        door.kept(call, row)
        if state != FileState.STORED:
            await check_later(db, sent.ground, row)
    await files.drop_parts(outdated)
    return row


async def _checked(ground: Ground, expected: _Expected, arrived: Arrived, place: Path) -> FileState:
    """In which state what has arrived may be kept."""
    if arrived.sha256 != expected.sha256 or arrived.size != expected.size:
        raise ContentDiffers
    if expected.size > CHECKED_AT_ONCE:
        return FileState.CHECKING
    return await checked(ground, place, expected.media_type)


async def _begin_anew(sent: Sent, door: Door[T]) -> None:
    """What has come so far is not what was announced."""
    async with sent.ground.database.writing() as db:
        row = await _row(await _call(db, sent), sent, door, lock=True)
        outdated = list(row.parts)
        row.parts, row.received = [], 0
    await sent.ground.files.drop_parts(outdated)


async def _call(db: AsyncSession, sent: Sent) -> Call:
    actor, shift = await identify(db, sent.ground, sent.token, sent.wall)
    return Call(db, actor, sent.wall + shift, sent.wall, sent.ground)


async def _row(call: Call, sent: Sent, door: Door[T], *, lock: bool) -> T:
    row = await door.row(call, sent.file_id, lock)
    if row.state != FileState.EXPECTED:
        raise AlreadyUploaded
    return row
