"""Whether paper is what was submitted is found by its digest."""

from datetime import date

import pytest

from app.award.copies.rules import matches, pledge_of, received_obstacle, sealed_copy
from app.rules.regulation.stages import Intake, SealedCopy

DIGEST = "sha256:" + "9f86d081884c7d65" + "a" * 48


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        (DIGEST, True),
        (DIGEST.removeprefix("sha256:"), True),
        ("9F86D081884C7D65", True),
        ("9f86d081884c7d66", False),
        ("86d081884c7d65aa", False),
    ],
)
def test_beginning_of_the_digest_will_do(printed: str, same: bool) -> None:
    assert matches(printed, DIGEST) is same


def test_silent_regulation_is_read_as_ours_and_said_so() -> None:
    silent = Intake(key="intake", kind="intake")
    told = Intake(
        key="intake", kind="intake", sealed_copy=SealedCopy(prevails="paper", pledge="保证")
    )
    assert sealed_copy(silent)[0].prevails == "electronic"
    assert sealed_copy(silent)[1] is True
    assert (sealed_copy(told)[0].prevails, sealed_copy(told)[1]) == ("paper", False)
    assert pledge_of(sealed_copy(told)[0]) == "保证"
    assert "真实" in pledge_of(sealed_copy(silent)[0])


def test_paper_does_not_come_tomorrow() -> None:
    assert received_obstacle(date(2026, 3, 3), date(2026, 3, 2)) is not None
    assert received_obstacle(date(2026, 3, 2), date(2026, 3, 2)) is None
