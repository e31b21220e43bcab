"""Who goes on from a stage: by which score, or from which place?"""

from collections.abc import Collection, Iterable
from typing import Annotated, Literal

from pydantic import Field

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Bare, Choice, Points, Positive, Share, ways_of

Level = Literal["decision", "all_in", "none_in"]
"""Entries that stand level at a cut: a recorded decision orders them, all pass, or none does."""


class First(Choice):
    """So many entries by rank (in a vote: by approvals): a number, or a multiple of the places
    the quotas leave. `level` says what becomes of entries that stand level at the cut.
    """

    ways = ("places", "times_places")

    places: Positive | None = None
    times_places: Points | None = None
    level: Level | None = None


class Lot(First):
    """So many of one lot by rank (分组排名): of these tracks, of these groups; absent = all."""

    track: Keys | None = None
    group: Keys | None = None

    def of(self, tracks: Iterable[str]) -> list[str]:
        """Those of these tracks whose entries are ranked in this lot."""
        return [each for each in tracks if self.track is None or each in self.track]

    def takes(self, track: str, groups: Collection[str]) -> bool:
        """Whether such an entry is ranked in this lot, unless an earlier one has taken it."""
        return (self.track is None or track in self.track) and (
            self.group is None or not set(self.group).isdisjoint(groups)
        )


class Advance(Choice):
    """Who goes on: everybody, a least score (in points, or as a share of full marks: 得分率), the
    first by rank, of all or of each lot, those carried, those proposed.

    An entry belongs to the first lot written that takes it. `carried` means let through by the
    stage's own decision: eligible, voted, approved, upheld.
    """

    ways = (
        "everybody",
        "at_least",
        "at_least_of_full",
        "first",
        "first_of_each",
        "carried",
        "proposed",
    )

    everybody: Bare | None = None
    at_least: Points | None = None
    at_least_of_full: Share | None = None
    first: First | None = None
    first_of_each: Annotated[tuple[Lot, ...], Field(min_length=1)] | None = None
    carried: Bare | None = None
    proposed: Bare | None = None

    @property
    def compares(self) -> bool:
        """Whether entries are ranked against each other here."""
        return self.first is not None or self.first_of_each is not None

    @property
    def by_score(self) -> bool:
        """Whether a score must be reached, whatever the others have."""
        return self.at_least is not None or self.at_least_of_full is not None

    @property
    def lots(self) -> tuple[Lot, ...]:
        """Who is ranked against whom, in the order written; `first` alone is one lot of all."""
        if self.first is not None:
            return (Lot.model_construct(**dict(self.first)),)
        return self.first_of_each or ()

    def lot_of(self, track: str, groups: Collection[str]) -> int | None:
        """The place among `lots` of that to which an entry belongs; None where none takes it."""
        return next((n for n, lot in enumerate(self.lots) if lot.takes(track, groups)), None)


AdvanceRule = Annotated[Advance, ways_of(Advance, Literal["everybody", "carried", "proposed"])]
