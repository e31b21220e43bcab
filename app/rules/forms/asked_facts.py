"""Which declared facts do a regulation's conditions ask for that no field of the form tells?"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from app.rules.calendar import last_fiscal_years
from app.rules.forms.model import NO, YES, Number, Option, Picked, Writing
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    ConcurrentApplication,
    Condition,
    Declared,
    Grade,
    LossMaking,
    RankInIndustry,
)
from app.rules.regulation.model import Regulation
from app.rules.regulation.words import LEVELS

FactField = Number | Picked | Writing
FUNDED = "budget-funded"
EITHER = (Option(code=YES, name="是"), Option(code=NO, name="否"))


def fact_fields(
    regulation: Regulation,
    track: str,
    cut_off: date,
    names: Mapping[str, str],
    fed: Collection[str],
) -> tuple[FactField, ...]:
    """A field for each such fact, once; none is required: what is not said a person finds out."""
    found: dict[str, FactField] = {}
    groups = (group.when for group in regulation.groups)
    for condition in _flat((*regulation.eligibility.grounds(), *groups)):
        if condition.track is None or track in condition.track:
            for field in _asked(condition, cut_off, names):
                found.setdefault(field.key, field)
    if any(FUNDED in bonus.excluded for bonus in regulation.bonus):
        found.setdefault(FUNDED, _either(FUNDED, names.get(FUNDED, "财政全额拨款")))
    return tuple(field for key, field in found.items() if key not in fed)


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for each in conditions:
        if isinstance(each, AnyOf | AllOf):
            yield from _flat(each.of)
        else:
            yield each


def _asked(condition: Condition, cut_off: date, names: Mapping[str, str]) -> Iterator[FactField]:
    match condition:
        case Declared():
            yield _declared(condition, names.get(condition.fact, condition.name))
        case Grade():
            options = tuple(Option(code=grade, name=grade) for grade in condition.grades)
            name = names.get(condition.fact, condition.name)
            yield Picked(key=condition.fact, name=name, kind="choice", options=options)
        case RankInIndustry():
            for measure in condition.by:
                where = f"{LEVELS[condition.within]}同行业"
                key, name = f"rank-{measure}", f"{names.get(measure, measure)}在{where}的位次"
                yield Number(key=key, name=name, kind="decimal", places=0)
        case ConcurrentApplication():
            for level in condition.at:
                yield _either(f"applies-{level}", f"同年申报{LEVELS[level]}质量奖")
        case LossMaking():
            for year in last_fiscal_years(cut_off, condition.fiscal_years):
                name = f"{year}年净利润（元）"
                key = f"{condition.fact}-{year}"
                yield Number(key=key, name=name, kind="decimal", places=2)
                if condition.policy_loss_excepted:
                    yield _either(f"policy-loss-{year}", f"{year}年为政策性亏损")
        case _:
            return


def _declared(condition: Declared, name: str) -> FactField:
    words = condition.one_of or (condition.equals,)
    if condition.at_least is not None or condition.at_most is not None:
        return Number(key=condition.fact, name=name, kind="decimal", places=6)
    if set(words) <= {YES, NO}:
        return _either(condition.fact, name)
    told = f"如：{'、'.join(word for word in words if word)}"
    return Writing(key=condition.fact, name=name, kind="line", help=told, at_most=200)


def _either(key: str, name: str) -> Picked:
    return Picked(key=key, name=name, kind="choice", options=EITHER)
