"""How does one document become a PDF? In a process of its own, that ends with it.

Run as a script by `press.py`, with a request as JSON on standard input: it knows nothing of the
service, has none of its environment, writes no file, and takes no more memory and time than given.
Answers with the PDF on standard output, or with a line on standard error and one of the codes.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from struct import unpack_from
from typing import Any, Literal

import typst

REFUSED, GLYPHS_MISSING = 3, 4
"""Exit codes: the template does not compile; the fonts lack characters (told as text)."""
PDF_A: Literal["a-2a"] = "a-2a"
WITHOUT_A_GLYPH = "could not be displayed"
FONTS = ("*.otf", "*.ttf", "*.ttc", "*.OTF", "*.TTF", "*.TTC")
FORMAT_4, FORMAT_12 = 4, 12


def main() -> int:
    """Typeset what standard input asks for; gives the exit code."""
    request = json.loads(sys.stdin.buffer.read())
    _limit(request["memory"], request["seconds"])
    template: str = request["template"]
    folders = [str(folder) for folder in request["fonts"]]
    own = families(folders[0]) if len(folders) > 1 else []
    inputs = {"document": json.dumps(request["document"]), "fonts": json.dumps(own)}
    try:
        made: bytes = typst.compile(
            template,
            root=str(Path(template).parent),
            font_paths=folders,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=PDF_A,
            timestamp=datetime.fromisoformat(request["at"]).astimezone(UTC),
        )
    except typst.TypstError as refused:
        if WITHOUT_A_GLYPH not in refused.message:
            sys.stderr.write(refused.message)
            return REFUSED
        missing = "".join(sorted(_letters(request["document"]) - _drawn(folders)))
        sys.stderr.buffer.write((missing or refused.message).encode())
        return GLYPHS_MISSING
    sys.stdout.buffer.write(made)
    return 0


def _limit(memory: int, seconds: int) -> None:
    """Bytes of address space, seconds of processor time; no file written, no core left."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def families(folder: str) -> list[str]:
    """The families of the fonts in a folder, the agency's own: they come before ours."""
    found = typst.Fonts(False, False, [folder])  # neither the system's nor typst's own
    return sorted(set(found.families()))


def _letters(value: Any) -> set[str]:
    """Every character in the texts of plain values."""
    if isinstance(value, str):
        return {one for one in value if not one.isspace()}
    if isinstance(value, dict):
        return _letters(list(value.values()))
    return set().union(*map(_letters, value)) if isinstance(value, list) else set()


def _drawn(folders: list[str]) -> set[str]:
    """Every character that a font in the folders has a glyph for."""
    files = [file for folder in folders for form in FONTS for file in Path(folder).rglob(form)]
    return {chr(code) for file in files for code in _codes(file.read_bytes())}


def _codes(font: bytes) -> Iterator[int]:
    """The code points that the `cmap` tables of a font name (OpenType, 5.2)."""
    first = unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    for index in range(unpack_from(">H", font, first + 4)[0]):
        tag, _, at, _ = unpack_from(">4sIII", font, first + 12 + 16 * index)
        if tag == b"cmap":
            for one in range(unpack_from(">H", font, at + 2)[0]):
                yield from _listed(font, at + unpack_from(">I", font, at + 8 + 8 * one)[0])


def _listed(font: bytes, at: int) -> Iterator[int]:
    form = unpack_from(">H", font, at)[0]
    if form == FORMAT_12:
        for group in range(unpack_from(">I", font, at + 12)[0]):
            start, end = unpack_from(">II", font, at + 16 + 12 * group)
            yield from range(start, end + 1)
    elif form == FORMAT_4:
        double = unpack_from(">H", font, at + 6)[0]
        ends = unpack_from(f">{double // 2}H", font, at + 14)
        starts = unpack_from(f">{double // 2}H", font, at + 16 + double)
        for start, end in zip(starts, ends, strict=True):
            yield from range(start, min(end, 0xFFFE) + 1)


if __name__ == "__main__":
    sys.exit(main())
