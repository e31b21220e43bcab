"""Bars: in years, in cycles and for ever; after what, from which day, whom and from which tiers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import Answer, Met, Record, RecordKind
from tests.rules.applicants import OCCASION, SUBMITTED, answers, honour, known, regulation

YES, NO, ASK = Met.MET, Met.NOT_MET, Met.NEEDS_A_PERSON
FORMERLY = "某市质量管理奖"


def bar(after: dict[str, Any], sit_out: Any, start: str, **more: Any) -> dict[str, Any]:
    return {"key": "again", "after": after, "sit_out": sit_out, "from": start, **more}


def found(rule: dict[str, Any], *records: Record, **occasion: Any) -> Answer:
    asked = replace(OCCASION, **occasion)
    return answers(regulation(bars=[rule]), known(records=records), asked)["again"]


def winners(**more: Any) -> dict[str, Any]:
    return bar({"granted": "award"}, {"years": 5}, "decision_date", **more)


def revoked(ground: str, on: date | None = SUBMITTED, **more: Any) -> Record:
    return Record(RecordKind.REVOCATION, ground, on, "r", **more)


@pytest.mark.parametrize(
    ("on", "met"),
    [(date(2019, 4, 9), YES), (date(2019, 4, 10), NO), (date(2023, 1, 1), NO), (None, ASK)],
)
def test_years_after_a_grant_run_to_the_day(on: date | None, met: Met) -> None:
    assert found(winners(), honour("award", on, "g1"), honour("merit", SUBMITTED, "g2")).met is met


@pytest.mark.parametrize(
    ("on", "submitted", "met"),
    [
        (date(2019, 2, 1), date(2024, 12, 31), NO),
        (date(2019, 2, 1), date(2025, 1, 1), YES),
        (date(2019, 12, 31), date(2024, 12, 31), NO),
        (date(2020, 1, 1), date(2025, 1, 1), NO),
    ],
)
def test_years_may_be_counted_from_the_end_of_the_award_year(
    on: date, submitted: date, met: Met
) -> None:
    rule = bar({"granted": "award"}, {"years": 5}, "award_year_end")
    assert found(rule, honour("award", on, "g"), submitted_on=submitted).met is met


@pytest.mark.parametrize(
    ("won", "now", "met"),
    [(7, 7, YES), (7, 8, NO), (7, 9, NO), (7, 10, YES), (7, 6, YES), (None, 8, ASK)],
)
def test_cycles_are_counted_after_the_one_it_happened_in(
    won: int | None, now: int, met: Met
) -> None:
    rule = bar({"granted": "award"}, {"cycles": 2}, "award_year_end")
    long_ago = honour("award", date(1999, 1, 1), "g", cycle=won)
    assert found(rule, long_ago, ordinal=now).met is met


@pytest.mark.parametrize("on", [date(1990, 1, 1), SUBMITTED, None])
def test_for_ever_does_not_end(on: date | None) -> None:
    rule = bar({"disqualified_for": "fraud"}, "for_ever", "finding")
    out = Record(RecordKind.DISQUALIFICATION, "fraud", on, "d")
    assert found(rule, out).met is NO
    assert found(rule, out, ordinal=99).met is NO


@pytest.mark.parametrize(
    ("record", "met"),
    [
        (revoked("fraud"), NO),
        (revoked("safety"), NO),
        (revoked("other"), YES),
        (revoked("fraud", name="外省质量奖"), YES),
        (revoked("fraud", name=FORMERLY), NO),
        (Record(RecordKind.DISQUALIFICATION, "fraud", SUBMITTED, "d"), YES),
    ],
)
def test_a_revocation_is_met_by_its_grounds(record: Record, met: Met) -> None:
    rule = bar({"revoked_for": ["fraud", "safety"]}, {"years": 3}, "revocation")
    assert found(rule, record).met is met


@pytest.mark.parametrize(
    ("ground", "on", "met"),
    [
        ("fraud", date(2022, 4, 10), NO),
        ("fraud", date(2022, 4, 9), YES),
        ("bribery", SUBMITTED, YES),
    ],
)
def test_a_disqualification_is_met_from_its_finding(ground: str, on: date, met: Met) -> None:
    rule = bar({"disqualified_for": "fraud"}, {"years": 2}, "finding")
    assert found(rule, Record(RecordKind.DISQUALIFICATION, ground, on, "d")).met is met


@pytest.mark.parametrize(
    ("record", "also", "met"),
    [
        (honour("city", SUBMITTED, "g", "区长质量奖"), ["区长质量奖"], NO),
        (honour("city", SUBMITTED, "g", "区长质量奖"), [], YES),
        (honour("city", date(2019, 4, 9), "g", "区长质量奖"), ["区长质量奖"], YES),
        # the award itself under an earlier name: `formerly` is enough
        (honour("city", SUBMITTED, "g", FORMERLY, "质量奖"), [], NO),
        (honour("city", SUBMITTED, "g", FORMERLY, "先进单位"), [], YES),
        (honour("city", SUBMITTED, "g", FORMERLY), [], ASK),
        (honour("city", SUBMITTED, "g", FORMERLY), [FORMERLY], NO),
    ],
)
def test_renamed_awards_are_followed(record: Record, also: list[str], met: Met) -> None:
    assert found(winners(also=also), record).met is met


@pytest.mark.parametrize(("follows", "met"), [("true", NO), ("false", YES)])
def test_a_bar_follows_a_successor(follows: str, met: Met) -> None:
    theirs = Record(RecordKind.HONOUR, "award", SUBMITTED, "g", inherited=True)
    assert found(winners(follows_successor=follows), theirs).met is met


def test_several_tiers_are_met_by_any_of_them() -> None:
    rule = bar({"granted": ["award", "small"]}, {"years": 1}, "decision_date")
    assert found(rule, honour("small", SUBMITTED, "g")).met is NO
    assert found(rule, honour("merit", SUBMITTED, "g")).met is YES


def test_a_bar_may_close_tiers_instead_of_refusing() -> None:
    record = honour("award", SUBMITTED, "g")
    assert found(winners(), record).closes is None
    closing = found(winners(closes=["award", "person"]), record)
    assert (closing.met, closing.closes) == (NO, ("award",))  # the track has no personal tier


def test_a_bar_of_other_tracks_or_tiers_is_not_asked() -> None:
    for narrowed in (winners(track="person"), winners(closes="person")):
        assert answers(regulation(bars=[narrowed]), known()) == {}


@given(st.integers(1, 9), st.integers(1, 12), st.integers(1, 12))
def test_cycles_sat_out_are_as_many_as_written(sit_out: int, won: int, ahead: int) -> None:
    rule = bar({"granted": "award"}, {"cycles": sit_out}, "decision_date")
    record = honour("award", SUBMITTED, "g", cycle=won)
    barred = [
        ordinal
        for ordinal in range(1, won + sit_out + ahead)
        if found(rule, record, ordinal=ordinal).met is NO
    ]
    assert barred == list(range(won + 1, won + sit_out + 1))[: len(barred)]
    assert len(barred) == min(sit_out, sit_out + ahead - 1)
