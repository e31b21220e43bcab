"""What does a regulation lay down, in sentences a clerk can read?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.rules.exact import text_from_fen
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import AllOf, AnyOf, Condition
from app.rules.regulation.explain_stages import said_of_stage
from app.rules.regulation.model import Regulation
from app.rules.regulation.quotas import Quota
from app.rules.regulation.values import Rule
from app.rules.regulation.words import (
    DISCLOSED,
    Named,
    condition_text,
    kinds_text,
    length_text,
    name_of,
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One sentence: the stage it speaks of (None: the whole award), its clause, or 假定."""

    stage: str | None
    text: str
    cite: str | None
    assumed: bool


def explain(regulation: Regulation) -> list[Paragraph]:
    """The whole regulation, first what holds for the award, then stage by stage.

    Every sentence ends with its clause, with 假定 and the reason, with 默认 where nothing was
    written, or with 未注条款.
    """
    said = [_paragraph(None, text, rule) for text, rule in _of_the_award(regulation)]
    for stage in regulation.stages:
        said += [
            _paragraph(stage.key, text, rule, *fields)
            for text, rule, fields in said_of_stage(regulation, stage)
        ]
    return said


def _paragraph(stage: str | None, text: str, rule: Rule, *fields: str) -> Paragraph:
    if fields and not rule.model_fields_set.intersection(fields):
        return Paragraph(stage, f"{text}（默认：办法未写明）", None, assumed=False)
    if rule.assumes(*fields):
        return Paragraph(stage, f"{text}（假定：{rule.because}）", None, assumed=True)
    return Paragraph(stage, f"{text}（{rule.cite or '未注条款'}）", rule.cite, assumed=False)


def _of_the_award(regulation: Regulation) -> Iterator[tuple[str, Rule]]:
    yield (
        f"《{regulation.title}》，{regulation.issuer}，{regulation.issued_on}发布。",
        regulation,
    )
    if regulation.source:
        yield f"依据的文本：{regulation.source.text}。", regulation.source
    if regulation.cycle:
        yield f"每{regulation.cycle.every_years}年评定一届。", regulation.cycle
    for track in regulation.tracks:
        yield f"类别“{track.name}”，评价准则{track.criteria}。", track
    for tier in regulation.tiers:
        only = _names(regulation.tracks, tier.tracks)
        yield f"等次“{tier.name}”{f'，仅限{only}' if only else ''}。", tier
    for quota in regulation.quotas:
        yield _quota_text(regulation, quota), quota
    for condition in regulation.eligibility.require:
        yield from _ground("必须符合", condition)
    for condition in regulation.eligibility.forbid:
        yield from _ground("不得有下列情形", condition)
    for bonus in regulation.bonus:
        tier_name = name_of(regulation.tiers, bonus.tier)
        only = _names(regulation.tracks, bonus.track)
        once = "，仅限首次获奖" if bonus.first_win_only else ""
        without = "，财政全额拨款单位除外" if "budget_funded" in bonus.excluded else ""
        amount = text_from_fen(bonus.amount)
        yield f"{only}“{tier_name}”奖金{amount}元{once}{without}。", bonus
    for bar in regulation.bars:
        yield _bar_text(regulation, bar), bar
    disclose = regulation.disclose
    yield (
        f"向社会公开{DISCLOSED[disclose.public]}，告知申报者{DISCLOSED[disclose.applicant]}。",
        disclose,
    )


def _ground(opening: str, condition: Condition) -> Iterator[tuple[str, Rule]]:
    yield f"{opening}：{condition.name}——{condition_text(condition)}。", condition
    if isinstance(condition, AnyOf | AllOf):
        for each in condition.of:
            yield from _ground(f"其中（{condition.name}）", each)


def _quota_text(regulation: Regulation, quota: Quota) -> str:
    tiers = _names(regulation.tiers, quota.of.tier) or "各等次合计"
    tracks = _names(regulation.tracks, quota.of.track)
    return (
        f"{tracks}{tiers}至多{quota.at_most}个，可以空缺。"
        if quota.at_most
        else f"{tracks}{tiers}至少{quota.at_least}个。"
    )


def _bar_text(regulation: Regulation, bar: Bar) -> str:
    years = length_text(bar.sit_out)
    if bar.after.granted:
        tier = name_of(regulation.tiers, bar.after.granted)
        return f"获“{tier}”后，自授奖决定之日起{years}内不得再次申报。"
    ground = kinds_text((bar.after.revoked_for or bar.key,))
    return f"因{ground}被撤销奖项的，自撤销之日起{years}内不得申报。"


def _names(known: Iterable[Named], keys: tuple[str, ...] | None) -> str:
    return "、".join(f"“{name_of(known, key)}”" for key in keys or ())
