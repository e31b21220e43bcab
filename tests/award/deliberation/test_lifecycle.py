"""Every status of a motion against every move."""

import pytest

from app.award.deliberation.lifecycle import MOTION, MotionStatus

OPEN, RECORDED, CONFIRMED = MotionStatus.OPEN, MotionStatus.RECORDED, MotionStatus.CONFIRMED
NO = None

# fmt: off
MATRIX = [
    # status    move       leads to
    (OPEN,      "record",  RECORDED),
    (OPEN,      "confirm", NO),
    (OPEN,      "return",  NO),
    (RECORDED,  "record",  NO),
    (RECORDED,  "confirm", CONFIRMED),
    (RECORDED,  "return",  OPEN),
    (CONFIRMED, "record",  NO),
    (CONFIRMED, "confirm", NO),
    (CONFIRMED, "return",  OPEN),
]
PERMISSION = {
    "record": "motion:record", "confirm": "motion:confirm", "return": "motion:confirm",
}
# fmt: on


@pytest.mark.parametrize(("status", "move", "target"), MATRIX)
def test_move_leads_where_the_table_says(
    status: MotionStatus, move: str, target: MotionStatus | None
) -> None:
    found = MOTION[move]
    assert (None if found.obstacle(status) else found.target) == target


def test_matrix_names_every_status_and_every_move() -> None:
    assert len(MATRIX) == len(set(MotionStatus)) * len(list(MOTION))
    assert {move.name: move.permission for move in MOTION} == PERMISSION
