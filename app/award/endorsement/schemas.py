"""How do routings and letters look on the wire?"""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import Asked, Body, Key, Line, Prose, View
from app.platform.http.pages import Paging
from app.platform.uploads.schemas import Sha256

MOST = 2_000


class RoutingIn(Body):
    entry: UUID
    body: Key = Field(description="One of the regulation's bodies.", examples=["street"])
    authority_id: UUID = Field(description="The authority that acts as this body.")


class RoutingsIn(Body):
    """Which authority is to answer for which entry; naming a pair again routes it elsewhere."""

    items: list[RoutingIn] = Field(min_length=1, max_length=MOST)


class AnswerIn(Body):
    entry: UUID
    recommended: bool = Field(strict=True)
    position: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=MOST,
        description="Place in the body's order of preference, where one is asked for.",
    )
    reason: Prose | None = Field(
        default=None, description="Why it is not recommended.", examples=["近一年有欠税。"]
    )


class LetterIn(Body):
    """One letter (推荐函) for everything routed to an authority as one body."""

    authority_id: UUID
    body: Key = Field(examples=["street"])
    document: Line = Field(examples=["荣巷街办函〔2026〕12号"])
    issued_on: date
    scan_sha256: Sha256 | None = Field(
        default=None, description="SHA-256 of the scanned letter.", examples=["0" * 64]
    )
    notice_from: date | None = Field(default=None, description="First day of the body's notice.")
    notice_to: date | None = Field(default=None, description="Its last day.")
    answers: list[AnswerIn] = Field(min_length=1, max_length=MOST)


class RoutingQuery(Asked):
    """Which routings to list."""

    authority: UUID | None = Field(default=None, description="Only those to this authority.")
    recommended: bool | None = Field(
        default=None, description="Only those that it recommends, or does not."
    )


class DeskQuery(Paging):
    """What waits on the desk of a body."""


class DeskLine(View):
    """An application routed to a body, as the body sees it."""

    id: UUID
    entry_id: UUID
    application_id: UUID
    cycle_id: UUID
    stage: str = Field(examples=["recommendation"])
    body: str = Field(examples=["street"])
    authority_id: UUID
    code: str | None = Field(description="Of the application.")
    organisation: str
    awardee: str = Field(description="Whom the award is for: the organisation unless named.")
    track: str
    recommended: bool | None = Field(description="Null until the letter is issued.")


class RoutingView(View):
    """One routing as the office sees it, with what the letter said."""

    id: UUID
    entry_id: UUID
    organisation: str
    body: str
    authority_id: UUID
    authority: str
    recommended: bool | None
    position: int | None
    reason: str | None
    document: str | None = Field(description="The letter.")


class LetterView(View):
    id: UUID
    authority_id: UUID
    body: str
    document: str
    issued_on: date
    issued_at: datetime
    recommended: int = Field(description="How many it recommends.")
    refused: int
