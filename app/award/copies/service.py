"""What do people do about copies? The applicant has one printed, the office registers paper."""

from datetime import UTC
from uuid import UUID

from app.award.applications.queries import get_application
from app.award.copies import queries, rules
from app.award.copies.models import PaperCopy, SealedScan
from app.award.copies.schemas import PaperCopyIn, PapersView, PrintingView, SealedScanIn
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.documents.contents import PDF, Made
from app.platform.errors import ensure
from app.platform.files.models import Upload
from app.platform.jobs.queue import ask
from app.platform.uploads.service import take
from app.proof.canonical import digest_text
from app.rules.calendar import local_date

SEALED = "sealed-copy"
"""What a scan of the sealed copy is uploaded for."""
PRINT = "print-application"
"""The kind of job that prints a copy."""


async def ask_for_copy(call: Call, application_id: UUID) -> PrintingView:
    """Have the application printed as it is now."""
    row = (await queries.get_shown(call, application_id)).it
    digest = digest_text(await queries.content_now(call.db, row))
    at = (row.submitted_at or call.now).astimezone(UTC).replace(microsecond=0)
    job = await ask(
        call.db,
        PRINT,
        {"application": str(application_id), "digest": digest, "at": at.isoformat()},
        now=call.wall,
        owner=call.actor.person_id,
        result=f"/api/v1/applications/{application_id}/copy",
    )
    return PrintingView(job=job, digest=digest, draft=queries.is_draft(row))


async def open_copy(call: Call, application_id: UUID) -> Made:
    """Open the printed copy: an audited read."""
    found, printed = await queries.printed_now(call, application_id)
    record(
        call.db,
        call.actor,
        "application:read-copy",
        subject=application_id,
        now=call.now,
        log=found.it.cycle_id,
        detail={"sha256": printed.sha256},
    )
    name = f"{found.it.code}{'-草稿' if printed.draft else ''}.pdf"
    return Made(printed.sha256, printed.size, name, PDF)


async def hand_in_scan(call: Call, application_id: UUID, body: SealedScanIn) -> PapersView:
    """Hand in the scan of the sealed copy; a better one comes after it, and the last counts."""
    found = await get_application(call, application_id, lock=True)
    found.require("application:seal")
    upload = await take(call, body.upload_id, SEALED)
    number = await queries.scans_so_far(call.db, application_id) + 1
    scan = SealedScan(
        application_id=application_id, number=number, upload_id=upload.id, handed_in_at=call.now
    )
    call.db.add(scan)
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "application:seal",
        subject=application_id,
        now=call.now,
        log=found.it.cycle_id,
        detail={"number": number, "sha256": upload.sha256},
    )
    return await queries.papers_view(call, application_id)


async def open_scan(call: Call, application_id: UUID) -> Upload:
    """Open the scan that counts: an audited read. Raises NoSealedScan."""
    found = await get_application(call, application_id)
    upload = await queries.last_scan(call.db, application_id)
    if upload is None:
        raise rules.NoSealedScan
    record(
        call.db,
        call.actor,
        "application:read-scan",
        subject=application_id,
        now=call.now,
        log=found.it.cycle_id,
        detail={"sha256": upload.sha256},
    )
    return upload


async def register_paper(call: Call, application_id: UUID, body: PaperCopyIn) -> PapersView:
    """Enter sealed paper that has come in; whether it is what was submitted is found by its digest.

    Paper that is corrected comes in again under the next number.
    """
    found = await get_application(call, application_id, lock=True)
    found.require("application:register-paper")
    application = found.it
    if application.digest is None:
        raise rules.NotSubmittedYet
    ensure([rules.received_obstacle(body.received_on, local_date(call.now))])
    number = await queries.papers_so_far(call.db, application_id) + 1
    same = rules.matches(body.printed_digest, application.digest)
    application.differing_paper = None if same else body.printed_digest
    call.db.add(
        PaperCopy(
            application_id=application_id,
            number=number,
            matches=same,
            received_by=call.actor.person_id,
            registered_at=call.now,
            **body.model_dump(),
        )
    )
    await call.db.flush()
    record(
        call.db,
        call.actor,
        "application:register-paper",
        subject=application_id,
        now=call.now,
        log=application.cycle_id,
        detail={"number": number, "matches": same} | body.model_dump(mode="json"),
    )
    return await queries.papers_view(call, application_id)
