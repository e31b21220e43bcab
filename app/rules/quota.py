"""How many awards are there to give, to whom do they fall by rank, and does a list exceed them?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from app.rules.regulation.quotas import Floor, Quota, Tier

Cell = tuple[str, str]
"""A track and a tier open to it."""


class GrantedTooMany(ValueError):
    """The launch approval may grant fewer places than the regulation, never more."""

    code: Final = "granted-above-regulation"


class RankedEntry(NamedTuple):
    """An entry with its rank from 1 (equal = tied), its exact score in points, the groups it
    belongs to and the tiers closed to it.
    """

    id: str
    track: str
    rank: int
    score: Fraction
    groups: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


class Award(NamedTuple):
    """An entry that is to have, or has, a tier."""

    id: str
    track: str
    tier: str
    groups: frozenset[str] = frozenset()


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
    """A quota (its place in the list) that the awards break: how many count, and how many may.

    in_principle: a recorded decision with its reason may go beyond it.
    """

    quota: int
    code: str
    counted: int
    limit: int
    ids: tuple[str, ...]
    in_principle: bool = False


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
    Places are kept for minimums (`at_least`) as long as somebody further down can fill them; what
    is still free at the end goes to the best of those left. `violations` tells if they are met.
    """
    shared = _sharing({each.track for each in ranked}, tiers, quotas)
    by_rank = sorted(ranked, key=lambda each: (shared[each.track], each.rank))
    filling = _Filling(tuple(tiers), tuple(quotas), tuple(floors), by_rank)
    for _, neighbours in groupby(by_rank, key=lambda each: shared[each.track]):
        blocked = False
        for _, group in groupby(neighbours, key=attrgetter("rank")):
            level = list(group)
            filling.reached += len(level)
            if blocked:
                filling.waiting += [each.id for each in level]
            else:
                blocked = not filling.take(level, resolved)
    filling.fill_up()
    return Proposal(
        filling.assigned, tuple(filling.unresolved), tuple(filling.waiting), tuple(filling.left)
    )


def may_have(entry: RankedEntry, tier: Tier, floors: Sequence[Floor] = ()) -> bool:
    """Whether an entry may have a tier at all: it is open to it, and no floor stands above it."""
    return (
        tier.key not in entry.closed
        and tier.open_to(entry.track, entry.groups)
        and all(
            entry.score >= (floor.at_least or 0)
            for floor in floors
            if floor.tier == tier.key and (floor.track is None or entry.track in floor.track)
        )
    )


def kept_for_others(
    quotas: Sequence[Quota],
    tiers: Sequence[Tier],
    own: Iterable[str],
    others: Iterable[str],
    held: Iterable[tuple[str, str, tuple[str, ...]]] = (),
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Awards (track, tier, groups) that must stay free where tiers are proposed in several stages:
    of each minimum that none of the `own` tracks can serve, but some of the `others`, the places
    still open beside what is `held`; counted as the lowest tier that serves it.
    """
    kept = list(held)
    before = len(kept)
    serving = {
        place: [cell for cell in _cells(others, tiers[::-1]) if _serves(quota, cell)]
        for place, quota in enumerate(quotas)
        if quota.at_least and not any(_serves(quota, cell) for cell in _cells(own, tiers))
    }
    for place in sorted(serving, key=lambda place: len(serving[place])):
        quota, cells = quotas[place], serving[place]
        short = (quota.at_least or 0) - sum(quota.counts(*each) for each in kept)
        kept += [(*cells[0], quota.of.group or ())] * short if cells else []
    return kept[before:]


def share_a_quota(
    quotas: Iterable[Quota], tiers: Sequence[Tier], one: Iterable[str], other: Iterable[str]
) -> bool:
    """Whether some number counts awards in one set of tracks as well as in the other."""
    here, there = _cells(one, tiers), _cells(other, tiers)
    return any(
        any(quota.of.touches(*cell) for cell in here)
        and any(quota.of.touches(*cell) for cell in there)
        for quota in quotas
    )


def violations(awards: Sequence[Award], quotas: Sequence[Quota]) -> list[Violation]:
    """Quotas that the list breaks: `above_cap` and `below_minimum`, in the regulation's order."""
    found: list[Violation] = []
    for place, quota in enumerate(quotas):
        ids = tuple(each.id for each in awards if _counts(quota, each))
        soft = quota.in_principle
        if quota.at_most is not None and len(ids) > quota.at_most:
            found.append(Violation(place, "above_cap", len(ids), quota.at_most, ids, soft))
        if quota.at_least is not None and len(ids) < quota.at_least:
            found.append(Violation(place, "below_minimum", len(ids), quota.at_least, ids, soft))
    return found


@dataclass(slots=True)
class _Filling:
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    floors: tuple[Floor, ...]
    by_rank: Sequence[RankedEntry]
    reached: int = 0
    awards: list[Award] = field(default_factory=list)
    unresolved: list[tuple[str, ...]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    passed: list[RankedEntry] = field(default_factory=list)
    counted: dict[int, int] = field(default_factory=dict)
    full: set[tuple[str, str, frozenset[str]]] = field(default_factory=set)

    @property
    def assigned(self) -> dict[str, str]:
        return {each.id: each.tier for each in self.awards}

    @property
    def left(self) -> list[str]:
        return [each.id for each in self.passed]

    def take(self, group: list[RankedEntry], resolved: Sequence[str]) -> bool:
        """Give a group of equal rank its tiers; False if it needs a decision first."""
        wishes = [self._wish(each) for each in group]
        wanted = [wish for wish in wishes if wish is not None]
        if not wanted:  # as for nearly all of a long list
            self.passed += group
            return True
        if self._fits(wanted):
            self._give(wanted)
            self.passed += [each for each, w in zip(group, wishes, strict=True) if w is None]
            return True
        contested = {wish.id for wish in wanted}
        if not contested <= set(resolved):
            # Caps only tighten: who would get nothing as the first of the group gets nothing.
            self.passed += [each for each in group if each.id not in contested]
            self.unresolved.append(tuple(each.id for each in group if each.id in contested))
            return False
        for each in sorted(group, key=lambda each: _turn(each.id, resolved)):
            wish = self._wish(each)
            if wish is None:
                self.passed.append(each)
            else:
                self._give([wish])
        return True

    def fill_up(self) -> None:
        """Places kept for a minimum that nobody filled go to the best of those passed over."""
        if self.unresolved or not any(quota.at_least for quota in self.quotas):
            return
        self.full = set()
        for each in sorted(self.passed, key=lambda each: each.rank):
            wish = self._wish(each)
            if wish is not None:
                self._give([wish])
                self.passed.remove(each)

    def _give(self, awards: list[Award]) -> None:
        self.awards += awards
        for place, quota in enumerate(self.quotas):
            more = sum(_counts(quota, each) for each in awards)
            self.counted[place] = self.counted.get(place, 0) + more

    def _wish(self, entry: RankedEntry) -> Award | None:
        for tier in self.tiers:
            cell = (entry.track, tier.key, entry.groups)
            if cell not in self.full and may_have(entry, tier, self.floors):
                award = Award(entry.id, entry.track, tier.key, entry.groups)
                if self._fits([award]):
                    return award
                self.full.add(cell)  # caps only tighten
        return None

    def _fits(self, more: list[Award]) -> bool:
        """Whether the caps allow these awards, and leave room for the minimums still open."""
        if not more:
            return True
        counted = {
            place: self.counted.get(place, 0) + sum(_counts(quota, each) for each in more)
            for place, quota in enumerate(self.quotas)
        }
        kept = self._kept(counted, more)
        return all(
            counted[place] + self._reserved(quota, kept) <= quota.at_most
            for place, quota in enumerate(self.quotas)
            if quota.at_most is not None and any(_counts(quota, each) for each in more)
        )

    def _kept(self, counted: Mapping[int, int], more: list[Award]) -> list[tuple[int, list[Award]]]:
        """Minimums still open that these awards do not serve: how many places each needs that
        somebody ahead could fill.
        """
        kept: list[tuple[int, list[Award]]] = []
        for place, quota in enumerate(self.quotas):
            short = (quota.at_least or 0) - counted[place]
            if short > 0 and not any(_counts(quota, each) for each in more):
                able = self._able(quota)
                kept.append((min(short, len({award.id for award in able})), able))
        return kept

    def _able(self, quota: Quota) -> list[Award]:
        return [
            award
            for each in self.by_rank[self.reached :]
            for tier in self.tiers
            if may_have(each, tier, self.floors)
            and _counts(quota, award := Award(each.id, each.track, tier.key, each.groups))
        ]

    def _reserved(self, cap: Quota, kept: list[tuple[int, list[Award]]]) -> int:
        """Places under a cap that must stay free: one award may serve minimums that overlap."""
        total, taken = 0, set[Cell]()
        for places_kept, able in sorted(kept, key=lambda each: -each[0]):
            cells = {(award.track, award.tier) for award in able}
            if taken.isdisjoint(cells) and all(_counts(cap, award) for award in able):
                total, taken = total + places_kept, taken | cells
        return total


def _serves(quota: Quota, cell: Cell) -> bool:
    return quota.counts(*cell, quota.of.group or ())


def _counts(quota: Quota, award: Award) -> bool:
    return quota.counts(award.track, award.tier, award.groups)


def _turn(entry: str, resolved: Sequence[str]) -> int:
    return resolved.index(entry) if entry in resolved else len(resolved)


def _cells(tracks: Iterable[str], tiers: Iterable[Tier]) -> list[Cell]:
    known = list(tiers)
    return [
        (track, tier.key)
        for track in tracks
        for tier in known
        if tier.open_to(track, tier.groups or ())
    ]


def _sharing(
    tracks: Iterable[str], tiers: Sequence[Tier], quotas: Sequence[Quota]
) -> dict[str, str]:
    """Track → one track standing for all that are bound to it by caps counted together."""
    leader = {track: track for track in sorted(tracks)}
    for quota in quotas:
        if quota.at_most is None:
            continue
        bound = {leader[cell[0]] for cell in _cells(leader, tiers) if quota.of.touches(*cell)}
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
                and cap.counts(*first)
                and (
                    rest := cheapest(
                        frozenset(cell for cell in open_cells if not cap.counts(*cell))
                    )
                )
                is not None
            ]
            seen[open_cells] = min(sums, default=None)
        return seen[open_cells]

    return cheapest(cells)
