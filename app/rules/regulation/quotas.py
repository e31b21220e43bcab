"""How many awards may be granted, and among whom is each number counted?"""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from app.rules.regulation.values import (
    Bare,
    Choice,
    Flag,
    Key,
    Points,
    Positive,
    Rule,
    Text,
    one_or_many,
    ways_of,
)

Keys = Annotated[tuple[Key, ...], one_or_many(Key)]


class Validity(Choice):
    """How long an award of the tier may be borne."""

    ways = ("years", "unlimited")

    years: Positive | None = None
    unlimited: Bare | None = None


class Tier(Rule):
    """An 等次, written from the highest down; open to every track unless `tracks` narrows it, and
    to every applicant unless `groups` names those that alone may have it.
    """

    key: Key
    name: Text
    tracks: Keys | None = None
    groups: Keys | None = None
    valid: Annotated[Validity, ways_of(Validity, Literal["unlimited"])] | None = None

    def open_to(self, track: str, groups: Collection[str] = ()) -> bool:
        """Whether an applicant of this track and these groups may have the tier at all."""
        return (self.tracks is None or track in self.tracks) and (
            self.groups is None or not set(self.groups).isdisjoint(groups)
        )


class Filter(Rule):
    """Which awards a number counts: any of these tiers, in any of these tracks, to an applicant
    of any of these groups; absent = all.
    """

    tier: Keys | None = None
    track: Keys | None = None
    group: Keys | None = None

    def covers(self, track: str, tier: str, groups: Collection[str] = ()) -> bool:
        """Whether an award of this tier in this track to such an applicant counts."""
        return self.touches(track, tier) and (
            self.group is None or not set(self.group).isdisjoint(groups)
        )

    def touches(self, track: str, tier: str) -> bool:
        """Whether an award of this tier in this track may count, whoever has it."""
        return (self.track is None or track in self.track) and (
            self.tier is None or tier in self.tier
        )


class Quota(Choice):
    """A cap (`at_most`: places may stay empty) or a minimum (`at_least`) over a filter.

    What `except` covers is not counted. `in_principle` (原则上): a recorded decision that gives its
    reason may go beyond it; filling by rank never does.
    """

    ways = ("at_most", "at_least")

    at_most: Positive | None = None
    at_least: Positive | None = None
    of: Filter = Filter()
    leaves_out: Filter | None = Field(default=None, alias="except")
    in_principle: Flag = False

    def counts(self, track: str, tier: str, groups: Collection[str] = ()) -> bool:
        """Whether an award of this tier in this track to such an applicant counts here."""
        return self.of.covers(track, tier, groups) and not (
            self.leaves_out is not None and self.leaves_out.covers(track, tier, groups)
        )


class Floor(Rule):
    """The least score, in points of the proposing stage's scale, with which a tier is proposed."""

    tier: Key
    at_least: Points
    track: Keys | None = None
