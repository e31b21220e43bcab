import pytest

from app.rules.forms.describe import described
from app.rules.forms.read import FormSetError, read_form_set
from tests.rules.forms.filled import FORM, whole


def codes(text: str) -> list[str]:
    with pytest.raises(FormSetError) as refused:
        read_form_set(text)
    assert all(problem.zh and problem.mend for problem in refused.value.problems)
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("key: men,", "key: women,", "duplicate_key"),
        ("key: money\n", "key: firm\n", "duplicate_key"),
        ("feeds: listed", "feeds: size", "duplicate_key"),
        ("field: listed, equals", "field: quoted, equals", "unknown_field"),
        ("of: [men, women]", "of: [men, boys]", "unknown_field"),
        ("other: figures.revenue", "other: figures.turnover", "unknown_field"),
        ("column: staff, way", "column: people, way", "unknown_column"),
        ("column: code}", "column: number}", "unknown_column"),
        ("kind: yes_no", "kind: maybe", "unknown_kind"),
        ('edition: "1"', "edition: [", "yaml"),
        ("name: 规模", "title: 规模", "unknown_field"),
        ("since: registered_on", "since: employees", "not_a_day"),
        ("equals: employees}", "equals: market}", "not_a_figure"),
        ("column: staff, way", "column: name, way", "not_a_figure"),
        (
            "  - {key: before,",
            "  - {key: once, kind: unique, list: plants, column: id}\n  - {key: before,",
            "unknown_column",
        ),
        (
            "  - {key: before,",
            "  - {key: own, kind: not_own, list: sites, column: code}\n  - {key: before,",
            "unknown_field",
        ),
        (
            "  - {key: before, kind: since, table: figures, day: registered_on}",
            "  - {key: days, kind: order, list: plants, first: name, then: code}",
            "not_a_day",
        ),
        (
            "  - {key: before,",
            "  - {key: days, kind: order, first: registered_on, then: men}\n  - {key: before,",
            "not_a_day",
        ),
        ("at_least: 2, at_most: 10", "at_least: 20, at_most: 10", "range_reversed"),
        (
            "key: employees, name: 职工人数, kind: whole",
            "key: employees, name: 职工人数, kind: line",
            "kind_unfit",
        ),
        (
            "{key: men, name: 男, kind: whole}",
            "{key: summary, name: 男, kind: whole}",
            "kind_unfit",
        ),
        ("{key: men, name: 男, kind: whole}", "{key: tier, name: 男, kind: whole}", "key_taken"),
    ],
)
def test_unsound_form_set_is_refused_with_its_place(old: str, new: str, code: str) -> None:
    assert old in FORM
    assert code in codes(FORM.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{key: men, name: 男, kind: whole}", "{key: men, name: 男, kind: phone}"),
        ("kind: yes_no, required: true, feeds: listed", "kind: phone"),
        (
            "{key: men,",
            "{key: mobile, name: 电话, kind: phone, feeds: size-of}\n      - {key: men,",
        ),
        ("kind: line, form: credit_code", "kind: identity_number, prefill: derived"),
    ],
)
def test_no_condition_check_or_fact_rests_on_what_is_sealed(old: str, new: str) -> None:
    assert old in FORM
    assert "private_answer" in codes(FORM.replace(old, new))


def test_everything_wrong_is_told_at_once() -> None:
    twice = FORM.replace("key: men,", "key: women,").replace("day: registered_on", "day: begun")
    assert {"duplicate_key", "unknown_field"} <= set(codes(twice))


def test_description_holds_what_a_client_draws_and_a_schema() -> None:
    firm, money = described(whole())[:2]
    fields = {field["key"]: field for field in firm["fields"]}
    assert fields["industry"] | {"list": "industries", "version": "2017-1"} == fields["industry"]
    assert fields["market"]["required_if"] == [{"field": "listed", "equals": "yes"}]
    assert [c["key"] for c in fields["plants"]["columns"]] == ["name", "code", "staff"]
    (table,) = money["fields"]
    assert (table["years"], table["rows"][0]["unit"]) == ([2022, 2023, 2024], "万元")
    rows = money["schema"]["properties"]["figures"]["properties"]
    assert list(rows["revenue"]["properties"]) == ["2022", "2023", "2024"]
    assert firm["schema"]["required"] == ["registered_on", "industry", "employees", "listed"]
    assert firm["schema"]["additionalProperties"] is False
