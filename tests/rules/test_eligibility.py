from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.eligibility import Answer, Facts, Met, Record, assess
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import Eligibility

CUT_OFF, SUBMITTED = date(2024, 2, 29), date(2024, 4, 10)
YES, NO, ASK = Met.MET, Met.NOT_MET, Met.NEEDS_A_PERSON


def answer(ground: dict[str, object], facts: Facts, *, forbid: bool = False) -> Answer:
    rule = {"key": "it", "name": "某条件", **ground}
    rules = Eligibility.model_validate({"forbid" if forbid else "require": [rule]})
    (only,) = assess(rules, facts, cut_off=CUT_OFF, submitted_on=SUBMITTED)
    assert only.key == "it"
    assert only.because.endswith("。")
    return only


def known(
    registered_on: date | None = None, records: Sequence[Record] = (), **declared: str
) -> Facts:
    names = {key.replace("_", "-"): value for key, value in declared.items()}
    return Facts(registered_on, names, records)


@pytest.mark.parametrize(
    ("registered_on", "met"),
    [(date(2021, 2, 28), YES), (date(2021, 3, 1), NO), (None, ASK)],
)
def test_years_registered_count_to_the_day(registered_on: date | None, met: Met) -> None:
    ground = {"kind": "years_registered", "at_least": "3"}
    assert answer(ground, known(registered_on)).met is met


def test_years_registered_may_count_from_submission() -> None:
    ground = {"kind": "years_registered", "at_least": "3", "back_from": "submission"}
    assert answer(ground, known(date(2021, 4, 10))).met is YES


@pytest.mark.parametrize(
    ("said", "comparison", "met"),
    [
        ("2000000", {"at_least": "2000000"}, YES),
        ("1999999.99", {"at_least": "2000000"}, NO),
        ("-1", {"at_least": "0"}, NO),
        ("300", {"at_most": "300"}, YES),
        ("300.01", {"at_most": "300"}, NO),
        ("1", {"at_most": "0"}, NO),
        ("AA", {"equals": "AA"}, YES),
        ("A", {"equals": "AA"}, NO),
        ("约三百", {"at_most": "300"}, ASK),
        ("", {"at_most": "300"}, ASK),
    ],
)
def test_declared_fact_is_compared_exactly(said: str, comparison: dict[str, str], met: Met) -> None:
    assert answer({"kind": "declared", "fact": "tax", **comparison}, known(tax=said)).met is met


def test_declared_fact_that_is_missing_needs_a_person() -> None:
    assert answer({"kind": "declared", "fact": "tax", "at_least": "1"}, known()).met is ASK


@pytest.mark.parametrize(
    ("records", "met", "evidence"),
    [
        ([Record("iso", date(2022, 1, 1), "c1", until=CUT_OFF)], YES, ("c1",)),
        ([Record("iso", date(2022, 1, 1), "c1")], YES, ("c1",)),
        ([Record("iso", date(2021, 1, 1), "c1", until=date(2024, 2, 28))], NO, ("c1",)),
        ([Record("iso", date(2024, 3, 1), "c1")], NO, ("c1",)),
        ([Record("iso", None, "c1")], ASK, ("c1",)),
        ([Record("haccp", date(2022, 1, 1), "c1")], ASK, ()),
    ],
)
def test_certificate_is_valid_on_the_reference_day(
    records: list[Record], met: Met, evidence: tuple[str, ...]
) -> None:
    found = answer({"kind": "certificate", "of": ["iso"]}, known(records=records))
    assert (found.met, found.evidence) == (met, evidence)


@pytest.mark.parametrize(
    ("on", "met"),
    [
        (date(2021, 2, 27), YES),
        (date(2021, 2, 28), NO),
        (CUT_OFF, NO),
        (date(2024, 3, 1), YES),
        (None, ASK),
    ],
)
def test_incident_counts_within_its_look_back(on: date | None, met: Met) -> None:
    ground = {"kind": "incident", "of": ["safety"], "within": {"years": "3"}}
    facts = known(records=[Record("safety", on, "r1"), Record("noise", CUT_OFF, "r2")])
    assert answer(ground, facts, forbid=True).met is met


def test_incident_after_the_cut_off_counts_where_submission_is_the_reference() -> None:
    ground = {
        "kind": "incident",
        "of": ["safety"],
        "within": {"days": "60"},
        "back_from": "submission",
    }
    found = answer(ground, known(records=[Record("safety", date(2024, 3, 1), "r1")]), forbid=True)
    assert (found.met, found.evidence) == (NO, ("r1",))


@pytest.mark.parametrize(
    ("profits", "met"),
    [
        (("1", "0", "3.5"), YES),
        (("1", "-0.01", "3"), NO),
        (("-1", "", "3"), NO),
        (("1", "", "3"), ASK),
    ],
)
def test_loss_making_looks_at_the_last_complete_fiscal_years(
    profits: tuple[str, ...], met: Met
) -> None:
    names = ("net_profit_2021", "net_profit_2022", "net_profit_2023")
    facts = known(
        net_profit_2020="-9", net_profit_2024="-9", **dict(zip(names, profits, strict=True))
    )
    assert answer({"kind": "loss_making", "fiscal_years": "3"}, facts, forbid=True).met is met


@pytest.mark.parametrize(
    ("kind", "first", "second", "met"),
    [
        ("any_of", "9", "", YES),
        ("any_of", "1", "", ASK),
        ("any_of", "1", "1", NO),
        ("all_of", "9", "9", YES),
        ("all_of", "9", "", ASK),
        ("all_of", "1", "", NO),
    ],
)
def test_alternatives_know_what_an_open_question_still_decides(
    kind: str, first: str, second: str, met: Met
) -> None:
    of = [
        {"key": fact, "name": fact, "kind": "declared", "fact": fact, "at_least": "5"}
        for fact in ("one", "two")
    ]
    assert answer({"kind": kind, "of": of}, known(one=first, two=second)).met is met


def bar(after: dict[str, str], start: str) -> Bar:
    rule = {"key": "again", "after": after, "sit_out": {"years": 5}, "from": start}
    return Bar.model_validate(rule)


@pytest.mark.parametrize(
    ("on", "met"),
    [(date(2019, 4, 9), YES), (date(2019, 4, 10), NO), (date(2023, 1, 1), NO), (None, ASK)],
)
def test_bar_after_a_grant_runs_to_the_day(on: date | None, met: Met) -> None:
    records = [
        Record("granted", on, "g1", tier="gold"),
        Record("granted", SUBMITTED, "g2", tier="x"),
    ]
    (found,) = assess(
        Eligibility(),
        known(records=records),
        cut_off=CUT_OFF,
        submitted_on=SUBMITTED,
        bars=[bar({"granted": "gold"}, "decision_date")],
    )
    assert (found.key, found.met) == ("again", met)


def test_bar_after_a_revocation_asks_for_its_ground() -> None:
    records = [Record("revoked", date(2022, 1, 1), "r1", ground="fraud")]
    fraud, accident = (bar({"revoked_for": g}, "revocation") for g in ("fraud", "accident"))
    found = assess(
        Eligibility(),
        known(records=records),
        cut_off=CUT_OFF,
        submitted_on=SUBMITTED,
        bars=[fraud, accident],
    )
    assert [(each.met, each.evidence) for each in found] == [(NO, ("r1",)), (YES, ())]


def test_assess_answers_requirements_then_disqualifiers() -> None:
    rules = Eligibility.model_validate(
        {
            "require": [{"key": "b", "name": "b", "kind": "years_registered", "at_least": 1}],
            "forbid": [
                {"key": "a", "name": "a", "kind": "incident", "of": "x", "within": {"days": 1}}
            ],
        }
    )
    found = assess(rules, known(), cut_off=CUT_OFF, submitted_on=SUBMITTED)
    assert [(each.key, each.met) for each in found] == [("b", ASK), ("a", YES)]


@given(st.integers(0, 4000), st.integers(1, 9))
def test_incident_longer_ago_is_never_worse(days: int, years: int) -> None:
    ground = {"kind": "incident", "of": "x", "within": {"years": years}}
    later, earlier = (
        answer(ground, known(records=[Record("x", CUT_OFF - timedelta(ago), "r")]), forbid=True).met
        for ago in (days, days + 1)
    )
    assert (later, earlier) != (YES, NO)


@given(st.fractions(0, 1000, max_denominator=100), st.integers(0, 1000))
def test_declared_at_least_and_at_most_meet_only_at_the_bound(said: Fraction, bound: int) -> None:
    text = known(fact=f"{said.numerator}/{said.denominator}")
    least = answer({"kind": "declared", "fact": "fact", "at_least": str(bound)}, text).met is YES
    most = answer({"kind": "declared", "fact": "fact", "at_most": str(bound)}, text).met is YES
    assert least or most
    assert (least and most) == (said == Fraction(bound))
