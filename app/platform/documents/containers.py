"""Is a Word file nothing but words? No program in it, nothing fetched from elsewhere, no bomb."""

import io

from defusedxml.ElementTree import fromstring

from app.platform.errors import Invalid
from app.platform.files.kinds import DOCX
from app.platform.files.packages.budget import Budget, Fault, UnfitError, opened
from app.platform.files.packages.look import look_through
from app.rules.exact import MEBIBYTE, size_text

MOST_ENTRIES, MOST_BYTES = 500, 20 * MEBIBYTE
PLAIN_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "HYPERLINK", "TOC", "PAGEREF"}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ACTIVE = {Fault.MACROS, Fault.OBJECT, Fault.OUTSIDE}


class WordTooLarge(Invalid):
    code = "word-file-too-large"
    zh = "Word 文件解开后过大或内容项过多（至多 {most}）。"
    en = "Unpacked, the Word file is too large or has too many parts (at most {most})."


class WordActive(Invalid):
    code = "word-file-active"
    zh = "Word 文件中含有宏、嵌入对象、外部引用或域代码（{what}），请改为纯文字后再上传。"
    en = "The Word file holds a macro, an object, an outside reference or a field ({what})."


class WordUnreadable(Invalid):
    code = "word-file-unreadable"
    zh = "Word 文件已损坏、已加密或不是 .docx 格式，无法打开。"
    en = "The Word file is broken, encrypted or no .docx."


def ensure_plain(word: bytes) -> None:
    """Raises WordUnreadable, WordTooLarge or WordActive; bytes are counted while unpacking. More is
    active here than in a file that comes in: charts, and every field but page numbers and links.
    """
    try:
        look_through(io.BytesIO(word), DOCX, Budget(MOST_BYTES, MOST_ENTRIES), charts=False)
        with opened(io.BytesIO(word), Budget(MOST_BYTES, MOST_ENTRIES)) as package:
            for entry in package.infolist():
                if entry.filename.casefold().endswith(".xml"):
                    _ensure_words(package.read(entry))
    except UnfitError as unfit:
        raise _refusal(unfit) from unfit


def _refusal(unfit: UnfitError) -> Invalid:
    if unfit.fault in ACTIVE:
        return WordActive(what=unfit.what[-100:])
    if unfit.fault is Fault.LARGE:
        return WordTooLarge(most=size_text(MOST_BYTES))
    return WordUnreadable()


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
