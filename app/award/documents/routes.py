"""How are documents, letters and templates reached?"""

from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from app.award.documents import queries, rules
from app.award.documents.kinds import DocumentKind
from app.award.documents.schemas import (
    DeliveryIn,
    DocumentIn,
    DocumentLine,
    DocumentQuery,
    DocumentsView,
    DocumentView,
    FileIn,
    LetterLine,
    LettersIn,
    LetterView,
    ReasonIn,
    SignatureIn,
    TemplateView,
)
from app.award.documents.service import delivering, drafting, moving, templates
from app.award.programmes.rules import CycleUnknown, ProgrammeUnknown
from app.award.screening.cures import CureUnknown
from app.award.stages.routes import StageKey
from app.award.stages.rules import EntryUnknown, RecusalNeeded, StageUnknown
from app.platform.accounts.callers import (
    Once,
    Reading,
    SignInNeeded,
    Token,
    TryingOnce,
    Writing,
    arrived,
    identify,
)
from app.platform.documents.containers import WordActive, WordTooLarge, WordUnreadable
from app.platform.documents.contents import WORD
from app.platform.documents.word import ListOutsideTable, PlaceUnknown, PlaceUnreadable
from app.platform.errors import ConditionMissing, NotAllowed, SeveralInvalid, Stale
from app.platform.files.objects import StorageAway
from app.platform.files.rules import UploadNotReady, UploadNotYours, UploadTaken
from app.platform.ground import ground_of
from app.platform.http.once import NAMED, OnceRoute
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.preconditions import IfMatch, tagged, version_tag
from app.platform.http.problems import answers
from app.platform.uploads.downloads import attached, download
from app.platform.uploads.queries import own_content
from app.platform.workflow.lifecycle import MoveNotPossible

cycles = APIRouter(route_class=OnceRoute, prefix="/cycles/{cycle_id}", tags=["documents"])
documents = APIRouter(route_class=OnceRoute, prefix="/documents/{document_id}", tags=["documents"])
letters = APIRouter(prefix="/letters", tags=["documents"])
forms = APIRouter(
    route_class=OnceRoute, prefix="/programmes/{programme_id}/templates", tags=["documents"]
)

ONE = (SignInNeeded, NotAllowed, rules.DocumentUnknown)
DRAFTED = (
    SignInNeeded,
    NotAllowed,
    CycleUnknown,
    RecusalNeeded,
    StageUnknown,
    rules.AboutWrong,
    rules.CureNotNamed,
    rules.CureNotAsked,
    rules.NoSuchOutcome,
    rules.LetterExists,
)
UPLOADED = (UploadNotYours, UploadNotReady, UploadTaken, StorageAway)
WORDS = (WordUnreadable, WordActive, WordTooLarge)
OF_PROGRAMME = (SignInNeeded, NotAllowed, ProgrammeUnknown)


async def uploaded_word(request: Request, token: Token, body: FileIn) -> bytes:
    """The bytes of the caller's upload, read before the transaction of the request begins; nothing
    where it is not theirs or not there, which the service then refuses.
    """
    ground = ground_of(request)
    async with ground.database.reading() as db:
        actor, _ = await identify(db, ground, token, arrived(request))
        digest = await own_content(db, actor, body.upload_id, drafting.EDITED)
    return b"" if digest is None else await ground.files.content(digest)


UploadedWord = Annotated[bytes, Depends(uploaded_word, scope="function")]


def as_word(content: bytes, name: str) -> Response:
    """Word made here and now, as a download."""
    headers = {
        "Content-Disposition": attached(name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, headers=headers, media_type=WORD)


@cycles.post(
    "/documents",
    operation_id="draft_document",
    summary="Begin a document of the office",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *DRAFTED,
        EntryUnknown,
        CureUnknown,
        rules.DocumentUnknown,
        rules.StageDoesNotFit,
        rules.ReplacesWrong,
        SeveralInvalid,
    ),
)
async def draft_document(
    call: Once, cycle_id: UUID, body: DocumentIn, response: Response
) -> DocumentView:
    """Its Word file is made from the template after the answer: ask until `files` has one."""
    view = await drafting.draft(call, cycle_id, body)
    tagged(response, version_tag(view.version))
    return view


@cycles.get(
    "/documents",
    operation_id="list_documents",
    summary="The documents of a cycle",
    responses=answers(SignInNeeded, CycleUnknown, CursorUnreadable),
)
async def list_documents(
    call: Reading, cycle_id: UUID, query: Annotated[DocumentQuery, Query()]
) -> Page[DocumentLine]:
    """For the award office, newest first."""
    return await queries.list_documents(call, cycle_id, query)


@cycles.post(
    "/stages/{key}/documents",
    operation_id="draft_letters",
    summary="Begin a letter to each entry that it fits",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*NAMED, *DRAFTED, SeveralInvalid),
)
async def draft_letters(
    call: TryingOnce, cycle_id: UUID, key: StageKey, body: LettersIn
) -> DocumentsView:
    """Result letters, say, to all who were eliminated there and have none; all of them or none."""
    return await drafting.draft_letters(call, cycle_id, key, body)


@documents.get(
    "",
    operation_id="read_document",
    summary="A document of the office",
    responses=answers(SignInNeeded, rules.DocumentUnknown),
)
async def read_document(call: Reading, document_id: UUID, response: Response) -> DocumentView:
    """With its files, how it was delivered, and when the addressee first opened it."""
    view = await queries.document_view(call, document_id)
    tagged(response, version_tag(view.version))
    return view


@documents.get(
    "/file",
    operation_id="read_document_file",
    summary="The Word file of a document",
    response_class=Response,
    responses=answers(SignInNeeded, rules.DocumentUnknown, rules.FileNotMade, StorageAway),
)
async def read_document_file(request: Request, call: Reading, document_id: UUID) -> Response:
    """The newest one, to be edited."""
    found = await queries.get_document(call, document_id)
    return await download(request, await delivering.word_of(call, found.it))


@documents.post(
    "/files",
    operation_id="edit_document",
    summary="Hand in an edited Word file",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *ONE,
        *UPLOADED,
        *WORDS,
        rules.OnlyDraftEdited,
        rules.OtherPlaces,
        Stale,
        ConditionMissing,
    ),
)
async def edit_document(
    word: UploadedWord,
    call: Once,
    document_id: UUID,
    body: FileIn,
    if_match: IfMatch,
    response: Response,
) -> DocumentView:
    """Uploaded for `office-document` first. Only of a draft; earlier files stay."""
    view = await drafting.edit(call, document_id, body, word, if_match)
    tagged(response, version_tag(view.version))
    return view


@documents.post(
    "/check",
    operation_id="check_document",
    summary="Find a document in order",
    responses=answers(
        *NAMED, *ONE, MoveNotPossible, rules.FileNotFinished, Stale, ConditionMissing
    ),
)
async def check_document(call: Once, document_id: UUID, if_match: IfMatch) -> DocumentView:
    """By somebody other than its author; send the ETag of what you read."""
    return await moving.check(call, document_id, if_match)


@documents.post(
    "/return",
    operation_id="return_document",
    summary="Give a checked document back",
    responses=answers(*NAMED, *ONE, MoveNotPossible),
)
async def return_document(call: Once, document_id: UUID, body: ReasonIn) -> DocumentView:
    """It is a draft again, with the reason in the log."""
    return await moving.give_back(call, document_id, body)


@documents.post(
    "/signature",
    operation_id="sign_document",
    summary="Sign a document",
    responses=answers(
        *NAMED,
        *ONE,
        *UPLOADED,
        MoveNotPossible,
        rules.NumberTaken,
        rules.NumberOfCure,
        rules.DatedInFuture,
        Stale,
        ConditionMissing,
    ),
)
async def sign_document(
    call: Once, document_id: UUID, body: SignatureIn, if_match: IfMatch
) -> DocumentView:
    """With its number and day, which are written into the file; what it replaces is over."""
    return await moving.sign(call, document_id, body, if_match)


@documents.post(
    "/deliveries",
    operation_id="deliver_document",
    summary="Send a document, or enter how it was delivered",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *ONE,
        MoveNotPossible,
        rules.FileNotFinished,
        rules.DeliveredBeforeSigned,
        rules.DatedInFuture,
        rules.NoInbox,
        rules.NobodyThere,
    ),
)
async def deliver_document(call: Once, document_id: UUID, body: DeliveryIn) -> DocumentView:
    """`inbox` puts a letter before everybody who speaks for the applicant, here and now."""
    return await delivering.deliver(call, document_id, body)


@documents.post(
    "/withdrawal",
    operation_id="withdraw_document",
    summary="Withdraw a document",
    responses=answers(*NAMED, *ONE, MoveNotPossible),
)
async def withdraw_document(call: Once, document_id: UUID, body: ReasonIn) -> DocumentView:
    """It stays, and its number stays taken."""
    return await moving.withdraw(call, document_id, body)


@letters.get(
    "",
    operation_id="list_letters",
    summary="Letters to my organisations",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_letters(call: Reading, paging: PageQuery) -> Page[LetterLine]:
    """Numbered letters of award offices, newest first; to see the list is not to read them."""
    return await queries.list_letters(call, paging)


@letters.get(
    "/{letter_id}",
    operation_id="read_letter",
    summary="Read a letter",
    responses=answers(SignInNeeded, rules.LetterUnknown),
)
async def read_letter(call: Writing, letter_id: UUID) -> LetterView:
    """The first time is its reading, which the office sees; each time is logged."""
    return await delivering.open_letter(call, letter_id)


@letters.get(
    "/{letter_id}/file",
    operation_id="read_letter_file",
    summary="The file of a letter",
    response_class=Response,
    responses=answers(SignInNeeded, rules.LetterUnknown, rules.FileNotMade, StorageAway),
)
async def read_letter_file(request: Request, call: Writing, letter_id: UUID) -> Response:
    """The scan of the signed paper, else the Word file; to open it is to read the letter."""
    return await download(request, await delivering.open_letter_file(call, letter_id))


@forms.get(
    "",
    operation_id="list_document_templates",
    summary="The templates of documents",
    responses=answers(*OF_PROGRAMME),
)
async def list_document_templates(call: Reading, programme_id: UUID) -> list[TemplateView]:
    """Which one of each kind counts, and which places it can have."""
    return await templates.list_templates(call, programme_id)


@forms.get(
    "/{kind}",
    operation_id="read_document_template",
    summary="A template",
    response_class=Response,
    responses=answers(*OF_PROGRAMME, StorageAway),
)
async def read_document_template(call: Reading, programme_id: UUID, kind: DocumentKind) -> Response:
    """The Word file with its {{places}}, to be changed and put back."""
    return as_word(await templates.template(call, programme_id, kind), f"{kind}.docx")


@forms.get(
    "/{kind}/preview",
    operation_id="preview_document_template",
    summary="A template with made-up values",
    response_class=Response,
    responses=answers(*OF_PROGRAMME, StorageAway),
)
async def preview_document_template(
    call: Reading, programme_id: UUID, kind: DocumentKind
) -> Response:
    """As a document made from it would look."""
    return as_word(await templates.preview(call, programme_id, kind), f"{kind}-样例.docx")


@forms.post(
    "/{kind}",
    operation_id="replace_document_template",
    summary="Replace a template",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *NAMED,
        *OF_PROGRAMME,
        *UPLOADED,
        *WORDS,
        PlaceUnknown,
        PlaceUnreadable,
        ListOutsideTable,
        SeveralInvalid,
    ),
)
async def replace_document_template(
    word: UploadedWord, call: Once, programme_id: UUID, kind: DocumentKind, body: FileIn
) -> list[TemplateView]:
    """Uploaded for `office-document` first; all that is wrong with it is told at once."""
    return await templates.replace(call, programme_id, kind, body, word)
