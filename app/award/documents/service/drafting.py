"""How does a document begin, and how is it changed by hand?"""

from collections.abc import Sequence
from secrets import choice
from typing import Any
from uuid import UUID, uuid4

from anyio import to_thread
from sqlalchemy.exc import IntegrityError

from app.award.applications.service import ALPHABET
from app.award.documents import queries, rules
from app.award.documents.kinds import FORMS, LATE, DocumentKind
from app.award.documents.lifecycle import DocumentStatus
from app.award.documents.making import MAKE, add_file
from app.award.documents.models import OfficeDocument, Origin
from app.award.documents.schemas import DocumentIn, DocumentsView, DocumentView, FileIn, LettersIn
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle
from app.award.screening.cure_queries import get_cure
from app.award.screening.cures import CureUnknown
from app.award.stages.models import Entry
from app.award.stages.queries import get_entry, get_stage
from app.award.stages.rules import EntryUnknown, RecusalNeeded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.documents.word import places_of
from app.platform.errors import ensure
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.jobs.queue import Asked, enqueue_all
from app.platform.uploads.service import take

EDITED = "office-document"
"""What an edited Word file, or a template, is uploaded for."""


async def draft(call: Call, cycle_id: UUID, body: DocumentIn) -> DocumentView:
    """Begin a document; its file is made from the template after the answer."""
    found = await get_cycle(call, cycle_id)
    found.require("cycle:write-documents")
    ensure(
        [
            rules.about_obstacle(
                body.kind, stage=body.stage is not None, entry=body.entry_id is not None
            ),
            rules.cure_obstacle(body.kind, named=body.cure_id is not None),
        ]
    )
    about, subject = await _about(call, cycle_id, body)
    ensure([rules.subject_obstacle(body.kind, subject)])
    if body.replaces is not None:
        await _ensure_replaceable(call, cycle_id, body, about)
    elif body.entry_id is not None:
        another = await queries.has_letter(call.db, body.entry_id, body.kind, body.cure_id)
        ensure([rules.LetterExists(name=FORMS[body.kind].name) if another else None])
    words = {"title": body.title, "text": body.text or "", "replaces_id": body.replaces}
    document = _document(call, found.it, body.kind, **about, **words)
    await _keep(call, [document])
    return await queries.document_view(call, document.id)


async def draft_letters(call: Call, cycle_id: UUID, key: str, body: LettersIn) -> DocumentsView:
    """Begin a letter to each entry of a stage that it fits and that has none; all or none."""
    found = await get_cycle(call, cycle_id)
    found.require("cycle:write-documents")
    entry_wanted = rules.about_obstacle(body.kind, stage=False, entry=True)
    ensure([entry_wanted])
    stage = (await get_stage(call, cycle_id, key)).it
    if await queries.anybody_conflicted(call.db, call.actor, stage.id):
        raise RecusalNeeded
    entries = [
        entry
        for entry in await queries.without_letter(call.db, stage.id, body.kind)
        if rules.subject_obstacle(body.kind, _subject(entry)) is None
    ]
    documents = [
        _document(
            call,
            found.it,
            body.kind,
            stage_id=stage.id,
            entry_id=entry.id,
            organisation_id=entry.organisation_id,
            cure_id=entry.cure_id,
            title=body.title,
            text=body.text or "",
        )
        for entry in entries
    ]
    await _keep(call, documents)
    names = {entry.id: (entry.organisation, key) for entry in entries}
    return DocumentsView(items=[queries.line_of(one, *names[one.entry_id]) for one in documents])


async def edit(
    call: Call, document_id: UUID, body: FileIn, word: bytes, if_match: str
) -> DocumentView:
    """Take a Word file edited by hand as the newest of a draft, if nobody has changed it since."""
    found = await queries.get_document(call, document_id, lock=True)
    found.require("document:edit")
    document = found.it
    if document.status != DocumentStatus.DRAFT:
        raise rules.OnlyDraftEdited
    ensure_fresh(if_match, version_tag(document.version))
    left = await to_thread.run_sync(places_of, word) - LATE
    ensure([rules.OtherPlaces(places="、".join(sorted(left))) if left else None])
    upload = await take(call, body.upload_id, EDITED)
    await add_file(
        call.db,
        document,
        Origin.EDITED,
        upload.sha256,
        upload.size,
        made_at=call.now,
        made_by=call.actor.person_id,
    )
    _log(call, "document:edit", document, {"sha256": upload.sha256, "file": document.file_number})
    return await queries.document_view(call, document_id)


async def _about(
    call: Call, cycle_id: UUID, body: DocumentIn
) -> tuple[dict[str, UUID | None], rules.Subject]:
    """What the document is about, as the caller may see it, and how things stand with it."""
    nothing: dict[str, UUID | None] = dict.fromkeys(
        ("stage_id", "entry_id", "organisation_id", "cure_id")
    )
    if body.entry_id is not None:
        await get_entry(call, body.entry_id)
        entry = (await call.db.execute(queries.ENTERED.where(Entry.id == body.entry_id))).one()
        if entry.cycle_id != cycle_id:
            raise EntryUnknown
        if body.cure_id and (await get_cure(call, body.cure_id)).it.entry_id != entry.id:
            raise CureUnknown
        about = {"stage_id": entry.stage_id, "organisation_id": entry.organisation_id}
        return nothing | about | {"entry_id": entry.id, "cure_id": body.cure_id}, _subject(entry)
    if body.stage is not None:
        stage = (await get_stage(call, cycle_id, body.stage)).it
        if await queries.anybody_conflicted(call.db, call.actor, stage.id):
            raise RecusalNeeded
        subject = rules.Subject(stage.name, stage.kind, stage.status)
        return nothing | {"stage_id": stage.id}, subject
    return nothing, rules.Subject()


def _subject(entry: Any) -> rules.Subject:
    return rules.Subject(entry.stage, entry.stage_kind, entry.stage_status, entry.result)


async def _ensure_replaceable(
    call: Call, cycle_id: UUID, body: DocumentIn, about: dict[str, UUID | None]
) -> None:
    assert body.replaces is not None  # noqa: S101  asked before
    old = (await queries.get_document(call, body.replaces)).it
    same = (old.cycle_id, old.kind, old.stage_id, old.entry_id, old.cure_id) == (
        cycle_id,
        body.kind,
        about["stage_id"],
        about["entry_id"],
        about["cure_id"],
    )
    ensure([rules.replaces_obstacle(same_kind_and_subject=same, status=old.status)])


def _document(call: Call, cycle: Cycle, kind: DocumentKind, **more: Any) -> OfficeDocument:
    return OfficeDocument(
        id=uuid4(),
        code="GW-" + "".join(choice(ALPHABET) for _ in range(8)),
        programme_id=cycle.programme_id,
        cycle_id=cycle.id,
        kind=kind,
        author_id=call.actor.person_id,
        drafted_at=call.now,
        **more,
    )


async def _keep(call: Call, documents: Sequence[OfficeDocument]) -> None:
    """Write the drafts, have their files made, and log each."""
    try:
        async with call.db.begin_nested():
            call.db.add_all(documents)
    except IntegrityError as twice:
        raise rules.LetterExists(name=FORMS[DocumentKind(documents[0].kind)].name) from twice
    jobs = [Asked(MAKE, {"document": str(one.id)}, f"{MAKE}:{one.id}") for one in documents]
    await enqueue_all(call.db, jobs, now=call.wall)
    for one in documents:
        _log(call, "document:draft", one, {"kind": one.kind, "title": one.title})


def _log(call: Call, act: str, document: OfficeDocument, detail: dict[str, Any]) -> None:
    record(
        call.db,
        call.actor,
        act,
        subject=document.id,
        now=call.now,
        log=document.cycle_id,
        detail={"code": document.code} | detail,
    )
