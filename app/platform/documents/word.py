"""How is an editable Word file made from a template with {{named places}}?

Values stay literal text, braces in them too.

A paragraph that is one place alone is repeated for each line of its value, and goes where the
value is empty; a table row with places
of a list (`{{list.column}}`) is repeated for each of its rows. Word splits a text into runs where
it likes: a place is found across them and takes the look of the first.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from app.platform.documents.containers import WordUnreadable, ensure_plain
from app.platform.errors import Invalid, Refusal, ensure

PLACE = re.compile(r"[{｛]{2}\s*(\w+(?:\.\w+)?)\s*[}｝]{2}")
BRACES = re.compile(r"[{｛]{2}|[}｝]{2}")
SINGLE = re.compile(r"[{｛]\s*(\w+(?:\.\w+)?)\s*[}｝]")
"""Whoever writes Chinese types full-width braces without knowing, and forgets the second one."""
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BODY, P, R, T, BR, TAB, TR = (
    qn(f"w:{name}") for name in ("body", "p", "r", "t", "br", "tab", "tr")
)
JOINER = "\u2060"
"""Invisible; keeps two braces of a value from being read as the start of a place."""
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)

Rows = Sequence[Mapping[str, str]]


class PlaceUnknown(Invalid):
    code = "place-unknown"
    zh = "模板中的“{place}”不是可用的填写项。可用的有：{known}。"
    en = "The template names “{place}”, which nothing can fill. Known are: {known}."


class PlacesMissing(Invalid):
    code = "places-missing"
    zh = "模板中缺少必须有的填写项：{places}。"
    en = "The template leaves out places that it must have: {places}."


class PlaceUnreadable(Invalid):
    code = "place-unreadable"
    zh = "模板中的“{near}”附近有不成对的双花括号，或填写项只用了一层花括号。"
    en = "Near “{near}” double braces do not belong together, or a place has single ones."


class ListOutsideTable(Invalid):
    code = "list-outside-table"
    zh = "“{place}”是列表的一栏，只能写在表格的行中，且一行只能用一个列表。"
    en = "“{place}” is a column of a list: it stands in a table's row, one list to a row."


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into the places: texts by name, and lists of rows by name and column."""

    texts: Mapping[str, str]
    lists: Mapping[str, Rows] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every name that a template may use."""
        columns = {f"{name}.{each}" for name, rows in self.lists.items() for each in _columns(rows)}
        return frozenset(self.texts) | columns


def check_template(
    template: bytes, known: frozenset[str], needed: frozenset[str] = frozenset()
) -> None:
    """Raises everything that is wrong with a template, all at once; `known` are the names that can
    be filled, `needed` those that must have their place.
    """
    told = "、".join(sorted(known))
    found = list(_paragraphs(_opened(template)))
    missing = needed.difference(*(PLACE.findall(_text(one)) for one in found))
    ensure(
        [
            PlacesMissing(places="、".join(sorted(missing))) if missing else None,
            *(PlaceUnknown(place=one, known=told) for one in _unknown(found, known)),
            *(
                PlaceUnreadable(near=text[:40])
                for text in map(_text, found)
                if _astray(PLACE.sub("", text), known)
            ),
            *_misplaced(found),
        ]
    )


def _astray(text: str, known: frozenset[str]) -> bool:
    """Whether beside its places a text has braces that were meant for one."""
    return bool(BRACES.search(text)) or not known.isdisjoint(SINGLE.findall(text))


def places_of(word: bytes) -> set[str]:
    """The names of the places that a file still has."""
    return {name for one in _paragraphs(_opened(word)) for name in PLACE.findall(_text(one))}


def fill(template: bytes, filling: Filling) -> bytes:
    """The template with its places filled; one that the filling does not name stays for later. The
    same template and filling give the same bytes. Raises WordUnreadable.
    """
    document = _opened(template)
    for row in [each for root in _roots(document) for each in root.iter(TR)]:
        _repeat_row(row, filling)
    for paragraph in list(_paragraphs(document)):
        _fill_paragraph(paragraph, filling.texts)
    return written(document)


def text_of(word: bytes) -> str:
    """The words of a file's body, a line for each paragraph, without its look."""
    body = _opened(word).element.body
    return "\n".join(_text(one) for one in body.iter(P) if not _doubled(one)).strip()


def written(document: Any) -> bytes:
    """The bytes of a document; no clock is in them."""
    saved, again = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as package, zipfile.ZipFile(again, "w") as steady:
        for name in package.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            steady.writestr(entry, package.read(name))
    return again.getvalue()


def _opened(word: bytes) -> Any:
    ensure_plain(word)
    try:
        return Document(io.BytesIO(word))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as unreadable:
        raise WordUnreadable from unreadable
    except SyntaxError as broken:  # what the XML parser raises
        raise WordUnreadable from broken


def _roots(document: Any) -> list[Any]:
    """The body, and the headers and footers that sections have of their own."""
    beside = [
        each
        for section in document.sections
        for each in (
            *(section.header, section.first_page_header, section.even_page_header),
            *(section.footer, section.first_page_footer, section.even_page_footer),
        )
        if not each.is_linked_to_previous
    ]
    return [document.element.body, *(each._element for each in beside)]  # noqa: SLF001  no other way to the XML


def _paragraphs(document: Any) -> Iterator[Any]:
    return (one for root in _roots(document) for one in list(root.iter(P)))


def _texts(paragraph: Any) -> list[Any]:
    """The text elements of a paragraph, without those of a box inside it."""
    return [one for one in paragraph.iter(T) if next(one.iterancestors(P)) is paragraph]


def _text(paragraph: Any) -> str:
    parts = [one for one in paragraph.iter(T, BR, TAB) if next(one.iterancestors(P)) is paragraph]
    signs = {BR: "\n", TAB: "\t"}
    return "".join(signs.get(one.tag) or one.text or "" for one in parts)


def _doubled(element: Any) -> bool:
    """Whether this is what old programs show instead of a drawing that is there as well."""
    return next(element.iterancestors(FALLBACK), None) is not None


def _unknown(paragraphs: Iterable[Any], known: frozenset[str]) -> list[str]:
    named = {name for one in paragraphs for name in PLACE.findall(_text(one))}
    return sorted(named - known)


def _misplaced(paragraphs: Iterable[Any]) -> Iterator[Refusal]:
    for one in paragraphs:
        lists = [name for name in PLACE.findall(_text(one)) if "." in name]
        row = next(one.iterancestors(TR), None)
        beside = _lists_of(row) if row is not None else set()
        yield from (
            ListOutsideTable(place=name) for name in lists if row is None or len(beside) > 1
        )


def _lists_of(row: Any) -> set[str]:
    named = {name for one in row.iter(P) for name in PLACE.findall(_text(one))}
    return {name.partition(".")[0] for name in named if "." in name}


def _repeat_row(row: Any, filling: Filling) -> None:
    (name, *_) = [*_lists_of(row), ""]
    if name not in filling.lists:
        return
    for each in filling.lists[name]:
        copy = deepcopy(row)
        row.addprevious(copy)
        texts = {f"{name}.{column}": value for column, value in each.items()}
        for paragraph in list(copy.iter(P)):
            _fill_paragraph(paragraph, texts)
    row.getparent().remove(row)


def _fill_paragraph(paragraph: Any, values: Mapping[str, str]) -> None:
    whole = "".join(one.text or "" for one in _texts(paragraph))
    alone = PLACE.fullmatch(whole.strip())
    if alone and values.get(alone[1]) == "" and paragraph.getparent().tag == BODY:
        paragraph.getparent().remove(paragraph)
        return
    if alone and "\n" in values.get(alone[1], ""):
        for line in values[alone[1]].split("\n"):
            copy = deepcopy(paragraph)
            paragraph.addprevious(copy)
            _fill_paragraph(copy, {alone[1]: line})
        paragraph.getparent().remove(paragraph)
        return
    for found in reversed(list(PLACE.finditer(whole))):
        if found[1] in values:
            _replace(_texts(paragraph), found.span(), _literal(values[found[1]]))
    for one in _texts(paragraph):
        _break_lines(one)


def _literal(value: str) -> str:
    """What XML can hold, and no place that a later filling would take for one."""
    return re.sub("([{｛])", rf"\1{JOINER}", NOT_XML.sub("\ufffd", value))


def _replace(texts: list[Any], span: tuple[int, int], value: str) -> None:
    """Write `value` where the span of the joined texts stands: into the first that it touches."""
    at, (start, end) = 0, span
    for one in texts:
        text = one.text or ""
        first, last = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        if first < last:
            one.text = text[:first] + value + text[last:]
            one.set(SPACE, "preserve")
            value = ""


def _break_lines(text: Any) -> None:
    first, *others = (text.text or "").split("\n")
    if not others:
        return
    text.text, place = first, text
    for line in others:
        br, more = text.makeelement(BR), deepcopy(text)
        more.text = line
        place.addnext(br)
        br.addnext(more)
        place = more


def _columns(rows: Rows) -> set[str]:
    return set().union(*rows)
