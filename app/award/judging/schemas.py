"""How do experts, panels and assignments look on the wire?"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.award.records.models import Interest
from app.platform.http.bodies import Body, Line, Prose, View

Industry = Annotated[str, StringConstraints(pattern=r"^[A-T][0-9]{0,4}$")]
Category = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,63}$")]


class ExpertIn(Body):
    person_id: UUID = Field(
        description="Somebody who holds the role of judge in this programme, or a committee's seat."
    )
    industries: list[Industry] = Field(
        max_length=50, description="GB/T 4754.", examples=[["C34", "C35"]]
    )
    qualification: Line = Field(examples=["注册质量工程师"])


class ExpertView(View):
    id: UUID
    person_id: UUID
    name: str
    industries: list[str]
    qualification: str


class ApplicantView(View):
    """An organisation with which an expert may have an interest."""

    organisation_id: UUID
    name: str


class InterestIn(Body):
    organisation_id: UUID
    interest: Interest
    note: Prose | None = Field(default=None, examples=["2024年曾为其提供管理咨询"])


class DeclarationIn(Body):
    """The undertaking of a cycle, and conflicts of interest of the last three years."""

    cycle_id: UUID
    undertaking: Literal[True] = Field(description="Signs the undertaking (承诺书).")
    interests: list[InterestIn] = Field(default=[], max_length=200)


class InterestView(View):
    organisation_id: UUID
    interest: Interest
    note: str | None


class DeclarationView(View):
    """What the expert has signed, and every interest they have declared so far."""

    expert_id: UUID
    cycle_id: UUID
    undertaking: str
    signed_at: datetime
    interests: list[InterestView]


class MemberIn(Body):
    expert_id: UUID
    leader: bool = Field(default=False, strict=True)
    categories: list[Category] | None = Field(
        default=None,
        max_length=50,
        description="What this member scores where the work is divided; null is everything.",
        examples=[["4.1", "4.2"]],
    )


class PanelIn(Body):
    name: Line = Field(examples=["第一评审组"])
    members: list[MemberIn] = Field(min_length=1, max_length=30)
    entries: list[UUID] = Field(min_length=1, max_length=200)


class MemberView(View):
    expert_id: UUID
    name: str
    leader: bool
    categories: list[str] | None


class PanelEntryView(View):
    entry_id: UUID
    application_id: UUID
    organisation: str
    stage: str = Field(examples=["site"])


class PanelView(View):
    """A panel, its members, and the entries before it in all the stages it serves."""

    id: UUID
    name: str
    stage: str = Field(description="The stage it was formed for.", examples=["site"])
    members: list[MemberView]
    entries: list[PanelEntryView]
