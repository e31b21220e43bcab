"""How does a document go on? Checked by another, signed with a number, withdrawn or replaced."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.documents import many_queries, queries, rules
from app.award.documents.lifecycle import DOCUMENT
from app.award.documents.making import FINISH
from app.award.documents.models import OfficeDocument
from app.award.documents.schemas import DocumentView, ReasonIn, SignatureIn
from app.platform.accounts.callers import Call
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.jobs.queue import enqueue
from app.platform.security.access import Found
from app.platform.uploads.service import take
from app.platform.workflow.advance import advancing
from app.rules.calendar import local_date

SIGNED = "signed-document"
"""What the scan of a signed paper is uploaded for."""


async def check(call: Call, document_id: UUID, if_match: str) -> DocumentView:
    """Somebody other than its author finds the newest file in order."""
    found = await queries.get_document(call, document_id, lock=True)
    document = found.it
    detail = await _file(call, found)
    with advancing(
        call.db, found, DOCUMENT, "check", now=call.now, log=document.cycle_id, detail=detail
    ) as reasons:
        ensure_fresh(if_match, version_tag(document.version))
        reasons.append(None if document.file_number else rules.FileNotFinished())
    document.checked_by = call.actor.person_id
    return await _kept(call, document)


async def give_back(call: Call, document_id: UUID, body: ReasonIn) -> DocumentView:
    """Back to its author, with what is to be mended."""
    found = await queries.get_document(call, document_id, lock=True)
    document, detail = found.it, body.model_dump()
    with advancing(
        call.db, found, DOCUMENT, "return", now=call.now, log=document.cycle_id, detail=detail
    ):
        pass
    document.checked_by = None
    return await _kept(call, document)


async def sign(call: Call, document_id: UUID, body: SignatureIn, if_match: str) -> DocumentView:
    """Sign it with number and day; the one that it replaces, if any, is over from then on."""
    found = await queries.get_document(call, document_id, lock=True)
    document = found.it
    written = {"number": body.number, "dated": body.dated.isoformat()}
    detail = await _file(call, found) | written
    told = (await many_queries.numbers_of_cures(call.db, [document])).get(document.id)
    with advancing(
        call.db, found, DOCUMENT, "sign", now=call.now, log=document.cycle_id, detail=detail
    ) as reasons:
        ensure_fresh(if_match, version_tag(document.version))
        replaces = document.replaces_id is not None
        reasons.append(rules.number_obstacle(body.number, told, replaces=replaces))
        reasons.append(rules.dated_obstacle(body.dated, local_date(call.now)))
        if body.scan_id is not None:
            document.scan_id = (await take(call, body.scan_id, SIGNED, pointer="/scan_id")).id
    document.number, document.dated = body.number, body.dated
    document.year, document.signed_by = body.dated.year, call.actor.person_id
    try:
        await call.db.flush()
    except IntegrityError as taken:
        raise rules.NumberTaken(number=body.number, year=body.dated.year) from taken
    if document.replaces_id is not None:
        await _replace(call, document.replaces_id, document)
    payload = {"document": str(document_id)}
    await enqueue(call.db, FINISH, payload, now=call.wall, key=f"{FINISH}:{document_id}")
    return await _kept(call, document)


async def withdraw(call: Call, document_id: UUID, body: ReasonIn) -> DocumentView:
    """It counts no longer; it stays, and its number stays taken."""
    found = await queries.get_document(call, document_id, lock=True)
    document, detail = found.it, body.model_dump()
    with advancing(
        call.db, found, DOCUMENT, "withdraw", now=call.now, log=document.cycle_id, detail=detail
    ):
        pass
    document.ended_because = body.reason
    return await _kept(call, document)


async def _replace(call: Call, old_id: UUID, by: OfficeDocument) -> None:
    found = await queries.get_document(call, old_id, lock=True)
    detail = {"by": by.code, "number": by.number}
    with advancing(
        call.db, found, DOCUMENT, "replace", now=call.now, log=by.cycle_id, detail=detail
    ):
        pass
    found.it.ended_because = f"由{by.number}替换"


async def _file(call: Call, found: Found[OfficeDocument]) -> dict[str, str]:
    """Which file is moved, for the log."""
    if not found.it.file_number:
        return {}
    return {"sha256": (await queries.newest_file(call.db, found.it)).sha256}


async def _kept(call: Call, document: OfficeDocument) -> DocumentView:
    document.version += 1
    await call.db.flush()
    return await queries.document_view(call, document.id)
