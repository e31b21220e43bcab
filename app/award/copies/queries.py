"""What can be read of copies? Whoever may read an application may read and print its copy."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.asking import asked_of
from app.award.applications.completing import frozen_form
from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application
from app.award.applications.naming import intake_of
from app.award.applications.queries import APPLICATION_RESOURCE, attachments_of
from app.award.applications.receipts import content_of
from app.award.applications.scope import scope_of
from app.award.copies import rules
from app.award.copies.models import PaperCopy, PrintedCopy, SealedScan
from app.award.copies.schemas import PaperCopyView, PapersView, SealedScanView
from app.award.programmes.models import Cycle, Programme
from app.award.programmes.queries import regulation_of
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.files.models import Upload
from app.platform.security.access import Found, fetch_view
from app.proof.canonical import digest_text

SHOWN = (
    select(
        Application.id,
        Application.code,
        Application.cycle_id,
        Application.organisation_id,
        Application.track,
        Application.status,
        Application.form,
        Application.scope,
        Application.secrets,
        Application.awardee,
        Application.tier,
        Application.content,
        Application.digest,
        Application.submitted_at,
        Organisation.name.label("organisation"),
        Organisation.credit_code,
        Cycle.regulation_hash,
        Cycle.label.label("cycle"),
        Programme.name.label("programme"),
    )
    .join(Cycle, Cycle.id == Application.cycle_id)
    .join(Programme, Programme.id == Cycle.programme_id)
    .join(Organisation, Organisation.id == Application.organisation_id)
)
"""An application with all that its pages show."""


SCANS = (
    select(
        SealedScan.number,
        SealedScan.handed_in_at,
        Upload.file_name,
        Upload.size,
        Upload.sha256,
    )
    .join(Upload, Upload.id == SealedScan.upload_id)
    .order_by(SealedScan.number)
)


async def get_shown(call: Call, application_id: UUID) -> Found[Any]:
    """The application, or ApplicationUnknown; one statement."""
    statement = SHOWN.where(Application.id == application_id)
    return await fetch_view(call.db, call.actor, APPLICATION_RESOURCE, statement)


async def content_now(db: AsyncSession, row: Any) -> str:
    """The text frozen at submission, or that of a draft as it is now."""
    if row.content is not None:
        frozen: str = row.content
        return frozen
    asked = await asked_of(db, row.cycle_id, row.track)
    form = frozen_form(asked, row.form)
    settled = row._asdict() | {"scope": scope_of(row, asked)}  # as its submission would be
    held = SimpleNamespace(**settled)
    return content_of(held, form, await attachments_of(db, row.id), asked)


def is_draft(row: Any) -> bool:
    """Whether the pages must say that it was never submitted."""
    return bool(row.status == ApplicationStatus.DRAFT or row.content is None)


async def printed_now(call: Call, application_id: UUID) -> tuple[Found[Any], PrintedCopy]:
    """The printed copy of the present content. Raises ApplicationUnknown, CopyNotPrinted; three
    statements.
    """
    found = await get_shown(call, application_id)
    digest = digest_text(await content_now(call.db, found.it))
    printed = await call.db.scalar(
        select(PrintedCopy).where(
            PrintedCopy.application_id == application_id,
            PrintedCopy.digest == digest,
            PrintedCopy.draft == is_draft(found.it),
        )
    )
    if printed is None:
        raise rules.CopyNotPrinted
    return found, printed


async def papers_view(call: Call, application_id: UUID) -> PapersView:
    """What has come in on paper, oldest first; four statements."""
    row = (await get_shown(call, application_id)).it
    regulation = await regulation_of(call.db, row.regulation_hash)
    rule, assumed = rules.sealed_copy(intake_of(regulation, row.track))
    papers = await call.db.scalars(
        select(PaperCopy)
        .where(PaperCopy.application_id == application_id)
        .order_by(PaperCopy.number)
    )
    items = [PaperCopyView.of(one) for one in papers]
    scans = await call.db.execute(SCANS.where(SealedScan.application_id == application_id))
    return PapersView(
        prevails=rule.prevails,
        assumed=assumed,
        copies_wanted=rule.copies,
        digest=row.digest,
        differs=bool(items) and not items[-1].matches,
        items=items,
        scans=[SealedScanView.of(one) for one in scans],
    )


async def papers_so_far(db: AsyncSession, application_id: UUID) -> int:
    """The highest number; call it with the application locked."""
    highest = select(func.max(PaperCopy.number)).where(PaperCopy.application_id == application_id)
    return await db.scalar(highest) or 0


async def scans_so_far(db: AsyncSession, application_id: UUID) -> int:
    """The highest number; call it with the application locked."""
    numbers = select(func.max(SealedScan.number))
    return await db.scalar(numbers.where(SealedScan.application_id == application_id)) or 0


async def last_scan(db: AsyncSession, application_id: UUID) -> Upload | None:
    """The scan that counts; one statement."""
    return await db.scalar(
        select(Upload)
        .join(SealedScan, SealedScan.upload_id == Upload.id)
        .where(SealedScan.application_id == application_id)
        .order_by(SealedScan.number.desc())
        .limit(1)
    )
