"""How do applications look on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Validity
from app.award.stages.lifecycle import Result
from app.platform.http.bodies import Body, CreditCode, Key, Line, Prose, SearchText, View
from app.platform.http.pages import Paging
from app.platform.uploads.schemas import FileIn, FileView
from app.platform.workflow.advance import Action

Industry = Annotated[str, StringConstraints(pattern=r"^[A-T][0-9]{0,4}$")]
FactKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
FactText = Annotated[str, StringConstraints(max_length=200)]
AnswerKey = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_.-]{0,99}$")]
Answers = Annotated[
    dict[AnswerKey, JsonValue],
    Field(max_length=500, json_schema_extra={"additionalProperties": False}),
]
SectionKey = AnswerKey
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class ApplicationIn(Body):
    cycle_id: UUID
    organisation_id: UUID
    track: Key = Field(examples=["organisation"])


class AwardeePerson(Body):
    """A person who is to be awarded, or who belongs to what is."""

    name: Line = Field(examples=["王五"])
    post: Line | None = Field(default=None, examples=["首席质量官"])


class Awardee(Body):
    """Whom the award is for, where it is not the organisation itself. People are awarded under
    their own names unless a joint entry has one of its own.
    """

    name: Line | None = Field(default=None, examples=["精密齿轮攻关班组"])
    people: list[AwardeePerson] = Field(default=[], max_length=100)


class InternalNotice(Body):
    """The days on which the application hung out inside the organisation (内部公示)."""

    first_day: date = Field(ge=EARLIEST, le=LATEST, examples=["2026-02-02"])
    last_day: date = Field(ge=EARLIEST, le=LATEST, examples=["2026-02-09"])


class Form(Body):
    """The application form (申报表). A draft may be incomplete; a submission may not.

    `awardee`, `subject`, `tier` and `internal_notice` are there where the regulation asks for them,
    and only there.
    """

    awardee: Awardee | None = None
    subject: Line | None = Field(
        default=None,
        description="Name of the management model or achievement that is honoured.",
        examples=["“五心”质量管理模式"],
    )
    tier: Key | None = Field(
        default=None, description="The tier applied for; it or none.", examples=["award"]
    )
    internal_notice: InternalNotice | None = None
    registered_on: date | None = Field(default=None, examples=["2009-06-18"])
    employees: int | None = Field(default=None, strict=True, ge=1, le=10_000_000, examples=[420])
    industry: Industry | None = Field(default=None, description="GB/T 4754.", examples=["C34"])
    contact_name: Line | None = Field(default=None, examples=["李四"])
    summary: Prose | None = None
    facts: dict[FactKey, FactText] = Field(
        default={},
        max_length=100,
        description="Declared facts that the regulation's grounds ask for; numbers as text.",
        examples=[{"net-profit-2025": "12500000.00"}],
        json_schema_extra={"additionalProperties": False},
    )
    answers: Answers | None = Field(
        default=None,
        description="Every other field of the track's form, by its key; left out they stay.",
        examples=[{"had_accidents": False}],
    )


class Secrets(Body):
    """What the applicant marks as trade secrets (商业秘密). Whoever may read the application reads
    them with the mark; no public output has them.
    """

    sections: list[SectionKey] = Field(default=[], max_length=200, examples=[["performance"]])
    attachments: list[UUID] = Field(default=[], max_length=1000)


class ApplicationSort(StrEnum):
    """In which order applications are listed; by when they were received only those that were."""

    CODE = "code"
    ORGANISATION = "organisation"
    AWARDEE = "awardee"
    RECEIVED = "received"
    LAST_RECEIVED = "-received"


class ApplicationQuery(Paging):
    """Which applications to list, and in which order."""

    cycle: UUID | None = Field(default=None, description="Only those of this cycle.")
    status: ApplicationStatus | None = None
    track: Key | None = None
    tier: Key | None = Field(default=None, description="The tier applied for.")
    industry: Industry | None = Field(default=None, description="A class and all within it.")
    stage: Key | None = Field(default=None, description="Only those that have reached this stage.")
    result: Result | None = Field(
        default=None, description="What the stage, or any closed one, has left on it."
    )
    received_from: AwareDatetime | None = None
    received_until: AwareDatetime | None = Field(default=None, description="Before this instant.")
    q: SearchText | None = Field(
        default=None,
        description="Part of the organisation's or awardee's name, of the credit code, or of the"
        " application's own code; never of what is private.",
        examples=["精密"],
    )
    sort: ApplicationSort = ApplicationSort.CODE


class AttachmentIn(FileIn):
    document: Line = Field(description="Which document of the regulation.", examples=["自评报告"])


class AttachmentView(FileView):
    document: str
    validity: Validity = Field(description="`pending` counts once its supplement is handed in.")


class ScopeReleaseIn(Body):
    """A legal person that is in a scope against its will, and by what that was established."""

    credit_code: CreditCode = Field(examples=["91320211MA1P2R3T49"])
    document: Line = Field(examples=["被列单位来函2026-5"])
    reason: Prose = Field(examples=["该单位不是申报单位的子公司，未同意列入。"])


class SupplementView(View):
    """What cured a submission, when it arrived, and a signed statement of both (JWS, ES256)."""

    id: UUID
    cure_id: UUID
    document: str = Field(description="The call to cure.", examples=["滨质奖办补〔2026〕3号"])
    digest: str
    received_at: datetime
    receipt: str


class ProgressView(View):
    """What a closed stage has left on the application; never a score."""

    stage: str = Field(examples=["documents"])
    name: str = Field(examples=["材料评审"])
    result: Result
    reason: str | None


class ApplicationLine(View):
    """An application in a list."""

    id: UUID
    code: str = Field(examples=["SB-7Q2M9K"])
    cycle_id: UUID
    organisation_id: UUID
    organisation: str
    awardee: str = Field(description="Whom the award is for: the organisation unless named.")
    track: str
    tier: str | None = Field(description="The tier applied for.")
    status: ApplicationStatus
    submitted_at: datetime | None


class ApplicationView(ApplicationLine):
    """An application with its form, its attachments and how far it has come."""

    credit_code: str
    form: Form
    secrets: Secrets
    attachments: list[AttachmentView] = Field(
        description="Those in force, and those that a supplement has replaced."
    )
    supplements: list[SupplementView] = Field(
        description="What cured the submission; form and attachments in force are those after it."
    )
    progress: list[ProgressView]
    digest: str | None = Field(description="SHA-256 of what was submitted; a cure changes it not.")
    actions: list[Action]


class ReceiptView(View):
    """What was submitted, when it arrived, and a signed statement of both (JWS, ES256)."""

    application: UUID
    code: str
    digest: str
    received_at: datetime
    receipt: str
