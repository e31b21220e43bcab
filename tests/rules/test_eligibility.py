"""Groups, and of whom and for which tiers a condition is asked."""

from dataclasses import replace
from datetime import date

import pytest

from app.rules.eligibility import groups_of
from app.rules.facts import Facts, Met
from tests.rules.applicants import OCCASION, WIDE, answers, honour, incident, known, regulation

YES, NO, ASK = Met.MET, Met.NOT_MET, Met.NEEDS_A_PERSON

SMALL = {
    "key": "small",
    "name": "中小企业",
    "when": {"key": "size", "name": "规模", "kind": "declared", "fact": "size", "equals": "小型"},
}
MATURE = {
    "key": "mature",
    "name": "成熟的中小企业",
    "when": {
        "key": "both",
        "name": "成熟且小型",
        "kind": "all_of",
        "of": [
            {"key": "is-small", "name": "小型", "kind": "in_group", "of": "small"},
            {"key": "years", "name": "满五年", "kind": "years_registered", "at_least": 5},
        ],
    },
}
TAX = {"key": "tax", "name": "纳税", "kind": "declared", "fact": "tax", "at_least": "100"}
OLD = date(2000, 1, 1)


def membership(facts: Facts, **decided: Met) -> dict[str, Met]:
    rules = regulation(groups=[SMALL, MATURE])
    return {each.key: each.met for each in groups_of(rules, facts, OCCASION, decided)}


def test_groups_are_answered_in_order_and_rest_on_those_before() -> None:
    assert membership(known(OLD, size="小型")) == {"small": YES, "mature": YES}
    assert membership(known(date(2022, 1, 1), size="小型")) == {"small": YES, "mature": NO}
    assert membership(known(OLD, size="大型")) == {"small": NO, "mature": NO}
    assert membership(known(OLD)) == {"small": ASK, "mature": ASK}
    assert membership(known(date(2022, 1, 1))) == {"small": ASK, "mature": NO}


def test_what_a_person_says_of_a_group_is_what_later_ones_rest_on() -> None:
    assert membership(known(OLD), small=YES) == {"small": ASK, "mature": YES}
    assert membership(known(OLD, size="小型"), small=NO) == {"small": YES, "mature": NO}


def test_a_group_of_another_track_is_nobodys_here() -> None:
    narrow = SMALL | {"when": SMALL["when"] | {"track": "person"}}  # type: ignore[operator]  # a dict
    (answer,) = groups_of(regulation(groups=[narrow]), known(size="小型"), OCCASION)
    assert answer.met is NO


def test_the_wide_regulation_knows_its_groups() -> None:
    facts = known(records=[honour("award", OLD, "g")], size="微型")
    found = {each.key: each.met for each in groups_of(WIDE, facts, OCCASION)}
    assert found == {"small": YES, "held": YES, "newcomer": YES}


@pytest.mark.parametrize(
    ("track", "asked"), [("organisation", ["tax"]), ("person", []), (["person"], [])]
)
def test_a_condition_of_other_tracks_is_not_asked(track: object, asked: list[str]) -> None:
    assert list(answers(regulation(require=[TAX | {"track": track}]), known())) == asked


@pytest.mark.parametrize(
    ("size", "tax", "met"),
    [
        ("小型", "99", NO),
        ("小型", "100", YES),
        ("大型", "99", YES),  # not asked of it
        ("", "99", ASK),
        ("", "100", YES),  # met, whether it is asked or not
        ("大型", "", YES),
    ],
)
def test_a_condition_of_a_group_is_asked_of_its_members(size: str, tax: str, met: Met) -> None:
    rules = regulation(require=[TAX | {"group": "small"}], groups=[SMALL])
    assert answers(rules, known(size=size, tax=tax))["tax"].met is met


def test_a_disqualifier_of_a_group_is_asked_of_its_members() -> None:
    ground = {"key": "x", "name": "事故", "kind": "incident", "of": "x", "within": {"years": 1}}
    rules = regulation(forbid=[ground | {"group": "small"}], groups=[SMALL])
    record = [incident("x", OCCASION.cut_off, "r")]
    assert answers(rules, known(records=record, size="小型"))["x"].met is NO
    assert answers(rules, known(records=record, size="大型"))["x"].met is YES
    assert answers(rules, known(records=record))["x"].met is ASK
    assert answers(rules, known(records=record), small=NO)["x"].met is YES


def test_a_condition_of_tiers_closes_those_the_track_has() -> None:
    rules = regulation(require=[TAX | {"tier": ["award", "person"]}])
    found = answers(rules, known(tax="1"))["tax"]
    assert (found.met, found.closes) == (NO, ("award",))
    assert answers(rules, known(tax="1"), replace(OCCASION, track="person"))["tax"].closes == (
        "person",
    )
    assert answers(regulation(require=[TAX | {"tier": "person"}]), known()) == {}


BY_SIZE = {
    "key": "by-size",
    "name": "按规模",
    "kind": "any_of",
    "of": [
        TAX | {"key": "small-tax", "group": "small"},
        TAX | {"key": "person-tax", "track": "person", "at_least": "1"},
        TAX | {"key": "much-tax", "at_least": "500"},
    ],
}


@pytest.mark.parametrize(
    ("size", "tax", "met"),
    [
        ("小型", "100", YES),
        ("小型", "99", NO),
        ("大型", "100", NO),  # the branch of others does not help it
        ("大型", "500", YES),
        ("", "100", ASK),
        ("", "99", NO),
        ("", "500", YES),
    ],
)
def test_alternatives_count_only_for_whom_they_are_asked(size: str, tax: str, met: Met) -> None:
    rules = regulation(require=[BY_SIZE], groups=[SMALL])
    assert answers(rules, known(size=size, tax=tax))["by-size"].met is met


def test_a_condition_none_of_whose_parts_is_asked_is_met() -> None:
    nobody = BY_SIZE | {"of": [TAX | {"track": "person"}]}
    assert answers(regulation(require=[nobody]), known())["by-size"].met is YES
    assert answers(regulation(forbid=[nobody]), known())["by-size"].met is YES


def test_requirements_come_before_disqualifiers_before_bars() -> None:
    ground = {"key": "a", "name": "a", "kind": "incident", "of": "x", "within": {"days": 1}}
    bar = {
        "key": "c",
        "after": {"granted": "award"},
        "sit_out": {"years": 1},
        "from": "decision_date",
    }
    rules = regulation(require=[TAX], forbid=[ground], bars=[bar])
    assert list(answers(rules, known())) == ["tax", "a", "c"]
