from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import loader
from app.rules.forms.complete import Sort
from app.rules.forms.feeding import declared, fed, same
from app.rules.forms.model import Money, figure
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import Origin
from tests.rules.forms.filled import FILLED, FORM, YEARS, changed, found, whole


def test_filled_form_lacks_nothing() -> None:
    assert found(FILLED) == []


def test_empty_form_lacks_every_required_field_at_once() -> None:
    missing = {gap.pointer for gap in found({}) if gap.sort is Sort.MISSING}
    assert missing == {
        "/form/registered_on",
        "/form/industry",
        "/form/employees",
        "/form/answers/listed",
        *(f"/form/answers/figures/revenue/{year}" for year in YEARS),
    }


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"market": None}, "/form/answers/market"),
        ({"plants": [{"staff": 3}]}, "/form/answers/plants/0/name"),
    ],
)
def test_condition_or_column_makes_a_field_required(answers: Any, pointer: str) -> None:
    (gap,) = found(changed(**answers))
    assert (gap.sort, gap.pointer) == (Sort.MISSING, pointer)


def test_field_is_not_required_where_its_condition_fails() -> None:
    assert found(changed(listed=False, market=None)) == []


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({"registered_on": "2026-01-01"}, "截止日"),
        ({"industry": "Z99"}, "代码表"),
        ({"employees": 0, "men": 0, "women": 0, "plants": []}, "不得小于 1"),
        ({"summary": "短"}, "至少 2 字"),
        ({"summary": "字" * 11}, "限 10 字"),
        ({"export": "12.55"}, "1 位小数"),
        ({"export": "101"}, "不得大于 100"),
        ({"export": "一半"}, "不是数"),
        ({"grade": "c"}, "不是所列的选项"),
        ({"plants": [{"name": "一"}] * 3}, "最多 2 行"),
        ({"plants": [{"name": "一", "code": "123"}]}, "不是统一社会信用代码"),
        ({"figures": {"revenue": dict.fromkeys(YEARS, "-1")}}, "不得少于0万元"),
        ({"figures": {"revenue": dict.fromkeys(YEARS, "1.0000001")}}, "精确到分"),
        ({"figures": {"revenue": dict.fromkeys(YEARS, "90%")}}, "不是数"),
    ],
)
def test_limits_are_told_with_the_fields_name(answers: Any, word: str) -> None:
    unfit = [gap for gap in found(changed(**answers)) if gap.sort is Sort.UNFIT]
    assert unfit
    assert all(word in gap.zh and gap.en for gap in unfit)


def test_failing_check_character_of_a_credit_code_is_no_obstacle() -> None:
    assert found(changed(plants=[{"name": "一", "code": "91320211MA1XXXXX00"}])) == []


def test_contradictory_answers_are_listed_together() -> None:
    document = changed(
        size="large",
        men=1,
        plants=[{"name": "一", "staff": 500}],
        figures={
            "revenue": dict.fromkeys(YEARS, "10"),
            "profit": {"2022": "11", "2023": "9", "2024": "10"},
        },
    )
    document["facts"] = {"net-profit-2023": "1.00", "net-profit-2024": "100000.00"}
    gaps = found(document)
    assert {gap.sort for gap in gaps} == {Sort.CONTRADICTORY}
    assert [gap.pointer for gap in gaps] == [
        "/form/answers/figures/profit/2023",  # declared otherwise as a fact
        "/form/employees",  # the sum
        "/form/answers/figures/profit/2022",  # above the revenue
        "/form/answers/plants",  # more people than all
        "/form/employees",  # too few for a large firm
    ]


@pytest.mark.parametrize("men", [420, 421])
def test_parts_over_their_sum_contradict_it_though_another_is_blank(men: int) -> None:
    form = read_form_set(
        FORM.replace("name: 女, kind: whole", "name: 女, kind: whole, at_least: 0")
    )
    told = [gap.pointer for gap in found(changed(men=men, women=None), whole(form))]
    assert told == ["/form/employees"] * (men > 420)
    # Where a blank part may be below nought nobody can know.
    assert found(changed(men=men, women=None)) == []


def test_lines_over_their_field_contradict_it_though_another_is_blank() -> None:
    form = read_form_set(
        FORM.replace("name: 人数, kind: whole", "name: 人数, kind: whole, at_least: 0")
    )
    over = changed(plants=[{"name": "一", "staff": 421}, {"name": "二"}])
    assert [gap.pointer for gap in found(over, whole(form))] == ["/form/answers/plants"]
    assert found(over) == []


OWN, OTHER = "91320211MA1XXXXX0B", "91320211MA1P2R3T49"
IN_LINES = """
  - {key: once, kind: unique, list: plants, column: code}
  - {key: others, kind: not_own, list: plants, column: code}
  - {key: life, kind: order, list: plants, first: begun, then: ended}
  - {key: fair, kind: order, first: registered_on, then: moved}
"""
LINES_FORM = FORM.replace(
    "          - {key: staff, name: 人数, kind: whole}",
    "          - {key: staff, name: 人数, kind: whole}\n"
    "          - {key: begun, name: 启用, kind: date}\n"
    "          - {key: ended, name: 停用, kind: date}",
).replace(
    "      - {key: women,", "      - {key: moved, name: 迁入, kind: date}\n      - {key: women,"
) + IN_LINES.lstrip("\n")


def test_days_in_the_wrong_order_and_repeated_or_own_codes_are_listed_together() -> None:
    here = whole(read_form_set(LINES_FORM))
    plants = [
        {"name": "一", "code": OTHER, "begun": "2020-01-01", "ended": "2019-12-31"},
        {"name": "二", "code": f" {OTHER.lower()} "},
    ]
    told = found(changed(plants=plants, moved="2009-06-17"), here, own=OTHER)
    assert {gap.sort for gap in told if gap.name != "场所第2行代码"} == {Sort.CONTRADICTORY}
    assert [gap.pointer for gap in told if gap.sort is Sort.CONTRADICTORY] == [
        "/form/answers/plants/1/code",  # as the line before
        "/form/answers/plants/0/code",  # the applicant's own, twice
        "/form/answers/plants/1/code",
        "/form/answers/plants/0/ended",
        "/form/answers/moved",
    ]
    assert all(gap.zh and gap.en for gap in told)


def test_days_in_order_other_codes_and_blank_lines_contradict_nothing() -> None:
    here = whole(read_form_set(LINES_FORM))
    plants = [
        {"name": "一", "code": OTHER, "begun": "2020-01-01", "ended": "2020-01-01"},
        {"name": "二", "ended": "2020-01-01"},
    ]
    assert found(changed(plants=plants, moved="2009-06-18"), here, own=OWN) == []
    blank = changed(plants=[{"name": "一"}, {"name": "二"}])
    assert found(blank, here) == []


def test_figures_of_years_before_the_registration_contradict_and_are_not_asked() -> None:
    young = changed(registered_on="2024-03-01")
    pointers = {gap.pointer for gap in found(young)}
    assert pointers == {
        f"/form/answers/figures/{row}/{year}"
        for row in ("revenue", "profit")
        for year in ("2022", "2023")
    }
    figures = {"revenue": {"2024": "1"}, "profit": {"2024": "1"}}
    assert found(changed(registered_on="2024-03-01", figures=figures)) == []


def test_fields_tell_the_facts_that_grounds_ask_for() -> None:
    lists = loader.lists_of(read_form_set(FORM))
    assert fed(whole(), FILLED, lists) == {
        "size": "中型",
        "listed": "yes",
        "net-profit-2022": "-35000.00",
        "net-profit-2023": "1200000.00",
        "net-profit-2024": "0.01",
    }
    document = FILLED | {"facts": {"local-tax": "yes"}}
    assert declared(whole(), document, lists)["local-tax"] == "yes"


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_in_ten_thousands_is_exact_to_the_fen(fen: int) -> None:
    field = Money(key="m", name="m", kind="money", unit="wan_yuan")
    whole_part, rest = divmod(abs(fen), 1_000_000)
    text = f"{'-' if fen < 0 else ''}{whole_part}.{rest:06}"
    assert figure(field, text) == Fraction(fen, 100)
    assert same(f"{fen}", f"{fen}.00")


def test_legal_persons_inside_the_scope_are_named_once() -> None:
    lines = [{"name": "一", "code": "A"}, {"name": "二", "code": "A"}, {"name": "三"}]
    assert whole().inside(changed(plants=lines)) == ("A",)


def test_report_by_items_and_as_a_document_is_asked_as_the_regulation_says() -> None:
    criteria = loader.criteria("gbt-19580-2012")
    both = whole(
        criteria=criteria,
        self_assessment=[{"way": "both", "most_characters": "30", "item_characters": "20"}],
    )
    reports = [s for s in both.sections if s.origin is Origin.REPORT]
    assert [s.key for s in reports][:2] == ["report", "item.4.1.2"]
    assert len(reports) == 1 + 23
    pages: dict[str, Any] = {item.code: [1, 2] for item in criteria.items()}
    texts = {f"text.{item.code}": "字" for item in criteria.items()}
    document = changed(pages=pages, **texts)
    assert found(document, both) == []
    wrong = changed(pages=pages | {"4.1.2": [3, 2], "4.7.7": [2, 9]}, **texts)
    told = {gap.pointer: gap.sort for gap in found(wrong, both, pages=8)}
    assert told == {
        "/form/answers/pages/4.1.2": Sort.CONTRADICTORY,
        "/form/answers/pages/4.7.7": Sort.CONTRADICTORY,
    }
    long = changed(pages=pages, **texts | {"text.4.1.2": "字" * 21})
    assert [gap.sort for gap in found(long, both)] == [Sort.UNFIT, Sort.UNFIT]
    assert len([g for g in found(FILLED, both) if g.sort is Sort.MISSING]) == 23 + 23


@pytest.mark.parametrize(("way", "count"), [("document", 1), ("items", 23)])
def test_report_has_only_the_way_that_is_named(way: str, count: int) -> None:
    here = whole(criteria=loader.criteria("gbt-19580-2012"), self_assessment=[{"way": way}])
    assert len([s for s in here.sections if s.origin is Origin.REPORT]) == count


def test_pages_are_limited_by_the_regulation() -> None:
    criteria = loader.criteria("gbt-19580-2012")
    here = whole(criteria=criteria, self_assessment=[{"way": "document", "most_pages": "60"}])
    document = changed(pages={item.code: [1, 1] for item in criteria.items()})
    assert found(document, here, pages=60) == []
    (gap,) = found(document, here, pages=61)
    assert gap.sort is Sort.UNFIT
    assert "61页" in gap.zh
