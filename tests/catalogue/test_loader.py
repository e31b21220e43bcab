from fractions import Fraction
from hashlib import sha256

import pytest

from app.catalogue.loader import (
    NotInCatalogueError,
    criteria,
    criteria_codes,
    criteria_text,
    regulation_codes,
    regulation_text,
)
from app.rules.criteria import CriteriaSet, ItemKind, Part
from app.rules.scoring import SIX_BANDS, ScoredItem, Totals, below_pass_lines, totals
from app.rules.strict_yaml import load

GBT = "gbt-19580-2012"
TABLE = {
    "4.1": (110, {"4.1.2": 50, "4.1.3": 30, "4.1.4": 30}),
    "4.2": (90, {"4.2.2": 40, "4.2.3": 50}),
    "4.3": (90, {"4.3.2": 40, "4.3.3": 50}),
    "4.4": (
        130,
        {"4.4.2": 60, "4.4.3": 15, "4.4.4": 20, "4.4.5": 15, "4.4.6": 10, "4.4.7": 10},
    ),
    "4.5": (100, {"4.5.2": 50, "4.5.3": 50}),
    "4.6": (80, {"4.6.2": 40, "4.6.3": 40}),
    "4.7": (
        400,
        {"4.7.2": 80, "4.7.3": 80, "4.7.4": 80, "4.7.5": 60, "4.7.6": 50, "4.7.7": 50},
    ),
}
# facts: 23 percentages in the order of the set and the exact total they come to
VECTORS = {
    "50 " * 23: "500",
    "65 60 55 60 55 60 65 60 55 50 60 65 55 60 55 50 55 60 55 65 50 55 60": "581.25",
    "45 40 50 35 40 45 40 40 30 35 45 50 40 45 40 35 30 40 35 45 30 35 40": "392.75",
    "85 80 80 75 80 85 80 75 70 75 85 80 75 80 85 75 70 85 80 85 75 70 80": "793.75",
    "5 10 15 20 25 30 35 40 45 50 55 60 65 70 75 80 85 90 95 100 0 5 10": "495.5",
}


def test_every_shipped_criteria_set_is_valid_and_named_by_its_file() -> None:
    assert {GBT, "defence-100"} <= set(criteria_codes())
    for code in criteria_codes():
        assert criteria(code).code == code
        assert criteria(code) is criteria(code)
        assert load(criteria_text(code))["code"] == code


def test_gbt_19580_has_the_23_items_and_points_of_the_table() -> None:
    found = criteria(GBT)
    assert {c.code: (c.points, {i.code: i.points for i in c.items}) for c in found.categories} == (
        TABLE
    )
    assert (len(found.items()), found.total) == (23, 1000)
    by_kind = [i.points for i in found.items() if i.kind is ItemKind.PROCESS]
    assert sum(by_kind) == 600


@pytest.mark.parametrize(("percentages", "total"), VECTORS.items())
def test_gbt_19580_totals_are_exact(percentages: str, total: str) -> None:
    entered = [int(text) for text in percentages.split()]
    scored = criteria(GBT).scored_items()
    assert all(criteria(GBT).scale.allows(percentage) for percentage in entered)
    points = sum(
        item_points * percentage / 100
        for (_, _, item_points), percentage in zip(scored, entered, strict=True)
    )
    assert points == Fraction(total)


def test_gbt_19580_has_six_bands_in_steps_of_five() -> None:
    scale = criteria(GBT).scale
    spans = [(band.low, band.high) for band in scale.bands]
    assert spans == [(0, 5), (10, 25), (30, 45), (50, 65), (70, 85), (90, 100)]
    assert [p for p in range(101) if scale.allows(p)] == list(range(0, 101, 5))


def test_gbt_19580_elements_notes_and_links() -> None:
    found = criteria(GBT)
    keys = {kind: "".join(e.key for e in elements) for kind, elements in found.elements.items()}
    assert keys == {ItemKind.PROCESS: "ADLI", ItemKind.RESULT: "LeTCI"}
    assert all(item.notes for item in found.items())
    linked = {frozenset((item.code, link)) for item in found.items() for link in item.links}
    assert linked >= {frozenset(pair) for pair in (("4.1.2", "4.7.7"), ("4.5.2", "4.7.6"))}
    for pair in linked:
        kinds = {found.item(code).kind for code in pair}
        assert kinds == {ItemKind.PROCESS, ItemKind.RESULT}


def test_gbt_19580_says_that_its_points_were_not_read_from_the_standard() -> None:
    sources = criteria(GBT).sources
    assert set(sources) == set(Part) - {Part.PASS_LINES}
    assert "not read" in sources[Part.NAMES]
    assert "not read" in sources[Part.POINTS]


def test_defence_rubric_is_a_hundred_points_of_our_own() -> None:
    rubric: CriteriaSet = criteria("defence-100")
    assert sum(item.points for item in rubric.items()) == 100
    assert "until a regulation names another" in rubric.sources[Part.POINTS]
    assert rubric.elements == {}


def counted(code: str, by_category: str = "", by_item: str = "") -> Totals:
    """What these percentages, one for each category or each item, come to."""
    found = criteria(code)
    if by_category:
        each = zip(found.categories, map(Fraction, by_category.split()), strict=True)
        given = {item.code: percentage for category, percentage in each for item in category.items}
    else:
        codes = [item.code for item in found.items()]
        given = dict(zip(codes, map(Fraction, by_item.split()), strict=True))
    return totals([ScoredItem(*item) for item in found.scored_items()], given)


def test_baldrige_has_the_17_items_of_its_framework() -> None:
    found = criteria("baldrige-2023")
    table = {c.code: (c.points, [i.points for i in c.items]) for c in found.categories}
    assert table == {
        "1": (120, [70, 50]),
        "2": (85, [45, 40]),
        "3": (85, [40, 45]),
        "4": (90, [45, 45]),
        "5": (85, [40, 45]),
        "6": (85, [45, 40]),
        "7": (450, [120, 80, 80, 80, 90]),
    }
    assert (len(found.items()), found.total) == (17, 1000)
    assert [c.code for c in found.categories if c.items[0].kind is ItemKind.RESULT] == ["7"]
    assert found.scale.plain() == SIX_BANDS
    given = "65 60 60 55 65 60 55 50 60 55 60 55 60 60 55 60 55"
    assert counted("baldrige-2023", by_item=given).total == 584


def test_efqm_has_seven_criteria_five_bands_and_radar() -> None:
    found = criteria("efqm-2020")
    assert {c.code: (c.points, len(c.items)) for c in found.categories} == {
        "1": (100, 5),
        "2": (100, 4),
        "3": (100, 5),
        "4": (200, 4),
        "5": (100, 5),
        "6": (200, 1),
        "7": (200, 1),
    }
    assert counted("efqm-2020", by_category="55 60 50 45 50 40 45").total == 475
    assert [band.low for band in found.scale.bands] == [0, 15, 40, 65, 90]
    assert {kind: len(each) for kind, each in found.elements.items()} == {
        ItemKind.PROCESS: 3,
        ItemKind.RESULT: 2,
    }


@pytest.mark.parametrize(
    ("given", "missed"), [("72 68 80", ("B",)), ("70 70 70", ()), ("65 100 65", ("A", "C"))]
)
def test_deming_has_three_totals_each_with_its_line(given: str, missed: tuple[str, ...]) -> None:
    found = criteria("deming")
    assert {c.code: (c.points, c.pass_line) for c in found.categories} == {
        "A": (100, 70),
        "B": (5, Fraction(7, 2)),
        "C": (100, 70),
    }
    assert [i.points for i in found.categories[0].items] == [20, 20, 20, 10, 15, 15]
    earned = counted("deming", by_category=given)
    assert below_pass_lines(found.pass_lines(), earned.categories) == missed


OWN = {
    "achievement-100",
    "government-100",
    "individual-100",
    "model-100",
    "own-points-1000",
    "project-100",
    "provincial-hunan",
    "small-organisation-1000",
    "team-100",
}


@pytest.mark.parametrize("code", sorted(OWN))
def test_a_set_of_our_own_says_so_and_makes_round_marks(code: str) -> None:
    found = criteria(code)
    assert found.total in {100, 1000}
    for part in (Part.NAMES, Part.POINTS):
        assert "ours" in found.sources[part], part
    assert any("未见" in text for text in found.sources.values())
    assert not found.pass_lines()
    assert found.scale.plain() == SIX_BANDS
    assert all(item.notes for item in found.items())


def test_sets_in_use_keep_their_hash_and_what_is_told_of_them() -> None:
    digests = {c: sha256(criteria_text(c).encode()).hexdigest()[:16] for c in (GBT, "defence-100")}
    assert digests == {GBT: "263787f10dca4b43", "defence-100": "adb1793c3c8f617d"}
    told = criteria(GBT).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert set(told["categories"][0]) == {"code", "name", "name_en", "points", "items"}
    assert set(told["scale"]["bands"][0]) == {"low", "high", "descriptors"}


@pytest.mark.parametrize("code", ["", "none", "../criteria/defence-100", "defence-100.yaml"])
def test_what_is_not_shipped_is_refused(code: str) -> None:
    for read in (criteria, criteria_text, regulation_text):
        with pytest.raises(NotInCatalogueError):
            read(code)


def test_every_shipped_regulation_is_named_by_its_file() -> None:
    assert list(regulation_codes()) == sorted(regulation_codes())
    for code in regulation_codes():
        assert load(regulation_text(code))["code"] == code
