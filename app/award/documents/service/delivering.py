"""How does a document reach its reader, and how is that known?"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.award.documents import queries, rules
from app.award.documents.kinds import FORMS, DocumentKind
from app.award.documents.lifecycle import DOCUMENT, DocumentStatus
from app.award.documents.models import DocumentDelivery, DocumentReading, OfficeDocument, Way
from app.award.documents.schemas import DeliveryIn, DocumentView, LetterView
from app.award.representation.queries import speakers_of
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.documents.contents import WORD, Made
from app.platform.errors import ensure
from app.platform.files.models import Upload
from app.platform.notifications.service import Matter, notify_each
from app.platform.notifications.templates import Template, Urgency, Words
from app.platform.uploads.downloads import Stored
from app.platform.workflow.advance import advancing
from app.rules.calendar import local_date

TOLD = Template(
    "letter-delivered",
    "{kind}：{title}",
    "您的单位收到一份文书（{number}），请登录查看全文；打开的时间将予记录。",
    Words(
        "{kind}: {title}",
        "There is a letter ({number}) to your organisation. Sign in to read it; when it is opened "
        "is recorded.",
    ),
    sample={"kind": "补正通知书", "title": "补正通知书", "number": "滨质奖办〔2026〕12号"},
    urgency=Urgency.URGENT,
)
"""What is told of a letter; never what stands in it."""


async def deliver(call: Call, document_id: UUID, body: DeliveryIn) -> DocumentView:
    """Enter a delivery; the first makes the document sent. Into an inbox it is put here and now."""
    found = await queries.get_document(call, document_id, lock=True)
    document = found.it
    told = await _addressees(call, document, body.way)
    obstacles = [
        None if document.content else rules.FileNotFinished(),
        *rules.delivery_obstacles(body.delivered_on, document.dated, local_date(call.now)),
        rules.inbox_obstacle(body.way, document.organisation_id is not None, bool(told)),
    ]
    detail = body.model_dump(mode="json") | {"digest": document.digest}
    if document.status == DocumentStatus.SENT:
        found.require("document:send")
        ensure(obstacles)
        _log(call, "document:deliver", document, detail)
    else:
        with advancing(
            call.db, found, DOCUMENT, "send", now=call.now, log=document.cycle_id, detail=detail
        ) as reasons:
            reasons.extend(obstacles)
        document.version += 1
    call.db.add(
        DocumentDelivery(
            document_id=document_id,
            recorded_by=call.actor.person_id,
            recorded_at=call.now,
            **body.model_dump(),
        )
    )
    await call.db.flush()
    await tell(call, [(document, told)])
    return await queries.document_view(call, document_id)


async def open_letter(call: Call, document_id: UUID) -> LetterView:
    """Open a letter to one's organisation: the first time is its reading, each time is logged."""
    letter = (await queries.get_letter(call, document_id)).it
    await _opened(call, letter)
    return queries.letter_view(letter)


async def open_letter_file(call: Call, document_id: UUID) -> Stored:
    """The scan of the signed paper, else the Word file: opening it is reading the letter."""
    letter = (await queries.get_letter(call, document_id)).it
    await _opened(call, letter)
    if letter.scan_id is not None:
        return await call.db.get_one(Upload, letter.scan_id)
    return await word_of(call, letter)


async def word_of(call: Call, document: OfficeDocument) -> Made:
    """The Word file that counts, or FileNotMade."""
    newest = await queries.newest_file(call.db, document)
    return Made(newest.sha256, newest.size, f"{document.code}-{newest.number}.docx", WORD)


async def _opened(call: Call, letter: OfficeDocument) -> None:
    reading = {
        "document_id": letter.id,
        "person_id": call.actor.person_id,
        "read_at": call.now,
    }
    await call.db.execute(insert(DocumentReading).values(**reading).on_conflict_do_nothing())
    _log(call, "letter:open", letter, {"digest": letter.digest})


async def _addressees(call: Call, document: OfficeDocument, way: Way) -> list[UUID]:
    if way is not Way.INBOX or document.organisation_id is None:
        return []
    return [*await speakers_of(call.db, document.organisation_id, document.programme_id)]


async def tell(call: Call, told: Sequence[tuple[OfficeDocument, list[UUID]]]) -> None:
    """Put letters of one cycle before those who speak for their addressees."""
    if told:
        matter = Matter(told[0][0].cycle_id, told[0][0].programme_id)
        named = [(one.id, person, _words(one)) for one, people in told for person in people]
        await notify_each(call.db, named, TOLD, call.wall, matter=matter)


def _words(document: OfficeDocument) -> dict[str, str | int]:
    return {
        "kind": FORMS[DocumentKind(document.kind)].name,
        "title": document.title,
        "number": document.number or "",
    }


def _log(call: Call, act: str, document: OfficeDocument, detail: dict[str, object]) -> None:
    record(
        call.db,
        call.actor,
        act,
        subject=document.id,
        now=call.now,
        log=document.cycle_id,
        detail={"code": document.code} | detail,
    )
