"""What stands against a timetable and against a launch."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.award.programmes.rules import (
    Times,
    launch_obstacles,
    postponement_obstacles,
    slot_obstacles,
    tier_obstacles,
    turn_obstacle,
)
from app.award.programmes.service import UNLIMITED, most_places
from app.catalogue import loader
from app.rules.regulation.model import Rhythm
from app.rules.regulation.read import read
from tests.rules.regulation.award_texts import BINHU, changed
from tests.rules.regulation.test_check_wide import WIDE

REGULATION = read(loader.regulation_text("binhu-2023"))
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
EVERY = {stage.key: object() for stage in REGULATION.stages}


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([("intake", NINE, TEN), ("grant", NINE, TEN)], []),
        ([("intake", NINE, NINE)], [("/slots/0/closes_at", "slot-reversed")]),
        ([("intake", TEN, NINE)], [("/slots/0/closes_at", "slot-reversed")]),
        ([("nowhere", NINE, TEN)], [("/slots/0/stage", "slot-unknown")]),
        (
            [("intake", NINE, TEN), ("intake", NINE, TEN)],
            [("/slots/1/stage", "slot-twice")],
        ),
        (
            [("nowhere", TEN, NINE), ("nowhere", NINE, TEN)],
            [
                ("/slots/0/stage", "slot-unknown"),
                ("/slots/0/closes_at", "slot-reversed"),
                ("/slots/1/stage", "slot-unknown"),
                ("/slots/1/stage", "slot-twice"),
            ],
        ),
    ],
)
def test_slot_obstacles_names_every_fault(
    slots: list[tuple[str, datetime, datetime]], expected: list[tuple[str, str]]
) -> None:
    assert [(o.pointer, o.code) for o in slot_obstacles(REGULATION, slots)] == expected


@pytest.mark.parametrize(
    ("without", "asked", "expected"),
    [
        ((), 3, []),
        ((), 4, ["places-too-many"]),
        (("site",), 3, ["slot-missing"]),
        (("site", "grant"), 9, ["slot-missing", "slot-missing", "places-too-many"]),
    ],
)
def test_launch_obstacles(without: tuple[str, ...], asked: int, expected: list[str]) -> None:
    slots = {key: slot for key, slot in EVERY.items() if key not in without}
    assert [o.code for o in launch_obstacles(REGULATION, slots, "区政府", asked, 3)] == expected


def test_a_launch_is_approved_by_the_body_that_the_regulation_names() -> None:
    wide = read(WIDE)
    slots = {stage.key: object() for stage in wide.stages}
    assert launch_obstacles(wide, slots, "市人民政府", 9, 9) == []
    (found,) = launch_obstacles(wide, slots, "市场监管局", 9, 9)
    assert (found.code, found.pointer) == ("launched-by-another", "/body")
    assert "市人民政府" in found.sentence()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, []),
        ({"gold": 2, "merit": 3}, []),
        ({"gold": 3}, [("/places_of/gold", "tier-places-too-many")]),
        ({"open": 4}, []),
        ({"open": 5}, [("/places_of/open", "tier-places-too-many")]),
        ({"silver": 1}, [("/places_of/silver", "tier-unknown")]),
    ],
)
def test_tier_obstacles(asked: dict[str, int], expected: list[tuple[str, str]]) -> None:
    most = {"gold": 2, "merit": 3, "open": None}
    assert [(o.pointer, o.code) for o in tier_obstacles(asked, most, 4)] == expected


TWO = Rhythm.model_validate({"every_years": "2"})
SPECIAL = Rhythm.model_validate({"every_years": "2", "special": "true"})
WHENEVER = Rhythm.model_validate({"when_approved": {}})


@pytest.mark.parametrize(
    ("rhythm", "cut_off", "document", "expected"),
    [
        (TWO, date(2027, 12, 31), None, None),
        (TWO, date(2027, 12, 30), None, "cycle-out-of-turn"),
        (TWO, date(2025, 12, 31), None, "cycle-out-of-turn"),
        (TWO, date(2023, 12, 31), None, None),
        (TWO, date(2024, 1, 1), None, "cycle-out-of-turn"),
        (TWO, date(2026, 12, 31), "文", "special-cycle-not-provided"),
        (TWO, date(2027, 12, 31), "文", "special-cycle-not-provided"),
        (SPECIAL, date(2026, 12, 31), None, "cycle-out-of-turn"),
        (SPECIAL, date(2026, 12, 31), "文", None),
        (WHENEVER, date(2026, 1, 1), None, None),
        (None, date(2026, 1, 1), None, None),
        (None, date(2026, 1, 1), "文", "special-cycle-not-provided"),
    ],
)
def test_turn_obstacle(
    rhythm: Rhythm | None, cut_off: date, document: str | None, expected: str | None
) -> None:
    found = turn_obstacle(rhythm, cut_off, [(1, date(2025, 12, 31))], document)
    assert (found and found.code) == expected


def test_turn_obstacle_counts_from_a_leap_day_to_the_day() -> None:
    held = [(1, date(2024, 2, 29))]
    assert turn_obstacle(TWO, date(2026, 2, 28), held, None) is not None
    assert turn_obstacle(TWO, date(2026, 3, 1), held, None) is None
    assert turn_obstacle(TWO, date(1, 1, 1), [(1, date(2, 1, 1))], None) is not None


LATER, EVEN_LATER = TEN + timedelta(days=1), TEN + timedelta(days=2)


@pytest.mark.parametrize(
    ("wanted", "now", "opened", "expected"),
    [
        ((NINE, LATER), NINE, False, []),
        ((NINE, LATER), NINE, True, []),
        ((NINE, LATER), EVEN_LATER, True, ["in-the-past"]),
        ((NINE, LATER), LATER, True, ["in-the-past"]),
        ((TEN, LATER), NINE, False, []),
        ((TEN, LATER), NINE, True, ["already-opened"]),
        ((NINE, TEN), NINE, False, ["nothing-moved"]),
        ((LATER, TEN), NINE, False, ["slot-reversed"]),
        ((NINE - timedelta(minutes=1), LATER), NINE, False, ["earlier-than-promised"]),
        ((NINE, TEN - timedelta(minutes=1)), NINE, False, ["earlier-than-promised"]),
    ],
)
def test_postponement_obstacles(
    wanted: Times, now: datetime, opened: bool, expected: list[str]
) -> None:
    found = postponement_obstacles("评审", (NINE, TEN), wanted, now, opened=opened)
    assert [obstacle.code for obstacle in found] == expected


def test_most_places_is_what_the_quotas_leave() -> None:
    assert most_places(REGULATION) == 3
    text = changed("/quotas", None, changed("/stages/2/advance", "everybody", BINHU))
    assert most_places(read(text)) == UNLIMITED
