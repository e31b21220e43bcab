"""Does each stage hold together in itself, and with the criteria, quotas and tiers it uses?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from app.rules.exact import decimal_text
from app.rules.regulation.advance import First
from app.rules.regulation.check_quotas import cap_over
from app.rules.regulation.handed_in import Document
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.quotas import Filter
from app.rules.regulation.stages import (
    Composite,
    Endorsement,
    Intake,
    Panel,
    Proposing,
    Sifting,
    Stage,
    Survey,
    Vote,
)
from app.rules.regulation.values import share_text

Path = tuple[str | int, ...]
_COMPARED = ("at_least", "at_least_of_full", "first", "first_of_each")


def check_stages(regulation: Regulation) -> Iterator[Problem]:
    """What is wrong within each stage, in file order."""
    for place, stage in enumerate(regulation.stages):
        path: Path = ("stages", place)
        yield from _advance(regulation, stage, path)
        if isinstance(stage, Intake):
            yield from _documents(regulation, stage, path)
        if isinstance(stage, Endorsement):
            yield from _bodies(regulation, stage, path)
        if isinstance(stage, Panel):
            yield from _judges(regulation, stage, path)
            yield from _criteria(regulation, stage, path)
        if isinstance(stage, Composite):
            yield from _shares(regulation, stage, path)
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
        "panel": ("everybody", *_COMPARED),
        "survey": ("everybody", *_COMPARED),
        "composite": ("everybody", *_COMPARED, "proposed"),
        "vote": ("carried", "first", "first_of_each", "proposed"),
        "grant": ("everybody",),
    }.get(stage.kind, ("carried",))
    advance, path = stage.advances, (*path, "advance")
    if not isinstance(stage, Proposing) or stage.proposes is None:
        fitting = tuple(way for way in fitting if way != "proposed")
    if advance.way not in fitting:
        yield problem("advance_unfit", path, way=advance.way, choices="、".join(fitting))
    if isinstance(stage, Composite | Survey) and advance.at_least is not None:
        yield from _above_scale(advance.at_least, stage.scale, (*path, "at_least"))
    own = regulation.tracks_of(stage)
    if advance.first is not None:
        yield from _first(regulation, stage, advance.first, own, (*path, "first"))
    for place, lot in enumerate(advance.first_of_each or ()):
        here = (*path, "first_of_each", place)
        yield from _first(regulation, stage, lot, lot.of(own), here)
        if lot.times_places and lot.group:
            yield problem("lot_unfit", (*here, "times_places"))
    if advance.first_of_each is not None:
        for track in own:
            if advance.lot_of(track, ()) is None:
                yield problem("lot_missing", (*path, "first_of_each"), track=track)


def _first(
    regulation: Regulation, stage: Stage, rule: First, tracks: Iterable[str], path: Path
) -> Iterator[Problem]:
    if rule.level is None and not stage.orders_equals:
        yield problem("tie_without_rule", path)
    if rule.times_places:
        for track in tracks:
            for tier in regulation.tiers_of(track):
                if cap_over(regulation, Filter(tier=(tier,), track=(track,))) is None:
                    yield problem("no_cap", path, track=track, tier=tier)


def _documents(regulation: Regulation, stage: Intake, path: Path) -> Iterator[Problem]:
    """A document whose files are limited is written once for each track."""
    written: list[tuple[Document, frozenset[str]]] = []
    everybody = frozenset(regulation.tracks_of(stage))
    parts = [(stage.documents, everybody, path)]
    parts += [
        (each.documents, frozenset(each.track), (*path, "documents_of", place))
        for place, each in enumerate(stage.documents_of)
    ]
    for documents, tracks, above in parts:
        for place, each in enumerate(documents):
            here = (*above, "documents", place)
            for other, others in written:
                if other.name == each.name and tracks & others and (other.limited or each.limited):
                    yield problem("document_twice", here, name=each.name)
                    break
            written.append((each, tracks))


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


def _shares(regulation: Regulation, stage: Composite, path: Path) -> Iterator[Problem]:
    """In every track; what is wrong in all alike is told once."""
    told: set[tuple[str, str]] = set()
    for track in regulation.tracks_of(stage):
        parts = stage.parts_of(track)
        total = sum((each.share for each in parts), Fraction(0))
        counts = Counter(each.stage for each in parts)
        found = [("component_twice", key) for key, times in counts.items() if times > 1]
        found += [("shares_not_whole", share_text(total) if total else "0")] if total != 1 else []
        for code, what in found:
            if (code, what) not in told:
                yield problem(code, (*path, "of"), total=what, key=what)
        told |= {*found}


def _proposal(stage: Composite | Vote, path: Path) -> Iterator[Problem]:
    if stage.floors and not stage.proposes:
        yield problem("floors_unused", (*path, "floors"))
    if isinstance(stage, Composite):
        for place, floor in enumerate(stage.floors):
            here = (*path, "floors", place, "at_least")
            yield from _above_scale(floor.points(stage.scale), stage.scale, here)
    elif any(floor.at_least_of_full for floor in stage.floors):
        yield problem("floor_of_full_unfit", (*path, "floors"))
    if stage.proposes and stage.by == "rank" and not stage.level and not stage.orders_equals:
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
