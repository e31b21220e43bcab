"""Which regulations, criteria, forms and code lists does the service ship, and what do they say?"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from app.rules.criteria import CriteriaSet, read_criteria
from app.rules.forms.model import FormSet, Listed, Rows
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import Lists
from app.rules.strict_yaml import Tree, load

_CATALOGUE: Final = files("app.catalogue")
_SUFFIX: Final = ".yaml"
_AT: Final = "@"


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


def form_codes() -> tuple[str, ...]:
    """Codes of the shipped form sets (申报表), sorted."""
    return _codes("forms")


def form_text(code: str) -> str:
    """The YAML text of a shipped form set. Raises NotInCatalogueError."""
    return _text("forms", code)


@cache
def form_set(code: str) -> FormSet:
    """A shipped form set, read and checked once. Raises NotInCatalogueError."""
    return read_form_set(form_text(code))


def default_form(awardee: str) -> str:
    """The code of the form that a track of this awardee fills in where none is named."""
    for code in form_codes():
        if awardee in form_set(code).awardees:
            return code
    raise NotInCatalogueError(awardee)


def lists_of(form: FormSet) -> Lists:
    """Names by code of every code list that a form chooses from, in the versions it names. Raises
    NotInCatalogueError.
    """
    fields = [
        inner
        for field in form.fields()
        for inner in (field.columns if isinstance(field, Rows) else (field,))
    ]
    named = {(field.list, field.version) for field in fields if isinstance(field, Listed)}
    return {
        (name, version): {item.code: item.name for item in code_list(name, version).items}
        for name, version in sorted(named)
    }


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
    """Codes of the shipped code lists, sorted; each stands for its newest version."""
    return tuple(code for code in _codes("codes") if _AT not in code)


def versions_of(code: str) -> tuple[str, ...]:
    """The versions of a code list that can be read, the newest first; NotInCatalogueError."""
    newest = code_list(code).version
    earlier = (
        name.removeprefix(code + _AT) for name in _codes("codes") if name.startswith(code + _AT)
    )
    return (newest, *sorted(earlier, reverse=True))


@cache
def code_list(code: str, version: str | None = None) -> CodeList:
    """A shipped code list, in its newest version unless another is named: an earlier one stays in
    a file of its own, `code@version`. Raises NotInCatalogueError.
    """
    if code not in code_lists():
        raise NotInCatalogueError(code)
    newest = _read_codes(code)
    if version in {None, newest.version}:
        return newest
    return _read_codes(f"{code}{_AT}{version}")


@cache
def _read_codes(name: str) -> CodeList:
    tree = load(_text("codes", name))
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
