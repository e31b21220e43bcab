"""How do grounds and decisions look on the wire?"""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.award.screening.rules import Decision, GroundAnswer
from app.platform.http.bodies import Body, Line, Prose, View
from app.rules.eligibility import Met


class GroundView(View):
    """What the form and the records say about one ground, worded so that `met` is good."""

    key: str = Field(examples=["registered"])
    name: str = Field(examples=["在本区注册并运营满三年"])
    answer: Met = Field(description="`needs_a_person` where the facts at hand do not say.")
    because: str = Field(examples=["2009-06-18注册，至2025-12-31已满3年。"])
    evidence: list[str] = Field(examples=[["锡应急〔2024〕12号"]])


class GroundIn(Body):
    """A person's answer to one ground."""

    key: str = Field(max_length=64, description="As in the list of grounds.", examples=["accident"])
    answer: GroundAnswer
    evidence: Line = Field(
        description="What the answer rests on.", examples=["营业执照与国家企业信用信息公示系统一致"]
    )


class ScreeningIn(Body):
    """The decision, with an answer to every ground; it cannot be changed."""

    decision: Decision = Field(description="Eligible is who meets every ground.")
    grounds: list[GroundIn] = Field(max_length=200)
    note: Prose | None = Field(
        default=None,
        description="Needed where an answer differs from what the facts say.",
        examples=["事故认定书载明该单位不负责任。"],
    )


class ScreenedGroundView(View):
    """One ground of a decision: what the facts said then, and what was answered."""

    key: str = Field(examples=["accident"])
    name: str
    found: Met = Field(description="What the facts at hand said.")
    because: str
    answer: GroundAnswer = Field(description="What the person answered.")
    evidence: str


class ScreeningView(View):
    """The decision on one entry, as the award office sees it."""

    entry_id: UUID
    decision: Decision
    grounds: list[ScreenedGroundView]
    note: str | None
    decided_by: str = Field(description="Name of who decided.", examples=["王五"])
    decided_at: datetime
