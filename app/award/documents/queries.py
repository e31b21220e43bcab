"""What can be read of documents: by the office, and by whom a letter is addressed to?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.applications.queries import AWARDEE
from app.award.documents.kinds import FORMS, DocumentKind, names_of
from app.award.documents.lifecycle import DOCUMENT, OVER, DocumentStatus
from app.award.documents.models import (
    DocumentDelivery,
    DocumentFile,
    DocumentReading,
    DocumentTemplate,
    OfficeDocument,
)
from app.award.documents.rules import DocumentUnknown, FileNotMade, LetterUnknown
from app.award.documents.schemas import (
    DeliveryView,
    DocumentLine,
    DocumentQuery,
    DocumentView,
    FileView,
    LetterLine,
    LetterView,
    TemplateView,
)
from app.award.programmes.queries import get_cycle
from app.award.records.queries import conflicted
from app.award.representation.queries import member
from app.award.screening.models import Cure, ScreenedGround, Screening
from app.award.screening.rules import GroundAnswer
from app.award.stages.lifecycle import Result
from app.award.stages.models import Disqualification, Entry, Outcome, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.files.models import Upload
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Actor, Asking, Resource
from app.platform.workflow.advance import actions


def _is_member(actor: Asking) -> ColumnElement[bool]:
    """Whether the caller speaks for the organisation in what the letter is about."""
    drafter = (
        select(Application.drafted_by)
        .join(Entry, Entry.application_id == Application.id)
        .where(Entry.id == OfficeDocument.entry_id)
        .scalar_subquery()
    )
    return member(
        actor.person_id, drafter, OfficeDocument.organisation_id, OfficeDocument.programme_id
    )


DELIVERED = exists(
    select(DocumentDelivery.id).where(DocumentDelivery.document_id == OfficeDocument.id)
)
DOCUMENT_RESOURCE = Resource(
    "document",
    scopes={"programme": OfficeDocument.programme_id, "cycle": OfficeDocument.cycle_id},
    standings={"second": lambda actor: OfficeDocument.author_id != actor.person_id},
    conflict=lambda actor: conflicted(actor, OfficeDocument.organisation_id),
    missing=DocumentUnknown,
)
LETTER_RESOURCE = Resource(
    "letter",
    scopes={"organisation": OfficeDocument.organisation_id},
    standings={"member": _is_member},
    phases={"delivered": DELIVERED},
    missing=LetterUnknown,
)

FIRST_READ = (
    select(func.min(DocumentReading.read_at))
    .where(DocumentReading.document_id == OfficeDocument.id)
    .scalar_subquery()
)
LINES = (
    select(
        OfficeDocument.id,
        OfficeDocument.code,
        OfficeDocument.cycle_id,
        OfficeDocument.kind,
        OfficeDocument.title,
        OfficeDocument.status,
        OfficeDocument.number,
        OfficeDocument.dated,
        Stage.key.label("stage"),
        OfficeDocument.entry_id,
        Organisation.name.label("organisation"),
        OfficeDocument.drafted_at,
    )
    .outerjoin(Stage, Stage.id == OfficeDocument.stage_id)
    .outerjoin(Organisation, Organisation.id == OfficeDocument.organisation_id)
)
LETTERS = select(*(getattr(OfficeDocument, name) for name in LetterLine.model_fields))


def line_view(row: Any) -> DocumentLine:
    return DocumentLine(**{name: getattr(row, name) for name in DocumentLine.model_fields})


def line_of(document: OfficeDocument, organisation: str, stage: str) -> DocumentLine:
    """The same of a document that has just been written."""
    own = {name: getattr(document, name, None) for name in DocumentLine.model_fields}
    return DocumentLine(**own | {"organisation": organisation, "stage": stage})


async def list_documents(call: Call, cycle_id: UUID, query: DocumentQuery) -> Page[DocumentLine]:
    """The documents of a cycle that the caller may see, newest first; two statements."""
    await get_cycle(call, cycle_id)
    return await newest_first(
        call.db,
        LINES.where(
            OfficeDocument.cycle_id == cycle_id,
            visible_to(call.actor, DOCUMENT_RESOURCE),
            *_narrowed(query),
        ),
        query,
        at=OfficeDocument.drafted_at,
        identity=OfficeDocument.id,
        view=line_view,
    )


def _narrowed(query: DocumentQuery) -> list[ColumnElement[bool]]:
    wanted = {OfficeDocument.kind: query.kind, OfficeDocument.status: query.status}
    return [column == value for column, value in wanted.items() if value is not None]


async def document_view(call: Call, document_id: UUID) -> DocumentView:
    """A document as the office sees it, or DocumentUnknown; three statements."""
    statement = LINES.add_columns(
        OfficeDocument.version,
        OfficeDocument.text,
        OfficeDocument.cure_id,
        OfficeDocument.replaces_id.label("replaces"),
        OfficeDocument.digest,
        OfficeDocument.scan_id.is_not(None).label("scan"),
        OfficeDocument.ended_because,
        FIRST_READ.label("read_at"),
    ).where(OfficeDocument.id == document_id)
    found = await fetch_view(call.db, call.actor, DOCUMENT_RESOURCE, statement)
    beside = {"files", "deliveries", "actions"}
    plain = {
        name: getattr(found.it, name) for name in DocumentView.model_fields if name not in beside
    }
    return DocumentView(
        **plain,
        files=[_view(FileView, one) for one in await files_of(call.db, document_id)],
        deliveries=[_view(DeliveryView, one) for one in await _deliveries(call.db, document_id)],
        actions=actions(found, DOCUMENT, DocumentStatus(found.it.status)),
    )


def _view(view: Any, row: Any) -> Any:
    return view(**{name: getattr(row, name) for name in view.model_fields})


async def files_of(db: AsyncSession, document_id: UUID) -> Sequence[DocumentFile]:
    """Every Word file of a document, oldest first."""
    of = select(DocumentFile).where(DocumentFile.document_id == document_id)
    return (await db.scalars(of.order_by(DocumentFile.number))).all()


async def _deliveries(db: AsyncSession, document_id: UUID) -> Sequence[DocumentDelivery]:
    of = select(DocumentDelivery).where(DocumentDelivery.document_id == document_id)
    ordered = of.order_by(DocumentDelivery.recorded_at, DocumentDelivery.id)
    return (await db.scalars(ordered)).all()


async def get_document(
    call: Call, document_id: UUID, *, lock: bool = False
) -> Found[OfficeDocument]:
    """The document, or DocumentUnknown."""
    statement = select(OfficeDocument).where(OfficeDocument.id == document_id)
    return await fetch(call.db, call.actor, DOCUMENT_RESOURCE, statement, lock=lock)


async def newest_file(db: AsyncSession, document: Any) -> DocumentFile:
    """The Word file that counts, or FileNotMade."""
    found = await db.get(DocumentFile, (document.id, document.file_number))
    if found is None:
        raise FileNotMade
    return found


async def list_letters(call: Call, paging: Paging) -> Page[LetterLine]:
    """Letters to organisations that the caller speaks for, newest first; one statement."""
    return await newest_first(
        call.db,
        LETTERS.where(visible_to(call.actor, LETTER_RESOURCE)),
        paging,
        at=OfficeDocument.drafted_at,
        identity=OfficeDocument.id,
        view=lambda row: LetterLine(
            **{name: getattr(row, name) for name in LetterLine.model_fields}
        ),
    )


async def get_letter(call: Call, document_id: UUID) -> Found[OfficeDocument]:
    """A letter to an organisation of the caller's, or LetterUnknown."""
    statement = select(OfficeDocument).where(OfficeDocument.id == document_id)
    return await fetch(call.db, call.actor, LETTER_RESOURCE, statement)


def letter_view(letter: OfficeDocument) -> LetterView:
    return LetterView(**{name: getattr(letter, name) for name in LetterView.model_fields})


ENTERED = (
    select(
        Entry.id,
        Entry.stage_id,
        Entry.organisation_id,
        Entry.track,
        Stage.cycle_id,
        Stage.key.label("stage_key"),
        Stage.name.label("stage"),
        Stage.kind.label("stage_kind"),
        Stage.status.label("stage_status"),
        Outcome.result,
        Outcome.reason,
        func.coalesce(Screening.disqualified_for, Disqualification.ground).label("thrown_out_for"),
        func.coalesce(Outcome.tier, Entry.tier).label("tier"),
        Application.code,
        AWARDEE.label("awardee"),
        Organisation.name.label("organisation"),
        Organisation.credit_code,
    )
    .join(Stage, Stage.id == Entry.stage_id)
    .outerjoin(Outcome, Outcome.entry_id == Entry.id)
    .outerjoin(Screening, Screening.entry_id == Entry.id)
    .outerjoin(Disqualification, Disqualification.entry_id == Entry.id)
    .join(Application, Application.id == Entry.application_id)
    .join(Organisation, Organisation.id == Entry.organisation_id)
)
"""An entry with what a letter may say of it: never a score, never a rank."""


async def advanced_of(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """Whom a closed stage let go on, in the order it put them in; one statement."""
    rows = await db.execute(
        ENTERED.where(
            Entry.stage_id == stage_id,
            Entry.round == Stage.round,
            Outcome.result == Result.ADVANCED,
        ).order_by(Outcome.rank.nulls_last(), Application.code)
    )
    return rows.all()


async def anybody_conflicted(db: AsyncSession, actor: Actor, stage_id: UUID) -> bool:
    """Whether the caller has an interest in any entry of a stage: a list is not seen by halves."""
    entries = select(Entry.id).where(
        Entry.stage_id == stage_id, conflicted(actor, Entry.organisation_id)
    )
    return bool(await db.scalar(select(exists(entries))))


def _living(entry_id: Any, kind: DocumentKind, cure_id: Any = None) -> ColumnElement[bool]:
    """Whether an entry has a letter of a kind, of a call to cure where one is given, in force or on
    its way.
    """
    letters = select(OfficeDocument.id).where(
        OfficeDocument.entry_id == entry_id,
        OfficeDocument.kind == kind,
        OfficeDocument.status.not_in(OVER),
    )
    return exists(letters if cure_id is None else letters.where(OfficeDocument.cure_id == cure_id))


async def has_letter(
    db: AsyncSession, entry_id: UUID, kind: DocumentKind, cure_id: UUID | None
) -> bool:
    return bool(await db.scalar(select(_living(entry_id, kind, cure_id))))


async def without_letter(db: AsyncSession, stage_id: UUID, kind: DocumentKind) -> Sequence[Any]:
    """The entries of a stage's round that have no letter of a kind in force or on its way; for the
    letter that calls to cure, each call that has none.
    """
    cure = kind is DocumentKind.CURE
    entered = ENTERED.add_columns((Cure.id if cure else null()).label("cure_id"))
    if cure:
        entered = entered.join(Cure, Cure.entry_id == Entry.id)
    rows = await db.execute(
        entered.where(
            Entry.stage_id == stage_id,
            Entry.round == Stage.round,
            ~_living(Entry.id, kind, Cure.id if cure else None),
        ).order_by(Application.code)
    )
    return rows.all()


async def not_met(db: AsyncSession, entry_id: UUID) -> list[tuple[str, str | None]]:
    """The grounds (name, clause) that the decision on an entry found not met, in its order."""
    rows = await db.execute(
        select(ScreenedGround.name, ScreenedGround.clause)
        .where(ScreenedGround.entry_id == entry_id, ScreenedGround.answer == GroundAnswer.NOT_MET)
        .order_by(ScreenedGround.position)
    )
    return [(row.name, row.clause) for row in rows]


async def templates_of(db: AsyncSession, programme_id: UUID) -> list[TemplateView]:
    """Which template of each kind counts now; one statement."""
    rows = await db.execute(
        select(DocumentTemplate.kind, func.max(DocumentTemplate.number))
        .where(DocumentTemplate.programme_id == programme_id)
        .group_by(DocumentTemplate.kind)
    )
    numbers = {row[0]: row[1] for row in rows}
    return [
        TemplateView(
            kind=kind,
            name=form.name,
            number=numbers.get(kind, 0),
            places=sorted(names_of(form)),
        )
        for kind, form in FORMS.items()
    ]


async def own_template(
    db: AsyncSession, programme_id: UUID, kind: DocumentKind | str
) -> Upload | None:
    """The programme's own template of a kind, the newest; None means ours."""
    return await db.scalar(
        select(Upload)
        .join(DocumentTemplate, DocumentTemplate.upload_id == Upload.id)
        .where(DocumentTemplate.programme_id == programme_id, DocumentTemplate.kind == kind)
        .order_by(DocumentTemplate.number.desc())
        .limit(1)
    )
