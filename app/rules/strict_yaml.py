"""How is a YAML file read so that every scalar stays the text that its author wrote?"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeAlias

import yaml
from yaml.events import (
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from yaml.reader import ReaderError

from app.rules.exact import MEBIBYTE

MAX_BYTES: Final = MEBIBYTE
MAX_DEPTH: Final = 32

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"


class _Mark(Protocol):
    """Lines and columns counted from 0, as the parser has them."""

    line: int
    column: int


class YamlFault(StrEnum):
    """Stable codes of what can be wrong with the text itself."""

    TOO_LARGE = "yaml_too_large"
    TOO_DEEP = "yaml_too_deep"
    SYNTAX = "yaml_syntax"
    ALIAS = "yaml_alias"
    TAG = "yaml_tag"
    DUPLICATE_KEY = "yaml_duplicate_key"
    KEY_NOT_TEXT = "yaml_key_not_text"
    NOT_A_MAPPING = "yaml_not_a_mapping"
    MANY_DOCUMENTS = "yaml_many_documents"


class StrictYamlError(ValueError):
    """The text cannot be read: a stable code and where (line and column count from 1)."""

    def __init__(self, code: YamlFault, detail: str, line: int = 1, column: int = 1) -> None:
        self.code = code
        self.detail = detail
        self.line = line
        self.column = column
        super().__init__(f"{code} (line {line}, column {column}): {detail}")


def load(text: str) -> dict[str, Tree]:
    """Text → nested dict, list and str. Every scalar is text: 1.50, no, 2023-01-19, empty = "".

    Refuses duplicate keys, anchors, aliases, explicit tags, a second document, a top that is not a
    mapping, more than MAX_BYTES or MAX_DEPTH. Raises StrictYamlError.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise StrictYamlError(YamlFault.TOO_LARGE, f"more than {MAX_BYTES} bytes")
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark)
        raise StrictYamlError(YamlFault.SYNTAX, error.problem or str(error), *place) from error
    except ReaderError as error:
        before = text[: error.position].split("\n")
        place = (len(before), len(before[-1]) + 1)
        raise StrictYamlError(YamlFault.SYNTAX, error.reason, *place) from error


def _fault(code: YamlFault, detail: str, event: Event) -> StrictYamlError:
    return StrictYamlError(code, detail, *_place(event.start_mark))


def _place(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _document(events: Iterator[Event]) -> dict[str, Tree]:
    tree: dict[str, Tree] | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and tree is not None:
            raise _fault(YamlFault.MANY_DOCUMENTS, "one file holds one document", event)
        if isinstance(event, NodeEvent):
            _refuse(event, depth=0)
            if not isinstance(event, MappingStartEvent):
                raise _fault(YamlFault.NOT_A_MAPPING, "the top must be a mapping", event)
            tree = _mapping(events, depth=1)
    if tree is None:
        raise StrictYamlError(YamlFault.NOT_A_MAPPING, "the text is empty")
    return tree


def _refuse(event: Event, depth: int) -> None:
    # Events arrive one by one, so what is refused here never grows in memory or on the stack.
    if isinstance(event, NodeEvent) and event.anchor is not None:
        raise _fault(YamlFault.ALIAS, f"anchor or alias {event.anchor!r}", event)
    if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
        raise _fault(YamlFault.TAG, f"explicit tag {event.tag}", event)
    if isinstance(event, CollectionStartEvent) and depth >= MAX_DEPTH:
        raise _fault(YamlFault.TOO_DEEP, f"more than {MAX_DEPTH} levels", event)


def _tree(events: Iterator[Event], event: Event, depth: int) -> Tree:
    _refuse(event, depth)
    if isinstance(event, ScalarEvent):
        return str(event.value)
    if isinstance(event, MappingStartEvent):
        return _mapping(events, depth + 1)
    members: list[Tree] = []
    while not isinstance(member := next(events), SequenceEndEvent):
        members.append(_tree(events, member, depth + 1))
    return members


def _mapping(events: Iterator[Event], depth: int) -> dict[str, Tree]:
    tree: dict[str, Tree] = {}
    while not isinstance(key := next(events), MappingEndEvent):
        _refuse(key, depth)
        if not isinstance(key, ScalarEvent):
            raise _fault(YamlFault.KEY_NOT_TEXT, "a key must be plain text", key)
        if key.value in tree:
            raise _fault(YamlFault.DUPLICATE_KEY, f"{key.value!r} stands twice", key)
        tree[key.value] = _tree(events, next(events), depth)
    return tree


def places(text: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Line and column (from 1) of every value, by the steps that lead to it; of a mapping's
    member, where its key stands. Raises StrictYamlError.
    """
    load(text)
    found: dict[tuple[str | int, ...], tuple[int, int]] = {}

    def walk(node: yaml.Node | None, path: tuple[str | int, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[*path, str(key.value)] = _place(key.start_mark)
                walk(value, (*path, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                found[*path, number] = _place(value.start_mark)
                walk(value, (*path, number))

    walk(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return found


class Misread(NamedTuple):
    """A scalar that other readers take for something else than its text, and where it stands."""

    text: str
    kind: str
    line: int
    column: int


def misread(text: str) -> list[Misread]:
    """Plain scalars that YAML 1.1 reads as a float, a number of base 60 or 8, or a truth other
    than `true` and `false`: a file must mean the same to every program. Whole numbers and days
    are left alone. Raises StrictYamlError.
    """
    load(text)
    found: list[Misread] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, ScalarEvent) and event.implicit[0]:
            kind = _taken_for(str(event.value))
            if kind is not None:
                found.append(Misread(str(event.value), kind, *_place(event.start_mark)))
    return found


def _taken_for(value: str) -> str | None:
    if _EXPONENT.fullmatch(value):
        return "float"
    tag = str(_RESOLVER.resolve(yaml.ScalarNode, value, (True, False))).rpartition(":")[2]  # type: ignore[no-untyped-call]  # PyYAML's resolver has no annotations
    if tag == "int" and value.isdecimal() and (value == "0" or value[0] != "0"):
        return None
    return tag if tag in {"float", "int"} or (tag == "bool" and value not in _TRUTHS) else None


_RESOLVER: Final = yaml.SafeLoader("")
_EXPONENT: Final = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")
_TRUTHS: Final = frozenset({"true", "false"})
