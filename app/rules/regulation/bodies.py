"""Who may recommend, and how many?"""

from collections.abc import Iterator

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Key, Positive, Rule, Text


class BodyLimit(Rule):
    """How many entries of these tracks one body may recommend."""

    track: Keys
    at_most: Positive


class Body(Rule):
    """Who may recommend: a body, or one of a kind of bodies (each street office).

    `at_most`: how many one body may recommend, `at_most_of` how many of some tracks.
    """

    key: Key
    name: Text
    at_most: Positive | None = None
    at_most_of: tuple[BodyLimit, ...] = ()
    tracks: Keys | None = None

    def limits(self) -> Iterator[tuple[int, Keys | None]]:
        """Every number that holds for it, and for which tracks (None: all)."""
        if self.at_most is not None:
            yield self.at_most, None
        for each in self.at_most_of:
            yield each.at_most, each.track
