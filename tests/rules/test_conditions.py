"""Every kind of condition, with the days on either side of each boundary."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import Answer, Met, Record, RecordKind
from tests.rules.applicants import CUT_OFF, answer, certificate, honour, incident, known

YES, NO, ASK = Met.MET, Met.NOT_MET, Met.NEEDS_A_PERSON


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
        ("小型", {"one_of": ["小型", "微型"]}, YES),
        ("中型", {"one_of": ["小型", "微型"]}, NO),
        ("", {"one_of": ["小型", "微型"]}, ASK),
        ("AA", {"equals": "AA"}, YES),
        ("A", {"equals": "AA"}, NO),
        ("约三百", {"at_most": "300"}, ASK),
        ("", {"at_most": "300"}, ASK),
    ],
)
def test_declared_fact_is_compared_exactly(
    said: str, comparison: dict[str, object], met: Met
) -> None:
    assert answer({"kind": "declared", "fact": "tax", **comparison}, known(tax=said)).met is met


def test_declared_fact_that_is_missing_needs_a_person() -> None:
    assert answer({"kind": "declared", "fact": "tax", "at_least": "1"}, known()).met is ASK


@pytest.mark.parametrize(
    ("records", "met", "evidence"),
    [
        ([certificate("iso", date(2022, 1, 1), "c1", until=CUT_OFF)], YES, ("c1",)),
        ([certificate("iso", date(2022, 1, 1), "c1")], YES, ("c1",)),
        ([certificate("iso", date(2021, 1, 1), "c1", until=date(2024, 2, 28))], NO, ("c1",)),
        ([certificate("iso", date(2024, 3, 1), "c1")], NO, ("c1",)),
        ([certificate("iso", None, "c1")], ASK, ("c1",)),
        ([certificate("haccp", date(2022, 1, 1), "c1")], ASK, ()),
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
    facts = known(records=[incident("safety", on, "r1"), incident("noise", CUT_OFF, "r2")])
    assert answer(ground, facts, forbid=True).met is met


def test_incident_after_the_cut_off_counts_where_submission_is_the_reference() -> None:
    ground = {
        "kind": "incident",
        "of": ["safety"],
        "within": {"days": "60"},
        "back_from": "submission",
    }
    found = answer(ground, known(records=[incident("safety", date(2024, 3, 1), "r1")]), forbid=True)
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


HELD_THREE_YEARS = {"kind": "certificate", "of": "iso", "held_for": {"years": "3"}}


@pytest.mark.parametrize(
    ("records", "met"),
    [
        ([certificate("iso", date(2021, 2, 28), "c1")], YES),
        ([certificate("iso", date(2021, 3, 1), "c1")], NO),
        # renewed on the day after the last: held without a gap
        (
            [
                certificate("iso", date(2019, 3, 1), "c1", until=date(2022, 2, 28)),
                certificate("iso", date(2022, 3, 1), "c2", until=date(2025, 2, 28)),
            ],
            YES,
        ),
        # a day later: begun afresh
        (
            [
                certificate("iso", date(2019, 3, 1), "c1", until=date(2022, 2, 28)),
                certificate("iso", date(2022, 3, 2), "c2", until=date(2025, 2, 28)),
            ],
            NO,
        ),
        # held long enough, but of another kind
        (
            [
                certificate("haccp", date(2019, 3, 1), "c1"),
                certificate("iso", date(2022, 3, 1), "c2"),
            ],
            NO,
        ),
        ([certificate("iso", date(2022, 3, 1), "c1"), certificate("iso", None, "c2")], ASK),
    ],
)
def test_certificate_is_held_for_so_long(records: list[Record], met: Met) -> None:
    assert answer(HELD_THREE_YEARS, known(records=records)).met is met


@pytest.mark.parametrize(
    ("on", "until_grant", "met"),
    [
        (CUT_OFF, "false", NO),
        (date(2024, 3, 1), "false", YES),
        (date(2024, 3, 1), "true", NO),
        (date(2024, 6, 30), "true", NO),  # the day of the examination
        (date(2024, 7, 1), "true", YES),
        (date(2021, 2, 27), "true", YES),
    ],
)
def test_incident_until_the_grant_counts_to_the_day_of_the_examination(
    on: date, until_grant: str, met: Met
) -> None:
    ground = {
        "kind": "incident",
        "of": "x",
        "within": {"years": "3"},
        "until_grant": until_grant,
    }
    assert answer(ground, known(records=[incident("x", on, "r")]), forbid=True).met is met


@pytest.mark.parametrize(
    ("back_from", "on", "met"),
    [
        ("cut_off", date(2024, 2, 29), NO),
        ("cut_off", date(2024, 3, 1), YES),
        ("submission", date(2024, 4, 10), NO),
        ("submission", date(2024, 4, 11), YES),
        ("deadline", date(2024, 4, 30), NO),
        ("deadline", date(2024, 5, 1), YES),
    ],
)
def test_look_back_starts_from_its_day(back_from: str, on: date, met: Met) -> None:
    ground = {"kind": "incident", "of": "x", "within": {"days": "9"}, "back_from": back_from}
    assert answer(ground, known(records=[incident("x", on, "r")]), forbid=True).met is met


@pytest.mark.parametrize(
    ("declared", "excepted", "met"),
    [
        ({"policy_loss_2023": "yes"}, "true", YES),
        ({"policy_loss_2023": "yes"}, "false", NO),
        ({"policy_loss_2023": "no"}, "true", NO),
        ({"policy_loss_2022": "yes"}, "true", NO),
        ({}, "true", NO),
    ],
)
def test_policy_losses_may_be_excepted(declared: dict[str, str], excepted: str, met: Met) -> None:
    ground = {"kind": "loss_making", "fiscal_years": "1", "policy_loss_excepted": excepted}
    facts = known(net_profit_2023="-5", **declared)
    assert answer(ground, facts, forbid=True).met is met


GOLD = honour("merit", date(2021, 2, 28), "g")


@pytest.mark.parametrize(
    ("condition", "records", "met"),
    [
        ({"tiers": "merit"}, [GOLD], YES),
        ({"tiers": "award"}, [GOLD], NO),
        ({"tiers": "merit"}, [], NO),
        ({"tiers": "merit"}, [honour("merit", CUT_OFF + timedelta(1), "g")], NO),
        ({"tiers": "merit", "for_at_least": {"years": "3"}}, [GOLD], YES),
        (
            {"tiers": "merit", "for_at_least": {"years": "3"}},
            [honour("merit", date(2021, 3, 1), "g")],
            NO,
        ),
        ({"tiers": "merit", "within": {"years": "3"}}, [GOLD], YES),
        (
            {"tiers": "merit", "within": {"years": "3"}},
            [honour("merit", date(2021, 2, 27), "g")],
            NO,
        ),
        # this award under an earlier name, its tier as people call it
        ({"tiers": "merit"}, [honour("city", CUT_OFF, "g", "某市质量管理奖", "先进单位")], YES),
        ({"tiers": "merit"}, [honour("city", CUT_OFF, "g", "某市质量管理奖", "质量奖")], NO),
        ({"tiers": "merit"}, [honour("city", CUT_OFF, "g", "某市质量管理奖")], ASK),
        ({"tiers": "merit"}, [honour("city", CUT_OFF, "g", "某省质量奖", "先进单位")], NO),
        # other awards, by name, with or without their tier
        ({"honours": ["区质量奖"]}, [honour("district", CUT_OFF, "g", "区质量奖")], YES),
        (
            {"honours": ["区质量奖金奖"]},
            [honour("district", CUT_OFF, "g", "区质量奖", "金奖")],
            YES,
        ),
        (
            {"honours": ["区质量奖金奖"]},
            [honour("district", CUT_OFF, "g", "区质量奖", "银奖")],
            ASK,
        ),
        ({"honours": ["区质量奖"]}, [], ASK),
        ({"honours": ["某市质量管理奖"]}, [], NO),  # our own, so nothing on file says no
        # so many times
        ({"tiers": "merit", "times": 2}, [GOLD], NO),
        ({"tiers": "merit", "times": 2}, [GOLD, honour("merit", CUT_OFF, "g")], YES),
        (
            {"honours": ["区质量奖"], "times": 2},
            [honour("district", CUT_OFF, "g", "区质量奖")],
            ASK,
        ),
        # taken away
        ({"tiers": "merit"}, [GOLD, Record(RecordKind.REVOCATION, "fraud", CUT_OFF, "r")], NO),
        (
            {"tiers": "merit"},
            [GOLD, Record(RecordKind.REVOCATION, "fraud", CUT_OFF, "r", grade="award")],
            YES,
        ),
        (
            {"tiers": "merit"},
            [GOLD, Record(RecordKind.REVOCATION, "fraud", date(2020, 1, 1), "r")],
            YES,
        ),
        (
            {"tiers": "merit"},
            [Record(RecordKind.HONOUR, "merit", CUT_OFF, "g", inherited=True)],
            NO,
        ),
    ],
)
def test_award_held(condition: dict[str, object], records: list[Record], met: Met) -> None:
    assert answer({"kind": "award_held", **condition}, known(records=records)).met is met


def graded(grade: str, on: date = CUT_OFF, until: date | None = None) -> Record:
    return Record(RecordKind.GRADE, "credit-grade", on, "文", until=until, grade=grade)


@pytest.mark.parametrize(
    ("said", "records", "met"),
    [
        ("AA", [], YES),
        ("AAA", [], YES),
        ("A", [], NO),
        ("B", [], ASK),
        ("", [], ASK),
        ("AAA", [graded("A")], NO),  # what is on file goes before what was declared
        ("", [graded("AA")], YES),
        ("", [graded("A", date(2023, 1, 1)), graded("AA")], YES),
        ("", [graded("AA", date(2023, 1, 1)), graded("A")], NO),
        ("", [graded("AA", CUT_OFF + timedelta(1))], ASK),
        ("", [graded("AA", date(2023, 1, 1), until=CUT_OFF)], YES),
        ("", [graded("AA", date(2023, 1, 1), until=CUT_OFF - timedelta(1))], ASK),
    ],
)
def test_grade_is_compared_in_its_order(said: str, records: list[Record], met: Met) -> None:
    ground = {
        "kind": "grade",
        "fact": "credit-grade",
        "grades": ["A", "AA", "AAA"],
        "at_least": "AA",
    }
    assert answer(ground, known(records=records, credit_grade=said)).met is met


@pytest.mark.parametrize(
    ("revenue", "profit", "met"),
    [
        ("10", "99", YES),
        ("11", "10", YES),
        ("11", "11", NO),
        ("11", "", ASK),
        ("0", "11", ASK),
        ("前十", "3", YES),
    ],
)
def test_rank_in_industry_is_enough_by_one_measure(revenue: str, profit: str, met: Met) -> None:
    ground = {
        "kind": "rank_in_industry",
        "by": ["revenue", "profit"],
        "at_most": "10",
        "within": "city",
    }
    assert answer(ground, known(rank_revenue=revenue, rank_profit=profit)).met is met


@pytest.mark.parametrize(
    ("province", "nation", "met"),
    [("no", "no", YES), ("no", "yes", NO), ("yes", "", NO), ("no", "", ASK), ("never", "no", ASK)],
)
def test_concurrent_application_is_declared(province: str, nation: str, met: Met) -> None:
    ground = {"kind": "concurrent_application", "at": ["province", "nation"]}
    facts = known(applies_province=province, applies_nation=nation)
    assert answer(ground, facts, forbid=True).met is met


def test_what_is_judged_always_needs_a_person() -> None:
    found = answer({"kind": "judged", "question": "在行业内的贡献"}, known())
    assert (found.met, found.because) == (ASK, "在行业内的贡献，由评审办查明。")


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


@given(st.integers(0, 4000), st.integers(1, 9))
def test_incident_longer_ago_is_never_worse(days: int, years: int) -> None:
    ground = {"kind": "incident", "of": "x", "within": {"years": years}}
    later, earlier = (
        answer(
            ground, known(records=[incident("x", CUT_OFF - timedelta(ago), "r")]), forbid=True
        ).met
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


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6), st.integers(1, 8))
def test_a_longer_time_held_is_never_easier(days: list[int], years: int) -> None:
    """Certificates of one year each, begun so many days ago."""
    records = [
        certificate("iso", CUT_OFF - timedelta(ago), str(ago), until=CUT_OFF + timedelta(365 - ago))
        for ago in days
    ]

    def met(least: int) -> Answer:
        ground = {"kind": "certificate", "of": "iso", "held_for": {"years": least}}
        return answer(ground, known(records=records))

    assert not (met(years + 1).met is YES and met(years).met is NO)
