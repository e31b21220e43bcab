"""Applicants under a small regulation, as tables of conditions and bars need them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.rules.eligibility import assess, groups_of
from app.rules.facts import Answer, Facts, Met, Occasion, Record, RecordKind
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import Eligibility, Group
from app.rules.regulation.model import Regulation
from app.rules.regulation.read import read

WIDE = read((Path(__file__).parent / "regulation" / "wide.yaml").read_text())
CUT_OFF, SUBMITTED = date(2024, 2, 29), date(2024, 4, 10)
OCCASION = Occasion(
    track="organisation",
    ordinal=7,
    cut_off=CUT_OFF,
    submitted_on=SUBMITTED,
    deadline=date(2024, 4, 30),
    today=date(2024, 6, 30),
)


def regulation(
    require: Sequence[Any] = (),
    forbid: Sequence[Any] = (),
    groups: Sequence[Any] = (),
    bars: Sequence[Any] = (),
) -> Regulation:
    """The wide regulation with these conditions, groups and bars alone."""
    return WIDE.model_copy(
        update={
            "eligibility": Eligibility.model_validate({"require": require, "forbid": forbid}),
            "groups": tuple(Group.model_validate(each) for each in groups),
            "bars": tuple(Bar.model_validate(each) for each in bars),
        }
    )


def answers(
    rules: Regulation, facts: Facts, occasion: Occasion = OCCASION, **decided: Met
) -> dict[str, Answer]:
    """Every answer by its key; groups as found, or as decided."""
    groups = {each.key: each.met for each in groups_of(rules, facts, occasion, decided)} | decided
    return {each.key: each for each in assess(rules, facts, occasion, groups)}


def answer(ground: Mapping[str, object], facts: Facts, *, forbid: bool = False) -> Answer:
    """The answer to one condition that is required, or forbidden."""
    rule = {"key": "it", "name": "某条件", **ground}
    rules = regulation(forbid=[rule]) if forbid else regulation(require=[rule])
    found = answers(rules, facts)
    assert list(found) == ["it"]
    assert found["it"].because.endswith("。")
    return found["it"]


def known(
    registered_on: date | None = None, records: Sequence[Record] = (), **declared: str
) -> Facts:
    """Facts on file and declared; `net_profit_2023` is the fact `net-profit-2023`."""
    names = {key.replace("_", "-"): value for key, value in declared.items()}
    return Facts(registered_on, names, records)


def incident(ground: str, on: date | None, ref: str) -> Record:
    return Record(RecordKind.INCIDENT, ground, on, ref)


def certificate(what: str, on: date | None, ref: str, until: date | None = None) -> Record:
    return Record(RecordKind.CERTIFICATE, what, on, ref, until=until)


def honour(
    what: str,
    on: date | None,
    ref: str,
    name: str | None = None,
    grade: str | None = None,
    *,
    cycle: int | None = None,
) -> Record:
    """A tier of this award, or with a name an honour elsewhere of that level."""
    kind = RecordKind.HONOUR_ELSEWHERE if name else RecordKind.HONOUR
    return Record(kind, what, on, ref, name=name, grade=grade, cycle=cycle)
