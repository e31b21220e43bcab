"""Who passes a cut by score, by rank, of all and of each lot?"""

from fractions import Fraction

import pytest

from app.award.stages.cutting import Field, Standing, cut, field_of
from app.award.stages.rules import TieUnresolved
from app.rules.ranking import Candidate
from app.rules.regulation.advance import Advance

ORDER: tuple[str, ...] = ()


def candidates(**points: int) -> list[Candidate]:
    return [Candidate(name, (Fraction(score),)) for name, score in points.items()]


def test_a_share_of_full_marks_is_measured_by_each_entrys_own() -> None:
    half = Advance.model_validate({"at_least_of_full": "60%"})
    among = Field(
        1,
        of={"firm": Standing("firm", (), Fraction(1000)), "one": Standing("p", (), Fraction(100))},
    )
    assert cut(half, candidates(firm=599, one=60), among, ORDER).advanced == {"one"}
    assert cut(half, candidates(firm=600, one=59), among, ORDER).advanced == {"firm"}


LOTS = Advance.model_validate(
    {
        "first_of_each": [
            {"track": "person", "places": 1, "level": "all_in"},
            {"group": ["small"], "places": 1, "level": "decision"},
            {"track": "firm", "times_places": "2", "level": "decision"},
        ]
    }
)
AMONG = Field(
    9,
    (9, 9, 1),
    {
        "a": Standing("person"),
        "b": Standing("person", ("small",)),
        "c": Standing("firm", ("small",)),
        "d": Standing("firm", ("small", "new")),
        "e": Standing("firm"),
        "f": Standing("firm"),
        "g": Standing("firm"),
        "h": Standing("unit"),
    },
)


def test_each_lot_is_ranked_by_itself() -> None:
    found = cut(LOTS, candidates(a=9, b=8, c=1, d=2, e=30, f=31, g=32, h=99), AMONG, ORDER)
    assert found.advanced == {"a", "d", "f", "g"}
    assert found.eliminated == {"b", "c", "e", "h"}


def test_level_entries_of_different_lots_need_no_decision() -> None:
    found = cut(LOTS, candidates(a=5, b=5, c=5, d=4, e=5, f=3), AMONG, ORDER)
    assert found.advanced == {"a", "b", "c", "e", "f"}


def test_level_entries_of_one_lot_wait_for_a_decision_of_their_own() -> None:
    level = candidates(c=5, d=5, e=5)
    with pytest.raises(TieUnresolved) as raised:
        cut(LOTS, level, AMONG, ORDER)
    assert raised.value.facts["entries"] == "c, d"
    assert cut(LOTS, level, AMONG, ("d", "c")).advanced == {"d", "e"}


def test_a_field_comes_back_from_its_snapshot() -> None:
    told = AMONG.plain(LOTS)
    assert field_of(9, told) == AMONG
    assert AMONG.plain(Advance.model_validate({"first": {"places": 3}})) == {}
    assert field_of(9, {}) == Field(9)
