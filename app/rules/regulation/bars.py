"""Who may not apply again, since what, and for how long?"""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.regulation.eligibility_rules import Codes
from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Bare, Choice, Flag, Key, Positive, Rule, Text, ways_of


class After(Choice):
    """What happened: a tier was granted, an award was revoked on a ground, or a candidate was
    disqualified on a ground before there was an award.
    """

    ways = ("granted", "revoked_for", "disqualified_for")

    granted: Keys | None = None
    revoked_for: Codes | None = None
    disqualified_for: Codes | None = None


class SitOut(Choice):
    """How long: years to the day, cycles of this programme (届), or for ever."""

    ways = ("years", "cycles", "for_ever")

    years: Positive | None = None
    cycles: Positive | None = None
    for_ever: Bare | None = None


class Bar(Rule):
    """A 限制申报. `from` names the day that years are counted from; cycles are counted from the one
    in which it happened, which is not among those sat out.

    `closes` names the tiers it keeps from; without it the applicant may not enter at all. `also`
    names earlier or renamed awards whose holders it meets too. A bar follows a successor
    organisation unless `follows_successor: false`.
    """

    key: Key
    after: After
    sit_out: Annotated[SitOut, ways_of(SitOut, Literal["for_ever"])]
    counted_from: Literal["decision_date", "award_year_end", "revocation", "finding"] = Field(
        alias="from"
    )
    track: Keys | None = None
    closes: Keys | None = None
    also: tuple[Text, ...] = ()
    follows_successor: Flag = True
