from fractions import Fraction

import pytest
from pydantic import ValidationError

from app.rules.criteria import CriteriaError, CriteriaSet, ItemKind, Problem, read_criteria
from app.rules.scoring import Band, Scale

SMALL = """
schema: award-criteria/1
code: small-10
name: 小准则
name_en: Small set
edition: "1"
total: 10
sources: {names: 自拟, points: 自拟, bands: 自拟, elements: 自拟, notes: 自拟, links: 自拟}
scale:
  step: 50
  bands:
    - low: 0
      high: 50
      descriptors: {process: {zh: 弱, en: weak}, result: {zh: 差, en: poor}}
    - low: 100
      high: 100
      descriptors: {process: {zh: 强, en: strong}, result: {zh: 好, en: good}}
elements:
  process: [{key: A, name: 方法, name_en: Approach}, {key: D, name: 展开, name_en: Deployment}]
categories:
  - code: "1"
    name: 过程
    name_en: Process
    points: 7.5
    items:
      - {code: "1.1", name: 甲, name_en: A, kind: process, points: 5, links: ["2.1"], notes: [说明]}
      - {code: "1.2", name: 乙, name_en: B, kind: process, points: 2.50}
  - code: "2"
    name: 结果
    name_en: Results
    points: 2.5
    items: [{code: "2.1", name: 丙, name_en: C, kind: result, points: 2.5}]
"""


def problems_of(text: str) -> dict[str, str]:
    with pytest.raises(CriteriaError) as refused:
        read_criteria(text)
    return {problem.path: problem.code for problem in refused.value.problems}


def test_a_valid_set_is_read_with_exact_points() -> None:
    criteria = read_criteria(SMALL)
    assert criteria.scored_items() == [
        ("1.1", "1", Fraction(5)),
        ("1.2", "1", Fraction(5, 2)),
        ("2.1", "2", Fraction(5, 2)),
    ]
    assert [item.code for item in criteria.items()] == ["1.1", "1.2", "2.1"]
    assert criteria.item("2.1").kind is ItemKind.RESULT
    with pytest.raises(KeyError):
        criteria.item("9.9")


def test_a_set_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read_criteria(SMALL).code = "other"  # type: ignore[misc]  # frozen is what is tested


def test_points_leave_as_plain_text() -> None:
    criteria = read_criteria(SMALL)
    assert criteria.model_dump(mode="json", by_alias=True)["categories"][1]["points"] == "2.5"
    schema = CriteriaSet.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["total"]["type"] == "string"


def test_scale_allows_the_steps_only() -> None:
    scale = read_criteria(SMALL).scale
    assert [p for p in range(-50, 151) if scale.allows(p)] == [0, 50, 100]


def test_band_of_an_average_is_the_highest_band_reached() -> None:
    scale = read_criteria(SMALL).scale
    assert scale.band_of(0).low == 0
    assert scale.band_of(Fraction(199, 2)).low == 0
    assert scale.band_of(100).low == 100
    for outside in (Fraction(-1, 3), Fraction(301, 3)):
        with pytest.raises(ValueError, match="0 至 100"):
            scale.band_of(outside)


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("total: 10", "total: 11", "total", "total_sum"),
        ("points: 7.5", "points: 8", "categories[0].points", "category_sum"),
        ('code: "2.1"', 'code: "1.1"', "categories[1].items[0].code", "duplicate_code"),
        ('code: "2"', 'code: "1.2"', "categories[1].code", "duplicate_code"),
        ("key: D", "key: A", "elements.process[1].key", "duplicate_code"),
        ('links: ["2.1"]', 'links: ["3"]', "categories[0].items[0].links[0]", "link_unknown"),
        ('links: ["2.1"]', 'links: ["1.1"]', "categories[0].items[0].links[0]", "link_unknown"),
        ("step: 50", "step: 25", "scale.bands", "band_cover"),
        ("low: 100", "low: 50", "scale.bands", "band_cover"),
        ("step: 50", "step: 30", "scale.step", "step"),
        ("step: 50", "step: 0", "scale.step", "step"),
        ("step: 50", "step: 4", "scale.step", "step"),
        ("points: 7.5\n", "points: 7.5\n    pass_line: 7.6\n", "categories[0].pass_line",
         "pass_line"),
        ("points: 7.5\n", "points: 7.5\n    pass_line: 7\n", "sources.pass_lines",
         "source_missing"),
        ("points: 7.5\n", "points: 7.5\n    pass_line: 0\n", "categories[0].pass_line",
         "points_text"),
        (", result: {zh: 差, en: poor}", "", "scale.bands[0].descriptors.result",
         "descriptor_missing"),
        (", notes: 自拟", "", "sources.notes", "source_missing"),
        (", links: 自拟", "", "sources.links", "source_missing"),
        (", elements: 自拟", "", "sources.elements", "source_missing"),
        ("points: 自拟, ", "", "sources.points", "source_missing"),
        ("total: 10", "total: 1e1", "total", "points_text"),
        ("total: 10", "total: 0", "total", "points_text"),
        ("total: 10", "total: [10]", "total", "points_text"),
        ("low: 100", "low: 101", "scale.bands[1].low", "percentage_text"),
        ("kind: result", "kind: outcome", "categories[1].items[0].kind", "enum"),
        ("award-criteria/1", "award-criteria/2", "schema", "literal_error"),
        ("code: small-10", "code: small/10", "code", "string_pattern_mismatch"),
        ("edition: ", "editions: ", "editions", "extra_forbidden"),
        ("name: 小准则", "name: ' '", "name", "string_too_short"),
        ("name: 小准则\n", "", "name", "missing"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_path(old: str, new: str, path: str, code: str) -> None:
    assert SMALL.count(old) >= 1
    assert problems_of(SMALL.replace(old, new, 1))[path] == code


def test_band_with_crossed_ends_is_refused() -> None:
    text = SMALL.replace("high: 50", "high: 50", 1).replace("low: 0", "low: 60", 1)
    assert problems_of(text)["scale.bands[0]"] == "band_ends"


def test_pass_lines_are_exact_and_may_be_absent() -> None:
    assert read_criteria(SMALL).pass_lines() == {}
    text = SMALL.replace("points: 7.5\n", "points: 7.5\n    pass_line: 3.75\n", 1)
    found = read_criteria(text.replace("links: 自拟}", "links: 自拟, pass_lines: 自拟}"))
    assert found.pass_lines() == {"1": Fraction(15, 4)}


def test_a_scale_without_its_words_has_its_bands_in_order() -> None:
    text = SMALL.replace("low: 0\n      high: 50", "low: 100\n      high: 99", 1)
    text = text.replace("low: 100\n      high: 100", "low: 0\n      high: 50", 1)
    text = text.replace("high: 99", "high: 100", 1)
    scale = Scale(50, (Band(0, 0, 50), Band(1, 100, 100)))
    assert read_criteria(SMALL).scale.plain() == read_criteria(text).scale.plain() == scale


def test_what_is_wrong_with_a_set_says_what_would_mend_it() -> None:
    text = SMALL.replace("total: 10", "total: 11").replace("name: 小准则\n", "")
    with pytest.raises(CriteriaError) as refused:
        read_criteria(text)
    assert [problem.mend for problem in refused.value.problems] == ["补上该项"]
    assert Problem("total", "total_sum", "不符").mend == "改类目的分值，或改总分"
    assert Problem("x", "yaml_syntax", "不符").mend is None


def test_all_problems_are_told_at_once() -> None:
    text = SMALL.replace("total: 10", "total: 11").replace("step: 50", "step: 25")
    text = text.replace('links: ["2.1"]', 'links: ["3"]').replace("notes: 自拟, ", "")
    assert set(problems_of(text).values()) == {
        "total_sum",
        "band_cover",
        "link_unknown",
        "source_missing",
    }
    text = SMALL.replace("edition: ", "editions: ").replace("kind: result", "kind: outcome")
    assert len(problems_of(text)) == 3


def test_unreadable_yaml_is_one_problem_with_its_place() -> None:
    with pytest.raises(CriteriaError) as refused:
        read_criteria("code: a\ncode: b")
    (problem,) = refused.value.problems
    assert problem == Problem("line 2, column 1", "yaml_duplicate_key", problem.zh)
    assert "line 2" in str(refused.value)
