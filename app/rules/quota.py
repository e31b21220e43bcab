"""How many awards are there to give, to whom do they fall by rank, and does a list exceed them?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Final, NamedTuple

from app.rules.regulation.quotas import Floor, Quota, Tier

Cell = tuple[str, str]
"""A track and a tier open to it."""


class GrantedTooMany(ValueError):
    """The launch approval may grant fewer places than the regulation, never more."""

    code: Final = "granted-above-regulation"


class RankedEntry(NamedTuple):
    """An entry with its rank from 1 (equal = tied) and its exact score in points."""

    id: str
    track: str
    rank: int
    score: Fraction


class Award(NamedTuple):
    """An entry that is to have, or has, a tier."""

    id: str
    track: str
    tier: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the ranking gives. Nothing is final for `unresolved` and `waiting`.

    assigned: entry → tier. unresolved: groups of tied entries of which the caps leave out some, so
    that a recorded decision must order them. waiting: entries ranked after such a group. left:
    entries that get no tier, for want of places or below the floor.
    """

    assigned: Mapping[str, str]
    unresolved: tuple[tuple[str, ...], ...] = ()
    waiting: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A quota (its place in the list) that the awards break: how many count, and how many may."""

    quota: int
    code: str
    counted: int
    limit: int
    ids: tuple[str, ...]


def places(
    quotas: Sequence[Quota],
    tracks: Iterable[str],
    tiers: Iterable[Tier],
    granted: int | None = None,
) -> int | None:
    """Places of all tiers together that these tracks may fill; None if some tier has no cap.

    It is the smallest sum of caps that together count every tier open to the tracks. `granted`
    (places by the launch approval) lowers it; GrantedTooMany if it is above the regulation's.
    """
    cells = frozenset(_cells(tracks, tiers))
    most = _cover(cells, [quota for quota in quotas if quota.at_most is not None])
    if granted is not None and most is not None and granted > most:
        raise GrantedTooMany(f"办法至多{most}个名额，批准了{granted}个")
    return most if granted is None else granted


def propose(
    ranked: Sequence[RankedEntry],
    tiers: Sequence[Tier],
    quotas: Sequence[Quota],
    floors: Sequence[Floor] = (),
    resolved: Sequence[str] = (),
) -> Proposal:
    """Tiers by rank: each entry has the highest tier open to it, above its floor, with a place.

    Tied entries that cannot all have what the first of them would get stay unresolved unless the
    recorded decision `resolved` orders them. Tracks that share no cap do not touch each other.
    Minimum shares (`at_least`) are not filled here: `violations` tells whether they are met.
    """
    filling = _Filling(tuple(tiers), tuple(quotas), {f.tier: f.at_least for f in floors})
    shared = _sharing({each.track for each in ranked}, tiers, quotas)
    by_rank = sorted(ranked, key=lambda each: (shared[each.track], each.rank))
    for _, neighbours in groupby(by_rank, key=lambda each: shared[each.track]):
        blocked = False
        for _, group in groupby(neighbours, key=lambda each: each.rank):
            if blocked:
                filling.waiting += [each.id for each in group]
            else:
                blocked = not filling.take(list(group), resolved)
    return Proposal(
        filling.assigned, tuple(filling.unresolved), tuple(filling.waiting), tuple(filling.left)
    )


def violations(awards: Sequence[Award], quotas: Sequence[Quota]) -> list[Violation]:
    """Quotas that the list breaks: `above_cap` and `below_minimum`, in the regulation's order."""
    found: list[Violation] = []
    for place, quota in enumerate(quotas):
        ids = tuple(each.id for each in awards if quota.of.covers(each.track, each.tier))
        if quota.at_most is not None and len(ids) > quota.at_most:
            found.append(Violation(place, "above_cap", len(ids), quota.at_most, ids))
        if quota.at_least is not None and len(ids) < quota.at_least:
            found.append(Violation(place, "below_minimum", len(ids), quota.at_least, ids))
    return found


@dataclass(slots=True)
class _Filling:
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    floors: Mapping[str, Fraction]
    awards: list[Award] = field(default_factory=list)
    unresolved: list[tuple[str, ...]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    full: set[Cell] = field(default_factory=set)

    @property
    def assigned(self) -> dict[str, str]:
        return {each.id: each.tier for each in self.awards}

    def take(self, group: list[RankedEntry], resolved: Sequence[str]) -> bool:
        """Give a group of equal rank its tiers; False if it needs a decision first."""
        wishes = [self._wish(each) for each in group]
        wanted = [wish for wish in wishes if wish is not None]
        if self._fits(wanted):
            self.awards += wanted
            self.left += [each.id for each, wish in zip(group, wishes, strict=True) if wish is None]
            return True
        contested = {wish.id for wish in wanted}
        if not contested <= set(resolved):
            # Caps only tighten: who would get nothing as the first of the group gets nothing.
            self.left += [each.id for each in group if each.id not in contested]
            self.unresolved.append(tuple(each.id for each in group if each.id in contested))
            return False
        for each in sorted(group, key=lambda each: _turn(each.id, resolved)):
            wish = self._wish(each)
            if wish is None:
                self.left.append(each.id)
            else:
                self.awards.append(wish)
        return True

    def _wish(self, entry: RankedEntry) -> Award | None:
        for tier in self.tiers:
            floor = self.floors.get(tier.key)
            open_to = tier.tracks is None or entry.track in tier.tracks
            if (
                open_to
                and (entry.track, tier.key) not in self.full
                and (floor is None or entry.score >= floor)
            ):
                award = Award(entry.id, entry.track, tier.key)
                if self._fits([award]):
                    return award
                self.full.add((entry.track, tier.key))  # caps only tighten
        return None

    def _fits(self, more: list[Award]) -> bool:
        if not more:
            return True
        caps = [quota for quota in self.quotas if quota.at_most is not None]
        return not violations([*self.awards, *more], caps)


def _turn(entry: str, resolved: Sequence[str]) -> int:
    return resolved.index(entry) if entry in resolved else len(resolved)


def _cells(tracks: Iterable[str], tiers: Iterable[Tier]) -> list[Cell]:
    known = list(tiers)
    return [
        (track, tier.key)
        for track in tracks
        for tier in known
        if tier.tracks is None or track in tier.tracks
    ]


def _sharing(
    tracks: Iterable[str], tiers: Sequence[Tier], quotas: Sequence[Quota]
) -> dict[str, str]:
    """Track → one track standing for all that are bound to it by caps counted together."""
    leader = {track: track for track in sorted(tracks)}
    for quota in quotas:
        if quota.at_most is None:
            continue
        bound = {leader[cell[0]] for cell in _cells(leader, tiers) if quota.of.covers(*cell)}
        for track, first in leader.items():
            if first in bound:
                leader[track] = min(bound)
    return leader


def _cover(cells: frozenset[Cell], caps: Sequence[Quota]) -> int | None:
    """The smallest sum of caps that together count every cell; None if some cell has no cap."""
    seen: dict[frozenset[Cell], int | None] = {frozenset(): 0}

    def cheapest(open_cells: frozenset[Cell]) -> int | None:
        if open_cells not in seen:
            first = min(open_cells)
            sums = [
                cap.at_most + rest
                for cap in caps
                if cap.at_most is not None
                and cap.of.covers(*first)
                and (
                    rest := cheapest(
                        frozenset(cell for cell in open_cells if not cap.of.covers(*cell))
                    )
                )
                is not None
            ]
            seen[open_cells] = min(sums, default=None)
        return seen[open_cells]

    return cheapest(cells)
