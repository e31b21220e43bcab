"""Is an applicant still kept out by what happened before: a grant, a revocation, a fraud?"""

from collections.abc import Iterator
from datetime import date

from app.rules.calendar import bar_until
from app.rules.facts import Facts, Finding, Occasion, Record, RecordKind, refs
from app.rules.honours import by_name, of_tiers
from app.rules.regulation.bars import Bar
from app.rules.regulation.model import Regulation

_LAST_MONTH, _LAST_DAY = 12, 31


def barred(bar: Bar, facts: Facts, occasion: Occasion, regulation: Regulation) -> Finding:
    """Whether the bar keeps out who applied on the day of submission, in the present cycle."""
    past = list(_past(bar, facts, regulation))
    for each, certain in past:
        until = _keeps_out(bar, each, occasion) if certain else None
        if until:
            whose = "（承继自前身单位）" if each.inherited else ""
            return Finding(True, f"{_since(each)}{whose}限制申报，{until}。", (each.ref,))
    unclear = [each for each, certain in past if not certain or _unclear(bar, each)]
    if unclear:
        lacks = "届次" if bar.sit_out.cycles else "日期"
        return Finding(None, f"有记录而没有{lacks}或等次，需人工核对。", refs(unclear))
    return Finding(False, "不在限制申报期内。", refs(each for each, _ in past))


def _past(bar: Bar, facts: Facts, regulation: Regulation) -> Iterator[tuple[Record, bool]]:
    """The records that the bar speaks of; False beside those of which that is not certain."""
    names = {*regulation.formerly, *bar.also}
    kind, grounds = (
        (RecordKind.REVOCATION, bar.after.revoked_for)
        if bar.after.revoked_for
        else (RecordKind.DISQUALIFICATION, bar.after.disqualified_for)
    )
    for each in facts.records:
        if each.inherited and not bar.follows_successor:
            continue
        if bar.after.granted is None:
            ours = each.name is None or each.name in names
            if each.kind is kind and each.what in (grounds or ()) and ours:
                yield each, True
        elif by_name(each, bar.also):
            yield each, True
        elif (won := of_tiers(each, bar.after.granted, regulation)) is not False:
            yield each, won is True


def _keeps_out(bar: Bar, record: Record, occasion: Occasion) -> str | None:
    """How long the record still keeps out, in words; None where it no longer does."""
    if bar.sit_out.for_ever is not None:
        return "终身"
    if bar.sit_out.cycles:
        if record.cycle is None or not 0 < occasion.ordinal - record.cycle <= bar.sit_out.cycles:
            return None
        return f"至第{record.cycle + bar.sit_out.cycles}届止"
    if record.on is None or not bar.sit_out.years:
        return None
    end = bar_until(_start(bar, record.on), bar.sit_out.years)
    return f"至{end}止" if occasion.submitted_on <= end else None


def _start(bar: Bar, on: date) -> date:
    """The day years are counted from; the year of an award ends with its calendar year."""
    year_end = bar.counted_from == "award_year_end"
    return on.replace(month=_LAST_MONTH, day=_LAST_DAY) if year_end else on


def _unclear(bar: Bar, record: Record) -> bool:
    return record.cycle is None if bar.sit_out.cycles else record.on is None


def _since(record: Record) -> str:
    if record.on is not None:
        return f"自{record.on}起"
    return f"自第{record.cycle}届起" if record.cycle else ""
