"""Does each stage hold together in itself, and with the criteria, quotas and tiers it uses?"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from app.rules.exact import decimal_text
from app.rules.regulation.check_quotas import cap_over
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.quotas import Filter
from app.rules.regulation.stages import (
    Composite,
    Endorsement,
    Panel,
    Sifting,
    Stage,
    Survey,
    Vote,
)
from app.rules.regulation.values import share_text

Path = tuple[str | int, ...]


def check_stages(regulation: Regulation) -> Iterator[Problem]:
    """What is wrong within each stage, in file order."""
    for place, stage in enumerate(regulation.stages):
        path: Path = ("stages", place)
        yield from _advance(regulation, stage, path)
        if isinstance(stage, Endorsement):
            yield from _bodies(regulation, stage, path)
        if isinstance(stage, Panel):
            yield from _judges(regulation, stage, path)
            yield from _criteria(regulation, stage, path)
        if isinstance(stage, Composite):
            yield from _shares(stage, path)
        if isinstance(stage, Composite | Vote):
            yield from _proposal(stage, path)
        if isinstance(stage, Vote):
            yield from _thresholds(stage, path)
            yield from _meeting(regulation, stage, path)
        if isinstance(stage, Sifting) and stage.consolation:
            yield from _consolation(regulation, stage, path)


def _advance(regulation: Regulation, stage: Stage, path: Path) -> Iterator[Problem]:
    fitting = {
        "intake": ("everybody",),
        "panel": ("everybody", "at_least", "first"),
        "survey": ("everybody", "at_least", "first"),
        "composite": ("everybody", "at_least", "first", "proposed"),
        "vote": ("carried", "first", "proposed"),
        "grant": ("everybody",),
    }.get(stage.kind, ("carried",))
    advance, path = stage.advances, (*path, "advance")
    if not getattr(stage, "proposes", None):
        fitting = tuple(way for way in fitting if way != "proposed")
    if advance.way not in fitting:
        yield problem("advance_unfit", path, way=advance.way, choices="、".join(fitting))
    if isinstance(stage, Composite | Survey) and advance.at_least is not None:
        yield from _above_scale(advance.at_least, stage.scale, (*path, "at_least"))
    if advance.first is None:
        return
    if advance.first.level is None and not getattr(stage, "ties", ()):
        yield problem("tie_without_rule", (*path, "first"))
    if advance.first.times_places:
        for track in regulation.tracks_of(stage):
            for tier in regulation.tiers_of(track):
                if cap_over(regulation, Filter(tier=(tier,), track=(track,))) is None:
                    yield problem("no_cap", (*path, "first"), track=track, tier=tier)


def _bodies(regulation: Regulation, stage: Endorsement, path: Path) -> Iterator[Problem]:
    for track in regulation.tracks_of(stage):
        if not any(body.tracks is None or track in body.tracks for body in stage.bodies):
            yield problem("no_body", (*path, "bodies"), track=track)


def _judges(regulation: Regulation, panel: Panel, path: Path) -> Iterator[Problem]:
    lender = next((each for each in regulation.stages if each.key == panel.panel_of), None)
    judges = panel.judges or (lender.judges if isinstance(lender, Panel) else None)
    if panel.judges and panel.judges.at_most is not None:
        low, high = panel.judges.at_least, panel.judges.at_most
        if low > high:
            yield problem("range_reversed", (*path, "judges"), low=low, high=high)
    if panel.division == "by_category" and judges and judges.at_most == 1:
        yield problem("division_alone", (*path, "division"), judges=1)
    trimmed = panel.method.trimmed_mean
    if trimmed is None:
        return
    method, dropped = (*path, "method", "trimmed_mean"), trimmed.drop_high + trimmed.drop_low
    if dropped >= trimmed.at_least:
        yield problem("trim_leaves_none", method, dropped=dropped, judges=trimmed.at_least)
    if judges and judges.at_least < trimmed.at_least:
        yield problem("too_few_judges", method, needed=trimmed.at_least, judges=judges.at_least)


def _criteria(regulation: Regulation, panel: Panel, path: Path) -> Iterator[Problem]:
    """Each track must know by what it is scored."""
    if panel.rubric is None:
        for track in regulation.tracks:
            if track.key in regulation.tracks_of(panel) and track.criteria is None:
                yield problem("no_criteria", path, track=track.key)


def _shares(stage: Composite, path: Path) -> Iterator[Problem]:
    total = sum((each.share for each in stage.of), Fraction(0))
    if total != 1:
        yield problem("shares_not_whole", (*path, "of"), total=share_text(total))
    counts = Counter(each.stage for each in stage.of)
    for key, times in counts.items():
        if times > 1:
            yield problem("component_twice", (*path, "of"), key=key)


def _proposal(stage: Composite | Vote, path: Path) -> Iterator[Problem]:
    if stage.floors and not stage.proposes:
        yield problem("floors_unused", (*path, "floors"))
    if isinstance(stage, Composite):
        for place, floor in enumerate(stage.floors):
            here = (*path, "floors", place, "at_least")
            yield from _above_scale(floor.at_least, stage.scale, here)
    if stage.proposes and stage.by == "rank" and not stage.level and not getattr(stage, "ties", ()):
        yield problem("tie_without_rule", (*path, "proposes"))


def _above_scale(floor: Fraction, scale: int, path: Path) -> Iterator[Problem]:
    if floor > scale:
        yield problem("floor_above_scale", path, floor=decimal_text(floor), scale=scale)


def _thresholds(stage: Vote, path: Path) -> Iterator[Problem]:
    if stage.quorum.of != "members":
        yield problem("quorum_base", (*path, "quorum", "of"))
    for name, threshold in (("quorum", stage.quorum), ("carried", stage.carried)):
        if threshold.more_than == 1:
            yield problem("threshold_beyond", (*path, name, "more_than"))


def _meeting(regulation: Regulation, stage: Vote, path: Path) -> Iterator[Problem]:
    """In the committee's own meeting it is the committee that scores."""
    held = next((each for each in regulation.stages if each.key == stage.meeting_of), None)
    if (
        isinstance(held, Panel)
        and held.panel_of is None
        and regulation.judges_of(held).seated != "committee"
    ):
        yield problem("meeting_unfit", (*path, "meeting_of"), key=held.key)


def _consolation(regulation: Regulation, stage: Sifting, path: Path) -> Iterator[Problem]:
    way = stage.advances.way
    if way == "everybody":
        yield problem("consolation_unused", (*path, "consolation"))
    tier = next((each for each in regulation.tiers if each.key == stage.consolation), None)
    if tier and not any(
        tier.open_to(track, tier.groups or ()) for track in _tracks(regulation, stage)
    ):
        yield problem("consolation_closed", (*path, "consolation"), tier=tier.key)


def _tracks(regulation: Regulation, stage: Sifting) -> list[str]:
    return [t.key for t in regulation.tracks if stage.tracks is None or t.key in stage.tracks]
