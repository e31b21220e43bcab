"""Which honours count as a tier of this award, or as another award by its name?"""

from collections.abc import Collection
from datetime import date

from app.rules.calendar import Length, Unit, look_back
from app.rules.facts import Facts, Finding, Record, RecordKind, refs
from app.rules.regulation.eligibility_rules import AwardHeld
from app.rules.regulation.model import Regulation
from app.rules.regulation.values import Length as LengthRule
from app.rules.regulation.words import name_of

DECISIONS = (RecordKind.HONOUR, RecordKind.HONOUR_ELSEWHERE)


def of_tiers(record: Record, tiers: Collection[str], regulation: Regulation) -> bool | None:
    """Whether an honour is one of these tiers of this award, under its present name or an earlier
    one; None where it was won under an earlier name and its tier is not on record.
    """
    if record.kind is RecordKind.HONOUR:
        return record.what in tiers
    if record.kind is not RecordKind.HONOUR_ELSEWHERE or record.name not in regulation.formerly:
        return False
    if record.grade is None:
        return None if tiers else False
    return record.grade in {*tiers, *(name_of(regulation.tiers, tier) for tier in tiers)}


def by_name(record: Record, names: Collection[str]) -> bool:
    """Whether an honour is of an award known by one of these names; a name may include its tier."""
    if record.kind is not RecordKind.HONOUR_ELSEWHERE or record.name is None:
        return False
    return record.name in names or f"{record.name}{record.grade or ''}" in names


def length_of(rule: LengthRule) -> Length:
    """A regulation's length of time as the calendar counts it."""
    return Length(rule.amount, Unit(rule.way))


def held(condition: AwardHeld, facts: Facts, day: date, regulation: Regulation) -> Finding:
    """Whether the honours were won by that day, long or recently enough, as often as asked, and not
    revoked.
    """
    known, unclear = _named(condition, facts, day, regulation)
    fitting = [each for each in known if each.on is not None and _in_time(condition, each.on, day)]
    if len(fitting) >= condition.times:
        return Finding(True, f"至{day}{_told(fitting)}。", refs(fitting))
    if unclear:
        return Finding(None, "登记的荣誉缺少日期或等次，需人工核对。", refs(unclear))
    elsewhere = set(condition.honours) - set(regulation.formerly)
    if fitting:
        # What another body has granted need not all be on our record.
        short = f"至{day}登记的获奖为{len(fitting)}次，要求{condition.times}次。"
        return Finding(None if elsewhere else False, short, refs(fitting))
    if known:
        return Finding(False, f"{_told(known)}，至{day}不在要求的期间。", refs(known))
    if elsewhere:
        return Finding(None, f"没有登记“{'、'.join(condition.honours)}”，需人工核对。")
    return Finding(False, f"至{day}没有有效的获奖记录。")


def _named(
    condition: AwardHeld, facts: Facts, day: date, regulation: Regulation
) -> tuple[list[Record], list[Record]]:
    """The honours the condition speaks of, and those of which too little is on record."""
    known: list[Record] = []
    unclear: list[Record] = []
    for each in facts.records:
        if each.inherited or each.kind not in DECISIONS or _revoked(each, facts, day):
            continue
        ours = of_tiers(each, condition.tiers, regulation)
        if ours or by_name(each, condition.honours):
            (known if each.on is not None else unclear).append(each)
        elif ours is None:
            unclear.append(each)
    return known, unclear


def _in_time(condition: AwardHeld, on: date, day: date) -> bool:
    long, recent = condition.for_at_least, condition.within
    return (
        on <= day
        and (long is None or on <= look_back(day, length_of(long)))
        and (recent is None or look_back(day, length_of(recent)) <= on)
    )


def _revoked(honour: Record, facts: Facts, day: date) -> bool:
    """A revocation takes away the tier it names, or else whatever was won before it."""
    for each in facts.records:
        if each.kind is not RecordKind.REVOCATION or each.inherited or each.name != honour.name:
            continue
        later = each.on is None or honour.on is None or honour.on <= each.on <= day
        tier = honour.what if honour.kind is RecordKind.HONOUR else honour.grade
        if later and each.grade in {None, tier}:
            return True
    return False


def _told(records: list[Record]) -> str:
    return "、".join(f"{each.on}获奖" for each in records)
