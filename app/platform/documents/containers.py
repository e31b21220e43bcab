"""Is a Word file nothing but words? No program in it, nothing fetched from elsewhere, no bomb."""

import io
import re
import zipfile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from app.platform.errors import Invalid

MOST_ENTRIES, MOST_BYTES = 500, 20 * 1024 * 1024
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ACTIVE = re.compile(
    r"vbaproject|vbadata|/activex/|/embeddings/|/afchunk|(?<!printersettings\d)\.bin$|\.exe$|\.html?$",
    re.IGNORECASE,
)
PLAIN_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "HYPERLINK", "TOC", "PAGEREF"}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HYPERLINK = "/hyperlink"


class WordTooLarge(Invalid):
    code = "word-file-too-large"
    zh = "Word 文件解开后过大或内容项过多（至多 {most} MB）。"
    en = "Unpacked, the Word file is too large or has too many parts (at most {most} MB)."


class WordActive(Invalid):
    code = "word-file-active"
    zh = "Word 文件中含有宏、嵌入对象、外部引用或域代码（{what}），请改为纯文字后再上传。"
    en = "The Word file holds a macro, an object, an outside reference or a field ({what})."


class WordUnreadable(Invalid):
    code = "word-file-unreadable"
    zh = "Word 文件已损坏、已加密或不是 .docx 格式，无法打开。"
    en = "The Word file is broken, encrypted or no .docx."


def ensure_plain(word: bytes) -> None:
    """Raises WordUnreadable, WordTooLarge or WordActive; bytes are counted while unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(word)) as package:
            _look_through(package)
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, OSError) as broken:
        raise WordUnreadable from broken
    except (RuntimeError, EOFError, ValueError) as broken:
        raise WordUnreadable from broken


def _look_through(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise WordTooLarge(most=MOST_BYTES // 1024**2)
    names = [entry.filename for entry in entries]
    for name in names:
        if ACTIVE.search(f"/{name}"):
            raise WordActive(what=name[:100])
    if len(set(names)) != len(names):
        raise WordUnreadable
    left = MOST_BYTES
    for entry in entries:
        with package.open(entry) as packed:
            content = packed.read(left + 1)
        left -= len(content)
        if left < 0:
            raise WordTooLarge(most=MOST_BYTES // 1024**2)
        _look_at(entry.filename, content)


def _look_at(name: str, content: bytes) -> None:
    if name == "[Content_Types].xml":
        _ensure_word(content)
    elif name.endswith(".rels"):
        _ensure_inside(content)
    elif name.startswith("word/") and name.endswith(".xml"):
        _ensure_words(content)


def _ensure_word(content: bytes) -> None:
    kinds = {one.get("ContentType", "") for one in fromstring(content)}
    active = sorted(kind for kind in kinds if "macro" in kind.lower() or "vba" in kind.lower())
    if active:
        raise WordActive(what=active[0])
    if MAIN not in kinds:
        raise WordUnreadable


def _ensure_inside(content: bytes) -> None:
    for one in fromstring(content):
        if one.get("TargetMode") == "External" and not one.get("Type", "").endswith(HYPERLINK):
            raise WordActive(what=one.get("Type", "").rpartition("/")[2])


def _ensure_words(content: bytes) -> None:
    """Fields may only count pages and lead to places; objects and foreign pieces are none."""
    root, asked = fromstring(content), ""
    for one in root.iter():
        if one.tag in {f"{WORD}object", f"{WORD}control", f"{WORD}altChunk"}:
            raise WordActive(what=one.tag.removeprefix(WORD))
        if one.tag == f"{WORD}fldSimple":
            _ensure_plain_field(one.get(f"{WORD}instr", ""))
        if one.tag == f"{WORD}instrText":
            asked += one.text or ""  # Word splits an instruction into runs where it likes
        if one.tag == f"{WORD}fldChar":
            _ensure_plain_field(asked)
            asked = ""
    _ensure_plain_field(asked)


def _ensure_plain_field(instruction: str) -> None:
    words = instruction.split()
    if words and words[0].upper() not in PLAIN_FIELDS:
        raise WordActive(what=words[0][:40])
