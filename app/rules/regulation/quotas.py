"""How many awards may be granted, and among whom is each number counted?"""

from collections.abc import Collection, Iterable
from fractions import Fraction
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
    Share,
    Text,
    Whole,
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
        return self.touches(track, tier) and self.includes(track, groups)

    def includes(self, track: str, groups: Collection[str] = ()) -> bool:
        """Whether it speaks of such an applicant, whatever the tier."""
        return (self.track is None or track in self.track) and (
            self.group is None or not set(self.group).isdisjoint(groups)
        )

    def touches(self, track: str, tier: str) -> bool:
        """Whether an award of this tier in this track may count, whoever has it."""
        return (self.track is None or track in self.track) and (
            self.tier is None or tier in self.tier
        )


class Quota(Choice):
    """A cap (`at_most`: places may stay empty), a cap that grows with the field (`at_most_share` of
    the entries that the stage `among` took, rounded down), or a minimum, over a filter.

    What `except` covers is not counted. `in_principle` (原则上): a recorded decision that gives its
    reason may go beyond it; filling by rank never does.
    """

    ways = ("at_most", "at_least", "at_most_share")

    at_most: Whole | None = None
    at_least: Positive | None = None
    at_most_share: Share | None = None
    among: Key | None = None
    of: Filter = Filter()
    leaves_out: Filter | None = Field(default=None, alias="except")
    in_principle: Flag = False

    def counts(self, track: str, tier: str, groups: Collection[str] = ()) -> bool:
        """Whether an award of this tier in this track to such an applicant counts here."""
        return self.of.covers(track, tier, groups) and not (
            self.leaves_out is not None and self.leaves_out.covers(track, tier, groups)
        )

    def settled(self, entries: Iterable[tuple[str, Collection[str]]]) -> "Quota":
        """The number that a share amounts to, `entries` (track, groups) being those that its stage
        took; the quota itself where it is a number.
        """
        if self.at_most_share is None:
            return self
        count = sum(
            self.of.includes(*each)
            and not (self.leaves_out is not None and self.leaves_out.includes(*each))
            for each in entries
        )
        most = int(self.at_most_share * count)
        return self.model_copy(update={"at_most": most, "at_most_share": None, "among": None})


class Floor(Choice):
    """The least score with which a tier is proposed: points of the proposing stage's scale, or a
    share of its full marks (得分率).
    """

    ways = ("at_least", "at_least_of_full")

    tier: Key
    at_least: Points | None = None
    at_least_of_full: Share | None = None
    track: Keys | None = None

    def points(self, scale: Fraction | int) -> Fraction:
        """The least score in points of this scale."""
        if self.at_least_of_full is None:
            return Fraction(self.at_least or 0)
        return self.at_least_of_full * scale
