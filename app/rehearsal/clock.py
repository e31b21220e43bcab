"""When does each stage of the rehearsed year take place, and how does award time get there?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from app.rehearsal.client import Person
from app.rules.calendar import Calendar, CountRule, FirstDay, Length, RestDay, Unit, deadline
from app.rules.regulation import Regulation
from app.rules.regulation.stages import Endorsement, Publicity, Stage

BEIJING = timezone(timedelta(hours=8))
START = datetime(2026, 1, 5, 9, 0, tzinfo=BEIJING)
CUT_OFF = date(START.year - 1, 12, 31)
"""The last day of the period judged, from which look-backs count."""
LAST = date(2026, 12, 28)
"""Until this day the working days are known; a rehearsed year must end before."""
MORNING, EVENING = time(9, 0), time(17, 30)
MINUTE = timedelta(minutes=1)

WORKING_DAYS = {
    "intake": 10,
    "endorsement": 2,
    "screening": 3,
    "panel": 5,
    "survey": 2,
    "composite": 1,
    "vote": 1,
    "approval": 2,
    "grant": 1,
}
"""How long each kind of stage takes in the rehearsal."""

CALENDAR = Calendar()


class YearTooShort(Exception):
    """The regulation takes longer than the working days are known."""

    def __init__(self, day: date) -> None:
        super().__init__(f"这一年要排到 {day}，其后的工作日尚未公布。")


@dataclass(frozen=True, slots=True)
class Slot:
    """When a stage opens, and by when it closes."""

    opens: datetime
    closes: datetime


@dataclass
class AwardClock:
    """Award time of a rehearsal."""

    public: Person

    async def now(self) -> datetime:
        """Award time."""
        return datetime.fromisoformat((await self.public.get("/rehearsal/clock"))["now"])

    async def move(self, to: datetime) -> None:
        """Set award time."""
        await self.public.ask("PUT", "/rehearsal/clock", json={"now": to.isoformat()})

    async def begin(self) -> datetime:
        """Start the year."""
        await self.move(START)
        return START


def timetable(regulation: Regulation, start: datetime, until: str | None = None) -> dict[str, Slot]:
    """A slot for each stage in the regulation's order, one after the other; by stage key. With
    `until` that stage has the rest of the year, and those after it an hour each.
    """
    slots: dict[str, Slot] = {}
    day = start.date()
    for stage in regulation.stages:
        if until in slots:
            opens = next(reversed(slots.values())).closes
            slots[stage.key] = Slot(opens, opens + timedelta(hours=1))
            continue
        opens = max(start, datetime.combine(_worked(day, 1), MORNING, BEIJING))
        closes = (
            datetime.combine(LAST, EVENING, BEIJING)
            if stage.key == until
            else _closes(stage, opens)
        )
        slots[stage.key] = Slot(opens, closes)
        day = slots[stage.key].closes.date() + timedelta(days=1)
    if until is None and day > LAST:
        raise YearTooShort(day)
    return slots


def _closes(stage: Stage, opens: datetime) -> datetime:
    if isinstance(stage, Publicity):
        ends = notice_ends(stage, opens.date())
        return datetime.combine(_worked(ends.astimezone(BEIJING).date(), 1), EVENING, BEIJING)
    first = opens.date()
    if isinstance(stage, Endorsement) and stage.notice is not None:
        length = Length(stage.notice.amount, Unit(stage.notice.way))
        first = deadline(first, length, CountRule(), CALENDAR).last_day + timedelta(days=1)
    last = _worked(first, WORKING_DAYS[stage.kind])
    return datetime.combine(last, EVENING, BEIJING)


def notice_ends(rule: Publicity, posted: date) -> datetime:
    """The first instant that is too late for an objection to a notice posted on that day."""
    count = CountRule(
        FirstDay(rule.first_day), RestDay(rule.ends_on_rest_day), end_of_day=rule.end_of_day
    )
    length = Length(rule.length.amount, Unit(rule.length.way))
    return deadline(posted, length, count, CALENDAR).ends_at.astimezone(UTC)


def _worked(day: date, wanted: int) -> date:
    """The `wanted`-th working day, counted from `day` itself."""
    worked: Callable[[date], bool] = CALENDAR.is_working
    while True:
        wanted -= worked(day)
        if wanted == 0:
            return day
        day += timedelta(days=1)
