"""What must be true of approvals and grants, and which bonus goes with an award."""

from datetime import date
from uuid import uuid4

import pytest

from app.award.granting.rules import (
    Money,
    NoBonus,
    award_obstacles,
    bonus_of,
    date_obstacle,
    decision_obstacles,
)
from app.rules.quota import Award
from app.rules.regulation.money import Bonus
from app.rules.regulation.quotas import Quota

A, B, C = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([(A, True, None), (B, False, "事故")], []),
        ([(A, True, None), (B, True, "说明")], []),
        ([(A, True, None)], [("/decisions", "entry-left-out")]),
        (
            [(A, True, None), (B, True, None), (C, True, None)],
            [("/decisions/2/entry", "entry-not-here")],
        ),
        ([(A, True, None), (B, False, None)], [("/decisions/1/reason", "reason-needed")]),
        (
            [(A, True, None), (B, True, None), (A, False, "事故")],
            [("/decisions/0/entry", "entry-twice"), ("/decisions/2/entry", "entry-twice")],
        ),
        (
            [(C, False, None)],
            [
                ("/decisions/0/entry", "entry-not-here"),
                ("/decisions/0/reason", "reason-needed"),
                ("/decisions", "entry-left-out"),
            ],
        ),
    ],
)
def test_decision_obstacles_names_every_fault(
    decisions: list[tuple[object, bool, str | None]], expected: list[tuple[str, str]]
) -> None:
    found = decision_obstacles(decisions, {A, B})  # type: ignore[arg-type]  # parametrized
    assert [(refusal.pointer, refusal.code) for refusal in found] == expected


def test_decision_obstacles_counts_those_left_out() -> None:
    (refusal,) = decision_obstacles([(A, True, None)], {A, B, C})
    assert refusal.facts == {"count": 2}


@pytest.mark.parametrize(("day", "late"), [(1, False), (2, False), (3, True)])
def test_date_obstacle_refuses_tomorrow(day: int, late: bool) -> None:
    found = date_obstacle(date(2026, 3, day), date(2026, 3, 2))
    assert (found is not None) is late


def quota(**fields: object) -> Quota:
    return Quota.model_validate(fields)


QUOTAS = [
    quota(at_most="1", of={"tier": "gold"}),
    quota(at_most="2", of={"tier": "silver"}),
    quota(at_least="1", of={"track": "small"}),
]


@pytest.mark.parametrize(
    ("awards", "places", "expected"),
    [
        ([("small", "gold"), ("firm", "silver")], 3, []),
        ([("small", "gold"), ("small", "gold")], 3, ["quota-exceeded"]),
        ([("firm", "gold")], 3, ["quota-unmet"]),
        ([("small", "gold"), ("firm", "silver"), ("firm", "silver")], 2, ["places-exceeded"]),
        ([("firm", "gold")] * 3, 2, ["quota-exceeded", "quota-unmet", "places-exceeded"]),
    ],
)
def test_award_obstacles_checks_quotas_and_places(
    awards: list[tuple[str, str]], places: int, expected: list[str]
) -> None:
    listed = [Award(str(place), *each) for place, each in enumerate(awards)]
    assert [refusal.code for refusal in award_obstacles(listed, QUOTAS, places, {})] == expected


def test_award_obstacles_says_how_many_and_which_quota() -> None:
    (refusal,) = award_obstacles(
        [Award(str(n), "small", "silver") for n in range(3)], QUOTAS, 9, {}
    )
    assert refusal.facts == {"quota": 2, "limit": 2, "counted": 3}


def test_award_obstacles_checks_the_places_of_single_tiers() -> None:
    listed = [Award("0", "small", "gold"), Award("1", "small", "silver"), Award("2", "s", "silver")]
    assert award_obstacles(listed, QUOTAS, 9, {"silver": 2}) == []
    (refusal,) = award_obstacles(listed, QUOTAS, 9, {"silver": 1, "gold": 1})
    assert (refusal.code, refusal.facts["counted"]) == ("tier-places-exceeded", 2)


def bonus(**fields: object) -> Bonus:
    return Bonus.model_validate({"tier": "gold", "amount": "500000.00"} | fields)


STRICT = bonus(first_win_only="true", **{"except": ["budget_funded"]})


@pytest.mark.parametrize(
    ("rule", "won_before", "funded", "expected"),
    [
        (STRICT, False, False, Money(50_000_000)),
        (STRICT, True, False, Money(0, NoBonus.NOT_FIRST_WIN)),
        (STRICT, False, True, Money(0, NoBonus.BUDGET_FUNDED)),
        (STRICT, True, True, Money(0, NoBonus.BUDGET_FUNDED)),
        (bonus(), True, True, Money(50_000_000)),
        (bonus(first_win_only="true"), False, True, Money(50_000_000)),
        (bonus(amount="0"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(tier="silver"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(track="small"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(track=["small", "firm"]), False, False, Money(50_000_000)),
    ],
)
def test_bonus_of_follows_the_rule(
    rule: Bonus, won_before: bool, funded: bool, expected: Money
) -> None:
    found = bonus_of([rule], "firm", "gold", won_before=won_before, budget_funded=funded)
    assert found == expected


def test_bonus_of_takes_the_rule_of_the_track() -> None:
    rules = [bonus(track="small", amount="100.00"), bonus(track="firm", amount="0.05")]
    assert bonus_of(rules, "firm", "gold", won_before=False, budget_funded=False) == Money(5)
