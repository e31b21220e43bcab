"""How does what an office tells people look on the wire?"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Asked, Body, Key, Line, Prose, View
from app.platform.http.pages import Paging
from app.platform.inbox.schemas import WordsView
from app.platform.notifications.models import Tongue, Way


class DeliveryState(StrEnum):
    """How far a message has come by one way. `stale`: it was given up after three days."""

    WAITING = "waiting"
    TAKEN = "taken"
    FAILED = "failed"
    STALE = "stale"


class WordingIn(Body):
    """The office's own words for a message; neither title nor text for the original ones."""

    language: Tongue = Tongue.ZH
    title: Line | None = Field(examples=["{programme}（{cycle}）暂停受理"])
    text: Prose | None = Field(examples=["本届评选暂停。依据：{document}。原因：{reason}"])


class WordingView(View):
    """The words an office uses for a message, in one version, and how they read."""

    template: str = Field(examples=["cycle-suspended"])
    language: Tongue
    version: int
    title: str | None = Field(description="Null where the original words are used again.")
    text: str | None
    unused: list[str] = Field(description="Places that the words leave out.")
    preview: WordsView
    set_at: datetime


class DeliveryView(View):
    """One way by which a message was sent."""

    way: Way
    masked: str = Field(examples=["l***@example.com"])
    state: DeliveryState
    times: int = Field(description="How often it was asked for.")
    attempts: int = Field(description="Of the last time.")
    error: str | None = Field(examples=["SMTPDataError 451"])
    asked_at: datetime
    taken_at: datetime | None


class MessageView(View):
    """What somebody was told about a cycle, and how it reached them."""

    id: UUID
    person: str = Field(examples=["李四"])
    template: str = Field(examples=["cycle-extended"])
    title: str
    text: str
    told_at: datetime
    read_at: datetime | None
    deliveries: list[DeliveryView] = Field(description="Beside the inbox.")


class MessageQuery(Paging):
    """Which messages to list."""

    template: str | None = Field(default=None, max_length=100, examples=["cycle-extended"])
    state: DeliveryState | None = Field(
        default=None, description="Only those with a delivery in this state."
    )


class MessageIn(Body):
    """Words of the office's own for many applicants; exactly one of `drafts`, `stage` and
    `applications` says to whom.
    """

    drafts: bool = Field(default=False, description="To all who have a draft in the cycle.")
    stage: Key | None = Field(
        default=None,
        description="To all whom this stage has still to judge.",
        examples=["eligibility"],
    )
    applications: list[UUID] | None = Field(
        default=None, min_length=1, max_length=2_000, description="To these, once handed in."
    )
    title: Line = Field(examples=["申报系统周六夜间维护"])
    text: Prose = Field(examples=["3月28日22时至次日6时系统维护，请提前保存。"])
    urgent: bool = Field(
        default=False, description="Also to who wants urgent messages only by mail or phone."
    )


class ToldView(View):
    """How many a message reaches: everybody in the inbox, some also by mail or phone."""

    applications: int
    people: int
    mail: int
    sms: int
    nobody: int = Field(description="Applications for which nobody speaks any more.")


class ResendingIn(Body):
    """Which delivery to try once more."""

    way: Way


class LeadUnit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"


class LeadIn(Body):
    """How long before something is due people are reminded."""

    amount: int = Field(ge=1, le=30)
    unit: LeadUnit


class RemindersIn(Body):
    """When people are reminded; never, with an empty list."""

    leads: list[LeadIn] = Field(
        max_length=5,
        examples=[[{"amount": 3, "unit": "working_days"}, {"amount": 1, "unit": "days"}]],
    )


class RemindersView(View):
    """When people are reminded. `assumed`: the office has set nothing, and this is our default."""

    leads: list[LeadIn]
    assumed: bool


class Urgent(StrEnum):
    """How a piece of work stands: its time is over, ends today, is to come, or has no end."""

    OVERDUE = "overdue"
    TODAY = "today"
    COMING = "coming"


class DutyView(View):
    """Work that waits for the caller in one stage."""

    what: str = Field(examples=["entry-to-screen"])
    name: str = Field(examples=["待审查的参评"])
    count: int
    programme: str
    cycle_id: UUID
    cycle: str = Field(examples=["2026年度"])
    stage: str = Field(examples=["eligibility"])
    stage_name: str
    due_at: datetime | None = Field(description="Null where nothing says until when.")
    urgency: Urgent


class DeskView(View):
    """What waits for the caller, the most pressing first."""

    at: datetime
    items: list[DutyView]


class DeskQuestion(Asked):
    """How far to look ahead for what has not begun; what can be done now is always shown."""

    within_days: int = Field(default=7, ge=0, le=60)
