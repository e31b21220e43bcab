"""How does an event look on the wire? Ids and no content: who wants to know more, reads it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Asked, View


class EventType(StrEnum):
    CYCLE_LAUNCHED = "cycle-launched"
    CYCLE_EXTENDED = "cycle-extended"
    CYCLE_POSTPONED = "cycle-postponed"
    CYCLE_SUSPENDED = "cycle-suspended"
    CYCLE_RESUMED = "cycle-resumed"
    CYCLE_CORRECTED = "cycle-corrected"
    CYCLE_COMPLETED = "cycle-completed"
    CYCLE_CANCELLED = "cycle-cancelled"
    STAGE_OPENED = "stage-opened"
    STAGE_CLOSED = "stage-closed"
    AWARDS_PUBLISHED = "awards-published"
    NOTICE_POSTED = "notice-posted"
    APPLICATION_DRAFTED = "application-drafted"
    APPLICATION_SUBMITTED = "application-submitted"
    APPLICATION_WITHDRAWN = "application-withdrawn"


class EventView(View):
    """Something that happened. `subject` is the id of what it happened to."""

    id: UUID = Field(description="The same event always has the same id.")
    type: EventType
    at: datetime = Field(description="Award time.")
    cycle_id: UUID
    subject: UUID
    stage: str | None = Field(description="Key of the stage.", examples=["documents"])
    notice: str | None = Field(description="Code of the notice.", examples=["GS-260302-7Q2M9K3A"])


class EventQuery(Asked):
    """From where to read on."""

    after: UUID | None = Field(
        default=None, description="`last` of the answer before; without it, from the beginning."
    )
    count: int = Field(default=50, ge=1, le=100, description="Most events of one answer.")


class EventsView(View):
    """Events, oldest first. Ask again with `after=last`, at once while `more`."""

    items: list[EventView]
    last: UUID | None = Field(description="Where to read on; null while nothing has been read.")
    more: bool
