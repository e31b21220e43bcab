"""How many pages has a report? Counted once for each content, when it has come."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio import to_thread
from pikepdf import Pdf, PdfError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.award.applications.asking import Asked, asked_of
from app.award.applications.models import Application, PageCount
from app.platform.files.kinds import PDF
from app.platform.files.models import FileState
from app.platform.ground import Ground


def reports(asked: Asked, attached: Sequence[Any]) -> list[Any]:
    """The files of the self-assessment whose pages a page map names; none where none is asked."""
    rule = asked.whole.assessed
    if rule is None or rule.way == "items" or not rule.page_map:
        return []
    return [
        one for one in attached if one.document == rule.document and one.state == FileState.STORED
    ]


def pages_of(asked: Asked, attached: Sequence[Any]) -> int | None:
    """The pages of the report, its files together; None where they have no pages to count, as a
    Word file has none, or nobody has counted yet.
    """
    found = [one.pages for one in reports(asked, attached)]
    return sum(found) if found and None not in found else None


def uncounted(asked: Asked, attached: Sequence[Any]) -> list[Any]:
    """Those that can be counted and are not."""
    return [one for one in reports(asked, attached) if one.media_type == PDF and one.pages is None]


async def count(ground: Ground, sha256: str) -> None:
    """Count the pages of a PDF that is stored, off the event loop, and keep their number."""
    async with ground.files.arriving() as place:
        await ground.files.fetch(sha256, place)
        pages = await to_thread.run_sync(_pages, place)
    if pages is not None:
        async with ground.database.writing() as db:
            counted = insert(PageCount).values(sha256=sha256, pages=pages)
            await db.execute(counted.on_conflict_do_nothing())


async def count_report(ground: Ground, application_id: UUID, attachment: Any) -> None:
    """Count what has just come, if it is a report whose pages are named."""
    if attachment.media_type != PDF or attachment.state != FileState.STORED:
        return
    async with ground.database.reading() as db:
        whose = (
            await db.execute(
                select(Application.cycle_id, Application.track).where(
                    Application.id == application_id
                )
            )
        ).one()
        asked = await asked_of(db, whose.cycle_id, whose.track)
    if reports(asked, [attachment]):
        await count(ground, attachment.sha256)


def _pages(place: Path) -> int | None:
    try:
        with Pdf.open(place, suppress_warnings=True) as pdf:
            return len(pdf.pages)
    except (PdfError, ValueError):
        return None
