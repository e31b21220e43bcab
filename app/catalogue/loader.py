"""Which regulations, criteria and code lists does the service ship, and what do they say?"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from app.rules.criteria import CriteriaSet, read_criteria
from app.rules.strict_yaml import Tree, load

_CATALOGUE: Final = files("app.catalogue")
_SUFFIX: Final = ".yaml"


class NotInCatalogueError(LookupError):
    """The service ships no criteria set, regulation or code list of this code."""

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


@dataclass(frozen=True, slots=True)
class CodeItem:
    """One code of a list; `parent` is the code it belongs under."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes in one version, with the text it was taken from and how."""

    code: str
    name: str
    version: str
    source: str
    items: tuple[CodeItem, ...]


def code_lists() -> tuple[str, ...]:
    """Codes of the shipped code lists, sorted."""
    return _codes("codes")


@cache
def code_list(code: str) -> CodeList:
    """A shipped code list. Raises NotInCatalogueError."""
    tree = load(_text("codes", code))
    items = [
        CodeItem(str(item["code"]), str(item["name"]), _parent(item))
        for item in tree["items"]
        if isinstance(item, dict)
    ]
    return CodeList(
        code=str(tree["code"]),
        name=str(tree["name"]),
        version=str(tree["version"]),
        source=str(tree["source"]),
        items=tuple(items),
    )


def _parent(item: dict[str, Tree]) -> str | None:
    return str(item["parent"]) if "parent" in item else None


@cache
def _codes(shelf: str) -> tuple[str, ...]:
    names = (file.name for file in _CATALOGUE.joinpath(shelf).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def _text(shelf: str, code: str) -> str:
    # Only a listed code becomes part of a path.
    if code not in _codes(shelf):
        raise NotInCatalogueError(code)
    return _CATALOGUE.joinpath(shelf, code + _SUFFIX).read_text(encoding="utf-8")
