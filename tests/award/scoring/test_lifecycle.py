"""What is locked stays locked: every status with every move, written by hand."""

import pytest

from app.award.scoring.lifecycle import SCOREBOOK, SHEET, ScorebookStatus, SheetStatus

POSSIBLE = {
    (SheetStatus.DRAFT, "lock"): (SheetStatus.LOCKED, "sheet:lock"),
    (SheetStatus.LOCKED, "lock"): None,
}
POSSIBLE_BOOK = {
    (ScorebookStatus.OPEN, "lock"): (ScorebookStatus.LOCKED, "scorebook:lock"),
    (ScorebookStatus.LOCKED, "lock"): None,
}


def test_every_status_and_move_is_written_here() -> None:
    assert set(POSSIBLE) == {(status, move.name) for status in SheetStatus for move in SHEET}
    assert set(POSSIBLE_BOOK) == {
        (status, move.name) for status in ScorebookStatus for move in SCOREBOOK
    }


@pytest.mark.parametrize(("status", "name"), POSSIBLE)
def test_sheet_moves(status: SheetStatus, name: str) -> None:
    move, expected = SHEET[name], POSSIBLE[status, name]
    assert (move.obstacle(status) is None) == (expected is not None)
    assert expected is None or (move.target, move.permission) == expected


@pytest.mark.parametrize(("status", "name"), POSSIBLE_BOOK)
def test_scorebook_moves(status: ScorebookStatus, name: str) -> None:
    move, expected = SCOREBOOK[name], POSSIBLE_BOOK[status, name]
    assert (move.obstacle(status) is None) == (expected is not None)
    assert expected is None or (move.target, move.permission) == expected
