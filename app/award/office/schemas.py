"""How does what an office tells people look on the wire?"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Body, Line, Prose, View
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


class ResendingIn(Body):
    """Which delivery to try once more."""

    way: Way
