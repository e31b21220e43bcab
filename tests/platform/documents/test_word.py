"""Templates are filled with what was meant, and only with that."""

import io
import zipfile

import pytest
from docx import Document

from app.platform.documents.containers import WordActive, WordTooLarge, WordUnreadable, ensure_plain
from app.platform.documents.word import (
    JOINER,
    Filling,
    ListOutsideTable,
    PlaceUnknown,
    PlaceUnreadable,
    check_template,
    fill,
    places_of,
    text_of,
)
from app.platform.errors import SeveralInvalid
from tests.platform.documents.words import changed, in_body, word_file

NAMES = frozenset({"单位", "正文", "名单.单位", "名单.序号", "另表.甲"})
TABLE = (("序号", "单位"), ("{{名单.序号}}", "{{名单.单位}}"), ("合计", "{{单位}}"))


def paragraphs(word: bytes) -> list[str]:
    return [one.text for one in Document(io.BytesIO(word)).paragraphs]


def test_places_are_found_across_runs_and_braces_with_spaces() -> None:
    word = word_file("致{{单位}}：", "{{ 单位 }}、{{单位}}", "没有")
    assert paragraphs(fill(word, Filling({"单位": "甲公司"}))) == [
        "致甲公司：",
        "甲公司、甲公司",
        "没有",
    ]


def test_full_width_braces_are_braces() -> None:
    word = word_file("致｛｛单位｝｝：{｛正文｝}")
    check_template(word, NAMES)
    assert paragraphs(fill(word, Filling({"单位": "甲公司", "正文": "乙"}))) == ["致甲公司：乙"]


@pytest.mark.parametrize("text", ["{单位}", "致｛ 正文 ｝：", "{{单位}} {名单.序号}"])
def test_place_in_single_braces_is_refused_not_printed(text: str) -> None:
    with pytest.raises(PlaceUnreadable):
        check_template(word_file(text), NAMES)
    check_template(word_file("集合{甲, 乙}、{别的}"), NAMES)


def test_place_alone_is_repeated_for_each_line_and_others_break() -> None:
    word = word_file("{{正文}}", "附：{{正文}}")
    assert paragraphs(fill(word, Filling({"正文": "一\n二"}))) == ["一", "二", "附：一\n二"]


def test_row_is_repeated_for_each_of_a_list_and_goes_where_it_is_empty() -> None:
    word = word_file(table=TABLE)
    rows = [{"序号": str(n), "单位": f"第{n}家"} for n in (1, 2, 3)]
    for given in (rows, rows[:1], []):
        made = Document(io.BytesIO(fill(word, Filling({"单位": "共"}, {"名单": given}))))
        cells = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
        middle = [[each["序号"], each["单位"]] for each in given]
        assert cells == [["序号", "单位"], *middle, ["合计", "共"]]


def test_places_for_later_stay_and_are_told() -> None:
    word = fill(word_file("{{单位}} {{正文}}"), Filling({"单位": "甲"}))
    assert places_of(word) == {"正文"}
    assert paragraphs(fill(word, Filling({"正文": "乙"}))) == ["甲 乙"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<w:p/> & \"'</w:t></w:r>",
        '=HYPERLINK("http://evil") @SUM(1+1) -2+3',
        "DDEAUTO c:\\\\windows\\\\cmd.exe",
        "]]> <!-- <?xml ?>",
        "𬭎𫖯㙦堃",
        "｛单位｝",
    ],
)
def test_hostile_values_stay_text(hostile: str) -> None:
    made = fill(word_file("值：{{单位}}"), Filling({"单位": hostile}))
    ensure_plain(made)
    assert [one.replace(JOINER, "") for one in paragraphs(made)] == [f"值：{hostile}"]


def test_values_that_look_like_places_are_never_filled() -> None:
    word = word_file("{{单位}}{{正文}}", table=TABLE)
    filling = Filling(
        {"单位": "{", "正文": "｛单位}} ｛｛单位｝｝"},
        {"名单": [{"序号": "{{单位}}", "单位": "{{正文}}"}]},
    )
    made = fill(fill(word, filling), Filling({"单位": "漏", "正文": "漏"}))
    assert "漏" not in text_of(made)
    assert places_of(made) == set()


def test_characters_that_xml_cannot_hold_are_marked() -> None:
    made = fill(word_file("{{单位}}"), Filling({"单位": "a\x00\x0b\ud800\ufffeb"}))
    assert paragraphs(made) == ["a\ufffd\ufffd\ufffd\ufffdb"]


def test_same_template_and_values_give_same_bytes() -> None:
    word = word_file("{{单位}}")
    assert fill(word, Filling({"单位": "甲"})) == fill(word, Filling({"单位": "甲"}))


def test_all_faults_of_a_template_are_told_at_once() -> None:
    word = word_file("{{单位}} {{不知}} {{名单.单位}}", "{{单位", "}} 尾")
    with pytest.raises(SeveralInvalid) as refused:
        check_template(word, NAMES)
    kinds = [type(reason) for reason in refused.value.reasons]
    assert kinds == [PlaceUnknown, PlaceUnreadable, PlaceUnreadable, ListOutsideTable]


def test_two_lists_in_one_row_are_refused_and_a_sound_template_is_not() -> None:
    with pytest.raises(SeveralInvalid):
        check_template(word_file(table=(("{{名单.单位}}", "{{另表.甲}}"),)), NAMES)
    check_template(word_file("{{单位}}", table=TABLE), NAMES)


def test_headers_and_footers_are_filled() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{单位}}"
    saved = io.BytesIO()
    document.save(saved)
    made = Document(io.BytesIO(fill(saved.getvalue(), Filling({"单位": "眉"}))))
    assert made.sections[0].header.paragraphs[0].text == "眉"


def test_text_is_the_words_in_order_with_tables() -> None:
    assert text_of(word_file("一", "二", table=(("甲", "乙"),))).split("\n") == [
        "一",
        "二",
        "甲",
        "乙",
    ]


FIELD = '<w:p><w:fldSimple w:instr="{}"/></w:p>'
SPLIT = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDE</w:instrText></w:r>'
    "<w:r><w:instrText>AUTO cmd</w:instrText></w:r></w:p>"
)
OUTSIDE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r" Type="http://x/attachedTemplate" Target="http://evil" '
    b'TargetMode="External"/></Relationships>'
)
BODY = "word/document.xml"


@pytest.mark.parametrize(
    "word",
    [
        changed(word_file(), add={"word/vbaProject.bin": b"x"}),
        changed(word_file(), add={"word/embeddings/oleObject1.bin": b"x"}),
        changed(word_file(), add={"word/activeX/activeX1.xml": b"<x/>"}),
        changed(word_file(), add={"word/_rels/settings.xml.rels": OUTSIDE}),
        changed(word_file(), {BODY: in_body(FIELD.format("INCLUDETEXT file"))}),
        changed(word_file(), {BODY: in_body(SPLIT)}),
        changed(word_file(), {BODY: in_body("<w:altChunk/>")}),
        changed(word_file(), {BODY: in_body("<w:p><w:r><w:object/></w:r></w:p>")}),
        changed(
            word_file(),
            {
                "[Content_Types].xml": lambda content: content.replace(
                    b"wordprocessingml.document.main", b"ms-word.document.macroEnabled.main"
                )
            },
        ),
    ],
)
def test_what_is_more_than_words_is_refused(word: bytes) -> None:
    with pytest.raises((WordActive, WordUnreadable)):
        ensure_plain(word)
    with pytest.raises((WordActive, WordUnreadable)):
        check_template(word, NAMES)


def test_page_numbers_and_links_are_words() -> None:
    ensure_plain(changed(word_file(), {BODY: in_body(FIELD.format(" PAGE  \\* MERGEFORMAT"))}))


def entity_bomb(content: bytes) -> bytes:
    return content.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document', 1)


@pytest.mark.parametrize(
    ("word", "refused"),
    [
        (b"", WordUnreadable),
        (b"PK\x03\x04 no zip", WordUnreadable),
        (word_file("x")[:-40], WordUnreadable),
        (changed(word_file(), {BODY: lambda _: b"<w:document"}), WordUnreadable),
        (changed(word_file(), {BODY: entity_bomb}), WordUnreadable),
        (changed(word_file(), add={"word/x.xml": b"<a/>" + b" " * 30_000_000}), WordTooLarge),
        (changed(word_file(), add={f"x/{n}": b"" for n in range(600)}), WordTooLarge),
    ],
)
def test_what_is_broken_or_a_bomb_is_refused(word: bytes, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        check_template(word, NAMES)


def test_plain_zip_is_no_word_file() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(WordUnreadable):
        places_of(made.getvalue())
