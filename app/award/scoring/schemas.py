"""How do assignments, sheets and scorebooks look on the wire? Points are text, exact."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from app.award.applications.schemas import AttachmentView, Form, Secrets, SupplementView
from app.award.scoring.lifecycle import ScorebookStatus, SheetStatus
from app.platform.http.bodies import Body, Prose, View
from app.platform.http.pages import Paging
from app.platform.workflow.advance import Action
from app.rules.scoring import FULL, STEP, Reason

PERCENTAGE: dict[str, Any] = {"minimum": 0, "maximum": FULL, "multipleOf": STEP}


class StageRef(View):
    cycle_id: UUID
    key: str = Field(examples=["documents"])
    name: str = Field(examples=["材料评审"])


class AssignmentQuery(Paging):
    """Which assignments to list."""

    cycle: UUID | None = Field(default=None, description="Only those of this cycle.")
    stage: str | None = Field(default=None, max_length=63, description="Only of this stage.")


class AssignmentView(View):
    id: UUID
    stage: StageRef
    panel_id: UUID
    entry_id: UUID
    expert_id: UUID
    organisation: str
    sheet_id: UUID
    locked: bool


class StartingView(View):
    """What the earlier stage's scorebook says of an item."""

    code: str = Field(examples=["4.1.2"])
    percentage: int = Field(description="Percentage points.", examples=[65])


class DossierView(View):
    """What a judge reads of an applicant."""

    organisation: str
    track: str
    form: Form = Field(description="As it is after the last cure.")
    secrets: Secrets = Field(description="What the applicant marks as trade secrets.")
    attachments: list[AttachmentView]
    supplements: list[SupplementView] = Field(description="What cured the submission, if anything.")
    start_from: list[StartingView] | None = Field(
        description="The earlier stage's scorebook, where this stage starts from one."
    )


class CommentKind(StrEnum):
    STRENGTH = "strength"
    OPPORTUNITY = "opportunity"
    SITE_ISSUE = "site_issue"


class Comment(Body):
    kind: CommentKind
    text: Prose = Field(examples=["质量目标逐级分解，并与考核挂钩"])


class ItemIn(Body):
    percentage: int = Field(
        strict=True, description="A multiple of 5.", examples=[65], json_schema_extra=PERCENTAGE
    )
    comments: list[Comment] = Field(default=[], max_length=50)


class SheetItemView(View):
    code: str = Field(examples=["4.1.2"])
    name: str
    kind: str = Field(examples=["process"])
    category: str = Field(examples=["4.1"])
    points: str = Field(description="Full marks.", examples=["50"])
    percentage: int | None
    version: int = Field(description="The item's ETag is `v` and this.")
    comments: list[Comment]
    starting: int | None = Field(description="The earlier stage's percentage.")


class SheetView(View):
    id: UUID
    assignment_id: UUID
    entry_id: UUID
    stage: StageRef
    items: list[SheetItemView]
    total: str | None = Field(description="Item points, once every item is scored.")
    status: SheetStatus
    actions: list[Action]


class LockView(View):
    """What was locked, and a signed statement of it (JWS, ES256)."""

    digest: str
    total: str = Field(examples=["581.25"])
    receipt: str
    locked_at: datetime


class DisagreementView(View):
    """Percentages of an item, or item points of the total (`item` null), that lie too far apart."""

    item: str | None = Field(examples=["4.1.2"])
    low: str = Field(examples=["40"])
    high: str = Field(examples=["70"])
    reasons: list[Reason]


class EntryDisagreements(View):
    entry_id: UUID
    stage: str = Field(examples=["documents"])
    organisation: str
    items: list[DisagreementView]


class ScorebookLine(View):
    id: UUID
    panel_id: UUID
    entry_id: UUID
    organisation: str
    stage: StageRef
    status: ScorebookStatus


class IndividualView(View):
    """What one member gave."""

    expert_id: UUID
    percentage: int
    comments: list[Comment]


class ScorebookItemView(View):
    code: str = Field(examples=["4.1.2"])
    name: str
    kind: str
    category: str
    points: str = Field(description="Full marks.", examples=["50"])
    percentage: int | None
    reason: str | None
    version: int = Field(description="The item's ETag is `v` and this.")
    starting: int | None
    individual: list[IndividualView] | None = Field(
        description="What the members gave; null until all of them have locked their sheets."
    )
    disagreement: list[Reason]


class AnswerView(View):
    """What a member answers to the scorebook as it stands; null while they have not."""

    expert_id: UUID
    name: str
    agrees: bool | None
    dissent: str | None


class ScorebookView(ScorebookLine):
    version: int
    items: list[ScorebookItemView]
    answers: list[AnswerView]
    total: str | None
    actions: list[Action]


class ConsensusIn(Body):
    percentage: int = Field(
        strict=True, description="A multiple of 5.", examples=[65], json_schema_extra=PERCENTAGE
    )
    reason: Prose | None = Field(
        default=None,
        description="Needed outside the members' own span, and where they disagree.",
    )


class ConsensusItemView(View):
    """An item of a scorebook just set."""

    code: str
    percentage: int
    reason: str | None
    version: int


class AgreementIn(Body):
    agrees: bool = Field(strict=True)
    dissent: Prose | None = Field(default=None, description="Why not; with `agrees: false`.")
    version: int | None = Field(
        default=None,
        strict=True,
        description="The scorebook's `version` you have read: answers to another are refused.",
    )
