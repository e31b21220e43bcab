"""Does an applicant meet the conditions, and what was that found from?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.rules.calendar import Length, Unit, bar_until, last_fiscal_years, look_back
from app.rules.exact import MalformedNumber, decimal_text, fraction_from_text
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    Certificate,
    Condition,
    Declared,
    Eligibility,
    Incident,
    LossMaking,
    YearsRegistered,
)


class Met(StrEnum):
    """The three answers; the last where the facts at hand do not say."""

    MET = "met"
    NOT_MET = "not_met"
    NEEDS_A_PERSON = "needs_a_person"


@dataclass(frozen=True, slots=True)
class Record:
    """A fact on file with its evidence: an incident, a certificate, a grant, a revocation.

    kind: the ground or certificate kind, or `granted` (with `tier`), `revoked` (with `ground`).
    on: the day it counts from, None if not known. until: a certificate's last valid day.
    """

    kind: str
    on: date | None
    ref: str
    note: str = ""
    tier: str | None = None
    ground: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an applicant. `declared` is its own word, as text."""

    registered_on: date | None
    declared: Mapping[str, str]
    records: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one ground or bar (its key), the reason in Chinese, evidence references."""

    key: str
    met: Met
    because: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    """Whether a condition holds (None: not known), why, and by which evidence."""

    holds: bool | None
    because: str
    evidence: tuple[str, ...] = ()


def assess(
    eligibility: Eligibility,
    facts: Facts,
    *,
    cut_off: date,
    submitted_on: date,
    bars: Sequence[Bar] = (),
) -> list[Answer]:
    """One answer per requirement, per disqualifier and per bar, in the regulation's order."""
    reference = {"cut_off": cut_off, "submission": submitted_on, "deadline": submitted_on}
    required = [
        _answer(each.key, _finding(each, facts, reference), wanted=True)
        for each in eligibility.require
    ]
    forbidden = [
        _answer(each.key, _finding(each, facts, reference), wanted=False)
        for each in eligibility.forbid
    ]
    barred = [_answer(each.key, _barred(each, facts, submitted_on), wanted=False) for each in bars]
    return required + forbidden + barred


def _answer(key: str, finding: _Finding, *, wanted: bool) -> Answer:
    if finding.holds is None:
        met = Met.NEEDS_A_PERSON
    else:
        met = Met.MET if finding.holds is wanted else Met.NOT_MET
    return Answer(key, met, finding.because, finding.evidence)


def _finding(condition: Condition, facts: Facts, reference: Mapping[str, date]) -> _Finding:
    match condition:
        case Declared():
            return _declared(condition, facts)
        case AnyOf() | AllOf():
            parts = [_finding(each, facts, reference) for each in condition.of]
            return _together(parts, deciding=isinstance(condition, AnyOf))
        case YearsRegistered() | Certificate() | Incident() | LossMaking():
            return _looked_back(condition, facts, reference[condition.back_from])
        case _:
            return _Finding(None, f"{condition.name}，需人工核对。")


def _looked_back(
    condition: YearsRegistered | Certificate | Incident | LossMaking, facts: Facts, day: date
) -> _Finding:
    match condition:
        case YearsRegistered():
            return _registered(condition, facts, day)
        case Certificate():
            return _certified(condition, facts, day)
        case Incident():
            return _incident(condition, facts, day)
        case LossMaking():
            return _loss(condition, facts, day)


def _registered(condition: YearsRegistered, facts: Facts, day: date) -> _Finding:
    if facts.registered_on is None:
        return _Finding(None, "没有注册日期，需人工核对。")
    latest = look_back(day, Length(condition.at_least, Unit.YEARS))
    holds = facts.registered_on <= latest
    word = "已满" if holds else "未满"
    return _Finding(holds, f"{facts.registered_on}注册，至{day}{word}{condition.at_least}年。")


def _declared(condition: Declared, facts: Facts) -> _Finding:
    said = facts.declared.get(condition.fact, "").strip()
    if not said:
        return _Finding(None, f"没有申报{condition.name}的情况，需人工核对。")
    if condition.equals is not None:
        holds = said == condition.equals
        return _Finding(holds, f"申报为“{said}”，要求为“{condition.equals}”。")
    try:
        number = fraction_from_text(said, signed=True)
    except MalformedNumber:
        return _Finding(None, f"申报的“{said}”不是数字，需人工核对。")
    if condition.at_least is not None:
        wanted = decimal_text(condition.at_least)
        return _Finding(number >= condition.at_least, f"申报为{said}，要求不低于{wanted}。")
    most = condition.at_most or Fraction(0)
    return _Finding(number <= most, f"申报为{said}，要求不高于{decimal_text(most)}。")


def _certified(condition: Certificate, facts: Facts, day: date) -> _Finding:
    held = _of_kinds(facts, condition.of)
    valid = [
        each
        for each in held
        if each.on is not None and each.on <= day and (each.until is None or day <= each.until)
    ]
    if valid:
        return _Finding(True, f"{day}持有有效证书。", _refs(valid))
    if not held or any(each.on is None for each in held):
        return _Finding(None, "没有登记可核对的证书，需人工核对。", _refs(held))
    return _Finding(False, f"登记的证书在{day}均不在有效期内。", _refs(held))


def _incident(condition: Incident, facts: Facts, day: date) -> _Finding:
    since = look_back(day, Length(condition.within.amount, Unit(condition.within.way)))
    known = _of_kinds(facts, condition.of)
    inside = [each for each in known if each.on is not None and since <= each.on <= day]
    undated = [each for each in known if each.on is None]
    if inside:
        days = "、".join(f"{each.on}" for each in inside)
        return _Finding(True, f"{since}至{day}之间有记录：{days}。", _refs(inside))
    if undated:
        return _Finding(None, "有记录而没有日期，需人工核对。", _refs(undated))
    return _Finding(False, f"{since}至{day}之间没有记录。")


def _loss(condition: LossMaking, facts: Facts, day: date) -> _Finding:
    unknown: list[str] = []
    for year in last_fiscal_years(day, condition.fiscal_years):
        said = facts.declared.get(f"{condition.fact}-{year}", "").strip()
        try:
            if fraction_from_text(said, signed=True) < 0:
                return _Finding(True, f"{year}年度申报净利润{said}，为亏损。")
        except MalformedNumber:
            unknown.append(str(year))
    if unknown:
        return _Finding(None, f"{'、'.join(unknown)}年度没有可核对的净利润，需人工核对。")
    return _Finding(False, f"此前{condition.fiscal_years}个完整会计年度申报均无亏损。")


def _together(parts: list[_Finding], *, deciding: bool) -> _Finding:
    """Any-of (deciding: one that holds) or all-of (deciding: one that does not)."""
    decided = [each for each in parts if each.holds is deciding]
    unknown = [each for each in parts if each.holds is None]
    told = decided or unknown or parts
    holds = deciding if decided else None if unknown else not deciding
    evidence = tuple(ref for each in told for ref in each.evidence)
    return _Finding(holds, "".join(each.because for each in told), evidence)


def _barred(bar: Bar, facts: Facts, day: date) -> _Finding:
    if bar.after.granted is not None:
        past = [r for r in facts.records if r.kind == "granted" and r.tier in bar.after.granted]
    else:
        grounds = bar.after.revoked_for or bar.after.disqualified_for or ()
        past = [r for r in facts.records if r.kind == "revoked" and r.ground in grounds]
    undated = [each for each in past if each.on is None]
    for each in past:
        years = bar.sit_out.years
        if each.on and years and day <= (end := bar_until(each.on, years)):
            return _Finding(True, f"自{each.on}起限制申报，至{end}止。", (each.ref,))
    if undated:
        return _Finding(None, "有授奖或撤销记录而没有日期，需人工核对。", _refs(undated))
    return _Finding(False, "不在限制申报期内。", _refs(past))


def _of_kinds(facts: Facts, kinds: Iterable[str]) -> list[Record]:
    wanted = set(kinds)
    return [each for each in facts.records if each.kind in wanted]


def _refs(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(each.ref for each in records)
