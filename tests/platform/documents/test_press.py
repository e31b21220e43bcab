"""What is printed is what was meant: rare characters, nothing run, nothing missing unseen."""

import io
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pypdf
import pytest

from app.platform.documents.press import OUR_FONTS, GlyphsMissing, Press, PressFailedError

HERE = Path(__file__).parent
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.anyio


def words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


async def printed(text: str, press: Press | None = None) -> bytes:
    return await (press or Press()).pdf(HERE / "plain.typ", {"title": "页", "text": text}, AT)


async def test_rare_characters_of_names_are_printed() -> None:
    assert "𬭎𫖯㙦堃䶮𬱖" in words(await printed("江𬭎𫖯㙦堃䶮𬱖公司"))


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        '#import "@preview/cetz:0.1.0"',
        "*bold* $x^2$ <label> @ref \\ // /* `raw`",
        '"]; #panic()',
    ],
)
async def test_marks_in_values_stay_text(hostile: str) -> None:
    found = words(await printed(hostile))
    assert "".join(hostile.split()) in "".join(found.split())


async def test_same_values_give_same_bytes_and_others_others() -> None:
    first, second = [sha256(await printed("同一份")).digest() for _ in range(2)]
    assert first == second
    assert sha256(await printed("另一份")).digest() != first


async def test_pdf_a_says_so_and_every_font_is_inside() -> None:
    made = await printed("归档")
    assert b"pdfaid" in made
    assert b"/FontFile" in made


async def test_missing_glyphs_are_all_told_and_nothing_is_printed() -> None:
    with pytest.raises(GlyphsMissing) as refused:
        await printed("甲😀乙\U0003ffff丙")
    assert refused.value.facts["characters"] == "😀\U0003ffff"


async def test_own_fonts_come_first_and_ours_stand_in(tmp_path: Path) -> None:
    (tmp_path / "own.otf").symlink_to(OUR_FONTS / "NotoSansSC-Regular.otf")
    made = await printed("字体", Press(own_fonts=tmp_path))
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pypdf.PdfReader(io.BytesIO(made)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # pypdf's loose types
    }
    assert any("NotoSansSC" in font for font in fonts), fonts


async def test_template_without_end_is_ended() -> None:
    with pytest.raises(PressFailedError):
        await Press(seconds=1).pdf(HERE / "endless.typ", {}, AT)


async def test_template_that_wants_all_memory_is_refused() -> None:
    with pytest.raises(PressFailedError):
        await Press(memory=512 * 1024**2, seconds=10).pdf(HERE / "hungry.typ", {}, AT)


async def test_broken_template_is_a_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / "broken.typ").write_text("#let = ")
    with pytest.raises(PressFailedError, match="broken"):
        await Press().pdf(tmp_path / "broken.typ", {}, AT)


async def test_files_outside_the_folder_of_the_template_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "peek.typ").write_text('#read("/../../../../etc/hostname")')
    with pytest.raises(PressFailedError):
        await Press().pdf(tmp_path / "peek.typ", {}, AT)
