"""Private answers: what is shown of them, and what is wrong with them."""

from typing import Any

import pytest

from app.rules.forms.complete import Sort, gaps
from app.rules.forms.model import PrivateKind
from app.rules.forms.private import as_kept, is_sealed, masked, private_answers, unfit
from app.rules.forms.read import read_form_set
from app.rules.forms.shape import misfits
from app.rules.forms.whole import WholeForm
from tests.rules.forms.filled import FORM, whole

PRIVATE = """
  - key: people
    name: 联系
    fields:
      - {key: phone, name: 电话, kind: phone, required: true}
      - key: deputies
        name: 代表
        kind: list
        columns:
          - {key: mail, name: 邮箱, kind: mail}
          - {key: number, name: 身份证号, kind: identity_number, required: true}
"""
TOKEN = {"masked": "139****1111", "sealed": f"sha256:{'0' * 64}"}


def form() -> WholeForm:
    head, tail = FORM.split("  - key: money\n")
    return whole(read_form_set(f"{head}{PRIVATE.lstrip(chr(10))}  - key: money\n{tail}"))


@pytest.mark.parametrize(
    ("kind", "text", "shown", "wrong"),
    [
        ("phone", "139 0000 1111", "139****1111", None),
        ("phone", "0510-85012345", "051****2345", None),
        ("phone", "+44-2079460000", "+44****0000", None),
        ("phone", "＋８６ 138-1234-5678", "138****5678", None),
        ("phone", "（0510）85012345转801", "051****-801", None),
        ("phone", "12345", "***", "malformed"),
        ("phone", "+86 1234567890", "***", "malformed"),
        ("phone", "请打总机", "***", "malformed"),
        ("mail", "lisi@example.cn", "l***@example.cn", None),
        ("mail", " lisi＠example.cn ", "l***@example.cn", None),
        ("mail", "lisi@", "***", "malformed"),
        ("identity_number", "11010519491231002x", "110***********002X", None),
        ("identity_number", "110105 19491231 ００２ｘ", "110***********002X", None),
        ("identity_number", "110105194912310021", "110***********0021", "check-character"),
        ("identity_number", "110105194913310021", "110***********0021", "birth-date"),
        ("identity_number", "1101051949", "***", "malformed"),
    ],
)
def test_shown_is_a_part_and_what_is_wrong_is_known(
    kind: PrivateKind, text: str, shown: str, wrong: str | None
) -> None:
    kept = as_kept(kind, text)
    assert (masked(kind, kept), unfit(kind, kept)) == (shown, wrong)


def test_text_or_sealed_value_fits_and_nothing_else() -> None:
    section = form().section("people")
    for value in ("139", TOKEN, TOKEN | {"unfit": "malformed"}):
        assert misfits(section, form(), {"phone": value}) == []
    wrong: list[Any] = [1, ["139"], {}, TOKEN | {"text": "139"}, {"sealed": "139"}, {"masked": "x"}]
    for value in wrong:
        assert [m.pointer for m in misfits(section, form(), {"phone": value})] == ["/phone"], value
        assert not is_sealed(value)


def test_answer_that_was_found_wrong_when_it_was_sealed_is_a_gap() -> None:
    lines = [{"number": TOKEN | {"unfit": "check-character"}}, {"mail": "x@example.cn"}]
    found = gaps(form(), {"answers": {"phone": TOKEN, "deputies": lines}}, {})
    told = {gap.pointer: (gap.sort, gap.zh) for gap in found if gap.section == "people"}
    assert set(told) == {"/form/answers/deputies/0/number", "/form/answers/deputies/1/number"}
    assert "校验码" in told["/form/answers/deputies/0/number"][1]
    assert told["/form/answers/deputies/1/number"][0] is Sort.MISSING
    empty = gaps(form(), {"answers": {}}, {})
    assert "/form/answers/phone" in {gap.pointer for gap in empty}


def test_private_answers_are_found_in_lines_too() -> None:
    answers = {"phone": "139", "deputies": [{"mail": None, "number": "1"}]}
    found = [*private_answers(form().section("people").fields, answers)]
    assert [(one.steps, one.name) for one in found] == [
        (("phone",), "电话"),
        (("deputies", 0, "number"), "代表第1行身份证号"),
    ]
