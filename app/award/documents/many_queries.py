"""What is read of many documents at once, each thing in one statement?"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.documents.models import DocumentFile, OfficeDocument
from app.award.documents.queries import DOCUMENT_RESOURCE, LINES, line_view
from app.award.documents.schemas import DocumentLine
from app.award.screening.models import Cure
from app.platform.accounts.callers import Call
from app.platform.db.base import among
from app.platform.security.access import Found, fetch_each


async def get_documents(
    call: Call, cycle_id: UUID | None, wanted: Iterable[UUID | None]
) -> dict[UUID, Found[OfficeDocument]]:
    """Those of these documents, of a cycle where one is named, that the caller may see, locked."""
    statement = select(OfficeDocument).where(among(OfficeDocument.id, wanted))
    if cycle_id is not None:
        statement = statement.where(OfficeDocument.cycle_id == cycle_id)
    return await fetch_each(call.db, call.actor, DOCUMENT_RESOURCE, statement)


async def newest_digests(db: AsyncSession, wanted: Iterable[UUID]) -> dict[UUID, str]:
    """The SHA-256 of the Word file that counts of each document; one statement."""
    rows = await db.execute(
        select(DocumentFile.document_id, DocumentFile.sha256)
        .join(OfficeDocument, OfficeDocument.id == DocumentFile.document_id)
        .where(among(OfficeDocument.id, wanted), DocumentFile.number == OfficeDocument.file_number)
    )
    return {row.document_id: row.sha256 for row in rows}


async def lines_of(db: AsyncSession, wanted: Sequence[UUID]) -> list[DocumentLine]:
    """These documents as a list shows them, in this order; one statement."""
    rows = await db.execute(LINES.where(among(OfficeDocument.id, wanted)))
    found = {row.id: line_view(row) for row in rows}
    return [found[each] for each in wanted]


async def numbers_taken(
    db: AsyncSession, programme_id: UUID, year: int, numbers: Iterable[str]
) -> set[str]:
    """Which of these numbers are taken in a year; one statement."""
    taken = select(OfficeDocument.number).where(
        OfficeDocument.programme_id == programme_id,
        OfficeDocument.year == year,
        among(OfficeDocument.number, numbers),
    )
    return {number for number in await db.scalars(taken) if number}


async def numbers_of_cures(
    db: AsyncSession, documents: Sequence[OfficeDocument]
) -> dict[UUID, str]:
    """Under which number each call to cure was made, by its letter; one statement, or none."""
    cures = {one.cure_id: one.id for one in documents if one.cure_id is not None}
    if not cures:
        return {}
    rows = await db.execute(select(Cure.id, Cure.document).where(among(Cure.id, cures)))
    return {cures[row.id]: row.document for row in rows}
