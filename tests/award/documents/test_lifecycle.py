"""The table of moves, written down a second time."""

import pytest

from app.award.documents.lifecycle import DOCUMENT, DocumentStatus

D, C, S, T, W, R = DocumentStatus
EXPECTED = {
    ("check", D): C,
    ("return", C): D,
    ("sign", C): S,
    ("send", S): T,
    ("withdraw", D): W,
    ("withdraw", C): W,
    ("withdraw", S): W,
    ("withdraw", T): W,
    ("replace", S): R,
    ("replace", T): R,
}


@pytest.mark.parametrize("status", list(DocumentStatus))
@pytest.mark.parametrize("move", [move.name for move in DOCUMENT])
def test_move_is_possible_just_where_it_is_written(move: str, status: DocumentStatus) -> None:
    one = DOCUMENT[move]
    found = None if one.obstacle(status) else one.leads_to(status)
    assert found == EXPECTED.get((move, status))


def test_every_move_is_expected() -> None:
    assert {name for name, _ in EXPECTED} == {move.name for move in DOCUMENT}
    assert {move.name: move.permission for move in DOCUMENT} == {
        "check": "document:check",
        "return": "document:return",
        "sign": "document:sign",
        "send": "document:send",
        "withdraw": "document:withdraw",
        "replace": "document:sign",
    }
