"""Does every stage get its entries, and from stages that come before it?"""

from collections.abc import Iterator, Mapping

from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.stages import (
    SCORED,
    Composite,
    Grant,
    Intake,
    Panel,
    Stage,
    Survey,
    Vote,
)

Path = tuple[str | int, ...]
Wanted = type[Panel] | tuple[type[Panel | Survey | Composite], ...]


def check_references(regulation: Regulation) -> Iterator[Problem]:
    """Stages named by stages: whether they exist, come before, and are of the kind needed."""
    known = {each.key: each for each in regulation.stages}
    order = {each.key: place for place, each in enumerate(regulation.stages)}
    for place, stage in enumerate(regulation.stages):
        for key in stage.after or ():
            if key not in known:
                yield problem("unknown_stage", ("stages", place, "after"), key=key)
            elif order[key] >= place:
                yield problem("later_stage", ("stages", place, "after"), key=key)
        upstream = regulation.upstream(stage) - {stage.key}
        for key, path, wanted, only in _named(stage, ("stages", place)):
            if key not in known:
                yield problem("unknown_stage", path, key=key)
            elif key not in upstream:
                yield problem("later_stage", path, key=key)
            elif not isinstance(known[key], wanted):
                code = "not_a_panel" if wanted is Panel else "without_score"
                yield problem(code, path, key=key)
            elif missing := set(only or regulation.tracks_of(stage)) - set(
                regulation.tracks_of(known[key])
            ):
                yield problem("not_of_track", path, key=key, tracks="、".join(sorted(missing)))


def _named(stage: Stage, path: Path) -> Iterator[tuple[str, Path, Wanted, tuple[str, ...] | None]]:
    if isinstance(stage, Panel):
        for field in ("start_from", "panel_of"):
            if key := getattr(stage, field):
                yield key, (*path, field), Panel, None
    if isinstance(stage, Vote) and stage.meeting_of:
        yield stage.meeting_of, (*path, "meeting_of"), Panel, None
    if isinstance(stage, Composite):
        for place, component in enumerate(stage.of):
            yield component.stage, (*path, "of", place, "stage"), SCORED, component.track
        for place, tie in enumerate(stage.ties):
            # Only a panel scores categories.
            wanted = Panel if tie.category else SCORED
            yield tie.stage, (*path, "ties", place, "stage"), wanted, None


def check_flow(regulation: Regulation) -> Iterator[Problem]:
    """Whether the entries of every track run from an intake, past one proposal, to a grant."""
    kinds = {each.kind for each in regulation.stages}
    for kind in ("intake", "grant"):
        if kind not in kinds:
            yield problem(f"no_{kind}", ("stages",))
    circle = _circle(regulation)
    if circle:
        yield problem("circle", ("stages",), chain=" → ".join(circle))
    for track in regulation.tracks:
        if not circle and {"intake", "grant"} <= kinds:
            yield from _course(regulation, track.key)
        yield from _proposals(regulation, track.key)


def _circle(regulation: Regulation) -> list[str]:
    """Keys along a circle of stages, its first key again at the end; empty if there is none."""
    known = {each.key: each for each in regulation.stages}
    cleared: set[str] = set()

    def back_from(key: str, trail: list[str]) -> list[str]:
        if key in trail:
            return [*trail[trail.index(key) :], key][::-1]
        if key in known and key not in cleared:
            for before in regulation.after(known[key]):
                if found := back_from(before, [*trail, key]):
                    return found
            cleared.add(key)
        return []

    return next((found for key in known if (found := back_from(key, []))), [])


def _course(regulation: Regulation, track: str) -> Iterator[Problem]:
    """The first stages that a track's entries cannot reach, the last that lead to no grant."""
    stages = [each for each in regulation.stages if track in regulation.tracks_of(each)]
    before = {each.key: tuple(regulation.feeders(each, track)) for each in stages}
    beyond = {key: tuple(k for k, ends in before.items() if key in ends) for key in before}
    starts = {each.key for each in stages if isinstance(each, Intake) and not before[each.key]}
    reached = _spread(starts, beyond)
    leading = _spread({each.key for each in stages if isinstance(each, Grant)}, before)
    for place, stage in enumerate(regulation.stages):
        key = stage.key
        if key not in before:
            continue
        if key not in reached:
            if all(each in reached or each not in before for each in before[key]):
                yield problem("unreachable", ("stages", place), track=track)
        elif key not in leading and not any(each not in leading for each in beyond[key]):
            yield problem("dead_end", ("stages", place), track=track)


def _spread(starts: set[str], onward: Mapping[str, tuple[str, ...]]) -> set[str]:
    reached, waiting = set(starts), list(starts)
    while waiting:
        for key in onward[waiting.pop()]:
            if key in onward and key not in reached:
                reached.add(key)
                waiting.append(key)
    return reached


def _proposals(regulation: Regulation, track: str) -> Iterator[Problem]:
    proposing = [
        place
        for place, stage in enumerate(regulation.stages)
        if isinstance(stage, Composite | Vote)
        and stage.proposes
        and track in regulation.tracks_of(stage)
    ]
    if not proposing:
        yield problem("proposes_nowhere", ("stages",), track=track)
    for place in proposing[1:]:
        yield problem("proposes_twice", ("stages", place, "proposes"), track=track)
