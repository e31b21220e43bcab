"""Every status of a cycle against every move, written by hand."""

import pytest

from app.award.programmes.lifecycle import CYCLE, CycleStatus

# fmt: off
MATRIX: list[tuple[str, str, str | None]] = [
    # status       move        leads to (None: refused)
    ("planned",   "launch",   "launched"),
    ("planned",   "extend",   None),
    ("planned",   "postpone", None),
    ("planned",   "suspend",  None),
    ("planned",   "resume",   None),
    ("planned",   "correct",  None),
    ("planned",   "complete", None),
    ("planned",   "cancel",   "cancelled"),
    ("launched",  "launch",   None),
    ("launched",  "extend",   "launched"),
    ("launched",  "postpone", "launched"),
    ("launched",  "suspend",  "suspended"),
    ("launched",  "resume",   None),
    ("launched",  "correct",  "launched"),
    ("launched",  "complete", "completed"),
    ("launched",  "cancel",   "cancelled"),
    ("suspended", "launch",   None),
    ("suspended", "extend",   "suspended"),
    ("suspended", "postpone", "suspended"),
    ("suspended", "suspend",  None),
    ("suspended", "resume",   "launched"),
    ("suspended", "correct",  "suspended"),
    ("suspended", "complete", None),
    ("suspended", "cancel",   "cancelled"),
    ("completed", "launch",   None),
    ("completed", "extend",   None),
    ("completed", "postpone", None),
    ("completed", "suspend",  None),
    ("completed", "resume",   None),
    ("completed", "correct",  "completed"),
    ("completed", "complete", None),
    ("completed", "cancel",   None),
    ("cancelled", "launch",   None),
    ("cancelled", "extend",   None),
    ("cancelled", "postpone", None),
    ("cancelled", "suspend",  None),
    ("cancelled", "resume",   None),
    ("cancelled", "correct",  None),
    ("cancelled", "complete", None),
    ("cancelled", "cancel",   None),
]
PERMISSIONS = {
    "launch": "cycle:launch",
    "extend": "cycle:extend",
    "postpone": "cycle:postpone",
    "suspend": "cycle:suspend",
    "resume": "cycle:resume",
    "correct": "cycle:correct",
    "complete": "cycle:complete",
    "cancel": "cycle:cancel",
}
# fmt: on


@pytest.mark.parametrize(("status", "name", "target"), MATRIX)
def test_cycle_moves(status: str, name: str, target: str | None) -> None:
    move = CYCLE[name]
    obstacle = move.obstacle(CycleStatus(status))
    assert (move.leads_to(CycleStatus(status)) if obstacle is None else None) == target
    if obstacle is not None:
        assert obstacle.code == "move-not-possible"


def test_the_matrix_is_complete() -> None:
    moves = {move.name for move in CYCLE}
    assert {(s, m) for s, m, _ in MATRIX} == {(s.value, m) for s in CycleStatus for m in moves}
    assert {move.name: move.permission for move in CYCLE} == PERMISSIONS
