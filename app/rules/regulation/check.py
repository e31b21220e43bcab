"""Do the parts of a regulation hang together, so that a cycle could be run by it?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from app.rules.exact import decimal_text
from app.rules.regulation.check_flow import check_flow, check_references
from app.rules.regulation.eligibility_rules import AllOf, AnyOf, Condition, Incident
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.quotas import Filter
from app.rules.regulation.stages import Composite, Panel, Screening, Stage, Vote
from app.rules.regulation.values import Choice, share_text

Path = tuple[str | int, ...]


def check(regulation: Regulation) -> list[Problem]:
    """Everything wrong with a regulation whose figures and names can be read, in file order."""
    found = [
        *_repeated_keys(regulation),
        *_tracks_and_tiers(regulation),
        *_quotas(regulation),
        *_grounds(regulation),
        *_bars(regulation),
        *check_references(regulation),
        *check_flow(regulation),
    ]
    for place, stage in enumerate(regulation.stages):
        found += _stage(regulation, stage, ("stages", place))
    return found


def _repeated_keys(regulation: Regulation) -> Iterator[Problem]:
    for group in ("tracks", "tiers", "stages"):
        keys = [(each.key, (group, place)) for place, each in enumerate(getattr(regulation, group))]
        yield from _repeated(keys)
    # A screening answers to grounds and bars by their keys, side by side.
    answered = [(each.key, path) for each, path in _conditions(regulation)]
    answered += [(bar.key, ("bars", place)) for place, bar in enumerate(regulation.bars)]
    yield from _repeated(answered)


def _repeated(keys: Iterable[tuple[str, Path]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, path in keys:
        if key in seen:
            yield problem("duplicate_key", (*path, "key"), key=key)
        seen.add(key)


def _conditions(regulation: Regulation) -> Iterator[tuple[Condition, Path]]:
    def walk(group: Iterable[Condition], path: Path) -> Iterator[tuple[Condition, Path]]:
        for place, each in enumerate(group):
            yield each, (*path, place)
            if isinstance(each, AnyOf | AllOf):
                yield from walk(each.of, (*path, place, "of"))

    yield from walk(regulation.eligibility.require, ("eligibility", "require"))
    yield from walk(regulation.eligibility.forbid, ("eligibility", "forbid"))


def _tracks_and_tiers(regulation: Regulation) -> Iterator[Problem]:
    for place, tier in enumerate(regulation.tiers):
        yield from _unknown_tracks(regulation, tier.tracks, ("tiers", place, "tracks"))
    for place, bonus in enumerate(regulation.bonus):
        yield from _unknown_tiers(regulation, (bonus.tier,), ("bonus", place, "tier"))
        yield from _unknown_tracks(regulation, bonus.track, ("bonus", place, "track"))
    for place, stage in enumerate(regulation.stages):
        yield from _unknown_tracks(regulation, stage.tracks, ("stages", place, "tracks"))


def _unknown_tiers(
    regulation: Regulation, keys: Iterable[str] | None, path: Path
) -> Iterator[Problem]:
    known = {each.key for each in regulation.tiers}
    return (problem("unknown_tier", path, key=key) for key in keys or () if key not in known)


def _unknown_tracks(
    regulation: Regulation, keys: Iterable[str] | None, path: Path
) -> Iterator[Problem]:
    known = {each.key for each in regulation.tracks}
    return (problem("unknown_track", path, key=key) for key in keys or () if key not in known)


def _quotas(regulation: Regulation) -> Iterator[Problem]:
    for place, quota in enumerate(regulation.quotas):
        path = ("quotas", place)
        yield from _unknown_tiers(regulation, quota.of.tier, (*path, "of", "tier"))
        yield from _unknown_tracks(regulation, quota.of.track, (*path, "of", "track"))
        places = _places(regulation, quota.of)
        if quota.at_least and places is not None and quota.at_least > places:
            yield problem("quota_above_cap", path, floor=quota.at_least, places=places)


def _places(regulation: Regulation, wanted: Filter) -> int | None:
    """The smallest cap that counts at least everything `wanted` counts."""
    cells = {
        (track.key, tier)
        for track in regulation.tracks
        for tier in regulation.tiers_of(track.key)
        if wanted.covers(track.key, tier)
    }
    caps = [
        quota.at_most
        for quota in regulation.quotas
        if quota.at_most is not None and all(quota.of.covers(*cell) for cell in cells)
    ]
    return min(caps, default=None)


def _grounds(regulation: Regulation) -> Iterator[Problem]:
    for each, path in _conditions(regulation):
        if isinstance(each, Incident):
            yield from _unit(each.within, (*path, "within"), "days", "months", "years")


def _bars(regulation: Regulation) -> Iterator[Problem]:
    for place, bar in enumerate(regulation.bars):
        path = ("bars", place)
        if bar.after.granted:
            yield from _unknown_tiers(regulation, (bar.after.granted,), (*path, "after", "granted"))
        if (bar.after.way == "granted") != (bar.counted_from == "decision_date"):
            yield problem("bar_start_unfit", (*path, "from"), start=bar.counted_from)
        yield from _unit(bar.sit_out, (*path, "sit_out"), "years")


def _unit(length: Choice, path: Path, *units: str) -> Iterator[Problem]:
    if length.way not in units:
        yield problem("unit_unfit", path, unit=length.way, choices="、".join(units))


def _stage(regulation: Regulation, stage: Stage, path: Path) -> Iterator[Problem]:
    yield from _advance(regulation, stage, path)
    if isinstance(stage, Screening):
        known = {each.key for each in regulation.eligibility.grounds()}
        for key in stage.grounds or ():
            if key not in known:
                yield problem("unknown_ground", (*path, "grounds"), key=key)
    if isinstance(stage, Panel):
        yield from _judges(regulation, stage, path)
    if isinstance(stage, Composite):
        yield from _composite(stage, path)
    if isinstance(stage, Composite | Vote):
        yield from _floors(regulation, stage, path)
    if isinstance(stage, Vote):
        yield from _thresholds(stage, path)


def _advance(regulation: Regulation, stage: Stage, path: Path) -> Iterator[Problem]:
    fitting = {
        "intake": ("everybody",),
        "panel": ("everybody", "at_least", "first"),
        "composite": ("everybody", "at_least", "first", "proposed"),
        "vote": ("carried", "proposed"),
        "grant": ("everybody",),
    }.get(stage.kind, ("carried",))
    advance, path = stage.advances, (*path, "advance")
    proposes = getattr(stage, "proposes", None)
    if not proposes:
        fitting = tuple(way for way in fitting if way != "proposed")
    if advance.way not in fitting:
        yield problem("advance_unfit", path, way=advance.way, choices="、".join(fitting))
    if isinstance(stage, Composite) and advance.at_least is not None:
        yield from _above_scale(advance.at_least, stage.scale, (*path, "at_least"))
    if advance.first and advance.first.times_places:
        for track in regulation.tracks_of(stage):
            for tier in regulation.tiers_of(track):
                if _places(regulation, Filter(tier=(tier,), track=(track,))) is None:
                    yield problem("no_cap", (*path, "first"), track=track, tier=tier)


def _judges(regulation: Regulation, panel: Panel, path: Path) -> Iterator[Problem]:
    lender = next((each for each in regulation.stages if each.key == panel.panel_of), None)
    judges = panel.judges or (lender.judges if isinstance(lender, Panel) else None)
    if panel.judges and panel.judges.at_most is not None:
        low, high = panel.judges.at_least, panel.judges.at_most
        if low > high:
            yield problem("range_reversed", (*path, "judges"), low=low, high=high)
    trimmed = panel.method.trimmed_mean
    if trimmed is None:
        return
    method, dropped = (*path, "method", "trimmed_mean"), trimmed.drop_high + trimmed.drop_low
    if dropped >= trimmed.at_least:
        yield problem("trim_leaves_none", method, dropped=dropped, judges=trimmed.at_least)
    if judges and judges.at_least < trimmed.at_least:
        yield problem("too_few_judges", method, needed=trimmed.at_least, judges=judges.at_least)


def _composite(stage: Composite, path: Path) -> Iterator[Problem]:
    total = sum((each.share for each in stage.of), Fraction(0))
    if total != 1:
        yield problem("shares_not_whole", (*path, "of"), total=share_text(total))
    counts = Counter(each.stage for each in stage.of)
    for key, times in counts.items():
        if times > 1:
            yield problem("component_twice", (*path, "of"), key=key)


def _floors(regulation: Regulation, stage: Composite | Vote, path: Path) -> Iterator[Problem]:
    if stage.floors and not stage.proposes:
        yield problem("floors_unused", (*path, "floors"))
    for place, floor in enumerate(stage.floors):
        here = (*path, "floors", place)
        yield from _unknown_tiers(regulation, (floor.tier,), (*here, "tier"))
        if isinstance(stage, Composite):
            yield from _above_scale(floor.at_least, stage.scale, (*here, "at_least"))


def _above_scale(floor: Fraction, scale: int, path: Path) -> Iterator[Problem]:
    if floor > scale:
        yield problem("floor_above_scale", path, floor=decimal_text(floor), scale=scale)


def _thresholds(stage: Vote, path: Path) -> Iterator[Problem]:
    if stage.quorum.of != "members":
        yield problem("quorum_base", (*path, "quorum", "of"))
    for name, threshold in (("quorum", stage.quorum), ("carried", stage.carried)):
        if threshold.more_than == 1:
            yield problem("threshold_beyond", (*path, name, "more_than"))
