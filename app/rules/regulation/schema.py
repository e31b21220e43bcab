"""How is the file written, for an editor that completes it and for whoever went astray?"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from app.rules.regulation.field_words import words_of
from app.rules.regulation.model import Regulation
from app.rules.regulation.values import MARKS, Rule
from app.rules.strict_yaml import Tree

_REFERENCE = "#/$defs/"
Schema = Mapping[str, Any]


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the regulation file, every field with its sentence."""
    schema = Regulation.model_json_schema(by_alias=True)
    owners = {each.__name__: tuple(base.__name__ for base in each.__mro__) for each in _rules(Rule)}
    for name, part in (("Regulation", schema), *schema["$defs"].items()):
        for field, said in part.get("properties", {}).items():
            said["description"] = words_of(owners[name], field)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def field_help(tree: Tree, path: Sequence[str | int], schema: Schema | None = None) -> str:
    """What belongs in the field at that path, in one sentence; nothing where it is no field. The
    file is a regulation unless it has another `schema`.
    """
    if not path or not isinstance(path[-1], str):
        return ""
    whole = schema or json_schema()
    fields: Schema = _at(tree, path[:-1], whole).get("properties", {})
    said: str = fields.get(path[-1], {}).get("description", "")
    inner = _fields(_at(tree, path, whole))
    return f"{said}其中可以写：{'、'.join(inner)}。" if inner else said


def fields_there(tree: Tree, path: Sequence[str | int], schema: Schema | None = None) -> str:
    """What can be written instead of the field at that path, the likeliest first."""
    known = _fields(_at(tree, path[:-1], schema or json_schema()))
    likely = get_close_matches(str(path[-1]), known, n=1)
    meant = f"是不是“{likely[0]}”？" if likely else ""
    return f"{meant}这里可以写：{'、'.join(known)}。" if known else ""


def _fields(part: Schema) -> list[str]:
    """The names that can be written there, the marks that every rule bears last."""
    known = part.get("properties", ())
    return [*(name for name in known if name not in MARKS), *(n for n in MARKS if n in known)]


def _rules(above: type[Rule]) -> Iterator[type[Rule]]:
    yield above
    for below in above.__subclasses__():
        yield from _rules(below)


def _at(tree: Tree, path: Sequence[str | int], schema: Schema) -> Schema:
    """The part of the schema by which the value at that path is read."""
    part, here = _unfolded(schema, tree, schema), tree
    for step in path:
        inner = part.get("properties", {}).get(step) if isinstance(step, str) else part.get("items")
        if inner is None:
            return {}
        here = here[step] if _has(here, step) else ""  # type: ignore[index]  # `_has` says so
        part = _unfolded(inner, here, schema)
    return part


def _has(here: Tree, step: str | int) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _unfolded(part: Schema, here: Tree, schema: Schema) -> Schema:
    """What a reference or a choice comes to for the value that stands there."""
    if "$ref" in part:
        return _unfolded(schema["$defs"][part["$ref"].removeprefix(_REFERENCE)], here, schema)
    if kinds := part.get("discriminator", {}).get("mapping"):
        kind = here.get("kind") if isinstance(here, dict) else None
        return (
            _unfolded({"$ref": kinds[kind]}, here, schema)
            if isinstance(kind, str) and kind in kinds
            else {}
        )
    for option in part.get("anyOf", ()):
        found = _unfolded(option, here, schema)
        if "items" in found if isinstance(here, list) else "properties" in found:
            return found
    return part
