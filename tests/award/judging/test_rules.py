"""Who may sit on a panel, and does every category have its judges?"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.judging.rules import (
    LEAD_AND_BACKUP,
    Seat,
    division_obstacles,
    judges_per_item,
    member_obstacles,
    panel_obstacles,
)
from app.catalogue import loader
from app.rules.regulation.judges import Judges
from app.rules.regulation.read import read
from app.rules.regulation.stages import Panel

STAGES = read(loader.regulation_text("binhu-2023"))
CATEGORIES = ["4.1", "4.2", "4.3"]
Division = Sequence[Sequence[str] | None]


def panel(key: str = "documents", **changes: Any) -> Panel:
    found = STAGES.stage(key)
    assert isinstance(found, Panel)
    return found.model_copy(update=changes)


def seats(count: int, **leader_or_not: Any) -> list[Seat]:
    fields: dict[str, Any] = {"signed": True, "categories": None} | leader_or_not
    return [Seat(name=f"评审员{n}", leader=n == 0, **fields) for n in range(count)]


def codes(found: Sequence[Any]) -> list[str]:
    return [each.code for each in found]


def test_panel_of_three_with_one_leader_stands() -> None:
    assert panel_obstacles(panel(), Judges(at_least=3), seats(3), CATEGORIES) == []


@pytest.mark.parametrize(
    ("sitting", "expected"),
    [
        (seats(2), ["too-few-judges"]),
        (seats(5), ["too-many-judges"]),
        (seats(3, signed=False), ["no-undertaking"] * 3),
        ([*seats(2), *seats(1)], ["one-leader"]),
        (seats(4)[1:], ["one-leader"]),
        (seats(3, categories=("4.1",)), ["work-not-divided"] * 3),
        (seats(1, signed=False), ["no-undertaking", "too-few-judges"]),
    ],
)
def test_everything_against_a_panel_is_told(sitting: list[Seat], expected: list[str]) -> None:
    judges = Judges(at_least=3, at_most=4)
    assert codes(panel_obstacles(panel(), judges, sitting, CATEGORIES)) == expected


def test_divided_panel_needs_lead_and_backup() -> None:
    sitting = [
        Seat("甲", leader=True, signed=True, categories=("4.1", "4.2")),
        Seat("乙", leader=False, signed=True, categories=("4.2", "4.3")),
        Seat("丙", leader=False, signed=True, categories=("4.3",)),
    ]
    found = panel_obstacles(panel("site"), Judges(at_least=3), sitting, CATEGORIES)
    assert codes(found) == ["category-uncovered"]
    assert found[0].facts == {"category": "4.1", "given": 1, "needed": 2}


def test_trimmed_mean_needs_its_judges_in_every_category() -> None:
    method = panel().method.model_validate({"trimmed_mean": {"at_least": "5"}})
    rule = panel("site", method=method)
    assert judges_per_item(rule) == 5
    assert judges_per_item(panel()) == 1
    sitting = [
        *seats(4),
        Seat("戊", leader=False, signed=True, categories=("4.1",)),
    ]
    found = panel_obstacles(rule, Judges(at_least=5), sitting, ["4.1", "4.2"])
    assert [each.facts["category"] for each in found] == ["4.2"]


@pytest.mark.parametrize(
    ("key", "seat", "sitting", "expected"),
    [
        ("documents", Seat("甲", leader=False, signed=True, categories=None), 2, []),
        (
            "documents",
            Seat("甲", leader=False, signed=False, categories=None),
            2,
            ["no-undertaking"],
        ),
        (
            "documents",
            Seat("甲", leader=False, signed=True, categories=None),
            3,
            ["too-many-judges"],
        ),
        (
            "documents",
            Seat("甲", leader=False, signed=True, categories=("4.1",)),
            2,
            ["work-not-divided"],
        ),
        ("site", Seat("甲", leader=False, signed=True, categories=("4.1",)), 2, []),
        (
            "site",
            Seat("甲", leader=False, signed=True, categories=("9.9",)),
            2,
            ["category-unknown"],
        ),
    ],
)
def test_one_more_member(key: str, seat: Seat, sitting: int, expected: list[str]) -> None:
    judges = Judges(at_least=2, at_most=3)
    cover = dict.fromkeys(CATEGORIES, sitting)
    assert codes(member_obstacles(panel(key), judges, seat, sitting, cover)) == expected


@pytest.mark.parametrize(
    ("share", "uncovered"),
    [
        (None, []),
        (("4.1", "4.2"), []),
        (("4.1", "4.2", "4.3"), []),
        (("4.1",), ["4.2"]),
        (("4.3",), ["4.1", "4.2"]),
    ],
)
def test_one_more_member_scores_what_too_few_do(
    share: tuple[str, ...] | None, uncovered: list[str]
) -> None:
    seat = Seat("甲", leader=False, signed=True, categories=share)
    cover = dict.fromkeys(CATEGORIES, 2) | {"4.1": 1, "4.2": 0}
    found = member_obstacles(panel("site"), Judges(at_least=2), seat, 2, cover)
    assert codes(found) == ["category-uncovered"] * len(uncovered)
    assert [each.facts["category"] for each in found] == uncovered


shares = st.none() | st.lists(st.sampled_from(CATEGORIES), max_size=5)


@given(st.lists(shares, max_size=6))
def test_division_stands_exactly_when_any_one_member_can_be_missed(division: Division) -> None:
    """A lead and a backup: whoever falls ill, every category still has somebody."""

    def covered(rest: Division) -> bool:
        return all(any(s is None or c in s for s in rest) for c in CATEGORIES)

    missed = [[*division[:n], *division[n + 1 :]] for n in range(len(division))] or [[]]
    stands = not division_obstacles(division, CATEGORIES, LEAD_AND_BACKUP)
    assert stands == all(covered(rest) for rest in missed)


@given(st.lists(shares, max_size=6), st.integers(min_value=1, max_value=6))
def test_division_names_every_category_short_of_judges(division: Division, least: int) -> None:
    found = {
        str(each.facts["category"]): each.facts["given"]
        for each in division_obstacles(division, CATEGORIES, least)
    }
    for category in CATEGORIES:
        judges = sum(share is None or category in share for share in division)
        assert found.get(category) == (judges if judges < least else None)


@given(st.lists(shares, min_size=1, max_size=6), st.data())
def test_division_that_stands_still_stands_with_one_more(division: Division, data: Any) -> None:
    more = data.draw(shares)
    before = {each.facts["category"] for each in division_obstacles(division, CATEGORIES, 2)}
    after = division_obstacles([*division, more], CATEGORIES, 2)
    assert {each.facts["category"] for each in after} <= before


def test_division_refuses_what_the_criteria_lack() -> None:
    found = division_obstacles([None, None, ["4.1", "9.9"]], CATEGORIES, 2)
    assert [(each.code, each.pointer) for each in found] == [
        ("category-unknown", "/members/2/categories")
    ]
