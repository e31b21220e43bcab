"""Every status of a stage against every move, written by hand."""

import pytest

from app.award.stages.lifecycle import STAGE, StageStatus

# fmt: off
MATRIX: list[tuple[str, str, str | None]] = [
    # status     move     leads to (None: refused)
    ("waiting", "open",  "open"),
    ("waiting", "close", None),
    ("open",    "open",  None),
    ("open",    "close", "closed"),
    ("closed",  "open",  None),
    ("closed",  "close", None),
]
PERMISSIONS = {"open": "stage:open", "close": "stage:close"}
# fmt: on


@pytest.mark.parametrize(("status", "name", "target"), MATRIX)
def test_stage_moves(status: str, name: str, target: str | None) -> None:
    move = STAGE[name]
    obstacle = move.obstacle(StageStatus(status))
    assert (move.target if obstacle is None else None) == target
    if obstacle is not None:
        assert obstacle.code == "move-not-possible"


def test_the_matrix_is_complete() -> None:
    moves = {move.name for move in STAGE}
    assert {(s, m) for s, m, _ in MATRIX} == {(s.value, m) for s in StageStatus for m in moves}
    assert {move.name: move.permission for move in STAGE} == PERMISSIONS
