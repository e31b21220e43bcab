"""Our own templates can be filled, whole and always alike."""

import io

import pytest
from docx import Document

from app.award.documents.defaults import default_template
from app.award.documents.kinds import FORMS, LATE, DocumentKind, names_of
from app.platform.documents.word import Filling, check_template, fill, places_of, text_of


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_template_of_ours_is_one_that_an_office_could_put(kind: DocumentKind) -> None:
    template = default_template(kind)
    check_template(template, names_of(FORMS[kind]))
    assert places_of(template) >= LATE
    default_template.cache_clear()
    assert default_template(kind) == template


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_filled_template_has_no_place_left(kind: DocumentKind) -> None:
    form = FORMS[kind]
    lists = {name: [sample] * 2 for name, sample in form.lists.items()}
    made = fill(default_template(kind), Filling(form.sample, lists))
    assert places_of(made) == set()
    words = text_of(made)
    assert form.sample["标题"] in words
    assert "滨质奖办〔2026〕12号" in words


def test_letter_looks_like_an_official_document() -> None:
    document = Document(io.BytesIO(default_template(DocumentKind.CURE)))
    page = document.sections[0]
    sizes = (page.page_width, page.top_margin, page.left_margin)
    assert [round(size.mm) for size in sizes] == [210, 37, 28]
    title = document.paragraphs[0].runs[0]
    assert (title.font.name, title.font.size.pt) == ("方正小标宋简体", 22)
