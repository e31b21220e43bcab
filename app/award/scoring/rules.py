"""What must be true of a percentage, a lock and a consensus? Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules import scoring
from app.rules.regulation.advance import Advance
from app.rules.regulation.judges import Disagreement, Method
from app.rules.scoring import SIX_BANDS, Band, Limits, Scale, ScoredItem


class SheetUnknown(NotFound):
    code = "sheet-not-found"
    zh = "没有这份评分表，或您无权查看。"
    en = "There is no such sheet, or you may not see it."


class ScorebookUnknown(NotFound):
    code = "scorebook-not-found"
    zh = "没有这份合议评分册，或您无权查看。"
    en = "There is no such scorebook, or you may not see it."


class ItemUnknown(NotFound):
    code = "item-not-found"
    zh = "其中没有评分项“{item}”。"
    en = "It has no item “{item}”."


class NotLocked(NotFound):
    code = "not-locked"
    zh = "尚未锁定。"
    en = "It has not been locked."


class NotWholePercentage(Invalid):
    code = "not-a-whole-number"
    zh = "百分比必须是整数。"
    en = "A percentage is a whole number."


class PercentageOutOfRange(Invalid):
    code = "out-of-range"
    zh = "百分比应在 0 至 100 之间。"
    en = "A percentage lies between 0 and 100."


class NotMultipleOfFive(Invalid):
    code = "multiple-of-5"
    zh = "百分比必须是 5 的倍数。"
    en = "A percentage is a multiple of 5."


class NotAStep(Invalid):
    code = "not-a-step"
    zh = "按本评价准则，百分比必须是 {step} 的倍数。"
    en = "By these criteria a percentage is a multiple of {step}."


class AlreadyLocked(Conflict):
    code = "already-locked"
    zh = "已经锁定，不能再修改。"
    en = "It is locked and does not change any more."


class ItemUnscored(Conflict):
    code = "item-unscored"
    zh = "评分项 {item} 尚未评分。"
    en = "Item {item} has no percentage."


class CommentsMissing(Conflict):
    code = "comments-missing"
    zh = "评分项 {item} 有 {given} 条评语，至少需要 {needed} 条。"
    en = "Item {item} has {given} comments; it needs {needed}."


class SheetsNotLocked(Conflict):
    code = "sheets-not-locked"
    zh = "尚有 {count} 份评分表没有锁定。"
    en = "{count} sheets are not locked."


class ScorebooksNotLocked(Conflict):
    code = "scorebooks-not-locked"
    zh = "尚有 {count} 份合议评分册没有锁定。"
    en = "{count} scorebooks are not locked."


class EntriesWithoutPanel(Conflict):
    code = "entries-without-panel"
    zh = "尚有 {count} 家参评单位没有评审组。"
    en = "{count} entries are before no panel."


class JudgesMissing(Conflict):
    code = "too-few-judges"
    zh = "有 {count} 家参评单位的评审员因回避少于规定人数。"
    en = "Without those who must stand aside, {count} entries have too few judges."


class ItemWithoutJudges(Conflict):
    code = "item-without-judges"
    zh = "“{organisation}”的评分项 {item} 有 {given} 名评审员，至少需要 {needed} 名。"
    en = "Item {item} of “{organisation}” has {given} judges; it needs {needed}."


class ReasonOutsideSpan(Invalid):
    code = "reason-outside-span"
    zh = "合议百分比超出评审员个人评分的范围（{low}% 至 {high}%），须说明理由。"
    en = "The percentage lies outside the members' own ({low} to {high}); give the reason."


class ReasonWithoutSpan(Invalid):
    code = "reason-nobody-scored"
    zh = "该评分项没有评审员的个人评分，须说明理由。"
    en = "No member has scored this item; give the reason."


class ReasonInDisagreement(Invalid):
    code = "reason-in-disagreement"
    zh = "评审员对该评分项分歧较大（{low}% 至 {high}%），须说明合议理由。"
    en = "The members disagree on this item ({low} to {high}); give the reason."


class DissentMissing(Invalid):
    code = "dissent-missing"
    zh = "不同意合议结果的，须写明不同意见。"
    en = "Whoever does not agree says why."


class ScorebookIncomplete(Conflict):
    code = "scorebook-incomplete"
    zh = "评分项 {item} 尚未合议。"
    en = "Item {item} has no consensus yet."


class AnswerMissing(Conflict):
    code = "answer-missing"
    zh = "评审员{member}尚未表示是否同意。"
    en = "{member} has not answered yet."


class ScorebookChanged(Conflict):
    code = "scorebook-changed"
    zh = "您读取之后，合议评分册已被修改，请重新读取。"
    en = "The scorebook has changed since you read it; read it again."


class AlreadyAnswered(Conflict):
    code = "already-answered"
    zh = "您已对目前的合议结果表示过意见。"
    en = "You have answered to the scorebook as it stands."


class Need(StrEnum):
    """Why a consensus percentage needs a reason."""

    NOBODY_SCORED = "nobody_scored"
    OUTSIDE_SPAN = "outside_span"
    IN_DISAGREEMENT = "in_disagreement"


_PROBLEMS: dict[str, type[Refusal]] = {
    "not-a-whole-number": NotWholePercentage,
    "out-of-range": PercentageOutOfRange,
    "not-a-step": NotMultipleOfFive,
}


def kept_scale(scale: Scale) -> dict[str, Any] | None:
    """A scale as a form carries it: nothing where it is the usual one."""
    if scale == SIX_BANDS:
        return None
    return {"step": scale.step, "bands": [[band.low, band.high] for band in scale.bands]}


def scale_of(kept: Mapping[str, Any] | None) -> Scale:
    """The scale that a form carries."""
    if kept is None:
        return SIX_BANDS
    bands = [Band(place, low, high) for place, (low, high) in enumerate(kept["bands"])]
    return Scale(kept["step"], tuple(bands))


def percentage_obstacle(percentage: object, step: int = scoring.STEP) -> Refusal | None:
    """A percentage is a whole multiple of 5, or of the criteria's wider step, from 0 to 100."""
    problem = scoring.percentage_problem(percentage)
    if problem is not None:
        return _PROBLEMS[problem](pointer="/percentage")
    if scoring.percentage_problem(percentage, step) is not None:
        return NotAStep(pointer="/percentage", step=step)
    return None


def completeness_obstacles(
    items: Iterable[tuple[str, int | None, int]], comments_needed: int
) -> list[Refusal]:
    """What a sheet still lacks; `items` are (code, percentage, number of comments)."""
    found: list[Refusal] = []
    for code, percentage, comments in items:
        if percentage is None:
            found.append(ItemUnscored(item=code))
        if comments < comments_needed:
            found.append(CommentsMissing(item=code, given=comments, needed=comments_needed))
    return found


def limits_of(rule: Disagreement, scale: Scale = SIX_BANDS) -> Limits:
    """From what on the panel must discuss, as the regulation says, in the bands of the form."""
    return Limits(rule.item_span, rule.bands_apart, Fraction(rule.total_span), scale)


def disagreeing(individual: Sequence[int], limits: Limits) -> tuple[scoring.Reason, ...]:
    """Why the panel must discuss an item, given its members' percentages."""
    item = ScoredItem("item", "", Fraction(100))
    apart = replace(limits, total_span=None)
    found = scoring.disagreements([item], [{"item": each} for each in individual], apart)
    return found[0].reasons if found else ()


def needs(percentage: int, individual: Sequence[int], limits: Limits) -> tuple[Need, ...]:
    """Why this consensus percentage needs a reason: outside what any member gave, or in dispute."""
    if not individual:
        return (Need.NOBODY_SCORED,)
    found = []
    if not min(individual) <= percentage <= max(individual):
        found.append(Need.OUTSIDE_SPAN)
    if disagreeing(individual, limits):
        found.append(Need.IN_DISAGREEMENT)
    return tuple(found)


def consensus_obstacles(
    percentage: int, individual: Sequence[int], reason: str | None, limits: Limits
) -> list[Refusal]:
    """What stands against a consensus percentage: its form, or a missing reason."""
    wrong = percentage_obstacle(percentage, limits.scale.step)
    if wrong is not None:
        return [wrong]
    if reason is not None:
        return []
    told: dict[Need, type[Refusal]] = {
        Need.NOBODY_SCORED: ReasonWithoutSpan,
        Need.OUTSIDE_SPAN: ReasonOutsideSpan,
        Need.IN_DISAGREEMENT: ReasonInDisagreement,
    }
    low, high = min(individual, default=None), max(individual, default=None)
    return [
        told[need](pointer="/reason", low=low, high=high)
        for need in needs(percentage, individual, limits)
    ]


def method_of(method: Method) -> scoring.Method:
    """The regulation's way of making one figure of many. Raises ValueError for a consensus."""
    if method.mean is not None:
        return scoring.Mean()
    if method.median is not None:
        return scoring.Median()
    if method.trimmed_mean is not None:
        trimmed = method.trimmed_mean
        return scoring.TrimmedMean(trimmed.drop_high, trimmed.drop_low, trimmed.at_least)
    raise ValueError("a consensus is found by people")


def elimination_reason(advance: Advance, *, below_pass_line: bool = False) -> str:
    """The code of why an entry did not go on."""
    if below_pass_line:
        return "below-pass-line"
    return "below-score" if advance.by_score else "below-cut"
