"""Regulations whose committee votes in other ways than Binhu's, for the tests of the vote."""

from typing import Any

from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, dump

TIERS = [{"key": "award", "name": "质量奖"}, {"key": "merit", "name": "提名奖"}]
ONE_EACH = [{"at_most": "1", "of": {"tier": tier}} for tier in ("award", "merit")]
PROPOSING = {"proposes": "tiers", "level": "decision", "advance": {"proposed": {}}}


def ballot(**changes: Any) -> dict[str, Any]:
    """A secret vote on paper that carries by more than half of those present."""
    return {
        "key": "committee",
        "kind": "vote",
        "mode": "recorded",
        "ballot": "secret",
        "quorum": {"of": "members", "at_least": "2/3"},
        "carried": {"of": "present", "more_than": "1/2"},
    } | changes


def voting(*votes: dict[str, Any], after: str = "ranking", **changes: Any) -> str:
    """Binhu's regulation with these votes, one after the other, behind the stage `after`, and a
    composite that proposes nothing where one of them proposes.
    """
    tree: Any = load(BINHU)
    stages = [stage for stage in tree["stages"] if stage["key"] != "committee"]
    if any(vote.get("proposes") for vote in votes):
        ranking = next(stage for stage in stages if stage["key"] == "ranking")
        for name in ("proposes", "assumed", "because"):
            del ranking[name]
    place = [stage["key"] for stage in stages].index(after) + 1
    tree["stages"] = [*stages[:place], *votes, *stages[place:]]
    return dump(tree | changes)


def scored(*places: tuple[int, int]) -> list[dict[str, Any]]:
    """What a composite leaves on entries: rank and points."""
    return [
        {"rank": rank, "units": points * 10_000, "exact": str(points)} for rank, points in places
    ]
