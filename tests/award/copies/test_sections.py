"""Everything of a form stands on its pages, and in words."""

from typing import Any

from app.award.copies.sections import sections_of
from app.catalogue.loader import regulation_text
from app.rules.regulation.read import read

BINHU = read(regulation_text("binhu-2023"))
FORM: dict[str, Any] = {
    "registered_on": "2009-06-18",
    "employees": 420,
    "industry": "C34",
    "contact_name": None,
    "subject": None,
    "tier": "award",
    "awardee": {"name": "攻关班组", "people": [{"name": "王𬭎", "post": None}]},
    "internal_notice": {"first_day": "2026-02-02", "last_day": "2026-02-09"},
    "summary": "一\n二",
    "facts": {
        "net-profit-2025": "3.00",
        "net-profit-2024": "2.00",
        "tax-paid-2025": "1.00",
        "budget-funded": "no",
    },
}
NAMES = {"net-profit": "净利润（元）", "budget-funded": "财政全额拨款"}


def blocks(form: dict[str, Any]) -> dict[str, list[Any]]:
    return {one["title"]: one["blocks"] for one in sections_of({"form": form}, BINHU, NAMES)}


def test_figures_of_years_stand_side_by_side_and_facts_in_words() -> None:
    pairs, table = blocks(FORM)["申报事项"]
    assert pairs["rows"] == [["财政全额拨款", "否"]]
    assert table["head"] == ["项目", "2024年", "2025年"]
    assert table["rows"] == [["净利润（元）", "2.00", "3.00"], ["tax-paid", "", "1.00"]]


def test_what_is_chosen_is_told_by_its_name_and_gaps_are_shown() -> None:
    rows = dict(blocks(FORM)["基本情况"][0]["rows"])
    assert rows["申报等次"] == "区长质量奖"
    assert rows["内部公示"] == "2026年2月2日至2026年2月9日"
    assert rows["联系人"] == "（未填）"
    assert "申报的模式或成果" not in rows


def test_awardee_has_its_people() -> None:
    name, people = blocks(FORM)["获奖对象"]
    assert name["rows"] == [["名称", "攻关班组"]]
    assert people["rows"] == [["王𬭎", ""]]


def test_empty_form_has_no_empty_sections() -> None:
    assert list(blocks({})) == ["基本情况"]
