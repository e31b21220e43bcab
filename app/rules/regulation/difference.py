"""What is different between two editions of a regulation, rule by rule?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.rules.regulation.explain import Paragraph, explain
from app.rules.regulation.model import Regulation
from app.rules.regulation.values import MARKS
from app.rules.regulation.words import name_of


class Way(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is not the same: its address by keys (stages/site/advance/first/places), what
    stood there before and what stands there now, as written; None where nothing did.
    """

    path: str
    way: Way
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Every change, and the sentences of the explanation that went and that came."""

    changes: tuple[Change, ...]
    gone: tuple[Paragraph, ...]
    come: tuple[Paragraph, ...]


def difference(old: Regulation, new: Regulation) -> Difference:
    """What changes from one edition to the next. Rules with a key are compared by it, so that a
    stage moved elsewhere is the same stage; what only cites or assumes otherwise is left out.
    """
    before, after = _written(old), _written(new)
    paths = [*before, *(path for path in after if path not in before)]
    changes = tuple(
        Change(path, _way(before.get(path), after.get(path)), before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )
    told_before, told_after = explain(old), explain(new)
    return Difference(
        changes,
        tuple(_missing(told_before, told_after)),
        tuple(_missing(told_after, told_before)),
    )


def change_text(change: Change, old: Regulation, new: Regulation) -> str:
    """The change as a sentence in Chinese."""
    group, _, rest = change.path.partition("/")
    key = rest.partition("/")[0]
    known = [*getattr(new, group, ()), *getattr(old, group, ())] if group in _NAMED else []
    what = f"{_GROUPS.get(group, group)}"
    if known:
        what += f"“{name_of(known, key)}”"
    address = f"{what}（{change.path}）"
    if change.way is Way.ADDED:
        return f"{address}：增加 {change.new}。"
    if change.way is Way.REMOVED:
        return f"{address}：删去 {change.old}。"
    return f"{address}：由 {change.old} 改为 {change.new}。"


_NAMED = frozenset({"tracks", "tiers", "groups", "stages"})
_NUMBERS = ("at_least", "at_most", "at_most_share")
_GROUPS: Mapping[str, str] = {
    "tracks": "类别",
    "tiers": "等次",
    "groups": "分组",
    "quotas": "名额",
    "eligibility": "申报条件",
    "stages": "环节",
    "bonus": "奖金",
    "matching": "配套奖励",
    "bars": "限制申报",
    "duties": "获奖义务",
    "provisions": "其他条款",
}


def _way(old: str | None, new: str | None) -> Way:
    if old is None:
        return Way.ADDED
    return Way.REMOVED if new is None else Way.CHANGED


def _written(regulation: Regulation) -> dict[str, str]:
    """Every value as written, by its address; the order of stages is a value too."""
    tree = regulation.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return dict(_leaves(tree, ()))


def _leaves(part: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match part:
        case dict():
            rules = {name: each for name, each in part.items() if name not in MARKS}
            if not rules:
                yield "/".join(path), "{}"
            for name, each in rules.items():
                yield from _leaves(each, (*path, name))
        case list() if path[-1] == "documents":
            yield from _documents(part, path)
        case list() if all(isinstance(each, dict) for each in part) and part:
            yield from _listed(part, path)
        case list():
            yield "/".join(path), "、".join(str(each) for each in part) or "[]"
        case _:
            yield "/".join(path), str(part)


def _documents(
    documents: Sequence[str | dict[str, Any]], path: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Their names as one value; what their files must be, of each by its name."""
    limited = [each for each in documents if isinstance(each, dict)]
    names = [each["name"] if isinstance(each, dict) else each for each in documents]
    yield "/".join(path), "、".join(names) or "[]"
    for each in limited:
        limits = {name: value for name, value in each.items() if name not in (*MARKS, "name")}
        if limits:
            yield from _leaves(limits, (*path, each["name"]))


def _listed(rules: Sequence[dict[str, Any]], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    keys = [_key(each, place) for place, each in enumerate(rules)]
    if len(set(keys)) != len(keys):
        keys = [str(place) for place in range(len(rules))]
    yield "/".join((*path, "*")), " → ".join(keys)
    for key, each in zip(keys, rules, strict=True):
        # A key is the address already.
        rule = {name: value for name, value in each.items() if name != "key"}
        yield from _leaves(rule, (*path, key))


def _key(rule: Mapping[str, Any], place: int) -> str:
    """What a rule is known by: its key, the stage or tier it speaks of, else what it counts."""
    for name in ("key", "stage", "tier", "department"):
        if isinstance(rule.get(name), str):
            return str(rule[name])
    if way := next((each for each in _NUMBERS if each in rule), None):
        counted = "+".join(sorted(text for _, text in _leaves(rule.get("of", {}), ())))
        return f"{way}({counted})"
    return str(place)


def _missing(told: Iterable[Paragraph], elsewhere: Iterable[Paragraph]) -> Iterator[Paragraph]:
    there = {(each.stage, each.text) for each in elsewhere}
    return (each for each in told if (each.stage, each.text) not in there)
