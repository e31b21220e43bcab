"""A document fits what it is about, and tells no more than may be told."""

from datetime import date

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


def test_only_a_cure_lists_points_and_it_must() -> None:
    for kind in K:
        assert (rules.points_obstacle(kind, ["一"]) is None) == (kind is K.CURE)
        assert (rules.points_obstacle(kind, []) is None) == (kind is not K.CURE)


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


def test_day_is_not_tomorrow() -> None:
    assert rules.dated_obstacle(date(2026, 3, 3), date(2026, 3, 2)) is not None
    assert rules.dated_obstacle(date(2026, 3, 2), date(2026, 3, 2)) is None


@pytest.mark.parametrize("kind", list(K))
def test_form_has_a_sample_for_each_of_its_names(kind: K) -> None:
    form = FORMS[kind]
    assert all(form.sample.values())
    assert len(names_of(form)) == len(form.sample) + sum(map(len, form.lists.values()))
