"""On which day does a period end, and how far does a look-back reach?"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import chinese_calendar

PUBLISHED_YEARS: Final = frozenset(day.year for day in chinese_calendar.holidays)
"""Years whose State Council arrangement (放假安排) is known without any override."""

BEIJING: Final = "Asia/Shanghai"

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_WEEKDAYS: Final = "一二三四五六日"
# 全国年节及纪念日放假办法: the days off that fall on the same date each year.
_FIXED_HOLIDAYS: Final = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
# Next year's arrangement may move days of this December; since 2004 never one before the 29th.
_YEAR_END: Final = (12, 29)
_END_OF_DAY: Final = re.compile(r"24:00|(?:[01]\d|2[0-3]):[0-5]\d")
_BEYOND: Final = "日期超出日历可表示的范围"


class CalendarError(ValueError):
    """A length, a count rule or an instant from which no day can be counted."""


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class FirstDay(StrEnum):
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"


class RestDay(StrEnum):
    """What a period does that would end on a day of rest."""

    RUNS_ON = "runs_on"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Length:
    """A period as a regulation writes it: 5 working days, 3 years. Raises CalendarError below 1."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise CalendarError(f"期间至少为 1，不能是 {self.amount}")


@dataclass(frozen=True, slots=True)
class CountRule:
    """How days are counted; the default is 民法典 arts. 201 and 203.

    end_of_day: "24:00", or the close of office hours such as "17:30", at the place of `zone`.
    """

    first_day: FirstDay = FirstDay.NOT_COUNTED
    ends_on_rest_day: RestDay = RestDay.RUNS_ON
    end_of_day: str = "24:00"
    zone: str = BEIJING

    def __post_init__(self) -> None:
        if not _END_OF_DAY.fullmatch(self.end_of_day):
            raise CalendarError(f"截止时刻应写作 24:00 或 17:30，不能是 {self.end_of_day}")
        _zone(self.zone)


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A day fixed by an authority, e.g. entered from a notice: its name and where it is written."""

    working: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day; provisional until the arrangement of its year is published."""

    day: date
    working: bool
    name: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of mainland China: overrides first, then the published arrangements.

    official_years: further years whose arrangement is entered in full through the overrides. Any
    other year rests on weekends and the holidays of fixed date, and its days are provisional.
    """

    overrides: Mapping[date, DayOverride] = field(default_factory=dict)
    official_years: frozenset[int] = frozenset()

    def day(self, day: date) -> Day:
        """Whether the day is worked, its name in Chinese, and whether that is only provisional."""
        if (fixed := self.overrides.get(day)) is not None:
            return Day(day, fixed.working, fixed.name, provisional=False)
        provisional = self.is_provisional(day)
        if day.year in PUBLISHED_YEARS:
            rests, holiday = chinese_calendar.get_holiday_detail(day)
            if holiday is not None:
                name = chinese_calendar.Holiday(holiday).chinese
                name = name if rests else f"{name}调休上班"
                return Day(day, not rests, name, provisional)
        elif (name := _FIXED_HOLIDAYS.get((day.month, day.day), "")) != "":
            return Day(day, working=False, name=name, provisional=provisional)
        name = f"周{_WEEKDAYS[day.weekday()]}"
        return Day(day, day.weekday() < _SATURDAY, name, provisional)

    def is_working(self, day: date) -> bool:
        """Whether the day is worked; ask is_provisional() whether that may still change."""
        return self.day(day).working

    def is_provisional(self, day: date) -> bool:
        """Whether the State Council may still change this day (年度放假安排尚未公布)."""
        if day in self.overrides:
            return False
        if not self._is_official(day.year):
            return True
        at_year_end = (day.month, day.day) >= _YEAR_END
        return at_year_end and not self._is_official(day.year + 1)

    def _is_official(self, year: int) -> bool:
        return year in PUBLISHED_YEARS or year in self.official_years


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period and how it was reached.

    ends_at: the first instant (UTC) that is too late. skipped: days of rest that did not count
    or on which the period could not end. provisional: recompute once the year is published.
    """

    first_day: date
    last_day: date
    ends_at: datetime
    provisional: bool
    skipped: tuple[Day, ...]


def deadline(start: date, length: Length, rule: CountRule, calendar: Calendar) -> Deadline:
    """The end of a period that an act on `start` sets going (民法典 arts. 201-203).

    Months and years end on the corresponding day, or on the month's last day where it has none.
    Raises CalendarError beyond the years a date can have.
    """
    first = start if rule.first_day is FirstDay.COUNTED else _moved(start, 1)
    if length.unit is Unit.WORKING_DAYS:
        consulted = _until_worked(first, length.amount, calendar)
    elif rule.ends_on_rest_day is RestDay.RUNS_ON:
        consulted = _until_worked(_nominal_end(start, first, length), 1, calendar)
    else:
        last = _nominal_end(start, first, length)
        return Deadline(first, last, _end(last, rule), provisional=False, skipped=())
    last = consulted[-1].day
    return Deadline(
        first_day=first,
        last_day=last,
        ends_at=_end(last, rule),
        provisional=any(day.provisional for day in consulted),
        skipped=tuple(day for day in consulted if not day.working),
    )


def local_date(instant: datetime, zone: str = BEIJING) -> date:
    """The day it is at `zone` at that instant. Raises CalendarError for an instant without zone."""
    if instant.utcoffset() is None:
        raise CalendarError("时刻必须带时区")
    return instant.astimezone(_zone(zone)).date()


def look_back(reference: date, length: Length) -> date:
    """The earliest day that a look-back from `reference` still covers, to the day.

    Three years back from 2024-02-29 is 2021-02-28 (no corresponding day: the month's last).
    Raises CalendarError for working days and before the year 1.
    """
    if length.unit is Unit.WORKING_DAYS:
        raise CalendarError("回溯期不能以工作日计")
    if length.unit is Unit.DAYS:
        return _moved(reference, -length.amount)
    return _months_away(reference, -_months(length))


def within(event: date, reference: date, length: Length) -> bool:
    """Whether the event lies in the look-back; both its first day and `reference` are inside."""
    return look_back(reference, length) <= event <= reference


def bar_until(start: date, years: int) -> date:
    """The last day of a bar of so many years: the corresponding day, itself still barred."""
    return _months_away(start, _months(Length(years, Unit.YEARS)))


def last_fiscal_years(reference: date, count: int) -> tuple[int, ...]:
    """The last `count` fiscal years complete before `reference`, oldest first.

    A fiscal year is a calendar year (会计法 art. 11). Raises CalendarError if count is below 1.
    """
    if count < 1:
        raise CalendarError(f"会计年度数至少为 1，不能是 {count}")
    return tuple(range(reference.year - count, reference.year))


def _until_worked(first: date, wanted: int, calendar: Calendar) -> list[Day]:
    _moved(first, wanted)  # refuses at once what would be walked to the year 9999 in vain
    consulted: list[Day] = []
    day = first
    while True:
        consulted.append(calendar.day(day))
        wanted -= consulted[-1].working
        if wanted == 0:
            return consulted
        day = _moved(day, 1)


def _nominal_end(start: date, first: date, length: Length) -> date:
    if length.unit is Unit.DAYS:
        return _moved(first, length.amount - 1)
    corresponding = _months_away(start, _months(length))
    if first == start and corresponding.day == start.day:
        # The first day counts, so the period is full on the eve of the corresponding day.
        return corresponding - _DAY
    return corresponding


def _months(length: Length) -> int:
    return length.amount * (12 if length.unit is Unit.YEARS else 1)


def _months_away(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise CalendarError(_BEYOND)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise CalendarError(_BEYOND) from error


def _end(last: date, rule: CountRule) -> datetime:
    if rule.end_of_day == "24:00":
        local = datetime.combine(_moved(last, 1), time(), _zone(rule.zone))
    else:
        local = datetime.combine(last, time.fromisoformat(rule.end_of_day), _zone(rule.zone))
    return local.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarError(f"没有时区 {name}") from error
