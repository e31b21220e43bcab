"""Everything that a form asks stands on its pages, and in words."""

from datetime import date
from typing import Any

import pytest

from app.award.applications.naming import intake_of
from app.award.copies.sections import NOT_FILLED, sections_of
from app.catalogue import loader
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import whole_form
from app.rules.regulation.read import read

BINHU = read(loader.regulation_text("binhu-2023"))
FORM_SET = read_form_set(loader.form_text("application-2023"))
RULE = intake_of(BINHU, "organisation")
WHOLE = whole_form(BINHU, RULE, "organisation", FORM_SET, None, date(2026, 3, 31), {})
LISTS = loader.lists_of(FORM_SET)
FORM: dict[str, Any] = {
    "registered_on": "2009-06-18",
    "employees": 420,
    "industry": "C34",
    "contact_name": "王𬭎",
    "summary": "一\n二",
    "facts": {"left-over": "甲", "net-profit-2025": "1.00"},
    "answers": {
        "scope_sites": [{"name": "一厂", "address": "锡城路1号", "employees": 30}],
        "performance": {"revenue": {"2024": "1200.5", "2025": "1300"}},
    },
}


def sections(form: dict[str, Any], secrets: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    found = sections_of(WHOLE, LISTS, form, secrets, {"left-over": "其他"})
    return {one["title"]: one["blocks"] for one in found}


def rows(blocks: list[Any]) -> dict[str, str]:
    return {row[0]: row[1] for one in blocks if one["kind"] == "pairs" for row in one["rows"]}


def test_answers_are_told_in_words_with_their_units() -> None:
    told = rows(sections(FORM)["单位基本情况"])
    assert told["注册日期"] == "2009年6月18日"
    assert told["职工人数（人）"] == "420"
    assert told["所属行业"].startswith("C34 ")
    assert told["企业规模"] == NOT_FILLED
    assert {"kind": "prose", "name": "单位简介", "text": "一\n二"} in sections(FORM)["单位基本情况"]


def test_years_stand_side_by_side_and_lines_below_each_other() -> None:
    (table,) = [one for one in sections(FORM)["近三年主要指标"] if one["kind"] == "table"]
    assert table["head"][1:] == ["2023年", "2024年", "2025年"]
    assert table["figures"] is True
    revenue = next(row for row in table["rows"] if "1300" in row)
    assert revenue[1:] == ["", "1200.5", "1300"]
    lines = [one for one in sections(FORM)["申报范围"] if one["kind"] == "table"]
    assert [one["rows"][0][0] for one in lines] == ["（无）", "一厂"]


def test_every_field_of_the_form_has_its_place_even_in_an_empty_one() -> None:
    found = sections({"facts": {}, "answers": {}})
    assert list(found) == [section.name for section in WHOLE.sections]
    told = str(found)
    for _, field in WHOLE.placed():
        assert field.name in told, field.key


def test_secret_section_is_marked_and_left_over_facts_are_named() -> None:
    found = sections(FORM, ("performance",))
    assert "近三年主要指标（商业秘密）" in found
    assert rows(found["其他申明事项"])["其他"] == "甲"


@pytest.mark.parametrize("code", ["application-2023", "basic-2022", "group-2023", "person-2023"])
def test_every_form_of_the_catalogue_can_be_printed(code: str) -> None:
    edition = read_form_set(loader.form_text(code))
    whole = whole_form(BINHU, RULE, "organisation", edition, None, date(2026, 3, 31), {})
    assert sections_of(whole, loader.lists_of(edition), {})
