"""How do documents look on the wire: to the office, and to whom a letter is addressed?"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.award.documents.kinds import DocumentKind
from app.award.documents.lifecycle import DocumentStatus
from app.award.documents.models import Origin, Way
from app.award.documents.rules import written_number
from app.platform.http.bodies import Body, Key, Line, Prose, View
from app.platform.http.pages import Paging
from app.platform.workflow.advance import Action

DocumentNumber = Annotated[Line, AfterValidator(written_number)]
"""A document's number, as it is written and compared."""

MANY = 200
"""Documents in one call at most."""
Part = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


class DocumentIn(Body):
    """What is to be written; the rest comes from the cycle, the stage and the entry."""

    kind: DocumentKind
    stage: Key | None = Field(default=None, description="For a list of a stage.", examples=[None])
    entry_id: UUID | None = Field(default=None, description="For a letter to an applicant.")
    title: Line = Field(examples=["补正通知书"])
    text: Prose | None = Field(default=None, description="The office's own words.")
    cure_id: UUID | None = Field(
        default=None,
        description="The call to cure that a letter of this kind tells: its points and its time.",
        examples=[None],
    )
    replaces: UUID | None = Field(
        default=None, description="The signed document that this one takes the place of."
    )


class LettersIn(Body):
    """A letter to each entry of a stage that it fits and that has none."""

    kind: DocumentKind = Field(examples=["result"])
    title: Line = Field(examples=["评审结果通知书"])
    text: Prose | None = None


class FileIn(Body):
    """A Word file, uploaded for `office-document`."""

    upload_id: UUID


class ReasonIn(Body):
    reason: Prose = Field(examples=["第二段单位名称有误。"])


class SignatureIn(Body):
    number: DocumentNumber = Field(
        description="文号，本奖项一年内不重复；年份括号统一写作〔〕，不留空格。",
        examples=["滨质奖办〔2026〕12号"],
    )
    dated: date = Field(examples=["2026-03-02"])
    scan_id: UUID | None = Field(
        default=None, description="Scan of the signed paper, uploaded for `signed-document`."
    )


class NamedDocument(Body):
    """A document as it was read."""

    id: UUID
    version: int = Field(strict=True, ge=1, description="The one that was read.", examples=[2])


NamedDocuments = Annotated[list[NamedDocument], Field(min_length=1, max_length=MANY)]


class ChecksIn(Body):
    """Documents that were found in order."""

    documents: NamedDocuments


class SeriesIn(Body):
    """Consecutive numbers: what stands before and after each, and the first."""

    before: Part = Field(examples=["滨质奖办〔2026〕"])
    first: int = Field(strict=True, ge=1, le=999_999, examples=[12])
    after: Part = Field(examples=["号"])


class SignaturesIn(Body):
    """Documents to be signed with one day, numbered in this order."""

    documents: NamedDocuments
    dated: date = Field(examples=["2026-03-02"])
    series: SeriesIn | None = Field(
        default=None,
        description="For all but letters that call to cure, which have the number of their call.",
    )


class DeliveriesIn(Body):
    """Documents that go one way on one day."""

    documents: list[UUID] = Field(min_length=1, max_length=MANY)
    way: Way
    delivered_on: date = Field(examples=["2026-03-02"])
    note: Line | None = Field(default=None, examples=["机要交换"])


class DeliveryIn(Body):
    way: Way
    delivered_on: date = Field(examples=["2026-03-02"])
    note: Line | None = Field(default=None, examples=["EMS 1234567890123"])


class DocumentQuery(Paging):
    """Which documents to list."""

    kind: DocumentKind | None = None
    status: DocumentStatus | None = None


class DocumentLine(View):
    """A document in a list of the office."""

    id: UUID
    code: str = Field(examples=["GW-7Q2M9K3A"])
    cycle_id: UUID
    kind: DocumentKind
    title: str
    status: DocumentStatus
    number: str | None
    dated: date | None
    stage: str | None
    entry_id: UUID | None
    organisation: str | None
    drafted_at: datetime


class FileView(View):
    """One of a document's Word files; the last counts."""

    number: int
    origin: Origin
    sha256: str
    size: int
    made_at: datetime


class DeliveryView(View):
    way: Way
    delivered_on: date
    note: str | None
    recorded_at: datetime


class DocumentView(DocumentLine):
    """A document as the office sees it."""

    version: int = Field(description='Its ETag, which moves want in If-Match, is `"v<version>"`.')
    text: str
    cure_id: UUID | None
    replaces: UUID | None
    digest: str | None = Field(description="SHA-256 of the words it was signed with.")
    scan: bool
    ended_because: str | None
    files: list[FileView]
    deliveries: list[DeliveryView]
    read_at: datetime | None = Field(description="When the addressee first opened it.")
    actions: list[Action]


class DocumentsView(View):
    """What was done, or would be."""

    items: list[DocumentLine]


class TemplateView(View):
    """The template of a kind that counts now."""

    kind: DocumentKind
    name: str = Field(examples=["补正通知书"])
    number: int = Field(description="0: ours.")
    places: list[str] = Field(description="What can be filled; `list.column` in a table's row.")


class LetterLine(View):
    """A letter to an organisation of the caller's."""

    id: UUID
    code: str
    cycle_id: UUID
    organisation_id: UUID
    kind: DocumentKind
    title: str
    status: DocumentStatus
    number: str
    dated: date


class LetterView(LetterLine):
    """A letter as its addressee reads it."""

    content: str
    digest: str = Field(description="SHA-256 of `content` in UTF-8.")
