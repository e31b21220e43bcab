"""What time is it?

Two clocks: *wall time* (tokens, sessions, leases, logs) and *award time* (windows, look-backs,
audit). They are equal in production; a rehearsal shifts award time by one row of the database.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WallClock = Callable[[], datetime]

ZONE = ZoneInfo("Asia/Shanghai")
LOG = logging.getLogger("quality_award")
JUMP = timedelta(seconds=2)
"""A clock that is corrected gradually never differs so much from one moment to the next."""
SETTLING = 60.0
"""Seconds without a jump after which the clock is believed again."""


def wall_clock() -> datetime:
    """The machine's time, aware, in UTC. The only place that reads it."""
    return datetime.now(UTC)


def running_seconds() -> float:
    """Seconds on a clock that nobody can set, and that runs on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ClockWatch:
    """Has somebody set the machine's time? Deadlines and the order of acts depend on it, so nothing
    is written until the new time has stood for a while.
    """

    def __init__(
        self, wall: WallClock = wall_clock, running: Callable[[], float] = running_seconds
    ) -> None:
        self.wall = wall
        self._running = running
        self._zero = self._began()
        self._jump = timedelta()
        self._settled_at = running()

    def _began(self) -> datetime:
        return self.wall() - timedelta(seconds=self._running())

    def jump(self) -> timedelta | None:
        """By how much the clock jumped less than a minute ago; positive is forwards."""
        zero = self._began()
        if abs(zero - self._zero) > JUMP:
            self._jump, self._zero = zero - self._zero, zero
            self._settled_at = self._running() + SETTLING
            LOG.error("the clock jumped by %s; nothing is written for a minute", self._jump)
        return self._jump if self._running() < self._settled_at else None


def legal_day(instant: datetime) -> str:
    """The local calendar day of an instant, as a document would print it."""
    return instant.astimezone(ZONE).date().isoformat()


def legal_minute(instant: datetime) -> str:
    """The local day and minute of an instant, as a document would print it."""
    return instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
