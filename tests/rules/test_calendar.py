from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import (
    PUBLISHED_YEARS,
    Calendar,
    CalendarError,
    CountRule,
    DayOverride,
    FirstDay,
    Length,
    RestDay,
    Unit,
    bar_until,
    deadline,
    last_fiscal_years,
    local_date,
    look_back,
    within,
)

PLAIN = Calendar()
CIVIL_CODE = CountRule()
COUNTED = CountRule(first_day=FirstDay.COUNTED)
STAYS = CountRule(ends_on_rest_day=RestDay.STAYS)
published_days = st.dates(date(2004, 1, 1), date(2026, 6, 30))
some_days = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def working_days(amount: int) -> Length:
    return Length(amount, Unit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("start", "amount", "last"),
    [
        ("2026-09-28", 5, "2026-10-10"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-04-28", 5, "2026-05-08"),
        ("2025-12-30", 5, "2026-01-07"),
        ("2025-09-26", 7, "2025-10-13"),
        ("2026-06-17", 5, "2026-06-25"),
    ],
)
def test_deadline_in_working_days_over_holidays_and_make_up_days(
    start: str, amount: int, last: str
) -> None:
    found = deadline(date.fromisoformat(start), working_days(amount), CIVIL_CODE, PLAIN)
    assert found.last_day == date.fromisoformat(last)
    assert not found.provisional


def test_deadline_in_working_days_lists_the_days_it_skipped_by_name() -> None:
    found = deadline(date(2026, 9, 28), working_days(5), CIVIL_CODE, PLAIN)
    assert found.first_day == date(2026, 9, 29)
    assert [day.day for day in found.skipped] == [date(2026, 10, n) for n in range(1, 8)]
    assert {day.name for day in found.skipped} == {"国庆节"}


@pytest.mark.parametrize(
    ("day", "working", "name"),
    [
        (date(2026, 10, 8), True, "周四"),
        (date(2026, 10, 10), True, "国庆节调休上班"),
        (date(2026, 10, 11), False, "周日"),
        (date(2026, 10, 1), False, "国庆节"),
    ],
)
def test_day_says_why(day: date, working: bool, name: str) -> None:
    found = PLAIN.day(day)
    assert (found.working, found.name, found.provisional) == (working, name, False)


def test_make_up_days_of_2026_are_the_published_ones() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    made_up = [day for day in year if day.weekday() > 4 and PLAIN.is_working(day)]
    assert [f"{day:%m-%d}" for day in made_up] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]
    assert sum(PLAIN.is_working(day) for day in year) == 248


def test_every_published_day_agrees_with_the_arrangement() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert PLAIN.is_working(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_first_day_counted_begins_on_the_day_itself() -> None:
    monday = date(2026, 11, 16)
    assert deadline(monday, working_days(5), COUNTED, PLAIN).last_day == date(2026, 11, 20)
    assert deadline(monday, working_days(5), CIVIL_CODE, PLAIN).last_day == date(2026, 11, 23)
    sunday = date(2026, 11, 15)
    assert deadline(sunday, working_days(1), COUNTED, PLAIN).last_day == monday


@pytest.mark.parametrize(
    ("start", "length", "rule", "last"),
    [
        (date(2026, 9, 28), Length(5, Unit.DAYS), STAYS, date(2026, 10, 3)),
        (date(2026, 9, 28), Length(5, Unit.DAYS), CIVIL_CODE, date(2026, 10, 8)),
        (date(2026, 9, 21), Length(1, Unit.DAYS), COUNTED, date(2026, 9, 21)),
        (date(2026, 3, 1), Length(1, Unit.MONTHS), STAYS, date(2026, 4, 1)),
        (date(2026, 1, 31), Length(1, Unit.MONTHS), STAYS, date(2026, 2, 28)),
        (date(2026, 12, 15), Length(2, Unit.MONTHS), STAYS, date(2027, 2, 15)),
        (date(2024, 2, 29), Length(1, Unit.YEARS), STAYS, date(2025, 2, 28)),
        (date(2024, 2, 29), Length(4, Unit.YEARS), STAYS, date(2028, 2, 29)),
        (
            date(2026, 3, 1),
            Length(1, Unit.MONTHS),
            CountRule(FirstDay.COUNTED, RestDay.STAYS),
            date(2026, 3, 31),
        ),
        (
            date(2026, 1, 31),
            Length(1, Unit.MONTHS),
            CountRule(FirstDay.COUNTED, RestDay.STAYS),
            date(2026, 2, 28),
        ),
    ],
)
def test_deadline_in_days_months_and_years(
    start: date, length: Length, rule: CountRule, last: date
) -> None:
    assert deadline(start, length, rule, PLAIN).last_day == last


def test_running_on_names_the_rest_days_passed_over() -> None:
    found = deadline(date(2026, 9, 28), Length(5, Unit.DAYS), CIVIL_CODE, PLAIN)
    assert [day.day.day for day in found.skipped] == [3, 4, 5, 6, 7]
    stayed = deadline(date(2026, 9, 28), Length(5, Unit.DAYS), STAYS, PLAIN)
    assert stayed.skipped == ()


def test_end_of_day_is_an_instant_in_utc() -> None:
    start, length = date(2026, 9, 28), working_days(5)
    at_midnight = deadline(start, length, CIVIL_CODE, PLAIN).ends_at
    assert at_midnight == datetime(2026, 10, 10, 16, tzinfo=UTC)
    office = CountRule(end_of_day="17:30")
    assert deadline(start, length, office, PLAIN).ends_at == datetime(
        2026, 10, 10, 9, 30, tzinfo=UTC
    )
    utc = CountRule(zone="UTC")
    assert deadline(start, length, utc, PLAIN).ends_at == datetime(2026, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize("text", ["24:01", "9:00", "25:00", "17:60", "17.30", "", "00:00\n"])
def test_count_rule_refuses_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(CalendarError):
        CountRule(end_of_day=text)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Asia"])
def test_count_rule_refuses_an_unknown_zone(zone: str) -> None:
    with pytest.raises(CalendarError):
        CountRule(zone=zone)


@pytest.mark.parametrize("amount", [0, -1])
def test_length_refuses_less_than_one(amount: int) -> None:
    with pytest.raises(CalendarError):
        Length(amount, Unit.DAYS)


def test_unpublished_year_is_provisional_with_its_fixed_holidays() -> None:
    assert 2027 not in PUBLISHED_YEARS
    new_year = PLAIN.day(date(2027, 1, 1))
    assert (new_year.working, new_year.name, new_year.provisional) == (False, "元旦", True)
    found = deadline(date(2027, 9, 28), working_days(5), CIVIL_CODE, PLAIN)
    assert found.provisional
    assert {day.name for day in found.skipped} == {"国庆节"}
    plain_weekend = PLAIN.day(date(2027, 9, 25))
    assert (plain_weekend.working, plain_weekend.name) == (False, "周六")
    assert deadline(date(2026, 12, 31), working_days(1), CIVIL_CODE, PLAIN).provisional
    assert PLAIN.is_provisional(date(2003, 6, 2))


def test_last_days_of_a_year_are_provisional_until_the_next_is_published() -> None:
    assert not PLAIN.is_provisional(date(2026, 12, 28))
    assert PLAIN.is_provisional(date(2026, 12, 29))
    assert not PLAIN.is_provisional(date(2025, 12, 31))
    assert not Calendar(official_years=frozenset({2027})).is_provisional(date(2026, 12, 31))


def test_a_calendar_period_consults_only_the_day_it_ends_on() -> None:
    rule_stays = deadline(date(2027, 3, 1), Length(10, Unit.DAYS), STAYS, PLAIN)
    assert not rule_stays.provisional
    assert deadline(date(2027, 3, 1), Length(10, Unit.DAYS), CIVIL_CODE, PLAIN).provisional


def test_override_settles_a_day_and_wins_over_the_arrangement() -> None:
    notice = "放假安排通知"
    calendar = Calendar(
        overrides={
            date(2027, 2, 5): DayOverride(working=False, name="春节", source=notice),
            date(2027, 2, 6): DayOverride(working=True, name="春节调休上班", source=notice),
            date(2026, 10, 8): DayOverride(working=False, name="台风停工", source="区政府通告"),
        },
        official_years=frozenset({2027}),
    )
    assert not calendar.is_working(date(2027, 2, 5))
    assert calendar.is_working(date(2027, 2, 6))
    assert not calendar.is_working(date(2027, 2, 7))
    assert not calendar.is_working(date(2027, 10, 1))
    found = deadline(date(2027, 2, 4), working_days(1), CIVIL_CODE, calendar)
    assert (found.last_day, found.provisional) == (date(2027, 2, 6), False)
    moved = deadline(date(2026, 9, 28), working_days(5), CIVIL_CODE, calendar)
    assert moved.last_day == date(2026, 10, 12)
    assert "台风停工" in {day.name for day in moved.skipped}


def test_override_alone_is_firm_in_a_provisional_year() -> None:
    day = date(2027, 1, 4)
    fixed = DayOverride(working=True, name="周一", source="通知")
    assert Calendar(overrides={day: fixed}).day(day).provisional is False


@given(published_days, st.integers(1, 40))
def test_n_working_days_are_counted(start: date, amount: int) -> None:
    found = deadline(start, working_days(amount), CIVIL_CODE, PLAIN)
    span = (found.last_day - start).days
    counted = [start + timedelta(days=n) for n in range(1, span + 1)]
    assert sum(PLAIN.is_working(day) for day in counted) == amount
    assert PLAIN.is_working(found.last_day)
    assert len(counted) == amount + len(found.skipped)


@given(some_days, st.integers(1, 60), st.sampled_from([CIVIL_CODE, COUNTED, STAYS]))
def test_deadlines_grow_with_length_and_with_start(
    start: date, amount: int, rule: CountRule
) -> None:
    for unit in Unit:
        ends = deadline(start, Length(amount, unit), rule, PLAIN).last_day
        assert ends <= deadline(start, Length(amount + 1, unit), rule, PLAIN).last_day
        later = start + timedelta(days=1)
        assert ends <= deadline(later, Length(amount, unit), rule, PLAIN).last_day


@given(some_days, st.integers(1, 400))
def test_calendar_days_that_stay_are_plain_addition(start: date, amount: int) -> None:
    found = deadline(start, Length(amount, Unit.DAYS), STAYS, PLAIN)
    assert found.last_day == start + timedelta(days=amount)


def test_local_date_is_the_day_in_beijing() -> None:
    assert local_date(datetime(2026, 9, 28, 16, tzinfo=UTC)) == date(2026, 9, 29)
    assert local_date(datetime(2026, 9, 28, 15, 59, tzinfo=UTC)) == date(2026, 9, 28)
    west = timezone(timedelta(hours=-5))
    assert local_date(datetime(2026, 9, 28, 12, tzinfo=west)) == date(2026, 9, 29)
    assert local_date(datetime(2026, 9, 28, 16, tzinfo=UTC), "UTC") == date(2026, 9, 28)


def test_local_date_refuses_an_instant_without_zone() -> None:
    with pytest.raises(CalendarError):
        local_date(datetime(2026, 9, 28, 16))  # noqa: DTZ001 - the refusal is the point


@pytest.mark.parametrize(
    ("reference", "length", "earliest"),
    [
        (date(2023, 6, 30), Length(3, Unit.YEARS), date(2020, 6, 30)),
        (date(2024, 2, 29), Length(3, Unit.YEARS), date(2021, 2, 28)),
        (date(2024, 2, 29), Length(4, Unit.YEARS), date(2020, 2, 29)),
        (date(2026, 3, 31), Length(1, Unit.MONTHS), date(2026, 2, 28)),
        (date(2026, 1, 15), Length(13, Unit.MONTHS), date(2024, 12, 15)),
        (date(2026, 1, 15), Length(15, Unit.DAYS), date(2025, 12, 31)),
    ],
)
def test_look_back_to_the_day(reference: date, length: Length, earliest: date) -> None:
    assert look_back(reference, length) == earliest
    assert within(earliest, reference, length)
    assert not within(earliest - timedelta(days=1), reference, length)
    assert within(reference, reference, length)
    assert not within(reference + timedelta(days=1), reference, length)


def test_look_back_refuses_working_days() -> None:
    with pytest.raises(CalendarError):
        look_back(date(2026, 1, 1), working_days(5))


def test_dates_beyond_the_calendar_are_refused() -> None:
    for length in (Length(9000, Unit.YEARS), Length(10**10, Unit.DAYS)):
        with pytest.raises(CalendarError):
            look_back(date(2026, 1, 1), length)
        with pytest.raises(CalendarError):
            deadline(date(2026, 1, 1), length, STAYS, PLAIN)
    with pytest.raises(CalendarError):
        deadline(date(2026, 1, 1), working_days(10**10), STAYS, PLAIN)


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2021, 5, 20), 5, date(2026, 5, 20)),
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_bar_lasts_through_the_corresponding_day(start: date, years: int, last: date) -> None:
    assert bar_until(start, years) == last


def test_last_fiscal_years_are_the_complete_ones() -> None:
    assert last_fiscal_years(date(2026, 12, 31), 3) == (2023, 2024, 2025)
    assert last_fiscal_years(date(2027, 1, 1), 3) == (2024, 2025, 2026)
    with pytest.raises(CalendarError):
        last_fiscal_years(date(2026, 1, 1), 0)
