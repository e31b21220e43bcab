"""When is somebody reminded? Working days by the calendar, from our default or the office's own."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.office.rules import USUAL_LEADS, furthest, lead_come, reminded_at
from app.platform.clock import ZONE
from app.rules.calendar import Calendar, Length, Unit

CALENDAR = Calendar()
THREE, ONE = USUAL_LEADS


def beijing(day: str, at: str = "17:30") -> datetime:
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("due", "lead", "told"),
    [
        ("2026-03-31", THREE, "2026-03-26"),  # over a weekend
        ("2026-10-12", THREE, "2026-10-08"),  # 10-10, a Saturday, is worked
        ("2026-10-09", THREE, "2026-09-29"),  # over the week of the National Day
        ("2026-03-31", ONE, "2026-03-30"),
    ],
)
def test_lead_is_counted_back_by_the_calendar(due: str, lead: Length, told: str) -> None:
    assert reminded_at(beijing(due), lead, CALENDAR) == beijing(told)


def test_midnight_belongs_to_the_day_it_ends() -> None:
    end = beijing("2026-04-01", "00:00")  # 24:00 of Tuesday the 31st
    assert reminded_at(end, THREE, CALENDAR) == beijing("2026-03-27", "00:00")


def test_last_lead_that_has_come_is_told() -> None:
    at = beijing("2026-03-31")

    def come(day: str, hour: str = "17:30") -> Length | None:
        return lead_come(at, USUAL_LEADS, beijing(day, hour), CALENDAR)

    assert come("2026-03-26", "17:29") is None
    assert come("2026-03-26") == THREE
    assert come("2026-03-30", "17:29") == THREE
    assert come("2026-03-31", "17:29") == ONE
    assert come("2026-03-31") is None, "it is over"
    assert lead_come(at, (), beijing("2026-03-31", "17:00"), CALENDAR) is None


@given(
    day=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    amount=st.integers(1, 30),
    unit=st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]),
)
def test_nothing_is_further_than_one_looks(day: date, amount: int, unit: Unit) -> None:
    at, lead = datetime.combine(day, time(9), ZONE), Length(amount, unit)
    ahead = at - reminded_at(at, lead, CALENDAR)
    assert timedelta(days=amount) <= ahead <= furthest([(lead,)])
