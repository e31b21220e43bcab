"""What do our own templates look like? Like an official document (GB/T 9704—2012), from words.

The first page of a notice has the red head (发文机关标志) and line, that of a letter (信函格式) the
name between red double lines; the day stands under the name, both where the seal will cover them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from app.award.documents.kinds import FORMS, DocumentKind, Head
from app.platform.documents.word import written

TITLE, BODY, BLACK, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
INSTEAD = {TITLE: "华文中宋", BODY: "仿宋", BLACK: "SimHei", DIGITS: "SimSun"}
"""The font that Word takes where a machine lacks ours (altName in its table of fonts)."""
SIZE, LINE = Pt(16), Pt(28)
TABLE_SIZE, TABLE_LINE = Pt(12), Pt(18)
RED = RGBColor(0xFF, 0, 0)
CENTER, LEFT, RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
)
MARGINS = {"top": Mm(37), "bottom": Mm(35), "left": Mm(28), "right": Mm(26)}
WIDTHS = {"事项": (14, 38, 52, 52), "名单": (14, 50, 50, 32, 36, 16, 27)}
"""Of each list's columns in mm; together they are as wide as what a page holds."""
SIGNED = Mm(156) - Pt(240)
"""Name and day are centred on each other in 240 pt at the right, so that the day ends four
characters before the margin (7.3.5.1).
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph looks; lengths in points of GB/T 9704's sizes, 三号 16 and 二号 22."""

    align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY
    font: str = BODY
    size: Length = SIZE
    line: int = LINE
    before: int = 0
    after: int = 0
    first: int = 0
    left: int = 0
    right: int = 0
    red: bool = False
    border: Mapping[str, str] | None = None
    with_next: bool = False


RULE = {"side": "bottom", "val": "single", "sz": "12", "space": "11"}
UPPER = {"side": "bottom", "val": "thickThinSmallGap", "sz": "18", "space": "11"}
LOWER = {"side": "top", "val": "thinThickSmallGap", "sz": "18", "space": "0"}
RED_NAME = Look(CENTER, TITLE, Pt(28), Pt(38), red=True)
LEFTER, RIGHTER = -Mm(8), -Mm(6)
"""The double lines of a letter are 170 mm long, in the middle of the page (10.1)."""
LOOKS = {
    "name": replace(RED_NAME, before=Mm(30), after=LINE * 2),
    "letterhead": replace(RED_NAME, left=LEFTER, right=RIGHTER, after=LINE, border=UPPER),
    "number": Look(CENTER, after=LINE * 2, border=RULE),
    "right": Look(RIGHT, after=LINE * 2),
    "title": Look(CENTER, TITLE, Pt(22), after=LINE, left=Pt(22), right=Pt(22), with_next=True),
    "attached": Look(LEFT, BLACK),
    "address": Look(LEFT),
    "body": Look(first=Pt(32)),
    "above": Look(first=Pt(32), after=Pt(8), with_next=True),
    "below": Look(first=Pt(32), before=Pt(8)),
    "last": Look(first=Pt(32), with_next=True),
    "name-of-list": Look(CENTER, TITLE, Pt(22), after=LINE, with_next=True),
    "agency": Look(CENTER, before=LINE * 2, left=SIGNED, with_next=True),
    "day": Look(CENTER, left=SIGNED),
    "foot": Look(LEFT, size=Pt(1), line=Pt(2), left=LEFTER, right=RIGHTER, border=LOWER),
    "odd": Look(RIGHT, DIGITS, Pt(14), Pt(14), after=Mm(3), right=Pt(14)),
    "even": Look(LEFT, DIGITS, Pt(14), Pt(14), after=Mm(3), left=Pt(14)),
}


@cache
def default_template(kind: DocumentKind) -> bytes:
    """Our template of a kind; always the same bytes."""
    document, form = Document(), FORMS[kind]
    _foundation(document)
    _page(document.sections[0])
    _numbered(document)
    if form.head is Head.LETTER:
        _letterhead(document.sections[0])
    for how, words in form.paragraphs:
        if how == "list":
            _table(document, words, form.lists[words])
        elif how == "aside":
            _aside(document)
        else:
            _written(document.add_paragraph(), how, words)
    return written(document)


def _foundation(document: Any) -> None:
    """What everything rests on that a clerk adds by hand: font, size, language; and nobody's name
    and no day among the file's properties.
    """
    normal = document.styles["Normal"]
    _font(normal, Look())
    for lang in document.styles.element.iter(qn("w:lang")):
        for which in ("w:val", "w:eastAsia"):
            lang.set(qn(which), "zh-CN")
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in INSTEAD.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = f'<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()  # noqa: SLF001  no other way to it
    properties = document.core_properties._element  # noqa: SLF001  no other way to empty it
    for each in list(properties):
        properties.remove(each)


def _page(page: Any) -> None:
    page.page_width, page.page_height = Mm(210), Mm(297)
    for side, margin in MARGINS.items():
        setattr(page, f"{side}_margin", margin)
    page.header_distance, page.footer_distance = Mm(30), Mm(20)


def _aside(document: Any) -> None:
    """A page of its own, lying: for a table that is too wide for one that stands."""
    page = document.add_section()
    page.different_first_page_header_footer = False
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(297), Mm(210)
    page.top_margin, page.bottom_margin = MARGINS["left"], MARGINS["right"]
    page.left_margin, page.right_margin = MARGINS["top"], MARGINS["bottom"]
    page.footer_distance = Mm(12)


def _numbered(document: Any) -> None:
    """— 1 —, outside on odd and even pages (7.5)."""
    document.settings.odd_and_even_pages_header_footer = True
    page = document.sections[0]
    for how, footer in (("odd", page.footer), ("even", page.even_page_footer)):
        paragraph = footer.paragraphs[0]
        _written(paragraph, how, "— ")
        paragraph._p.append(_field("PAGE", LOOKS[how]))  # noqa: SLF001  no other way to a field
        _run(paragraph, " —", LOOKS[how])


def _letterhead(page: Any) -> None:
    """The first page of a letter: its agency's name, red double lines, and no number."""
    page.different_first_page_header_footer = True
    _written(page.first_page_header.paragraphs[0], "letterhead", "{{机关}}")
    _written(page.first_page_footer.paragraphs[0], "foot", "")


def _written(paragraph: Any, how: str, words: str) -> None:
    look, layout = LOOKS[how], paragraph.paragraph_format
    paragraph.style = "Normal"
    paragraph.alignment = look.align
    layout.space_before, layout.space_after = look.before, look.after
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, look.line
    layout.first_line_indent = look.first
    layout.left_indent, layout.right_indent = look.left, look.right
    layout.widow_control, layout.keep_with_next = True, look.with_next
    if look.border:
        _border(paragraph, look.border)
    _run(paragraph, words, look)


def _run(paragraph: Any, words: str, look: Look) -> None:
    run = paragraph.add_run(words)
    _font(run, look)
    if look.red:
        run.font.color.rgb = RED


def _font(styled: Any, look: Look) -> None:
    styled.font.size, styled.font.name = look.size, look.font
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), look.font)  # Chinese has its own font


def _border(paragraph: Any, border: Mapping[str, str]) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{border['side']}")
    for name in ("val", "sz", "space"):
        line.set(qn(f"w:{name}"), border[name])
    line.set(qn("w:color"), str(RED))
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  no other way to a border
    later = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
    properties.insert_element_before(borders, *later)


def _field(name: str, look: Look) -> Any:
    """A number that Word counts."""
    field, run, words = (OxmlElement(f"w:{tag}") for tag in ("fldSimple", "r", "t"))
    field.set(qn("w:instr"), f" {name} ")
    words.text = "1"
    run.append(words)
    field.append(run)
    properties, fonts, size = (OxmlElement(f"w:{tag}") for tag in ("rPr", "rFonts", "sz"))
    for which in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{which}"), look.font)
    size.set(qn("w:val"), str(int(look.size.pt * 2)))
    properties.extend([fonts, size])
    run.insert(0, properties)
    return field


def _table(document: Any, name: str, columns: Mapping[str, str]) -> None:
    """Its head is on every page; no row is torn apart."""
    table = document.add_table(2, len(columns), "Table Grid")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for at, column in enumerate(columns):
        table.columns[at].width = Mm(WIDTHS[name][at])
        for row, words in enumerate((column, f"{{{{{name}.{column}}}}}")):
            _cell(table.cell(row, at), words, Mm(WIDTHS[name][at]), head=row == 0)
    for at, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001  no other way to these
        properties.append(OxmlElement("w:cantSplit"))
        if at == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _cell(cell: Any, words: str, width: Length, *, head: bool) -> None:
    cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = CENTER if head else LEFT
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(2)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, TABLE_LINE
    layout.keep_with_next = head
    _run(paragraph, words, Look(font=BLACK if head else BODY, size=TABLE_SIZE))
