"""What is taken from a request is written as what it is."""

from datetime import UTC, date, datetime

import pytest
from pydantic import AwareDatetime, ValidationError

from app.platform.http.bodies import Body


class Period(Body):
    day: date
    at: AwareDatetime
    until: date | None = None
    since: AwareDatetime | None = None


WRITTEN = {"day": "2026-03-02", "at": "2026-03-02T09:00:00+08:00"}


def test_days_and_instants_are_read_as_they_are_written() -> None:
    read = Period.model_validate(WRITTEN)
    assert read.day == date(2026, 3, 2)
    assert read.at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert (read.until, read.since) == (None, None)


@pytest.mark.parametrize("count", [0, 86400, 1.0, True, "0", "1700000000", "86400"])
@pytest.mark.parametrize("field", ["day", "at", "until", "since"])
def test_a_count_is_no_day_and_no_instant(field: str, count: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Period.model_validate(WRITTEN | {field: count})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]
