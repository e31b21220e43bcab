"""A clock that the tests hold."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 9:00 in Beijing


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def rest(self) -> None:
        self.now = START

    def move(self, **length: int) -> None:
        self.now += timedelta(**length)

    def set(self, at: datetime) -> None:
        self.now = at
