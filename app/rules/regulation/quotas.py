"""How many awards may be granted, and among whom is each number counted?"""

from typing import Annotated

from app.rules.regulation.values import Choice, Key, Points, Positive, Rule, Text, one_or_many

Keys = Annotated[tuple[Key, ...], one_or_many(Key)]


class Tier(Rule):
    """An 等次, written from the highest down; open to every track unless `tracks` narrows it."""

    key: Key
    name: Text
    tracks: Keys | None = None


class Filter(Rule):
    """Which awards a number counts: any of these tiers, in any of these tracks; absent = all."""

    tier: Keys | None = None
    track: Keys | None = None

    def covers(self, track: str, tier: str) -> bool:
        """Whether an award of this tier in this track counts."""
        return (self.track is None or track in self.track) and (
            self.tier is None or tier in self.tier
        )


class Quota(Choice):
    """A cap (`at_most`: places may stay empty) or a minimum (`at_least`) over a filter."""

    ways = ("at_most", "at_least")

    at_most: Positive | None = None
    at_least: Positive | None = None
    of: Filter = Filter()


class Floor(Rule):
    """The least score, in points of the proposing stage's scale, with which a tier is proposed."""

    tier: Key
    at_least: Points
