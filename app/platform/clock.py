"""What time is it?

Two clocks: *wall time* (tokens, sessions, leases, logs) and *award time* (windows, look-backs,
audit). They are equal in production; a rehearsal shifts award time by one row of the database.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

WallClock = Callable[[], datetime]

ZONE = ZoneInfo("Asia/Shanghai")


def wall_clock() -> datetime:
    """The machine's time, aware, in UTC. The only place that reads it."""
    return datetime.now(UTC)


def legal_day(instant: datetime) -> str:
    """The local calendar day of an instant, as a document would print it."""
    return instant.astimezone(ZONE).date().isoformat()


def legal_minute(instant: datetime) -> str:
    """The local day and minute of an instant, as a document would print it."""
    return instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
