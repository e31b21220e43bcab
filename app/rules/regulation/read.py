"""How does the text of a regulation become one that can be run, and how is it pinned?"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.rules.regulation.check import check
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import SENTENCES, Problem, RegulationErrors, pointer, problem
from app.rules.regulation.schema import Schema, field_help, fields_there
from app.rules.regulation.values import MARKS, Rule
from app.rules.strict_yaml import StrictYamlError, Tree, load, misread

_STRUCTURES: Final = {
    "dict_type": "一组键和值",
    "model_type": "一组键和值",
    "model_attributes_type": "一组键和值",
    "tuple_type": "列表",
    "string_type": "文字",
}
_CODES: Final = {
    "extra_forbidden": "unknown_field",
    "union_tag_invalid": "unknown_kind",
    "union_tag_not_found": "kind_missing",
    "literal_error": "not_a_choice",
    "too_short": "empty",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "malformed_text",
    **dict.fromkeys(_STRUCTURES, "wrong_type"),
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value the regulation's known text does not give: where, what we put, and why."""

    path: str
    value: object
    because: str


def read(text: str) -> Regulation:
    """The regulation that the YAML text says; RegulationErrors with every problem otherwise.

    Figures and names are looked at first; only when all can be read, how the parts hang together.
    """
    tree = tree_of(text)
    try:
        regulation = Regulation.model_validate(tree)
    except ValidationError as error:
        raise RegulationErrors(shape_problems(tree, error)) from error
    if problems := [*_misread(text), *check(regulation)]:
        raise RegulationErrors(problems)
    return regulation


def digest(text: str) -> str:
    """sha256:<hex> of what the file itself says, before defaults.

    Comments, blanks, quoting and the order of keys do not matter; the order of lists does.
    Raises RegulationErrors if the text cannot be read at all.
    """
    canonical = json.dumps(
        _composed(tree_of(text)), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def assumptions(regulation: Regulation) -> list[Assumption]:
    """Everything marked `assumed`, in the model's order, with what was written there and why."""
    return list(_assumed(regulation, ()))


def tree_of(text: str) -> dict[str, Tree]:
    """What a YAML text says, every value as text. Raises RegulationErrors."""
    try:
        return load(text)
    except StrictYamlError as error:
        reason = f"{error.code}: {error.detail}"
        found = problem("yaml", (), line=error.line, column=error.column, reason=reason)
        raise RegulationErrors([found]) from error


def _misread(text: str) -> list[Problem]:
    return [
        problem("yaml_scalar", (), found=found, kind=kind, line=line, column=column)
        for found, kind, line, column in misread(text)
    ]


def _composed(tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {unicodedata.normalize("NFC", key): _composed(tree[key]) for key in tree}
    if isinstance(tree, list):
        return [_composed(each) for each in tree]
    return unicodedata.normalize("NFC", tree)


def _assumed(part: object, path: tuple[str | int, ...]) -> Iterator[Assumption]:
    if isinstance(part, Rule):
        if isinstance(part.assumed, tuple):
            written = _without_marks(part)
            for name in part.assumed:
                yield Assumption(pointer((*path, name)), written[name], part.because or "")
        elif part.assumed:
            yield Assumption(pointer(path), _without_marks(part), part.because or "")
        for name, field in type(part).model_fields.items():
            if name in part.model_fields_set:
                yield from _assumed(getattr(part, name), (*path, field.alias or name))
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield from _assumed(each, (*path, place))


def _without_marks(rule: Rule) -> dict[str, object]:
    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: bare(each) for key, each in value.items() if key not in MARKS}
        return [bare(each) for each in value] if isinstance(value, list) else value

    written = rule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {key: bare(each) for key, each in written.items() if key not in MARKS}


def shape_problems(
    tree: Tree, error: ValidationError, schema: Schema | None = None
) -> list[Problem]:
    """What pydantic found in a file, in our words and at the place in the file; a regulation unless
    it has another `schema`.
    """
    wrong = error.errors(include_url=False)
    return [_shape(tree, each, schema) for each in wrong if not _only_spoiled(each)]


def _only_spoiled(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because what stands in it could not be read."""
    written = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(written, list)
        and len(written) >= error.get("ctx", {}).get("min_length", 1)
    )


def _shape(tree: Tree, error: ErrorDetails, schema: Schema | None) -> Problem:
    kind, figures = error["type"], error.get("ctx", {})
    path = _place(tree, error["loc"], missing=kind == "missing")
    code = _CODES.get(kind, kind)
    if code == "unknown_kind":
        path = (*path, "kind")
    choices = str(figures.get("expected_tags") or figures.get("expected"))
    return problem(
        code if code in SENTENCES else "malformed_text",
        path,
        **{
            "field": path[-1] if path else "",
            "found": figures.get("tag", error["input"]),
            "choices": choices.replace("'", "").replace(" or ", ", "),
            "wanted": _STRUCTURES.get(kind),
            "help": field_help(tree, path, schema),
            "fields": fields_there(tree, path, schema) if code == "unknown_field" else "",
            **figures,
        },
    )


def _place(tree: Tree, steps: tuple[str | int, ...], *, missing: bool) -> tuple[str | int, ...]:
    """The steps that lead through the file: pydantic also names the kind it tried."""
    path: list[str | int] = []
    here: Tree | None = tree
    for number, step in enumerate(steps, 1):
        if isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        elif isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif not (missing and number == len(steps)):
            continue
        path.append(step)
    return tuple(path)
