import hashlib
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.regulation import RegulationErrors, assumptions, digest, json_schema, read
from app.rules.regulation.field_words import FIELD_WORDS
from app.rules.regulation.problems import SENTENCES, Problem
from app.rules.regulation.values import Length
from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, SMALL, changed, dump


def problems(text: str) -> list[Problem]:
    with pytest.raises(RegulationErrors) as raised:
        read(text)
    return raised.value.problems


def codes(text: str) -> list[tuple[str, str]]:
    return [(each.code, each.path) for each in problems(text)]


def test_read_binhu_says_what_the_digest_knows() -> None:
    binhu = read(BINHU)
    assert [stage.kind for stage in binhu.stages] == [
        "intake",
        "screening",
        "panel",
        "panel",
        "panel",
        "composite",
        "vote",
        "approval",
        "publicity",
        "grant",
    ]
    assert binhu.stage("defence").panel_of == "site"
    assert binhu.after(binhu.stage("notice")) == ("government",)
    assert binhu.stage("documents").advances.first.times_places == 2
    assert binhu.stage("site").advances.way == "everybody"
    assert binhu.stage("ranking").advances.way == "proposed"


def test_read_turns_text_into_exact_values() -> None:
    small = read(SMALL)
    assert small.issued_on == date(2024, 2, 29)
    assert small.bonus[0].amount == 10_000_000
    total = small.stage("total")
    assert [each.share for each in total.of] == [Fraction(1, 3), Fraction(2, 3)]
    assert total.floors[0].at_least == Fraction(1201, 2)
    assert small.stage("vote").carried.share == Fraction(1, 2)
    assert small.judges_of(small.stage("talk")).at_most == 5
    assert (small.stage("notice").length.way, small.stage("notice").length.amount) == ("days", 7)


def test_read_gives_each_kind_its_default_advance() -> None:
    ways = {stage.key: stage.advances.way for stage in read(SMALL).stages}
    assert ways == {
        "intake": "everybody",
        "check": "carried",
        "paper": "everybody",
        "visit": "everybody",
        "talk": "everybody",
        "total": "proposed",
        "vote": "carried",
        "notice": "carried",
        "approval": "carried",
        "grant": "everybody",
    }


def test_tiers_of_a_track_leave_out_those_closed_to_it() -> None:
    small = read(SMALL)
    assert small.tiers_of("firm") == ("gold", "silver")
    assert small.tiers_of("small") == ("gold",)


@pytest.mark.parametrize(
    ("pointer", "value", "code", "path"),
    [
        ("/title", None, "missing", "/title"),
        ("/colour", "red", "unknown_field", "/colour"),
        ("/schema", "award-regulation/9", "not_a_choice", "/schema"),
        ("/code", "Small", "malformed_text", "/code"),
        ("/title", " ", "empty", "/title"),
        ("/title", "长" * 2001, "too_long", "/title"),
        ("/title", ["x"], "wrong_type", "/title"),
        ("/stages", "x", "wrong_type", "/stages"),
        ("/stages", [], "empty", "/stages"),
        ("/stages/0", "x", "wrong_type", "/stages/0"),
        ("/issued_on", "2023-02-29", "malformed_day", "/issued_on"),
        ("/issued_on", "20230228", "malformed_day", "/issued_on"),
        ("/stages/0/kind", "lottery", "unknown_kind", "/stages/0/kind"),
        ("/stages/0/kind", None, "kind_missing", "/stages/0"),
        ("/eligibility/require/0/kind", "rank", "unknown_kind", "/eligibility/require/0/kind"),
        (
            "/eligibility/require/0",
            {"key": "t", "name": "税", "kind": "declared", "fact": "tax", "at_least": "1e6"},
            "malformed_figure",
            "/eligibility/require/0/at_least",
        ),
        ("/stages/2/judges/at_least", "2.5", "malformed_whole", "/stages/2/judges/at_least"),
        ("/stages/2/judges/at_least", "٣", "malformed_whole", "/stages/2/judges/at_least"),
        ("/stages/2/judges/at_least", "0", "not_positive", "/stages/2/judges/at_least"),
        ("/stages/2/judges", None, "judges_or_panel_of", "/stages/2"),
        ("/stages/4/judges", {"at_least": "3"}, "judges_or_panel_of", "/stages/4"),
        ("/stages/2/method", "vibes", "wrong_type", "/stages/2/method"),
        ("/stages/2/method", {"mean": {}, "median": {}}, "exactly_one", "/stages/2/method"),
        ("/stages/5/of/0/share", "0.3", "malformed_share", "/stages/5/of/0/share"),
        ("/stages/5/of/0/share", "120%", "malformed_share", "/stages/5/of/0/share"),
        ("/stages/5/of/0/share", "1/0", "malformed_share", "/stages/5/of/0/share"),
        (
            "/stages/5/floors/0/at_least",
            "600.00001",
            "malformed_points",
            "/stages/5/floors/0/at_least",
        ),
        ("/bonus/0/amount", "1e5", "malformed_money", "/bonus/0/amount"),
        ("/stages/7/objection/real_name", "yes", "malformed_flag", "/stages/7/objection/real_name"),
        ("/stages/7/length", None, "missing", "/stages/7/length"),
        ("/stages/7/length", {"days": "5", "years": "1"}, "exactly_one", "/stages/7/length"),
        ("/stages/7/end_of_day", "25:00", "malformed_text", "/stages/7/end_of_day"),
        ("/bars/0/from", None, "missing", "/bars/0/from"),
        ("/bars/0/counted_from", "revocation", "unknown_field", "/bars/0/counted_from"),
        ("/bars/0/assumed", "true", "because_missing", "/bars/0"),
        ("/bars/0/assumed", "false", "malformed_assumed", "/bars/0/assumed"),
        ("/bars/0/because", "x", "because_without_assumed", "/bars/0"),
    ],
)
def test_read_tells_what_is_wrong_and_where(
    pointer: str, value: object, code: str, path: str
) -> None:
    found = problems(changed(pointer, value))
    assert [(each.code, each.path) for each in found] == [(code, path)]
    assert found[0].zh.endswith("。")
    assert found[0].en.endswith(".")
    assert found[0].mend


def test_read_tells_every_shape_problem_at_once() -> None:
    broken = changed(
        "/title", None, changed("/bonus/0/amount", "x", changed("/stages/4/kind", "?"))
    )
    assert {code for code, _ in codes(broken)} == {"missing", "malformed_money", "unknown_kind"}


def test_read_refuses_assumed_fields_that_are_not_written() -> None:
    marked = changed("/bars/0/assumed", ["from", "key", "colour"], SMALL)
    assert codes(changed("/bars/0/because", "惯例", marked)) == [("assumed_unwritten", "/bars/0")]


def test_read_tells_line_and_column_of_unreadable_text() -> None:
    (found,) = problems("schema: a\nschema: b\n")
    assert found.code == "yaml"
    assert "第 2 行" in found.zh


def test_every_sentence_stands_in_both_languages_with_a_remedy() -> None:
    assert all(
        zh.endswith("。") and en.endswith(".") and mend for zh, en, mend in SENTENCES.values()
    )


def _leaves(tree: Any, path: str = "") -> Iterator[str]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        yield f"{path}/{key}"
        if isinstance(value, dict | list):
            yield from _leaves(value, f"{path}/{key}")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(_leaves(load(SMALL)))),
    st.none()
    | st.sampled_from(["", "x", "3", "true", "half", "1/2", "visit", "total"])
    | st.sampled_from([[], {}, ["x"], {"x": "y"}, [["x"]]]),
)
def test_read_answers_any_single_change_with_a_regulation_or_problems(
    pointer: str, value: object
) -> None:
    found: list[Problem] = []
    form = None
    try:
        form = read(changed(pointer, value)).form
    except RegulationErrors as error:
        found = error.problems
    assert form == "award-regulation/1" or found
    assert all(each.code in SENTENCES for each in found)


def test_digest_ignores_comments_blanks_quotes_and_key_order() -> None:
    plain = digest(SMALL)
    assert plain == digest("# 说明\n" + SMALL.replace("小奖管理办法", '"小奖管理办法"   # 注'))
    assert plain == digest(dump(load(SMALL)))
    assert plain == digest(json.dumps(load(SMALL), ensure_ascii=True))
    tree = load(SMALL)
    assert plain == digest(json.dumps(dict(reversed(tree.items()))))


def test_digest_ignores_the_unicode_form_of_a_letter() -> None:
    assert digest("title: \u00e9\n") == digest("title: e\u0301\n")


def test_digest_knows_content_defaults_and_list_order() -> None:
    plain = digest(SMALL)
    tree = load(SMALL)
    tree["quotas"].reverse()
    assert digest(dump(tree)) != plain
    assert digest(changed("/quotas/0/at_most", "1")) != plain
    # A default written out is more content: the hash is of the file, not of the model.
    written = changed("/stages/0/one_entry_per", "organisation")
    assert digest(written) != plain
    assert read(written).stage("intake").one_entry_per == read(SMALL).stage("intake").one_entry_per


def test_digest_is_the_hash_of_compact_sorted_json() -> None:
    canonical = '{"a":["x",{"b":"中"}],"c":""}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert digest("c:\na: [x, {b: 中}]\n") == f"sha256:{expected}"


def test_assumptions_name_every_assumed_value_with_its_reason() -> None:
    found = {each.path: each for each in assumptions(read(BINHU))}
    assert found["/stages/2/advance"].value == {"first": {"times_places": "2", "level": "decision"}}
    assert found["/stages/3/division"].value == "by_category"
    assert found["/stages/6/carried"].value == {"of": "present", "more_than": "50%"}
    assert found["/bonus/0"].value["amount"] == "500000.00"
    assert found["/bars/1"].value["from"] == "revocation"
    assert all(each.because for each in found.values())
    assert "/stages/7" not in found


def test_assumptions_of_a_regulation_without_any_are_none() -> None:
    assert assumptions(read(SMALL)) == []


def test_json_schema_takes_the_shipped_file_and_refuses_a_broken_one() -> None:
    schema = json_schema()
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert jsonschema_rs.meta.is_valid(schema)
    assert validator.is_valid(load(BINHU))
    tree = load(changed("/stages/5/of/0/share", "0.5"))
    assert not validator.is_valid(tree)


def test_length_built_in_code_is_the_one_read() -> None:
    assert Length(working_days=5) == Length.model_validate({"working_days": "5"})


def test_every_field_of_the_schema_has_a_sentence_and_every_sentence_a_field() -> None:
    schema = json_schema()
    parts = {"Regulation": schema, **schema["$defs"]}
    said = {
        f["description"] for part in parts.values() for f in part.get("properties", {}).values()
    }
    assert said == set(FIELD_WORDS.values())
    assert all(each.endswith("。") for each in said)


@pytest.mark.parametrize(
    ("pointer", "value", "remedy"),
    [
        ("/quota", [{"at_most": "3"}], "是不是“quotas”？这里可以写：schema、code、title"),
        ("/stages/7/length/workdays", "5", "是不是“working_days”？这里可以写：working_days、days"),
        ("/eligibility/require/0/since", "x", "这里可以写：key、name、track、group、tier、kind"),
        ("/stages/7/objection", None, "补写“objection”：提出异议是否须实名、附证据"),
        (
            "/stages/3/judges",
            "3",
            "另组评审组，每份申报几人评；与 panel_of 只写一项。其中可以写：at_least",
        ),
        ("/quotas/0/at_most", "20%", "名额按申报数的比例写 at_most_share: 30% 和 among"),
        ("/stages/5/floors/0/at_least", "60%", "按满分的比例（得分率）写 at_least_of_full: 60%"),
        (
            "/stages/6/ballot",
            "open",
            "改为其中之一：named, secret。记名（named）或无记名（secret）。",
        ),
    ],
)
def test_the_remedy_says_what_can_be_written_there(
    pointer: str, value: object, remedy: str
) -> None:
    (only,) = problems(changed(pointer, value))
    assert remedy in only.mend


def test_a_list_whose_parts_cannot_be_read_is_not_called_empty() -> None:
    assert codes(changed("/tracks/0/awardee", "company", changed("/tracks/1", None))) == [
        ("not_a_choice", "/tracks/0/awardee")
    ]
