"""What stands against a timetable and against a launch."""

from datetime import UTC, datetime, timedelta

import pytest

from app.award.programmes.rules import launch_obstacles, slot_obstacles
from app.award.programmes.service import UNLIMITED, most_places
from app.catalogue import loader
from app.rules.regulation.read import read
from tests.rules.regulation.award_texts import BINHU, changed

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
    assert [o.code for o in launch_obstacles(REGULATION, slots, asked, 3)] == expected


def test_most_places_is_what_the_quotas_leave() -> None:
    assert most_places(REGULATION) == 3
    text = changed("/quotas", None, changed("/stages/2/advance", "everybody", BINHU))
    assert most_places(read(text)) == UNLIMITED
