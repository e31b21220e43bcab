"""What do these files lack by their form and the regulation's documents? Asked for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications import paging
from app.award.applications.asking import Asked, asked_of
from app.award.applications.models import Attachment, PageCount, Validity
from app.award.applications.naming import intake_of
from app.award.applications.rules import document_obstacles, gap_obstacles
from app.platform.db.base import among
from app.platform.errors import Refusal
from app.platform.files.models import FileState
from app.rules.forms.complete import gaps


async def lacking(db: AsyncSession, cases: Sequence[Any]) -> dict[UUID, list[Refusal]]:
    """By entry, what the submission would be refused for as the file stands now, cures and all; one
    statement, and what the form of each track takes.
    """
    filed: dict[UUID, list[Any]] = defaultdict(list)
    for row in await _filed(db, [case.application_id for case in cases]):
        filed[row.application_id].append(row)
    forms = {case.track: await asked_of(db, case.cycle_id, case.track) for case in cases}
    return {case.id: _lacks(forms[case.track], case, filed[case.application_id]) for case in cases}


async def _filed(db: AsyncSession, applications: Sequence[UUID]) -> Sequence[Any]:
    rows = await db.execute(
        select(
            Attachment.application_id,
            Attachment.document,
            Attachment.file_name,
            Attachment.state,
            PageCount.pages,
        )
        .outerjoin(PageCount, PageCount.sha256 == Attachment.sha256)
        .where(
            among(Attachment.application_id, applications),
            Attachment.validity == Validity.IN_FORCE,
        )
        .order_by(Attachment.document, Attachment.file_name, Attachment.id)
    )
    return rows.all()


def _lacks(asked: Asked, case: Any, filed: Sequence[Any]) -> list[Refusal]:
    wanted = asked.regulation.documents_of(intake_of(asked.regulation, asked.track), asked.track)
    pages = paging.pages_of(asked, filed)
    there = [(each.document, each.file_name, each.state == FileState.STORED) for each in filed]
    return [
        *gap_obstacles(gaps(asked.whole, case.form, asked.lists, pages, case.credit_code)),
        *document_obstacles(wanted, there),
    ]
