"""How do routings and letters look on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.award.applications.schemas import Industry
from app.award.endorsement.following import Fact
from app.award.stages.schemas import WhyView
from app.platform.http.bodies import Body, Key, Line, Prose, SearchText, View
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


class ListedBodyIn(Body):
    body: Key = Field(description="One of the regulation's bodies.", examples=["street"])
    authority_id: UUID = Field(description="The authority that acts as this body.")
    areas: list[Line] = Field(
        default=[],
        max_length=200,
        description="Divisions by code (GB/T 2260, GB/T 10114; one takes all within it), or by "
        "name as applicants write it.",
        examples=[["320211005", "荣巷街道"]],
    )
    sectors: list[Industry] = Field(
        default=[],
        max_length=200,
        description="GB/T 4754; a class takes all within it.",
        examples=[["C34", "I"]],
    )


class DirectoryIn(Body):
    """The directory of recommending bodies, whole: it takes the place of the one before. A line
    with neither areas nor sectors takes everybody.
    """

    items: list[ListedBodyIn] = Field(max_length=MOST)


class DirectoryView(View):
    bodies: int = Field(description="How many lines the directory has now.")


class ListedBodyView(View):
    """Who acts as a recommending body, and for whom."""

    id: UUID
    body: str = Field(examples=["street"])
    authority_id: UUID
    authority: str = Field(examples=["荣巷街道办事处"])
    areas: list[str]
    sectors: list[str]


class DirectoryQuery(Paging):
    """Which lines of the directory to list."""

    body: Key | None = None
    q: SearchText | None = Field(default=None, description="Part of the authority's name.")


class FollowingIn(Body):
    """The entries whose bodies are to follow from what they say."""

    entries: list[UUID] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST,
        description="Null: all that are not routed yet.",
    )


class FollowingLine(View):
    """A body that an entry goes to and what that follows from, or why a person must decide."""

    entry_id: UUID
    code: str | None = Field(description="Of the application.")
    organisation: str
    body: str | None = Field(description="Null where a person decides between several.")
    authority_id: UUID | None
    authority: str | None = Field(description="Null where a person must decide.")
    fact: Fact | None = Field(description="Null where the body takes everybody.")
    value: str | None = Field(examples=["320211005"])
    reason: WhyView | None


class FollowingView(View):
    routed: int
    needing_a_person: int
    items: list[FollowingLine]


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
        default=None,
        description="SHA-256 of the scanned letter; of `scan_id`, where that is given.",
        examples=["0" * 64],
    )
    scan_id: UUID | None = Field(
        default=None, description="The scan, uploaded for `endorsement-letter`."
    )
    notice_from: date | None = Field(default=None, description="First day of the body's notice.")
    notice_to: date | None = Field(default=None, description="Its last day.")
    answers: list[AnswerIn] = Field(min_length=1, max_length=MOST)


class RoutingSort(StrEnum):
    """In which order routings are listed."""

    ORGANISATION = "organisation"
    CODE = "code"
    AUTHORITY = "authority"


class RoutingQuery(Paging):
    """Which routings to list, and in which order."""

    authority: UUID | None = Field(default=None, description="Only those to this authority.")
    body: Key | None = None
    track: Key | None = None
    answered: bool | None = None
    recommended: bool | None = Field(
        default=None, description="Only those that it recommends, or does not."
    )
    q: SearchText | None = Field(
        default=None,
        description="Part of the organisation's name or credit code.",
        examples=["精密"],
    )
    sort: RoutingSort = RoutingSort.ORGANISATION


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
    application_id: UUID
    code: str | None = Field(description="Of the application.")
    organisation: str
    awardee: str = Field(description="Whom the award is for: the organisation unless named.")
    track: str
    body: str
    authority_id: UUID
    authority: str
    fact: Fact | None = Field(description="What it followed from; null where the office named it.")
    recommended: bool | None
    position: int | None
    reason: str | None
    document: str | None = Field(description="The letter.")
    letter_id: UUID | None
    scanned: bool = Field(description="Whether its scan can be opened.")


class LetterView(View):
    id: UUID
    authority_id: UUID
    body: str
    document: str
    issued_on: date
    issued_at: datetime
    recommended: int = Field(description="How many it recommends.")
    refused: int
