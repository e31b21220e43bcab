"""Is a survey's report whole, and who goes on by it? Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.award.stages.cutting import cut, field_of
from app.award.stages.kind import Verdict
from app.award.stages.lifecycle import Result
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.rules.exact import InexactError, MalformedNumber, fraction_from_text, to_units
from app.rules.ranking import Candidate, rank
from app.rules.regulation.advance import Advance
from app.rules.regulation.stages import Survey

BELOW_SCORE = "below-score"
BELOW_CUT = "below-cut"

Figure = tuple[UUID, str]
"""An entry and its points, as text."""


class NotASurvey(Conflict):
    code = "not-a-survey"
    zh = "该环节不是满意度调查。"
    en = "This stage is not a survey."


class SurveyUnknown(NotFound):
    code = "survey-not-found"
    zh = "调查结果尚未录入，或您无权查看。"
    en = "No survey has been entered, or you may not see it."


class SurveyNotConfirmed(Conflict):
    code = "survey-not-confirmed"
    zh = "调查结果尚未经第二人核对确认。"
    en = "The survey is not confirmed by a second person."


class SurveyIncomplete(Conflict):
    code = "survey-incomplete"
    zh = "有 {count} 家没有调查得分。"
    en = "{count} entries have no score from the survey."


class SurveyConfirmed(Conflict):
    code = "survey-confirmed"
    zh = "这份调查结果已经确认。"
    en = "This survey is confirmed already."


class SurveyReplaced(Conflict):
    code = "survey-replaced"
    zh = "调查结果在此期间已重新录入，请核对最新的一份。"
    en = "The survey has been entered anew meanwhile; check the latest."


class SecondPersonNeeded(NotAllowed):
    code = "second-person-needed"
    zh = "录入的人不能自己确认。"
    en = "Whoever entered it cannot confirm it."


class SurveyedUnknown(Invalid):
    code = "surveyed-unknown"
    zh = "本环节没有这个参评单位。"
    en = "This stage has no such entry."


class SurveyedTwice(Invalid):
    code = "surveyed-twice"
    zh = "同一参评单位出现不止一次。"
    en = "The same entry stands here twice."


class PointsMalformed(Invalid):
    code = "points-malformed"
    zh = "得分应为 0 至 {scale} 之间的数，至多四位小数。"
    en = "Points are a number from 0 to {scale} with at most four decimals."


def report_obstacles(
    figures: Sequence[Figure], entries: Collection[UUID], scale: int
) -> Iterator[Refusal]:
    """Everything wrong with a report, at once: strangers, repetitions, points off the scale."""
    seen: set[UUID] = set()
    for place, (entry, points) in enumerate(figures):
        if entry not in entries:
            yield SurveyedUnknown(pointer=f"/scores/{place}/entry")
        if entry in seen:
            yield SurveyedTwice(pointer=f"/scores/{place}/entry")
        seen.add(entry)
        if not _on_scale(points, scale):
            yield PointsMalformed(pointer=f"/scores/{place}/points", scale=scale)


def _on_scale(points: str, scale: int) -> bool:
    try:
        value = fraction_from_text(points)
        to_units(value)
    except (MalformedNumber, InexactError):
        return False
    return value <= scale and "/" not in points


def content_of(rule: Survey, figures: Sequence[Figure]) -> dict[str, Any]:
    """The report as plain values, with the rule it is read by."""
    return {
        "schema": "award-survey/1",
        "scale": rule.scale,
        "source": rule.source,
        "scores": {str(entry): points for entry, points in sorted(figures)},
    }


def missing(content: Mapping[str, Any], entries: Collection[UUID]) -> int:
    """How many of these entries the report does not score."""
    return sum(str(entry) not in content["scores"] for entry in entries)


def verdicts(inputs: Mapping[str, Any]) -> list[Verdict]:
    """Ranks by the points reported, and who passes the cut; from the inputs alone."""
    advance = Advance.model_validate(inputs["advance"])
    scores = {
        entry: fraction_from_text(inputs["survey"]["scores"][entry]) for entry in inputs["entries"]
    }
    candidates = [Candidate(entry, (score,)) for entry, score in scores.items()]
    ranks = {placed.id: placed.rank for placed in rank(candidates)}
    among = field_of(inputs["places"], inputs)
    passed = cut(advance, candidates, among, inputs["tie_order"]).advanced
    reason = BELOW_SCORE if advance.by_score else BELOW_CUT
    return [
        _verdict(entry, scores[entry], ranks[entry], entry in passed, reason) for entry in scores
    ]


def _verdict(entry: str, score: Fraction, placed: int, passed: bool, reason: str) -> Verdict:
    return Verdict(
        UUID(entry),
        Result.ADVANCED if passed else Result.ELIMINATED,
        exact=score,
        score=score,
        rank=placed,
        reason=None if passed else reason,
    )
