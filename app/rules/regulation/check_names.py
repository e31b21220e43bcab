"""Is everything that a regulation names there to be named, and named once?"""

from collections.abc import Iterable, Iterator
from typing import Final

from app.rules.regulation.advance import Lot
from app.rules.regulation.assessment import SelfAssessment
from app.rules.regulation.bars import After, Bar
from app.rules.regulation.bodies import Body, BodyLimit
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    AwardHeld,
    Condition,
    Ground,
    InGroup,
)
from app.rules.regulation.model import Regulation
from app.rules.regulation.money import Bonus
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.quotas import Filter, Floor, Tier
from app.rules.regulation.stages import (
    Component,
    Consultation,
    DocumentsOf,
    Endorsement,
    Screening,
    Sifting,
    StageRule,
)
from app.rules.regulation.values import Rule

Path = tuple[str | int, ...]

NAMES: Final[tuple[tuple[type[Rule], str, str], ...]] = (
    # rule       field           what it names
    (Tier, "tracks", "track"),
    (Tier, "groups", "group"),
    (Filter, "tier", "tier"),
    (Filter, "track", "track"),
    (Filter, "group", "group"),
    (Lot, "track", "track"),
    (Lot, "group", "group"),
    (Component, "track", "track"),
    (Floor, "tier", "tier"),
    (Floor, "track", "track"),
    (Ground, "tier", "tier"),
    (Ground, "track", "track"),
    (Ground, "group", "group"),
    (AwardHeld, "tiers", "tier"),
    (InGroup, "of", "group"),
    (StageRule, "tracks", "track"),
    (Sifting, "consolation", "tier"),
    (Body, "tracks", "track"),
    (BodyLimit, "track", "track"),
    (DocumentsOf, "track", "track"),
    (SelfAssessment, "track", "track"),
    (Screening, "grounds", "ground"),
    (Consultation, "grounds", "ground"),
    (Bonus, "tier", "tier"),
    (Bonus, "track", "track"),
    (After, "granted", "tier"),
    (Bar, "track", "track"),
    (Bar, "closes", "tier"),
)
"""Every place where a key of a track, tier, group or ground stands."""


def check_names(regulation: Regulation) -> Iterator[Problem]:
    """Keys used twice, keys that belong to nothing, and groups made of themselves."""
    yield from _twice(regulation)
    known = {
        "track": {each.key for each in regulation.tracks},
        "tier": {each.key for each in regulation.tiers},
        "group": {each.key for each in regulation.groups},
        "ground": {each.key for each in regulation.eligibility.grounds()},
    }
    for rule, path in _rules(regulation, ()):
        for owner, field, what in NAMES:
            if isinstance(rule, owner):
                written = getattr(rule, field) or ()
                keys = (written,) if isinstance(written, str) else written
                for key in keys:
                    if key not in known[what]:
                        yield problem(f"unknown_{what}", (*path, field), key=key)
    for place, bonus in enumerate(regulation.bonus):
        for word in bonus.excluded:
            if word != "budget_funded" and word not in known["group"]:
                yield problem("unknown_group", ("bonus", place, "except"), key=word)
    yield from _circular_groups(regulation)


def conditions(regulation: Regulation) -> Iterator[tuple[Condition, Path]]:
    """Every condition, those within others too, with its place."""

    def walk(group: Iterable[Condition], path: Path) -> Iterator[tuple[Condition, Path]]:
        for place, each in enumerate(group):
            yield each, (*path, place)
            if isinstance(each, AnyOf | AllOf):
                yield from walk(each.of, (*path, place, "of"))

    yield from walk(regulation.eligibility.require, ("eligibility", "require"))
    yield from walk(regulation.eligibility.forbid, ("eligibility", "forbid"))
    for place, group in enumerate(regulation.groups):
        path: Path = ("groups", place, "when")
        yield group.when, path
        if isinstance(group.when, AnyOf | AllOf):
            yield from walk(group.when.of, (*path, "of"))


def _rules(part: object, path: Path) -> Iterator[tuple[Rule, Path]]:
    if isinstance(part, Rule):
        yield part, path
        for name, field in type(part).model_fields.items():
            if name in part.model_fields_set:
                yield from _rules(getattr(part, name), (*path, field.alias or name))
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield from _rules(each, (*path, place))


def _twice(regulation: Regulation) -> Iterator[Problem]:
    for group in ("tracks", "tiers", "groups", "stages", "matching", "duties"):
        keys = [(each.key, (group, place)) for place, each in enumerate(getattr(regulation, group))]
        yield from _repeated(keys)
    # A screening answers to grounds and bars by their keys, side by side.
    answered = [(each.key, path) for each, path in conditions(regulation)]
    answered += [(bar.key, ("bars", place)) for place, bar in enumerate(regulation.bars)]
    yield from _repeated(answered)
    for place, stage in enumerate(regulation.stages):
        if isinstance(stage, Endorsement):
            bodies = enumerate(stage.bodies)
            yield from _repeated((body.key, ("stages", place, "bodies", at)) for at, body in bodies)


def _repeated(keys: Iterable[tuple[str, Path]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, path in keys:
        if key in seen:
            yield problem("duplicate_key", (*path, "key"), key=key)
        seen.add(key)


def _circular_groups(regulation: Regulation) -> Iterator[Problem]:
    """A group may be told by groups written before it, so it never rests on itself."""
    order = {group.key: place for place, group in enumerate(regulation.groups)}
    for each, path in conditions(regulation):
        if isinstance(each, InGroup) and path[0] == "groups":
            for key in each.of:
                if order.get(key, -1) >= int(path[1]):
                    yield problem("later_group", (*path, "of"), key=key)
