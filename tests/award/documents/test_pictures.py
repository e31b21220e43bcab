"""What a writer prints of our documents is what stands in them: every word, on whole pages."""

import re
import subprocess
from pathlib import Path
from shutil import which

import pypdf
import pytest

from app.award.documents.kinds import FORMS, DocumentKind, Head
from app.platform.documents.word import text_of
from tests.award.documents.filled import RARE, filled

INSTALL = Path(__file__).parent / "install-libreoffice.sh"
LETTERS = [kind for kind, form in FORMS.items() if form.head is Head.LETTER]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[DocumentKind, pypdf.PdfReader]:
    """Each kind of document, as LibreOffice makes a PDF of it."""
    subprocess.run(["sh", INSTALL], check=False, timeout=500)  # noqa: S607  the system's
    writer = which("soffice")
    if writer is None:
        pytest.skip("LibreOffice is not installed")
    place = tmp_path_factory.mktemp("printed")
    for kind in DocumentKind:
        (place / f"{kind}.docx").write_bytes(filled(kind))
    words = sorted(str(one) for one in place.glob("*.docx"))
    own = f"-env:UserInstallation=file://{place}/profile"
    asked = [writer, own, "--headless", "--convert-to", "pdf", "--outdir", str(place), *words]
    subprocess.run(asked, check=True, capture_output=True, timeout=120)
    return {kind: pypdf.PdfReader(place / f"{kind}.pdf") for kind in DocumentKind}


def closed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.long
def test_every_word_is_printed_and_pages_are_whole(
    printed: dict[DocumentKind, pypdf.PdfReader],
) -> None:
    for kind, pdf in printed.items():
        pages = [closed(page.extract_text()) for page in pdf.pages]
        numbers = [f"—{number}—" for number in range(1, len(pages) + 1)]
        assert [*map(str.count, pages, numbers)] == [
            int(kind not in LETTERS),
            *[1] * (len(pages) - 1),
        ]
        whole = "".join(page.replace(at, "") for page, at in zip(pages, numbers, strict=True))
        paragraphs = [closed(one) for one in text_of(filled(kind)).split("\n")]
        assert [one for one in paragraphs if one not in whole] == [], kind
        assert not re.search(r"[\ufffd\ufffe\x00]|\{\{|\}\}", whole), kind
        assert all(len(page) > 40 for page in pages), "no page with hardly anything on it"
        if kind in LETTERS:
            assert RARE in whole
            assert "滨湖区市场监督管理局" in pages[0], "the letter's head"


@pytest.mark.long
def test_letters_fit_a_page_and_tables_go_on_under_their_heads(
    printed: dict[DocumentKind, pypdf.PdfReader],
) -> None:
    for kind in (DocumentKind.ACCEPTANCE, DocumentKind.REFUSAL, DocumentKind.RESULT):
        assert len(printed[kind].pages) == 1
    for kind, head in ((DocumentKind.CURE, "存在问题"), (DocumentKind.RECOMMENDATIONS, "获奖对象")):
        pages = [page.extract_text() for page in printed[kind].pages]
        shown = [page for page in pages if head in page]
        assert len(shown) > 1
        assert sum(page.count(head) for page in pages) == len(shown)
    lying = [page.mediabox.width > page.mediabox.height for page in printed[kind].pages]
    assert lying == [False, *[True] * (len(lying) - 1)]
