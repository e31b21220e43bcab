"""A small form with a field of every kind, and answers to it that lack nothing."""

from datetime import date
from typing import Any

from app.catalogue import loader
from app.rules.criteria import CriteriaSet
from app.rules.forms.complete import Gap, gaps
from app.rules.forms.model import FormSet
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import WholeForm, whole_form
from app.rules.regulation.read import read
from app.rules.regulation.stages import Intake
from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, dump

CUT_OFF = date(2025, 12, 31)
FORM = """
schema: award-form/1
code: every-kind
name: 各种栏目
edition: "1"
source: 测试
sections:
  - key: firm
    name: 单位
    fields:
      - {key: registered_on, name: 注册日期, kind: date, required: true, by_cut_off: true}
      - {key: industry, name: 行业, kind: code, list: industries, version: "2017-1", required: true}
      - {key: employees, name: 职工人数, kind: whole, required: true, at_least: 1}
      - key: size
        name: 规模
        kind: code
        list: organisation-sizes
        version: "2017-1"
        feeds: size
      - {key: summary, name: 简介, kind: prose, at_least: 2, at_most: 10}
      - {key: export, name: 出口比重, kind: decimal, places: 1, at_least: 0, at_most: 100}
      - {key: listed, name: 是否上市, kind: yes_no, required: true, feeds: listed}
      - {key: market, name: 上市地, kind: line, required_if: [{field: listed, equals: true}]}
      - {key: grade, name: 等级, kind: choice, options: [{code: a, name: 甲}, {code: b, name: 乙}]}
      - {key: men, name: 男, kind: whole}
      - {key: women, name: 女, kind: whole}
      - key: plants
        name: 场所
        kind: list
        at_most: 2
        columns:
          - {key: name, name: 名称, kind: line, required: true}
          - {key: code, name: 代码, kind: line, form: credit_code}
          - {key: staff, name: 人数, kind: whole}
  - key: money
    name: 指标
    fields:
      - key: figures
        name: 指标
        kind: years
        since: registered_on
        rows:
          - {key: revenue, name: 收入, kind: money, unit: wan_yuan, required: true, at_least: 0}
          - {key: profit, name: 净利润, kind: money, unit: wan_yuan, feeds: net-profit}
scope: {field: plants, column: code}
checks:
  - {key: sexes, kind: sum, of: [men, women], equals: employees}
  - {key: profit, kind: compare, field: figures.profit, way: at_most, other: figures.revenue}
  - {key: plants, kind: column, list: plants, column: staff, way: at_most, other: employees}
  - {key: before, kind: since, table: figures, day: registered_on}
  - key: large
    kind: implied
    when: [{field: size, equals: large}, {field: industry, begins: C}]
    then: {field: employees, at_least: 1000}
    says: 大型工业企业不少于1000人
"""
YEARS = ("2022", "2023", "2024")
FILLED: dict[str, Any] = {
    "registered_on": "2009-06-18",
    "industry": "C34",
    "employees": 420,
    "summary": "精密轴承",
    "answers": {
        "size": "medium",
        "export": "12.5",
        "listed": True,
        "market": "深圳",
        "grade": "a",
        "men": 300,
        "women": 120,
        "plants": [{"name": "总厂", "code": "91320211MA1XXXXX0B", "staff": 400}],
        "figures": {
            "revenue": dict.fromkeys(YEARS, "12500.500001"),
            "profit": {"2022": "-3.5", "2023": "120", "2024": "0.000001"},
        },
    },
    "facts": {},
}


def changed(**answers: Any) -> dict[str, Any]:
    """The filled form with some answers put in another's place; None takes one out."""
    made = {**FILLED, "answers": dict(FILLED["answers"])}
    for key, value in answers.items():
        within = made if key in made else made["answers"]
        within[key] = value
    return made


def whole(
    form: FormSet | None = None, criteria: CriteriaSet | None = None, **intake: Any
) -> WholeForm:
    """The form in Binhu's award, its intake with these parts beside."""
    tree: Any = load(BINHU)
    tree["stages"][0] |= intake
    regulation = read(dump(tree))
    rule = regulation.stage("intake")
    assert isinstance(rule, Intake)
    edition = form or read_form_set(FORM)
    return whole_form(regulation, rule, "organisation", edition, criteria, CUT_OFF, {})


def found(document: dict[str, Any], here: WholeForm | None = None, **more: Any) -> list[Gap]:
    """What stands against a document."""
    lists = loader.lists_of(read_form_set(FORM))
    return gaps(here or whole(), document, lists, **more)
