"""Binhu's regulation with a second tier, a group, and screenings before and after the main one."""

from typing import Any

from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, dump

CONSULTED = {
    "consults": [
        {"department": "市税务局", "grounds": ["accident"], "within": {"working_days": "10"}},
        {"department": "市监委"},
    ]
}
GROUNDS = ["registered", "gold", "credit", "accident", "winners", "fraud"]


def text(**main: Any) -> str:
    """`formal` asks only whether the file is complete, `eligibility` for everything (with what
    `main` adds to it), `again` for accidents until then.
    """
    tree: Any = load(BINHU)
    tree["tiers"].append({"key": "nominee", "name": "提名奖"})
    tree["quotas"].append({"at_most": "6", "of": {"tier": "nominee"}})
    size = {"key": "size", "name": "规模", "kind": "declared", "fact": "size", "equals": "小型"}
    tree["groups"] = [{"key": "small", "name": "中小企业", "when": size}]
    gold = {"key": "gold", "name": "获市质量奖", "kind": "award_held", "honours": ["无锡市质量奖"]}
    grades = {"fact": "credit-grade", "grades": ["A", "AA"], "at_least": "AA"}
    credit = {"key": "credit", "name": "信用", "kind": "grade", "group": "small", **grades}
    tree["eligibility"]["require"] += [gold | {"tier": "award"}, credit]
    tree["eligibility"]["forbid"][0]["until_grant"] = "true"
    stages = tree["stages"]
    main_at = next(n for n, stage in enumerate(stages) if stage["key"] == "eligibility")
    stages[main_at] |= main
    stages.insert(main_at + 1, {"key": "again", "kind": "screening", "grounds": ["accident"]})
    stages.insert(main_at, {"key": "formal", "kind": "screening", "grounds": []})
    return dump(tree)
