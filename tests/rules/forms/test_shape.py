from typing import Any

import pytest

from app.rules.forms.shape import LONGEST_LINE, form_misfits, misfits
from app.rules.forms.whole import LONGEST_TEXT
from tests.rules.forms.filled import FILLED, whole


def test_draft_holds_what_is_incomplete_or_beyond_a_limit() -> None:
    answers = {"employees": -5, "industry": "Z", "export": "一半", "summary": "字" * 5000}
    assert misfits(whole().section("firm"), whole(), answers) == []
    assert form_misfits(whole(), FILLED) == []


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"nothing": 1}, "/nothing"),
        ({"figures": {}}, "/figures"),  # of another section
        ({"employees": "5"}, "/employees"),
        ({"employees": 1.5}, "/employees"),
        ({"employees": True}, "/employees"),
        ({"export": 12}, "/export"),
        ({"listed": "yes"}, "/listed"),
        ({"registered_on": "2025-02-30"}, "/registered_on"),
        ({"market": "字" * (LONGEST_LINE + 1)}, "/market"),
        ({"market": "一\x00"}, "/market"),
        ({"market": "\ud800"}, "/market"),
        ({"summary": "字" * (LONGEST_TEXT + 1)}, "/summary"),
        ({"plants": {}}, "/plants"),
        ({"plants": ["一"]}, "/plants/0"),
        ({"plants": [{"name": "一", "x/~": 1}]}, "/plants/0/x~1~0"),
        ({"plants": [{}] * 201}, "/plants"),
    ],
)
def test_what_a_section_has_no_room_for_is_named(answers: Any, pointer: str) -> None:
    (misfit,) = misfits(whole().section("firm"), whole(), answers)
    assert misfit.pointer == pointer
    assert misfit.zh
    assert misfit.en


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], "/figures"),
        ({"revenue": "1"}, "/figures/revenue"),
        ({"tax": {}}, "/figures/tax"),
        ({"revenue": {"2025": "1"}}, "/figures/revenue/2025"),
        ({"revenue": {"2024": 1}}, "/figures/revenue/2024"),
    ],
)
def test_table_takes_the_years_of_the_cycle_alone(value: Any, pointer: str) -> None:
    (misfit,) = misfits(whole().section("money"), whole(), {"figures": value})
    assert misfit.pointer == pointer


def test_answers_are_put_into_the_document_and_taken_out_again() -> None:
    section = whole().section("firm")
    answers = section.answers(FILLED)
    assert section.answers(section.written({}, answers)) == answers
    bare = section.written(FILLED, {"employees": 7})
    assert (bare["employees"], bare["industry"]) == (7, None)
    assert set(bare["answers"]) == {"figures"}
    assert FILLED["answers"]["men"] == 300
