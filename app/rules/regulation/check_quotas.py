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
        if quota.at_most == 0:
            yield problem("not_positive", ("quotas", place, "at_most"))
        yield from _share(regulation, quota, ("quotas", place))
    yield from _together(regulation)


def _share(regulation: Regulation, quota: Quota, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """A share is counted of the entries of a stage that comes before any tier is given."""
    if (quota.at_most_share is None) != (quota.among is None):
        yield problem("among_unfit", path)
    if quota.among is None:
        return
    stage = next((each for each in regulation.stages if each.key == quota.among), None)
    if stage is None:
        yield problem("unknown_stage", (*path, "among"), key=quota.among)
        return
    for giving in regulation.stages:
        if giving.gives_tiers and stage.key not in {giving.key, *regulation.upstream(giving)}:
            yield problem("among_late", (*path, "among"), key=stage.key, giving=giving.name)
    before = [each for each in regulation.stages if each.key in regulation.upstream(stage)]
    grouped = quota.of.group or (quota.leaves_out and quota.leaves_out.group)
    if grouped and not any(each.kind == "screening" for each in before):
        yield problem("among_ungrouped", (*path, "among"), key=stage.key)


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
