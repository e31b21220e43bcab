"""How do stages, entries and rankings look on the wire?"""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.award.stages.lifecycle import Clerical, Result, StageStatus
from app.platform.errors import Refusal
from app.platform.http.bodies import Body, Key, Line, Prose, SearchText, View
from app.platform.http.pages import Paging
from app.platform.workflow.advance import Action


class WhyView(View):
    """Why a person must decide what others need nobody for."""

    code: str = Field(examples=["ground-needs-person"])
    zh: str
    en: str

    @classmethod
    def told(cls, why: Refusal) -> Self:
        """A refusal as one of the reasons of a line."""
        return cls(code=why.code, zh=why.sentence("zh"), en=why.sentence("en"))


class CorrectionView(View):
    """A clerical error put right after the stage was closed: the words before and after."""

    what: Clerical
    old: str = Field(examples=["无锡恒远精密机械有限公司"])
    new: str = Field(examples=["无锡市恒远精密机械有限公司"])
    document: str = Field(examples=["滨质奖办〔2026〕11号"])
    reason: str
    corrected_at: datetime


class StageView(View):
    """A stage of a cycle: when it is planned, where it stands, what the caller can do."""

    key: str = Field(examples=["documents"])
    kind: str = Field(examples=["panel"])
    name: str = Field(examples=["材料评审"])
    position: int
    status: StageStatus
    round: int
    opens_at: datetime = Field(description="Planned.")
    closes_at: datetime = Field(description="Planned.")
    opened_at: datetime | None
    closed_at: datetime | None
    corrections: list[CorrectionView] = Field(
        description="Of what was said about the stage as a whole, oldest first."
    )
    actions: list[Action]


class EntryView(View):
    """An entry as the award office sees it; the outcome without its score."""

    id: UUID
    application_id: UUID
    track: str
    tier: str | None
    groups: list[str] = Field(description="Groups of the regulation the applicant belongs to.")
    closed: list[str] = Field(description="Tiers it cannot have.")
    settled: bool = Field(description="It has a consolation tier and goes past scoring.")
    round: int
    result: Result | None
    reason: str | None
    corrections: list[CorrectionView] = Field(
        description="Of what was said about this entry, oldest first."
    )


class EntryQuery(Paging):
    """Which entries to list."""

    track: Key | None = None
    tier: Key | None = None
    result: Result | None = None
    q: SearchText | None = Field(
        default=None,
        description="Part of the organisation's name or credit code. By code or awardee: the list"
        " of applications, with this `stage`.",
        examples=["精密"],
    )


class RankedView(View):
    """One line of the ranking of a closed stage. Points are text, exact as printed."""

    application: UUID
    points: str | None = Field(examples=["581.25"])
    rank: int | None
    result: Result
    tier: str | None
    reason: str | None = Field(description="Code of why it was eliminated.")


class RankingView(View):
    stage: str
    round: int
    items: list[RankedView]


class SnapshotView(View):
    """What a stage was closed on: canonical text and its digest."""

    digest: str = Field(examples=["sha256:" + "0" * 64])
    text: str
    taken_at: datetime


class TieDecisionIn(Body):
    """The order in which entries that stand level are taken, as decided and documented."""

    order: list[UUID] = Field(
        min_length=2,
        max_length=200,
        examples=[["3f1c2b4a-0000-4000-8000-000000000001", "3f1c2b4a-0000-4000-8000-000000000002"]],
    )
    document: Line = Field(examples=["滨质奖办〔2026〕7号"])
    reason: Prose


class ChoiceIn(Body):
    """What one entry gets by the decision."""

    entry: UUID
    tier: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")] | None = Field(
        description="Null is no tier.", examples=["award"]
    )
    reason: Prose | None = Field(
        default=None, description="Why, where it stands higher than one with a higher tier."
    )


class TierChoiceIn(Body):
    """Who gets which tier, as decided and documented. Who is not named gets none."""

    choices: list[ChoiceIn] = Field(max_length=10_000)
    document: Line = Field(examples=["评委会会议纪要〔2026〕2号"])
    reason: Prose | None = Field(
        default=None, description="Why the decision goes beyond a number that holds in principle."
    )


class ClosingView(View):
    """What closing the stage has done: how many went on, how many did not."""

    stage: str
    entered: int
    advanced: int
    eliminated: int
    digest: str
    checkpoint: str = Field(
        description="Root (hex) of the cycle's log, this closing included; signed and public. "
        "Acts are salted, so a dry run shows another root than the closing that follows.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


class LogLine(View):
    """One act of a cycle: who moved what, from which status to which. Details stay in the log."""

    at: datetime
    act: str = Field(examples=["stage:close"])
    subject: UUID | None
    before: str | None = Field(examples=["open"])
    after: str | None = Field(examples=["closed"])
    person: str | None = Field(examples=["王芳"], description="Null where nobody was signed in.")


class MoveIn(Body):
    """The document by which a move of the cycle is made, and why."""

    document: Line = Field(examples=["滨政办〔2026〕9号"])
    reason: Prose


class CancellationIn(MoveIn):
    """Why the cycle is cancelled, and by which document."""


class ExtensionIn(MoveIn):
    """Until when applications are taken now; later than has been announced."""

    closes_at: AwareDatetime


class PostponementIn(ExtensionIn):
    """When the stage opens and closes now; neither earlier than has been announced."""

    opens_at: AwareDatetime


class CorrectionIn(MoveIn):
    """The words that were wrong, and the right ones."""

    what: Clerical
    entry: UUID | None = Field(
        default=None, description="The entry it is about; else the stage as a whole."
    )
    old: Line = Field(examples=["无锡恒远精密机械有限公司"])
    new: Line = Field(examples=["无锡市恒远精密机械有限公司"])


class DisqualifyingIn(Body):
    """Thrown out for fraud and the like: on which ground, by which document, on what evidence."""

    ground: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")] = Field(
        description="The regulation's word, which its bars use.", examples=["fraud"]
    )
    document: Line = Field(examples=["锡滨质奖办〔2026〕9号"])
    evidence: Prose = Field(examples=["检测报告系伪造，检测机构出具证明。"])


class DisqualificationView(View):
    entry_id: UUID
    ground: str
    document: str
    evidence: str
    decided_at: datetime
