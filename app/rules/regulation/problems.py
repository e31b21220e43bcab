"""What can be wrong with a regulation, in which words, and what would mend it?"""

from dataclasses import dataclass
from typing import Final

from app.rules.regulation.sentences import WHOLE
from app.rules.regulation.sentences_shape import SHAPE
from app.rules.strict_yaml import StrictYamlError, places

SENTENCES: Final = SHAPE | WHOLE
"""By code: in Chinese, in English, and what would mend it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (JSON pointer into the file), a stable code, sentences, the remedy."""

    path: str
    code: str
    zh: str
    en: str
    mend: str


def place_of(text: str, path: str) -> tuple[int, int]:
    """Line and column (from 1) in the file of what a pointer names, or of the nearest rule above
    it that is written; (1, 1) where the text cannot be read.
    """
    try:
        known = {pointer(steps): place for steps, place in places(text).items()}
    except StrictYamlError as error:
        return error.line, error.column
    while path and path not in known:
        path = path.rpartition("/")[0]
    return known.get(path, (1, 1))


class RegulationErrors(ValueError):
    """The text is not a regulation that could be run: every problem found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path or '/'}: {each.code}" for each in problems))


def problem(code: str, path: tuple[str | int, ...], **figures: object) -> Problem:
    """The problem of that code at that path, its sentences filled with `figures`."""
    zh, en, mend = (sentence.format(**figures) for sentence in SENTENCES[code])
    return Problem(pointer(path), code, zh, en, mend)


def pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901: ("stages", 0) → /stages/0."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
