"""How does an office write in its own form? It replaces our templates, kind by kind."""

from uuid import UUID

from anyio import to_thread
from sqlalchemy import func, select

from app.award.documents import queries
from app.award.documents.kinds import FORMS, DocumentKind, late_of, names_of
from app.award.documents.making import template_bytes
from app.award.documents.models import DocumentTemplate
from app.award.documents.schemas import FileIn, TemplateView
from app.award.documents.service.drafting import EDITED
from app.award.programmes.queries import get_programme
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.documents.word import Filling, check_template, fill
from app.platform.uploads.service import take

PREVIEWED_ROWS = 3


async def list_templates(call: Call, programme_id: UUID) -> list[TemplateView]:
    """Which template of each kind counts, and what each can be filled with."""
    found = await get_programme(call, programme_id)
    found.require("programme:keep-templates")
    return await queries.templates_of(call.db, programme_id)


async def replace(
    call: Call, programme_id: UUID, kind: DocumentKind, body: FileIn, word: bytes
) -> list[TemplateView]:
    """Take an office's own template, if every place in it can be filled and
    number and day have theirs; earlier ones stay. Raises PlacesMissing and what else is wrong.
    """
    found = await get_programme(call, programme_id, lock=True)
    found.require("programme:keep-templates")
    form = FORMS[kind]
    await to_thread.run_sync(check_template, word, names_of(form), late_of(form))
    upload = await take(call, body.upload_id, EDITED)
    of_kind = (DocumentTemplate.programme_id == programme_id) & (DocumentTemplate.kind == kind)
    last = await call.db.scalar(select(func.max(DocumentTemplate.number)).where(of_kind)) or 0
    template = DocumentTemplate(
        programme_id=programme_id,
        kind=kind,
        number=last + 1,
        upload_id=upload.id,
        put_by=call.actor.person_id,
        put_at=call.now,
    )
    call.db.add(template)
    await call.db.flush()
    detail = {"kind": kind.value, "number": last + 1, "sha256": upload.sha256}
    record(
        call.db,
        call.actor,
        "programme:keep-templates",
        subject=programme_id,
        now=call.now,
        detail=detail,
    )
    return await queries.templates_of(call.db, programme_id)


async def template(call: Call, programme_id: UUID, kind: DocumentKind) -> bytes:
    """The Word file that counts, with its places."""
    found = await get_programme(call, programme_id)
    found.require("programme:keep-templates")
    own = await queries.own_template(call.db, programme_id, kind)
    return await template_bytes(call.ground, kind, own)


async def preview(call: Call, programme_id: UUID, kind: DocumentKind) -> bytes:
    """The same, filled with made-up values."""
    word, form = await template(call, programme_id, kind), FORMS[kind]
    lists = {name: [sample] * PREVIEWED_ROWS for name, sample in form.lists.items()}
    return await to_thread.run_sync(fill, word, Filling(form.sample, lists))
