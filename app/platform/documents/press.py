"""How does the service have something printed? One process a document, with limits, no network.

Templates are trusted files of ours; what is filled in reaches them as data only, so that typst's
own marks in a value are printed as they stand. The same values at the same instant give the same
bytes.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

from app.platform.documents import typesetting
from app.platform.errors import Conflict
from app.rules.exact import MEBIBYTE

OUR_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
"""Noto Serif and Noto Sans SC, 30,900 characters each, rare ones of names among them (OFL)."""
MEMORY, SECONDS, TOGETHER = 2048 * MEBIBYTE, 20, 2


class GlyphsMissing(Conflict):
    code = "glyphs-missing"
    zh = "现有字体中没有这些字：{characters}。请联系运维人员补充字体后重试。"
    en = "The fonts at hand lack these characters: {characters}."
    mend = (
        "请由运维人员在字体目录（font_folder）中放入含有这些字的字体。",
        "Have a font with these characters put into the service's `font_folder`.",
    )


class PressFailedError(RuntimeError):
    """A template of ours does not compile, or takes more than it is given."""


@dataclass(frozen=True, slots=True)
class Press:
    """Prints with the agency's own fonts, where it has any, before ours."""

    own_fonts: Path | None = None
    memory: int = MEMORY
    seconds: int = SECONDS
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TOGETHER))

    async def pdf(self, template: Path, document: Mapping[str, Any], at: datetime) -> bytes:
        """A PDF/A-2a of these plain values, dated `at`. Raises GlyphsMissing, PressFailedError."""
        request = {
            "template": str(template),
            "document": dict(document),
            "at": at.isoformat(),
            "fonts": [str(folder) for folder in (self.own_fonts, OUR_FONTS) if folder],
            "memory": self.memory,
            "seconds": self.seconds,
        }
        async with self.turns:
            code, made, told = await self._run(json.dumps(request).encode())
        if code == typesetting.GLYPHS_MISSING:
            raise GlyphsMissing(characters=told)
        if code:
            msg = f"{template.name}: exit code {code}: {told}"
            raise PressFailedError(msg)
        return made

    async def _run(self, request: bytes) -> tuple[int, bytes, str]:
        """Exit code, standard output, standard error; a process that hangs is ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            typesetting.__file__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},  # nothing of the service's settings
        )
        try:
            async with asyncio.timeout(self.seconds):
                made, told = await process.communicate(request)
        except TimeoutError as hung:
            msg = f"no page within {self.seconds} s"
            raise PressFailedError(msg) from hung
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, made, told.decode(errors="replace")[:500]
