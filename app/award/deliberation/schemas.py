"""How do seats, motions and minutes look on the wire?"""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.award.deliberation.lifecycle import MotionStatus
from app.platform.http.bodies import Body, Line, Prose, View
from app.platform.uploads.schemas import Sha256
from app.platform.workflow.advance import Action
from app.rules.voting import Choice

MOST_SEATS = 200
MOST_BALLOTS = 20_000


class SeatIn(Body):
    post: Line = Field(description="The post in the committee.", examples=["主任委员"])
    holder: Line = Field(description="Who holds it, by name.", examples=["王五"])
    person_id: UUID | None = Field(
        default=None, description="The person, so that declared interests become recusals."
    )


class SeatView(View):
    """A seat as everybody who may read the cycle sees it."""

    id: UUID
    post: str = Field(examples=["主任委员"])
    holder: str = Field(examples=["王五"])


class SeatDetail(SeatView):
    """A seat as who has made it sees it."""

    person_id: UUID | None


class RecusalIn(Body):
    entry: UUID
    seat: UUID


class BallotIn(Body):
    entry: UUID
    seat: UUID
    choice: Choice | None = Field(
        description="Null is an invalid line (废票).", examples=["approve"]
    )


Slips = Field(strict=True, ge=0, le=MOST_SEATS, examples=[9])


class CountIn(Body):
    """One entry's votes, as somebody counts them from the paper."""

    entry: UUID
    approve: int = Slips
    against: int = Slips
    abstain: int = Slips
    invalid: int = Slips


class MinutesIn(Body):
    """The minutes of a vote on paper: one slip per member, with a line for each entry.

    Of a named vote they tell every ballot (`ballots`), of a secret one only numbers (`counts`,
    `valid`, `invalid`).
    """

    present: list[UUID] = Field(
        min_length=1, max_length=MOST_SEATS, description="The seats that were present."
    )
    recused: list[RecusalIn] = Field(
        default=[], max_length=MOST_BALLOTS, description="Who withdrew from the vote on which."
    )
    issued: int = Slips
    returned: int = Slips
    ballots: list[BallotIn] | None = Field(
        default=None, max_length=MOST_BALLOTS, description="Of a named vote: every ballot."
    )
    counts: list[CountIn] | None = Field(
        default=None,
        max_length=MOST_BALLOTS,
        description="Of a secret vote: the votes on every entry of the motion, once.",
    )
    valid: int | None = Field(
        default=None, strict=True, ge=0, le=MOST_SEATS, description="Of a secret vote: valid slips."
    )
    invalid: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=MOST_SEATS,
        description="Of a secret vote: slips that are invalid as a whole (废票).",
    )
    teller: Line = Field(description="Who counted (计票人).", examples=["赵六"])
    scrutineer: Line = Field(description="Who watched the count (监票人).", examples=["钱七"])
    document: Line = Field(examples=["评委会会议纪要〔2026〕1号"])
    scan_sha256: Sha256 | None = Field(
        default=None, description="SHA-256 of the scanned, signed minutes.", examples=["0" * 64]
    )


class ConfirmationIn(Body):
    counts: list[CountIn] = Field(
        max_length=MOST_BALLOTS, description="Every entry of the motion, once."
    )


class ReturnIn(Body):
    reason: Prose = Field(examples=["第三张票的选择录入有误。"])


class MotionLine(View):
    """A motion in a list."""

    id: UUID
    cycle_id: UUID
    stage: str = Field(examples=["committee"])
    name: str = Field(examples=["评定委员会审议"])
    round: int
    status: MotionStatus


class MotionEntryView(View):
    """An entry that the committee decides on."""

    id: UUID
    application_id: UUID
    organisation: str
    awardee: str = Field(description="Whom the award is for: the organisation unless named.")
    track: str
    tier: str | None = Field(description="Proposed.")


class TallyLine(View):
    """One entry's votes, the base they are measured by, and whether that carries it."""

    entry: UUID
    application_id: UUID
    organisation: str
    awardee: str
    approve: int
    against: int
    abstain: int
    invalid: int
    recused: int
    base: int
    needed: int = Field(description="Smallest number of approvals that carries it.")
    carried: bool


class TallyView(View):
    """The count of a confirmed motion, with what the paper says of itself."""

    motion: UUID
    ballot: Literal["named", "secret"]
    members: int
    present: int
    issued: int
    returned: int
    valid: int | None = Field(description="Valid slips; null where the ballot is named.")
    invalid: int | None = Field(description="Invalid slips; null where the ballot is named.")
    quorum_met: bool
    teller: str
    scrutineer: str
    document: str
    digest: str = Field(description="Digest of the minutes.")
    items: list[TallyLine]


class MotionView(MotionLine):
    """A motion with its entries; the tally is null until a second person has confirmed it."""

    entries: list[MotionEntryView]
    hidden: int = Field(description="Entries not shown, because you have an interest in them.")
    tally: TallyView | None
    return_reason: str | None = Field(description="Why the minutes were last sent back.")
    actions: list[Action]
