"""Who is ranked against whom at a cut?"""

import pytest

from app.rules.regulation.advance import Advance

BY_LOT = {"first_of_each": [{"places": 2, "track": "firm"}, {"places": 1, "group": ["small"]}]}


def test_first_alone_is_one_lot_of_all() -> None:
    advance = Advance.model_validate({"first": {"places": 3, "level": "all_in"}})
    (lot,) = advance.lots
    assert (lot.places, lot.level, lot.of(["firm", "team"])) == (3, "all_in", ["firm", "team"])
    assert advance.lot_of("team", ()) == 0


def test_lot_ranks_its_own_tracks() -> None:
    lots = Advance.model_validate(BY_LOT).lots
    assert [lot.of(["firm", "team"]) for lot in lots] == [["firm"], ["firm", "team"]]


@pytest.mark.parametrize(
    ("track", "groups", "place"),
    [("firm", ["small"], 0), ("team", ["small"], 1), ("team", [], None)],
)
def test_entry_belongs_to_the_first_lot_that_takes_it(
    track: str, groups: list[str], place: int | None
) -> None:
    assert Advance.model_validate(BY_LOT).lot_of(track, groups) == place


def test_rule_that_compares_nobody_has_no_lots() -> None:
    assert Advance.model_validate({"everybody": {}}).lots == ()
