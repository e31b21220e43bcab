"""Can the caps and minimums of a regulation be kept together?"""

from collections.abc import Iterator

from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.quotas import Filter, Quota

Cell = tuple[str, str, str | None]
"""A track, a tier open to it, and a group (None: an applicant of no group)."""


def check_quotas(regulation: Regulation) -> Iterator[Problem]:
    """Minimums above what their own range may hold, one by one and taken together."""
    for place, quota in enumerate(regulation.quotas):
        most = cap_over(regulation, quota)
        if quota.at_least and most is not None and quota.at_least > most:
            yield problem("quota_above_cap", ("quotas", place), floor=quota.at_least, places=most)
    yield from _together(regulation)


def cap_over(regulation: Regulation, wanted: Quota | Filter) -> int | None:
    """The smallest cap that counts at least everything `wanted` counts; None if there is none."""
    cells = _cells(regulation, wanted)
    caps = [
        quota.at_most
        for quota in regulation.quotas
        if quota.at_most is not None and cells <= _cells(regulation, quota)
    ]
    return min(caps, default=None)


def _together(regulation: Regulation) -> Iterator[Problem]:
    """Minimums that share no award, but all count under one cap that is smaller than their sum."""
    minimums = [
        (quota.at_least, _cells(regulation, quota)) for quota in regulation.quotas if quota.at_least
    ]
    for place, cap in enumerate(regulation.quotas):
        if cap.at_most is None:
            continue
        inside = _cells(regulation, cap)
        # Groups overlap, tracks and tiers do not: one award may serve the minimums of two groups.
        taken: set[tuple[str, str]] = set()
        total, several = 0, 0
        for least, cells in sorted(minimums, key=lambda each: -each[0]):
            awards = {(track, tier) for track, tier, _ in cells}
            if cells <= inside and taken.isdisjoint(awards):
                taken |= awards
                total, several = total + least, several + 1
        if several > 1 and total > cap.at_most:
            path = ("quotas", place, "at_most")
            yield problem("quotas_unmeetable", path, total=total, places=cap.at_most)


def _cells(regulation: Regulation, wanted: Quota | Filter) -> frozenset[Cell]:
    counts = wanted.counts if isinstance(wanted, Quota) else wanted.covers
    groups: list[str | None] = [None, *(group.key for group in regulation.groups)]
    return frozenset(
        (track.key, tier.key, group)
        for track in regulation.tracks
        for tier in regulation.tiers
        for group in groups
        if tier.open_to(track.key, (group,) if group else tier.groups or ())
        and counts(track.key, tier.key, (group,) if group else ())
    )
