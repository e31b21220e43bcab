"""Do the parts of a regulation hang together, so that a cycle could be run by it?"""

from collections.abc import Iterator

from app.rules.regulation.check_flow import check_flow, check_references
from app.rules.regulation.check_names import check_names, conditions
from app.rules.regulation.check_quotas import check_quotas
from app.rules.regulation.check_stages import check_stages
from app.rules.regulation.eligibility_rules import AwardHeld, Certificate, Grade, Incident
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.values import Choice

Path = tuple[str | int, ...]

_STARTS = {
    "granted": ("decision_date", "award_year_end"),
    "revoked_for": ("revocation",),
    "disqualified_for": ("finding",),
}
"""From which days a bar can be counted, by what happened."""


def check(regulation: Regulation) -> list[Problem]:
    """Everything wrong with a regulation whose figures and names can be read."""
    return [
        *check_names(regulation),
        *_tracks(regulation),
        *check_quotas(regulation),
        *_grounds(regulation),
        *_bars(regulation),
        *_committee(regulation),
        *check_references(regulation),
        *check_flow(regulation),
        *check_stages(regulation),
    ]


def _tracks(regulation: Regulation) -> Iterator[Problem]:
    for place, track in enumerate(regulation.tracks):
        if track.members and track.awardee != "joint":
            yield problem("members_unfit", ("tracks", place, "members"))


def _grounds(regulation: Regulation) -> Iterator[Problem]:
    for each, path in conditions(regulation):
        if each.tier and (path[0] == "groups" or "of" in path):
            yield problem("tier_unfit", (*path, "tier"))
        if isinstance(each, Incident):
            yield from _unit(each.within, (*path, "within"))
        if isinstance(each, Certificate) and each.held_for:
            yield from _unit(each.held_for, (*path, "held_for"))
        if isinstance(each, AwardHeld):
            if not each.tiers and not each.honours:
                yield problem("honour_unnamed", path)
            if each.within:
                yield from _unit(each.within, (*path, "within"))
            if each.for_at_least:
                yield from _unit(each.for_at_least, (*path, "for_at_least"))
        if isinstance(each, Grade) and each.at_least not in each.grades:
            yield problem("unknown_grade", (*path, "at_least"), found=each.at_least)


def _bars(regulation: Regulation) -> Iterator[Problem]:
    for place, bar in enumerate(regulation.bars):
        fitting = _STARTS[bar.after.way]
        if bar.counted_from not in fitting:
            path: Path = ("bars", place, "from")
            yield problem(
                "bar_start_unfit", path, start=bar.counted_from, choices="、".join(fitting)
            )


def _committee(regulation: Regulation) -> Iterator[Problem]:
    committee = regulation.committee
    if committee is None:
        return
    low, high = committee.at_least, committee.at_most
    if low and high and low > high:
        yield problem("range_reversed", ("committee",), low=low, high=high)
    if committee.odd and low and low == high and low % 2 == 0:
        yield problem("never_odd", ("committee", "odd"), seats=low)


def _unit(length: Choice, path: Path) -> Iterator[Problem]:
    if length.way == "working_days":
        choices = "days、months、years"
        yield problem("unit_unfit", path, unit=length.way, choices=choices)
