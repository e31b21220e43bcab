"""Who judges an entry, how do the scores of judges become one, and what orders equal scores?"""

from typing import Literal

from app.rules.regulation.values import Bare, Choice, Key, Positive, Rule, Text, Whole


class Judges(Rule):
    """How many judges one entry has, and who they are: experts, or members of the committee."""

    at_least: Positive
    at_most: Positive | None = None
    seated: Literal["experts", "committee"] = "experts"


class TrimmedMean(Rule):
    """去掉最高分和最低分后取平均; `at_least` judges, or it may not be used."""

    drop_high: Positive = 1
    drop_low: Positive = 1
    at_least: Positive = 5


class Method(Choice):
    """How the judges' scores become one: one consensus scorebook, or a figure made of all."""

    ways = ("consensus", "mean", "trimmed_mean", "median")

    consensus: Bare | None = None
    mean: Bare | None = None
    trimmed_mean: TrimmedMean | None = None
    median: Bare | None = None


class Disagreement(Rule):
    """From what on judges must discuss: percentage points an item, bands, points in total."""

    item_span: Positive = 20
    bands_apart: Positive = 2
    total_span: Positive = 100


class CommentsPerItem(Rule):
    at_least: Whole = 0


class TieKey(Rule):
    """Equal scores are ordered by this stage's score, or by one category of it."""

    stage: Key
    category: Text | None = None
