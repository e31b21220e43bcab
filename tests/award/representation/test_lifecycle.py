"""Every status × every move of a mandate, by hand."""

import pytest

from app.award.representation.lifecycle import MANDATE, MandateStatus

POSSIBLE = {
    ("accept", "claimed"): "accepted",
    ("refuse", "claimed"): "refused",
    ("withdraw", "claimed"): "withdrawn",
    ("join", "invited"): "accepted",
    ("decline", "invited"): "declined",
    ("end", "invited"): "ended",
    ("end", "accepted"): "ended",
    ("restore", "ended"): "accepted",
    ("invite", "accepted"): "accepted",
    ("hand-over", "accepted"): "accepted",
}
PERMISSIONS = {
    "accept": "mandate:decide",
    "refuse": "mandate:decide",
    "withdraw": "mandate:hold",
    "join": "mandate:hold",
    "decline": "mandate:hold",
    "end": "mandate:end",
    "restore": "mandate:decide",
    "invite": "mandate:lead",
    "hand-over": "mandate:lead",
}


@pytest.mark.parametrize("status", MandateStatus)
@pytest.mark.parametrize("move", PERMISSIONS)
def test_move_is_possible_exactly_where_it_is_written_here(
    move: str, status: MandateStatus
) -> None:
    expected = POSSIBLE.get((move, status))
    row = MANDATE[move]
    assert (row.obstacle(status) is None) == (expected is not None)
    if expected:
        assert row.leads_to(status) == expected


def test_each_move_asks_for_its_permission() -> None:
    assert {move.name: move.permission for move in MANDATE} == PERMISSIONS
