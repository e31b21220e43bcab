"""A document fits what it is about, and tells no more than may be told."""

from datetime import UTC, date, datetime

import pytest

from app.award.documents import rules
from app.award.documents.kinds import FORMS, DocumentKind, names_of
from app.award.documents.rules import Subject
from app.catalogue.loader import code_list

K = DocumentKind
ENTRY_KINDS = {K.ACCEPTANCE, K.REFUSAL, K.CURE, K.RESULT}


@pytest.mark.parametrize("kind", list(K))
def test_document_names_what_it_is_about_and_nothing_else(kind: K) -> None:
    fits = {
        (stage, entry)
        for stage in (False, True)
        for entry in (False, True)
        if rules.about_obstacle(kind, stage=stage, entry=entry) is None
    }
    about_entry = kind in ENTRY_KINDS
    assert fits == {(kind is K.RECOMMENDATIONS, about_entry)}


def test_only_the_letter_of_a_cure_names_one_and_it_must() -> None:
    for kind in K:
        assert (rules.cure_obstacle(kind, named=True) is None) == (kind is K.CURE)
        assert (rules.cure_obstacle(kind, named=False) is None) == (kind is not K.CURE)


def test_number_of_a_cure_is_told_already_and_only_what_replaces_its_letter_has_another() -> None:
    assert rules.number_obstacle("滨3号", None, replaces=False) is None
    assert rules.number_obstacle("滨3号", "滨3号", replaces=False) is None
    assert rules.number_obstacle("滨4号", "滨3号", replaces=True) is None
    wrong = rules.number_obstacle("滨4号", "滨3号", replaces=False)
    assert isinstance(wrong, rules.NumberOfCure)
    assert "滨3号" in wrong.sentence("zh")


def test_end_of_a_day_is_told_as_its_24th_hour() -> None:
    told = {
        datetime(2026, 3, 9, 16, tzinfo=UTC): "2026年3月9日24时",
        datetime(2026, 3, 9, 9, 30, tzinfo=UTC): "2026年3月9日17时30分",
        datetime(2026, 3, 9, 1, tzinfo=UTC): "2026年3月9日9时",
    }
    assert {at: rules.told_moment(at) for at in told} == told


def test_grounds_are_told_by_name_and_clause() -> None:
    grounds = [("注册满三年", "第八条第（一）项"), ("不存在“质量事故”的情形", None)]
    assert rules.told_grounds(grounds, "管理办法").split("\n") == [
        "1．“注册满三年”一项不符合（《管理办法》第八条第（一）项）。",
        "2．“不存在‘质量事故’的情形”一项不符合（《管理办法》）。",
    ]
    assert rules.told_grounds([], "管理办法", "fraud") == "1．取消资格的事由：弄虚作假。"
    assert rules.told_grounds([], "管理办法") == ""


OPEN, CLOSED = "open", "closed"
FITS = {
    ("screening", OPEN, None): {K.ACCEPTANCE, K.CURE},
    ("screening", CLOSED, "advanced"): {K.ACCEPTANCE},
    ("screening", CLOSED, "eliminated"): {K.REFUSAL, K.RESULT},
    ("screening", CLOSED, "disqualified"): {K.REFUSAL, K.RESULT},
    ("panel", CLOSED, "eliminated"): {K.RESULT},
    ("panel", OPEN, None): {K.ACCEPTANCE},
    ("panel", CLOSED, "withdrawn"): set(),
}


@pytest.mark.parametrize("subject", FITS)
def test_letter_fits_what_became_of_the_entry(subject: tuple[str, str, str | None]) -> None:
    stage, status, result = subject
    found = Subject("环节", stage, status, result)
    fitting = {kind for kind in ENTRY_KINDS if rules.subject_obstacle(kind, found) is None}
    assert fitting == FITS[subject]


def test_list_is_of_a_closed_stage_and_a_call_is_of_no_stage() -> None:
    assert rules.subject_obstacle(K.RECOMMENDATIONS, Subject("推荐", "endorsement", CLOSED)) is None
    assert rules.subject_obstacle(K.RECOMMENDATIONS, Subject("推荐", "endorsement", OPEN))
    assert rules.subject_obstacle(K.CALL, Subject()) is None


def test_reason_is_told_in_its_name_and_never_in_figures() -> None:
    names = {one.code: one.name for one in code_list("outcome-reasons").items}
    assert rules.told_reason("ineligible", names) == "不符合申报条件"
    for code in (None, "score-412.50", "unknown"):
        assert rules.told_reason(code, names) == rules.NOT_FURTHER
    told = [rules.told_reason(code, names) for code in names]
    assert not any(sign.isdigit() for words in told for sign in words)


def test_inbox_needs_a_letter_and_somebody() -> None:
    assert rules.inbox_obstacle("post", letter=False, somebody=False) is None
    assert rules.inbox_obstacle("inbox", letter=True, somebody=True) is None
    assert isinstance(rules.inbox_obstacle("inbox", letter=True, somebody=False), rules.NobodyThere)
    assert isinstance(rules.inbox_obstacle("inbox", letter=False, somebody=False), rules.NoInbox)


def test_only_what_is_signed_and_the_same_is_replaced() -> None:
    for same, status, fits in (
        (True, "signed", True),
        (True, "sent", True),
        (True, "draft", False),
        (True, "withdrawn", False),
        (False, "sent", False),
    ):
        found = rules.replaces_obstacle(same_kind_and_subject=same, status=status)
        assert (found is None) is fits


@pytest.mark.parametrize(
    "typed",
    [
        "滨质奖办〔2026〕7号",
        "滨质奖办[2026]7号",
        "滨质奖办（2026）7号",
        "滨质奖办 【２０２６】 ７号",
        "滨质奖办［2026］7号",
    ],
)
def test_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert rules.written_number(typed) == "滨质奖办〔2026〕7号"


def test_day_is_not_tomorrow() -> None:
    assert rules.dated_obstacle(date(2026, 3, 3), date(2026, 3, 2)) is not None
    assert rules.dated_obstacle(date(2026, 3, 2), date(2026, 3, 2)) is None


@pytest.mark.parametrize("kind", list(K))
def test_form_has_a_sample_for_each_of_its_names(kind: K) -> None:
    form = FORMS[kind]
    assert all(form.sample.values())
    assert len(names_of(form)) == len(form.sample) + sum(map(len, form.lists.values()))
