"""Which regulations and criteria does the service ship, and what do they say?"""

from functools import cache
from importlib.resources import files
from typing import Final

from app.rules.criteria import CriteriaSet, read_criteria

_CATALOGUE: Final = files("app.catalogue")
_SUFFIX: Final = ".yaml"


class NotInCatalogueError(LookupError):
    """The service ships no criteria set or regulation of this code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"目录中没有 {code}")


def criteria_codes() -> tuple[str, ...]:
    """Codes of the shipped criteria sets, sorted."""
    return _codes("criteria")


def criteria_text(code: str) -> str:
    """The YAML text of a shipped criteria set. Raises NotInCatalogueError."""
    return _text("criteria", code)


@cache
def criteria(code: str) -> CriteriaSet:
    """A shipped criteria set, read and checked once. Raises NotInCatalogueError."""
    return read_criteria(criteria_text(code))


def regulation_codes() -> tuple[str, ...]:
    """Codes of the shipped regulations (管理办法), sorted."""
    return _codes("regulations")


def regulation_text(code: str) -> str:
    """The YAML text of a shipped regulation. Raises NotInCatalogueError."""
    return _text("regulations", code)


@cache
def _codes(shelf: str) -> tuple[str, ...]:
    names = (file.name for file in _CATALOGUE.joinpath(shelf).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def _text(shelf: str, code: str) -> str:
    # Only a listed code becomes part of a path.
    if code not in _codes(shelf):
        raise NotInCatalogueError(code)
    return _CATALOGUE.joinpath(shelf, code + _SUFFIX).read_text(encoding="utf-8")
