"""What does a panel stage come to, computed from its snapshot's inputs alone? Pure.

The stage is closed on these very values, so whoever holds the snapshot can count again. Sheets and
scorebooks give their percentages in the order of the items of their criteria, null where a judge
has not that item to score.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.rules import scoring
from app.rules.exact import Rounding, fraction_from_text, round_to
from app.rules.scoring import Earned, Form, Mean, Median, ScoredItem, TrimmedMean

Inputs = Mapping[str, Any]


def plain_method(method: scoring.Method | None) -> dict[str, Any]:
    """A way of making one figure of many as plain values; None is a consensus."""
    match method:
        case None:
            return {"way": "consensus"}
        case Mean():
            return {"way": "mean"}
        case Median():
            return {"way": "median"}
        case TrimmedMean(drop_high=high, drop_low=low, at_least=least):
            return {"way": "trimmed_mean", "drop_high": high, "drop_low": low, "at_least": least}


def recount(inputs: Inputs) -> dict[str, Earned]:
    """What each entry has earned, by its id, exact. Raises ScoringError."""
    forms = {
        code: Form.of(
            [
                ScoredItem(item, category, fraction_from_text(points))
                for item, category, points in items
            ]
        )
        for code, items in inputs["criteria"].items()
    }
    method = _method(inputs["method"])
    return {
        entry_id: _earned(method, forms[entry["criteria"]], entry)
        for entry_id, entry in inputs["entries"].items()
    }


def below_pass_lines(inputs: Inputs, earned: Mapping[str, Earned]) -> frozenset[str]:
    """The entries that miss a pass line of their criteria, by their exact points: rounding lifts
    nobody over a line.
    """
    lines = {
        code: {category: fraction_from_text(line) for category, line in each.items()}
        for code, each in inputs.get("pass_lines", {}).items()
    }
    return frozenset(
        entry
        for entry, points in earned.items()
        if (own := lines.get(inputs["entries"][entry]["criteria"]))
        and scoring.below_pass_lines(own, points.categories)
    )


def rounded(inputs: Inputs, exact: Fraction) -> Fraction:
    """The score as the regulation rounds it, once and at the end."""
    rounding = inputs["rounding"]
    return round_to(exact, rounding["places"], Rounding(rounding["mode"]))


def _method(plain: Mapping[str, Any]) -> scoring.Method | None:
    match plain["way"]:
        case "mean":
            return Mean()
        case "median":
            return Median()
        case "trimmed_mean":
            return TrimmedMean(plain["drop_high"], plain["drop_low"], plain["at_least"])
        case _:
            return None


def _earned(method: scoring.Method | None, form: Form, entry: Mapping[str, Any]) -> Earned:
    if method is None:  # people have agreed: what the scorebook says, and nothing else, counts
        return scoring.earn(form, Mean(), [entry["scorebook"]["items"]])
    return scoring.earn(form, method, [sheet["items"] for sheet in entry["sheets"].values()])
