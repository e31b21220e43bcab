"""Our own templates can be filled, whole and always alike."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.shared import Mm

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


def raw(part: Any) -> Any:
    """The XML of a paragraph or of a row."""
    return part._element  # noqa: SLF001  no other way to it


def opened(kind: DocumentKind) -> Any:
    return Document(io.BytesIO(default_template(kind)))


def test_letter_looks_like_an_official_document() -> None:
    document = opened(DocumentKind.CURE)
    page = document.sections[0]
    sizes = (page.page_width, page.top_margin, page.left_margin)
    assert [round(size.mm) for size in sizes] == [210, 37, 28]
    (title,) = [one.runs[0] for one in document.paragraphs if one.text == "{{标题}}"]
    assert (title.font.name, title.font.size.pt) == ("方正小标宋简体", 22)
    name = page.first_page_header.paragraphs[0].runs[0]
    assert (name.text, str(name.font.color.rgb)) == ("{{机关}}", "FF0000")
    assert "PAGE" not in raw(page.first_page_footer.paragraphs[0]).xml


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_pages_are_numbered_outside_between_dashes(kind: DocumentKind) -> None:
    page = opened(kind).sections[0]
    for footer, side in ((page.footer, "right"), (page.even_page_footer, "left")):
        (number,) = footer.paragraphs
        assert [each.strip() for each in raw(number).xpath(".//w:t/text()")] == ["—", "1", "—"]
        assert raw(number).xpath(".//w:fldSimple/@w:instr") == [" PAGE "]
        assert raw(number).xpath(".//w:jc/@w:val") == [side]


@pytest.mark.parametrize("kind", [one for one in DocumentKind if FORMS[one].lists])
def test_table_is_as_wide_as_its_page_and_repeats_its_head(kind: DocumentKind) -> None:
    document = opened(kind)
    (table,) = document.tables
    page = document.sections[-1]
    room = page.page_width - page.left_margin - page.right_margin
    assert round(sum(column.width for column in table.columns) / Mm(1)) == round(room / Mm(1))
    head, row = (raw(each).xml for each in table.rows)
    assert "tblHeader" in head
    assert "tblHeader" not in row
    assert all("cantSplit" in each for each in (head, row))


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_file_names_no_author_no_day_and_other_fonts_where_ours_lack(kind: DocumentKind) -> None:
    with zipfile.ZipFile(io.BytesIO(default_template(kind))) as package:
        fonts = package.read("word/fontTable.xml").decode()
    named = opened(kind).core_properties
    assert (named.author, named.title, named.comments) == ("", "", "")
    assert (named.created, named.modified) == (None, None)
    for ours, other in (("方正小标宋简体", "华文中宋"), ("仿宋_GB2312", "仿宋")):
        assert f'<w:font w:name="{ours}"><w:altName w:val="{other}"/>' in fonts
