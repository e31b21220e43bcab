"""Does one condition hold for an applicant, and what was that found from?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.rules.calendar import Length, Unit, last_fiscal_years, look_back
from app.rules.exact import MalformedNumber, decimal_text, fraction_from_text
from app.rules.facts import Facts, Finding, Met, Occasion, Record, RecordKind, refs
from app.rules.honours import held, length_of
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    AwardHeld,
    Certificate,
    ConcurrentApplication,
    Condition,
    Declared,
    Grade,
    Ground,
    Incident,
    InGroup,
    Judged,
    LossMaking,
    RankInIndustry,
    YearsRegistered,
)
from app.rules.regulation.model import Regulation
from app.rules.regulation.words import LEVELS, name_of

_DAY = timedelta(days=1)
YES, NO = "yes", "no"
"""How an applicant declares that something is so, or is not."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that conditions are examined from; `groups` are the answers found so far."""

    regulation: Regulation
    facts: Facts
    occasion: Occasion
    groups: Mapping[str, Met]

    def belongs(self, groups: Sequence[str]) -> Met:
        """Whether the applicant belongs to one of these groups."""
        answers = {self.groups.get(group, Met.NEEDS_A_PERSON) for group in groups}
        if Met.MET in answers:
            return Met.MET
        return Met.NEEDS_A_PERSON if Met.NEEDS_A_PERSON in answers else Met.NOT_MET

    def named(self, groups: Sequence[str]) -> str:
        """The names of groups, quoted."""
        return "、".join(f"“{name_of(self.regulation.groups, group)}”" for group in groups)


def asked(ground: Ground, exam: Examination) -> Met:
    """Whether a condition is asked of this applicant at all, by its track and its groups."""
    if ground.track is not None and exam.occasion.track not in ground.track:
        return Met.NOT_MET
    return Met.MET if ground.group is None else exam.belongs(ground.group)


def find(condition: Condition, exam: Examination) -> Finding | None:
    """Whether the condition holds; None where none of its parts is asked of the applicant."""
    match condition:
        case AnyOf() | AllOf():
            return _together(condition, exam)
        case InGroup():
            return _in_group(condition, exam)
        case Grade():
            return _grade(condition, exam.facts, exam.occasion.cut_off)
        case Judged():
            return Finding(None, f"{condition.question}，由评审办查明。")
        case Declared() | RankInIndustry() | ConcurrentApplication():
            return _stated(condition, exam.facts)
        case _:
            return _looked_back(condition, exam)


def _stated(condition: Declared | RankInIndustry | ConcurrentApplication, facts: Facts) -> Finding:
    match condition:
        case Declared():
            return _declared(condition, facts)
        case RankInIndustry():
            return _rank(condition, facts)
        case ConcurrentApplication():
            return _concurrent(condition, facts)


def _looked_back(
    condition: YearsRegistered | Certificate | AwardHeld | Incident | LossMaking, exam: Examination
) -> Finding:
    day = exam.occasion.reference(condition.back_from)
    match condition:
        case YearsRegistered():
            return _registered(condition, exam.facts, day)
        case Certificate():
            return _certified(condition, exam.facts, day)
        case AwardHeld():
            return held(condition, exam.facts, day, exam.regulation)
        case Incident():
            return _incident(condition, exam.facts, day, exam.occasion.today)
        case LossMaking():
            return _loss(condition, exam.facts, day)


def _registered(condition: YearsRegistered, facts: Facts, day: date) -> Finding:
    if facts.registered_on is None:
        return Finding(None, "没有注册日期，需人工核对。")
    latest = look_back(day, Length(condition.at_least, Unit.YEARS))
    holds = facts.registered_on <= latest
    word = "已满" if holds else "未满"
    return Finding(holds, f"{facts.registered_on}注册，至{day}{word}{condition.at_least}年。")


def _declared(condition: Declared, facts: Facts) -> Finding:
    said = facts.said(condition.fact)
    if not said:
        return Finding(None, f"没有申报{condition.name}的情况，需人工核对。")
    if condition.equals is not None:
        holds = said == condition.equals
        return Finding(holds, f"申报为“{said}”，要求为“{condition.equals}”。")
    if condition.one_of is not None:
        holds = said in condition.one_of
        return Finding(holds, f"申报为“{said}”，要求为{'、'.join(condition.one_of)}之一。")
    number = _number(said)
    if number is None:
        return Finding(None, f"申报的“{said}”不是数字，需人工核对。")
    if condition.at_least is not None:
        wanted = decimal_text(condition.at_least)
        return Finding(number >= condition.at_least, f"申报为{said}，要求不低于{wanted}。")
    most = condition.at_most or Fraction(0)
    return Finding(number <= most, f"申报为{said}，要求不高于{decimal_text(most)}。")


def _grade(condition: Grade, facts: Facts, day: date) -> Finding:
    """What is on file goes before what was declared; of several the one given last."""
    given = [
        each
        for each in facts.own(RecordKind.GRADE, condition.fact)
        if each.on is not None and each.on <= day and (each.until is None or day <= each.until)
    ]
    last = max(given, key=lambda each: each.on or date.min, default=None)
    grade = (last.grade or "") if last else facts.said(condition.fact)
    evidence = refs([last]) if last else ()
    if grade not in condition.grades:
        told = f"“{grade}”不在所列等级之中" if grade else f"没有{condition.name}的等级"
        return Finding(None, f"{told}，需人工核对。", evidence)
    holds = condition.grades.index(grade) >= condition.grades.index(condition.at_least)
    source = "登记" if last else "申报"
    return Finding(holds, f"{source}为“{grade}”，要求不低于“{condition.at_least}”。", evidence)


def _rank(condition: RankInIndustry, facts: Facts) -> Finding:
    said = {measure: facts.said(f"rank-{measure}") for measure in condition.by}
    ranks = {measure: _number(text) for measure, text in said.items()}
    where = f"{LEVELS[condition.within]}同行业"
    for measure, rank in ranks.items():
        if rank is not None and 1 <= rank <= condition.at_most:
            return Finding(True, f"申报{measure}居{where}第{said[measure]}位。")
    unknown = [measure for measure, rank in ranks.items() if rank is None or rank < 1]
    if unknown:
        return Finding(None, f"没有{'、'.join(unknown)}在{where}的位次，需人工核对。")
    return Finding(False, f"申报的各项指标均不在{where}前{condition.at_most}位。")


def _concurrent(condition: ConcurrentApplication, facts: Facts) -> Finding:
    said = {level: facts.said(f"applies-{level}") for level in condition.at}
    applies = [LEVELS[level] for level, word in said.items() if word == YES]
    if applies:
        return Finding(True, f"申报者称同年申报{'、'.join(applies)}质量奖。")
    unknown = [LEVELS[level] for level, word in said.items() if word != NO]
    if unknown:
        return Finding(None, f"没有说明是否同年申报{'、'.join(unknown)}质量奖，需人工核对。")
    return Finding(False, "申报者称同年没有申报其他级别的质量奖。")


def _certified(condition: Certificate, facts: Facts, day: date) -> Finding:
    known = facts.own(RecordKind.CERTIFICATE, *condition.of)
    valid = [
        each
        for each in known
        if each.on is not None and each.on <= day and (each.until is None or day <= each.until)
    ]
    long = condition.held_for
    since = [_held_since(each, known) for each in valid]
    least = look_back(day, length_of(long)) if long else day
    if valid and min(since) <= least:
        enough = [each for each, begun in zip(valid, since, strict=True) if begun <= least]
        told = f"自{min(since)}起持证，" if long else ""
        return Finding(True, f"{told}{day}持有有效证书。", refs(enough))
    if not known or any(each.on is None for each in known):
        return Finding(None, "没有登记可核对的证书，需人工核对。", refs(known))
    if valid:
        return Finding(False, f"自{min(since)}起持证，至{day}未满期限。", refs(valid))
    return Finding(False, f"登记的证书在{day}均不在有效期内。", refs(known))


def _held_since(certificate: Record, known: Sequence[Record]) -> date:
    """Since when certificates of the same kind have followed each other without a gap."""
    since = certificate.on or date.max
    earlier = [each for each in known if each.what == certificate.what and each.on is not None]
    for each in sorted(earlier, key=lambda one: one.on or date.min, reverse=True):
        joins = each.until is None or each.until + _DAY >= since
        if each.on is not None and each.on < since and joins:
            since = each.on
    return since


def _incident(condition: Incident, facts: Facts, day: date, today: date) -> Finding:
    since = look_back(day, length_of(condition.within))
    last = max(day, today) if condition.until_grant else day
    known = facts.own(RecordKind.INCIDENT, *condition.of)
    inside = [each for each in known if each.on is not None and since <= each.on <= last]
    undated = [each for each in known if each.on is None]
    if inside:
        days = "、".join(f"{each.on}" for each in inside)
        return Finding(True, f"{since}至{last}之间有记录：{days}。", refs(inside))
    if undated:
        return Finding(None, "有记录而没有日期，需人工核对。", refs(undated))
    return Finding(False, f"{since}至{last}之间没有记录。")


def _loss(condition: LossMaking, facts: Facts, day: date) -> Finding:
    unknown: list[str] = []
    for year in last_fiscal_years(day, condition.fiscal_years):
        said = facts.said(f"{condition.fact}-{year}")
        profit = _number(said)
        if profit is None:
            unknown.append(str(year))
        elif profit < 0 and not (
            condition.policy_loss_excepted and facts.said(f"policy-loss-{year}") == YES
        ):
            return Finding(True, f"{year}年度申报净利润{said}，为亏损。")
    if unknown:
        return Finding(None, f"{'、'.join(unknown)}年度没有可核对的净利润，需人工核对。")
    but = "（政策性亏损除外）" if condition.policy_loss_excepted else ""
    return Finding(False, f"此前{condition.fiscal_years}个完整会计年度申报均无亏损{but}。")


def _in_group(condition: InGroup, exam: Examination) -> Finding:
    names = exam.named(condition.of)
    answer = exam.belongs(condition.of)
    if answer is Met.NEEDS_A_PERSON:
        return Finding(None, f"是否属于{names}需人工核对。")
    holds = answer is Met.MET
    return Finding(holds, f"{'属于' if holds else '不属于'}{names}。")


def _together(condition: AnyOf | AllOf, exam: Examination) -> Finding | None:
    """Any-of is decided by one that holds, all-of by one that does not; a part that is not asked
    of the applicant is left out.
    """
    deciding = isinstance(condition, AnyOf)
    parts: list[Finding] = []
    for each in condition.of:
        applies = asked(each, exam)
        part = None if applies is Met.NOT_MET else find(each, exam)
        if part is None:
            continue
        if applies is Met.NEEDS_A_PERSON and part.holds is deciding:
            told = f"是否适用“{each.name}”需人工核对：{part.because}"
            part = Finding(None, told, part.evidence)
        parts.append(part)
    if not parts:
        return None
    decided = [each for each in parts if each.holds is deciding]
    unknown = [each for each in parts if each.holds is None]
    told_of = decided or unknown or parts
    holds = deciding if decided else None if unknown else not deciding
    evidence = tuple(ref for each in told_of for ref in each.evidence)
    return Finding(holds, "".join(each.because for each in told_of), evidence)


def _number(text: str) -> Fraction | None:
    try:
        return fraction_from_text(text, signed=True)
    except MalformedNumber:
        return None
