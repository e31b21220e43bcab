"""Binhu's regulation with awardees of every sort, tiers to apply for, and an internal notice."""

from typing import Any

from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, dump

TRACKS: dict[str, dict[str, Any]] = {
    "person": {"awardee": "individual"},
    "pair": {"awardee": "joint", "members": "2"},
    "team": {"awardee": "team"},
    "model": {"awardee": "organisation", "honours": "management_model"},
}


def text(**intake: Any) -> str:
    """`intake` is what the intake has beside one entry an awardee."""
    tree: Any = load(BINHU)
    tree["tracks"] += [
        {"key": key, "name": f"类别{key}", "criteria": "gbt-19580-2012"} | more
        for key, more in TRACKS.items()
    ]
    tree["tiers"].append({"key": "nominee", "name": "提名奖", "tracks": ["organisation", "person"]})
    tree["quotas"].append({"at_most": "6", "of": {"tier": "nominee"}})
    gold = {"key": "gold", "name": "获市质量奖", "kind": "award_held", "honours": ["无锡市质量奖"]}
    tree["eligibility"]["require"].append(gold | {"tier": "nominee"})
    tree["stages"][0] |= {"one_entry_per": "awardee"} | intake
    return dump(tree)
