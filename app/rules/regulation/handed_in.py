"""Which documents does an applicant hand in, and as what kind of files?"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from app.rules.exact import KIBIBYTE, MEBIBYTE, size_text
from app.rules.regulation.values import MARKS, Positive, Rule, Text, fault, one_or_many

FileType = Literal["pdf", "ofd", "docx", "xlsx", "jpg", "png"]
_SIZE: Final = re.compile(r"([1-9][0-9]{0,5})(KB|MB)")
_UNITS: Final = {"KB": KIBIBYTE, "MB": MEBIBYTE}


def _bytes(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        return int(found[1]) * _UNITS[found[2]]
    raise fault("malformed_size")


Size = Annotated[
    int,
    BeforeValidator(_bytes),
    PlainSerializer(size_text, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": "^[1-9][0-9]{0,5}(KB|MB)$", "examples": ["20MB", "500KB"]}
    ),
]
"""20MB or 500KB in the file, bytes once read."""


class Document(Rule):
    """A document (材料) that is handed in, by its name; of which types its files are, how many they
    may be and how large each. What is left out is not limited here.
    """

    name: Text
    types: Annotated[tuple[FileType, ...], one_or_many(FileType), Field(min_length=1)] | None = None
    at_most: Positive | None = None
    largest: Size | None = None

    @property
    def limited(self) -> bool:
        """Whether more than its name is said."""
        return (self.types, self.at_most, self.largest) != (None, None, None)

    @model_validator(mode="after")
    def _types_once(self) -> Self:
        if self.types and len(set(self.types)) < len(self.types):
            raise fault("types_twice")
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        """A name alone is written as a name."""
        alone = not self.limited and not any(getattr(self, mark) for mark in MARKS)
        return self.name if alone else handler(self)


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Named = Annotated[Document, BeforeValidator(_named, json_schema_input_type=Text | Document)]
"""A name alone stands for a document without limits."""


def merged(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Each name once, in the order written; the first says what its files must be."""
    found: dict[str, Document] = {}
    for each in documents:
        found.setdefault(each.name, each)
    return tuple(found.values())
