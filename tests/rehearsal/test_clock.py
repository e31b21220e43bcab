"""The timetable of a rehearsed year."""

from datetime import UTC, date, datetime

import pytest

from app.catalogue import loader
from app.rehearsal.clock import BEIJING, CALENDAR, START, YearTooShort, notice_ends, timetable
from app.rules.regulation import read
from app.rules.regulation.stages import Publicity

BINHU = read(loader.regulation_text("binhu-2023"))


def test_timetable_puts_every_stage_after_the_one_before() -> None:
    slots = timetable(BINHU, START)
    assert list(slots) == [stage.key for stage in BINHU.stages]
    assert slots["intake"].opens == START
    ordered = [moment for slot in slots.values() for moment in (slot.opens, slot.closes)]
    assert ordered == sorted(ordered)
    assert all(CALENDAR.is_working(slot.opens.date()) for slot in slots.values())


def test_notice_over_the_spring_festival_counts_working_days() -> None:
    notice = BINHU.stage("notice")
    assert isinstance(notice, Publicity)
    # 2026-02-14 is worked in place of the holiday that runs from the 15th to the 23rd.
    assert notice_ends(notice, date(2026, 2, 12)) == datetime(2026, 2, 26, 16, 0, tzinfo=UTC)


def test_year_that_would_outlast_the_known_calendar_is_refused() -> None:
    with pytest.raises(YearTooShort):
        timetable(BINHU, datetime(2026, 12, 1, 9, 0, tzinfo=BEIJING))
