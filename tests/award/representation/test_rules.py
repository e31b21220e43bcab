"""What must be true before somebody speaks for an organisation."""

from datetime import date

from app.award.representation.rules import Doubt, doubts, over_obstacle

GOOD, FAILING = "91320211MA1WXR0D0C", "91320211MA1WXR0D0R"


def test_mandate_counts_to_the_end_of_its_last_day() -> None:
    day = date(2026, 3, 31)
    assert over_obstacle(None, day) is None
    assert over_obstacle(day, day) is None
    over = over_obstacle(day, date(2026, 4, 1))
    assert over is not None
    assert (over.code, over.pointer) == ("mandate-over", "/valid_until")


def test_failing_check_character_and_a_dispute_need_a_person() -> None:
    assert doubts(GOOD, disputed=False) == []
    assert doubts(GOOD, disputed=True) == [Doubt.DISPUTED]
    assert doubts(FAILING, disputed=True) == [Doubt.CREDIT_CODE_CHECK, Doubt.DISPUTED]
