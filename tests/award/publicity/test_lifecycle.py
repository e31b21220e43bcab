"""Every move of a notice and of an objection from every status, written by hand."""

from enum import StrEnum
from typing import Any

import pytest

from app.award.publicity.lifecycle import NOTICE, OBJECTION, NoticeStatus, ObjectionStatus
from app.platform.workflow.lifecycle import Lifecycle

# fmt: off
MATRIX: list[tuple[Lifecycle[Any], StrEnum, str, StrEnum | None]] = [
    # thing      status                    move    to (None: not possible)
    (NOTICE,    NoticeStatus.DRAFT,       "post", NoticeStatus.POSTED),
    (NOTICE,    NoticeStatus.POSTED,      "post", None),
    (OBJECTION, ObjectionStatus.RECEIVED, "rule", ObjectionStatus.RULED),
    (OBJECTION, ObjectionStatus.RULED,    "rule", None),
]
# fmt: on


@pytest.mark.parametrize(("lifecycle", "status", "move", "target"), MATRIX)
def test_move_from_status(
    lifecycle: Lifecycle[Any], status: StrEnum, move: str, target: StrEnum | None
) -> None:
    obstacle = lifecycle[move].obstacle(status)
    assert (obstacle is None) == (target is not None)
    if target is not None:
        assert lifecycle[move].target == target
    else:
        assert obstacle is not None
        assert obstacle.code == "move-not-possible"


def test_matrix_is_complete() -> None:
    wanted = {
        (id(lifecycle), status, move.name)
        for lifecycle, statuses in ((NOTICE, NoticeStatus), (OBJECTION, ObjectionStatus))
        for status in statuses
        for move in lifecycle
    }
    assert {(id(lifecycle), status, move) for lifecycle, status, move, _ in MATRIX} == wanted


def test_permissions_of_the_moves() -> None:
    assert [(m.name, m.permission) for m in NOTICE] == [("post", "notice:post")]
    assert [(m.name, m.permission) for m in OBJECTION] == [("rule", "objection:rule")]
