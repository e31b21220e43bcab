"""A table of moves says everything about a status."""

from enum import StrEnum

import pytest

from app.platform.workflow.lifecycle import Lifecycle, Names


class Door(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    WALLED = "walled"


DOOR = Lifecycle(
    [
        ("open", {Door.SHUT}, Door.OPEN, "door:open"),
        ("wall-up", {Door.SHUT, Door.OPEN}, Door.WALLED, "door:wall-up"),
    ],
    Names(
        statuses={"shut": "已关", "open": "开着", "walled": "已砌死"},
        moves={"open": "打开", "wall-up": "砌死"},
    ),
)


def test_move_is_possible_from_its_sources_alone() -> None:
    assert DOOR["open"].obstacle(Door.SHUT) is None
    assert DOOR["wall-up"].obstacle(Door.OPEN) is None
    refusal = DOOR["open"].obstacle(Door.WALLED)
    assert refusal is not None
    assert refusal.code == "move-not-possible"
    assert refusal.sentence("zh") == "目前状态为“已砌死”，不能“打开”。"
    assert refusal.sentence("en") == "From status “walled” the move “open” is not possible."


def test_move_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        DOOR["paint"]


def test_moves_come_in_the_order_of_the_table() -> None:
    assert [(move.name, move.target, move.permission) for move in DOOR] == [
        ("open", Door.OPEN, "door:open"),
        ("wall-up", Door.WALLED, "door:wall-up"),
    ]


def test_a_move_without_a_target_leaves_the_status_as_it_is() -> None:
    door = Lifecycle([("paint", {Door.SHUT, Door.OPEN}, None, "door:paint")])
    assert [door["paint"].leads_to(status) for status in Door] == list(Door)
    assert door["paint"].obstacle(Door.WALLED) is not None
    assert door.statuses is Door
