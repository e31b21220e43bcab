"""How do programmes, regulations and cycles look on the wire?"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.award.programmes.lifecycle import CycleStatus
from app.platform.http.bodies import Body, Key, Line, View
from app.platform.workflow.advance import Action
from app.rules.exact import MEBIBYTE
from app.rules.regulation.difference import Way


class AuthorityIn(Body):
    name: Line = Field(examples=["无锡市滨湖区市场监督管理局"])


class AuthorityView(View):
    id: UUID
    name: str


class ProgrammeIn(Body):
    authority_id: UUID
    name: Line = Field(examples=["滨湖区区长质量奖"])


class ProgrammeView(View):
    id: UUID
    authority_id: UUID
    name: str


AsWritten = Annotated[str, StringConstraints(strip_whitespace=False)]
"""Text that is kept to the letter, its last line break included."""


class RegulationText(Body):
    text: AsWritten = Field(
        max_length=MEBIBYTE,
        description="The regulation file, as YAML text.",
        examples=["schema: award-regulation/1\ncode: binhu-2023\n…"],
    )


class AdoptionIn(RegulationText):
    document: Line = Field(
        description="The document by which the edition came into force.",
        examples=["滨政发〔2023〕3号"],
    )


class FaultView(View):
    """One fault of a regulation file: where, what, and what would mend it."""

    path: str = Field(examples=["/stages/3/of"])
    line: int = Field(description="From 1.", examples=[64])
    column: int = Field(description="From 1.", examples=[5])
    code: str = Field(examples=["shares-not-whole"])
    zh: str
    en: str
    mend: str


class CheckView(View):
    """The verdict on a regulation file."""

    sound: bool
    hash: str | None
    faults: list[FaultView]


class ParagraphView(View):
    """One sentence of the explanation, and what it stands on."""

    stage: str | None
    text: str
    cite: str | None
    assumed: bool


class RegulationView(View):
    hash: str
    code: str
    title: str


class RegulationDetail(RegulationView):
    text: str
    explanation: list[ParagraphView]


class ChangeView(View):
    """One value in which two editions differ; null where an edition has none."""

    path: str = Field(examples=["stages/site/advance/first/places"])
    way: Way
    old: str | None
    new: str | None
    zh: str = Field(description="The change as a sentence.")


class DifferenceView(View):
    """What changes from one edition to another, rule by rule."""

    old: str = Field(description="Hash of the earlier edition.")
    new: str = Field(description="Hash of the later edition.")
    changes: list[ChangeView]
    gone: list[ParagraphView] = Field(description="Sentences that no longer hold.")
    come: list[ParagraphView] = Field(description="Sentences that hold from now on.")


class CriteriaView(View):
    code: str
    name: str
    hash: str
    criteria: dict[str, Any] = Field(
        description="The whole set: categories, items, bands, sources."
    )


class CycleIn(Body):
    regulation_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0" * 64])
    ordinal: int = Field(strict=True, ge=1, le=1000, examples=[3])
    label: Line = Field(examples=["2026年度"])
    period_from: date = Field(description="First day of the period judged.")
    period_to: date = Field(description="Last day of the period judged.")
    cut_off: date = Field(description="The day from which look-backs count.")
    special_document: Line | None = Field(
        default=None,
        description="The document by which a special cycle is held out of turn.",
        examples=["滨政办〔2026〕1号"],
    )


class SlotIn(Body):
    stage: Key = Field(examples=["intake"])
    opens_at: AwareDatetime
    closes_at: AwareDatetime


class TimetableIn(Body):
    slots: list[SlotIn] = Field(min_length=1, max_length=50)


class LaunchIn(Body):
    """The launch approval: who approved, by which document, and how many places this year."""

    body: Line = Field(examples=["滨湖区人民政府"])
    document: Line = Field(examples=["滨政办〔2026〕2号"])
    places: int = Field(strict=True, ge=1, le=1000, examples=[3])
    places_of: dict[Key, Annotated[int, Field(strict=True, ge=1, le=1000)]] = Field(
        default={},
        description="Places of single tiers, where the document names them.",
        examples=[{"award": 2}],
        json_schema_extra={"additionalProperties": False},
    )


class SlotView(View):
    stage: str
    opens_at: datetime
    closes_at: datetime


class CycleView(View):
    id: UUID
    programme_id: UUID
    regulation_hash: str
    ordinal: int
    label: str
    period_from: date
    period_to: date
    cut_off: date
    special_document: str | None
    status: CycleStatus
    places: int | None
    places_of: dict[str, int]


class CycleDetail(CycleView):
    timetable: list[SlotView]
    actions: list[Action]
