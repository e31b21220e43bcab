"""Every status of a cycle against every move, written by hand."""

import pytest

from app.award.programmes.lifecycle import CYCLE, CycleStatus

# fmt: off
MATRIX: list[tuple[str, str, str | None]] = [
    # status       move        leads to (None: refused)
    ("planned",   "launch",   "launched"),
    ("planned",   "complete", None),
    ("planned",   "cancel",   "cancelled"),
    ("launched",  "launch",   None),
    ("launched",  "complete", "completed"),
    ("launched",  "cancel",   "cancelled"),
    ("completed", "launch",   None),
    ("completed", "complete", None),
    ("completed", "cancel",   None),
    ("cancelled", "launch",   None),
    ("cancelled", "complete", None),
    ("cancelled", "cancel",   None),
]
PERMISSIONS = {"launch": "cycle:launch", "complete": "cycle:complete", "cancel": "cycle:cancel"}
# fmt: on


@pytest.mark.parametrize(("status", "name", "target"), MATRIX)
def test_cycle_moves(status: str, name: str, target: str | None) -> None:
    move = CYCLE[name]
    obstacle = move.obstacle(CycleStatus(status))
    assert (move.target if obstacle is None else None) == target
    if obstacle is not None:
        assert obstacle.code == "move-not-possible"


def test_the_matrix_is_complete() -> None:
    moves = {move.name for move in CYCLE}
    assert {(s, m) for s, m, _ in MATRIX} == {(s.value, m) for s in CycleStatus for m in moves}
    assert {move.name: move.permission for move in CYCLE} == PERMISSIONS
