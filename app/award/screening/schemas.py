"""How do grounds and decisions look on the wire?"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from app.award.applications.schemas import AttachmentView, SupplementView
from app.award.screening.consulting import Awaited
from app.award.screening.cures import CureState
from app.award.screening.rules import Decision, GroundAnswer, Said
from app.award.stages.schemas import WhyView
from app.platform.http.bodies import Body, Line, Prose, View
from app.platform.http.pages import Paging
from app.rules.facts import Met

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
CLAUSE = "Where the regulation says so; null where its text is not cited."
SCANNED = "The department's own letter, whose scan `GET /consultations/replies/{id}/scan` opens."
CLOSES = "The tiers closed where it is not met; null where not to meet it is not to be eligible."


class GroundView(View):
    """What the form and the records say about one ground, worded so that `met` is good."""

    key: str = Field(examples=["registered"])
    name: str = Field(examples=["在本区注册并运营满三年"])
    clause: str | None = Field(description=CLAUSE, examples=["第八条第二项"])
    answer: Met = Field(description="`needs_a_person` where the facts at hand do not say.")
    because: str = Field(examples=["2009-06-18注册，至2025-12-31已满3年。"])
    evidence: list[str] = Field(examples=[["锡应急〔2024〕12号"]])
    closes: list[str] | None = Field(description=CLOSES, examples=[None])


class GroupView(View):
    """What the facts say about whether the applicant belongs to a group."""

    key: str = Field(examples=["small"])
    name: str = Field(examples=["中小企业"])
    clause: str | None = Field(description=CLAUSE, examples=["第八条第二项"])
    answer: Met = Field(description="`needs_a_person` where the facts at hand do not say.")
    because: str = Field(examples=["申报为“小型”，要求为小型、微型之一。"])
    evidence: list[str]


class GroundIn(Body):
    """A person's answer to one ground."""

    key: str = Field(max_length=64, description="As in the list of grounds.", examples=["accident"])
    answer: GroundAnswer
    evidence: Line = Field(
        description="What the answer rests on.", examples=["营业执照与国家企业信用信息公示系统一致"]
    )


class GroupIn(Body):
    """A person's answer on one group: `met` is who belongs to it."""

    key: str = Field(max_length=64, description="As in the list of groups.", examples=["small"])
    answer: GroundAnswer
    evidence: Line = Field(description="What the answer rests on.", examples=["统计上的划型证明"])


class DisqualificationIn(Body):
    """Thrown out for fraud and the like: on which ground, and by which document."""

    ground: Word = Field(
        description="The regulation's word, which its bars use.", examples=["fraud"]
    )
    document: Line = Field(examples=["锡滨质奖办〔2026〕9号"])


class ScreeningIn(Body):
    """The decision, with an answer to every ground and every group; it cannot be changed.

    Who is disqualified need not be examined to the end.
    """

    decision: Decision = Field(
        description="Eligible is who meets every ground that closes no mere tiers, and has a tier "
        "left; disqualified is on record for later cycles."
    )
    grounds: list[GroundIn] = Field(max_length=200)
    groups: list[GroupIn] = Field(
        default=[], max_length=50, description="Where the regulation has groups, each of them."
    )
    disqualification: DisqualificationIn | None = None
    note: Prose | None = Field(
        default=None,
        description="Needed where an answer differs from what the facts say, and where a "
        "department objects and the entry is found eligible all the same.",
        examples=["事故认定书载明该单位不负责任。"],
    )


class ScreenedGroundView(View):
    """One ground of a decision: what the facts said then, and what was answered."""

    key: str = Field(examples=["accident"])
    name: str
    clause: str | None = Field(description=CLAUSE)
    found: Met = Field(description="What the facts at hand said.")
    because: str
    answer: GroundAnswer = Field(description="What the person answered.")
    evidence: str
    closes: list[str] | None = Field(description=CLOSES)


class ScreenedGroupView(View):
    """One group of a decision: what the facts said then, and what was answered."""

    key: str = Field(examples=["small"])
    name: str
    clause: str | None = Field(description=CLAUSE)
    found: Met = Field(description="What the facts at hand said.")
    because: str
    answer: GroundAnswer = Field(description="What the person answered.")
    evidence: str


class ScreeningView(View):
    """The decision on one entry, as the award office sees it."""

    entry_id: UUID
    decision: Decision
    grounds: list[ScreenedGroundView]
    groups: list[ScreenedGroupView]
    disqualified_for: str | None = Field(examples=[None])
    document: str | None = Field(description="By which an entry was disqualified.")
    note: str | None
    decided_by: str = Field(description="Name of who decided.", examples=["王五"])
    decided_at: datetime


class ScreeningsIn(Body):
    """Entries to decide by what form and records say of them, nothing else."""

    entries: list[UUID] | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="Null: all that have no decision yet, and in which the caller has no interest.",
    )
    complete: bool = Field(
        default=False,
        strict=True,
        description="The caller's word for all of them: I have looked at these files, and they are "
        "legible, signed and sealed as they should be. What form and documents lack it does not "
        "mend. Without it every entry that is asked for a complete file needs a person.",
    )
    note: Prose | None = Field(default=None, examples=["经系统核对，各项均有据可查。"])


class ScreenedLine(View):
    """An entry that was decided by rule, or why a person is needed."""

    entry_id: UUID
    code: str = Field(description="Of the application.")
    organisation: str
    decision: Decision | None = Field(description="Null where a person is needed.")
    reasons: list[WhyView] = Field(description="Why a person is needed.")


class ScreeningsView(View):
    """What became of each entry, in order of the application's code."""

    eligible: int
    ineligible: int
    needing_a_person: int = Field(description="Never any but in a dry run.")
    items: list[ScreenedLine]


class DefectIn(Body):
    """One thing that is wrong with a file, so that it can be mended."""

    pointer: Line = Field(
        description="A field of the form (`/form/…`), or a document of the regulation "
        "(`/documents/…`).",
        examples=["/documents/证实性材料"],
    )
    wrong: Prose = Field(examples=["缺少第三方检测报告的签章页。"])
    asked: Prose = Field(examples=["请补交加盖检测机构公章的完整报告。"])


class CureIn(Body):
    """A call to cure (补正通知): everything that is wrong, told at once."""

    document: Line = Field(description="Its number.", examples=["滨质奖办补〔2026〕3号"])
    defects: list[DefectIn] = Field(min_length=1, max_length=100)


class CureQuery(Paging):
    """Which calls to cure to list."""

    entry: UUID | None = Field(default=None, description="Only those of this entry.")
    cycle: UUID | None = Field(default=None, description="Only those of this cycle.")


class DefectView(View):
    pointer: str = Field(examples=["/documents/证实性材料"])
    wrong: str
    asked: str


class CureLine(View):
    """A call to cure in a list: who owes what by when."""

    id: UUID
    entry_id: UUID
    application_id: UUID
    code: str = Field(description="Of the application.")
    cycle_id: UUID
    organisation: str
    stage: str = Field(examples=["eligibility"])
    number: int = Field(description="The how many-th in this stage.")
    document: str
    issued_at: datetime
    last_day: date
    ends_at: datetime = Field(description="The first instant that is too late.")
    state: CureState


class CureView(CureLine):
    """A call to cure with what is wrong, and what was handed in."""

    defects: list[DefectView]
    attachments: list[AttachmentView] = Field(description="Files handed in, or waiting to be.")
    supplement: SupplementView | None


class CureAnswerIn(Body):
    """What the applicant answers to one defect: a new value, new files, or only an explanation."""

    pointer: Line = Field(description="As in the call.", examples=["/form/contact_name"])
    value: JsonValue = Field(
        default=None, description="Of a field; a document's files are uploaded before."
    )
    explanation: Prose | None = None


class SupplementIn(Body):
    """Everything that was asked for; what is not among the answers needs new files."""

    answers: list[CureAnswerIn] = Field(default=[], max_length=100)


class OpinionIn(Body):
    """What a department answered, or that it kept silent."""

    department: Line = Field(description="As in the list of opinions.", examples=["市税务局"])
    ground: str | None = Field(
        default=None, max_length=64, description="As in the list of opinions.", examples=["loss"]
    )
    said: Said = Field(description="`silent` only once its time to answer has passed.")
    statement: Prose | None = Field(default=None, examples=["近三年无欠税。"])
    document: Line | None = Field(
        default=None,
        description="Its letter; none where it kept silent.",
        examples=["锡税函〔2026〕3号"],
    )


class OpinionView(View):
    """One department's opinion on one ground of an entry, or how long it is awaited."""

    department: str = Field(examples=["市税务局"])
    ground: str | None = Field(description="Null: on the whole.", examples=["loss"])
    name: str = Field(description="Of the ground.")
    last_day: date | None = Field(description="Until when it may answer; null without a time.")
    state: Awaited = Field(description="`silent` also where the time has passed.")
    said: Said | None
    statement: str | None
    document: str | None
    scan: UUID | None = Field(description=SCANNED)
    entered_at: datetime | None


class ConsultationIn(Body):
    """A department asked by letter, and the authority that acts as it."""

    department: Line = Field(description="As in the regulation.", examples=["市税务局"])
    authority_id: UUID
    document: Line = Field(examples=["滨质奖办函〔2026〕5号"])


class ConsultationLine(View):
    id: UUID
    cycle_id: UUID
    stage: str = Field(examples=["eligibility"])
    department: str
    authority_id: UUID
    authority: str
    document: str
    asked_at: datetime
    last_day: date | None
    ends_at: datetime | None = Field(description="The first instant that is too late.")


class AskedView(View):
    """One question about one entry; of what it handed in nothing is shown."""

    entry_id: UUID
    code: str
    organisation: str
    credit_code: str
    ground: str | None = Field(description="Null: on the whole.")
    name: str = Field(description="Of the ground.")
    said: Said | None
    statement: str | None
    scan: UUID | None = Field(description=SCANNED)


class ConsultationView(ConsultationLine):
    asked: list[AskedView]


class OpinionOn(Body):
    entry: UUID
    ground: str | None = Field(default=None, max_length=64)
    said: Literal[Said.NO_OBJECTION, Said.OBJECTION]
    statement: Prose | None = None


class ReplyIn(Body):
    """A department's answer in one letter; each question is answered once."""

    document: Line = Field(examples=["锡税函〔2026〕3号"])
    scan_id: UUID | None = Field(
        default=None, description="The scan of the letter, uploaded for `consultation-letter`."
    )
    opinions: list[OpinionOn] = Field(min_length=1, max_length=2_000)
