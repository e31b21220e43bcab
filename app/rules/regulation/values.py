"""How are a regulation's figures written, and what are they once read?"""

import re
from contextlib import suppress
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.rules.exact import (
    InexactError,
    MalformedNumber,
    decimal_text,
    fen_from_text,
    fraction_from_text,
    text_from_fen,
    to_units,
)

_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LARGEST_SCORE: Final = 1_000_000


def fault(code: str, **figures: object) -> PydanticCustomError:
    """A shape error whose sentence stands in problems.py under `code`."""
    return PydanticCustomError(code, code, figures)


def _whole(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise fault("malformed_whole")


def _positive(value: int) -> int:
    if value < 1:
        raise fault("not_positive")
    return value


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise fault("malformed_flag")


def _share(value: object) -> object:
    if isinstance(value, str) and (value.endswith("%") or "/" in value):
        value = _number(value)
    if isinstance(value, Fraction) and 0 < value <= 1:
        return value
    raise fault("malformed_share")


def share_text(value: Fraction) -> str:
    """A share as people write it: 90%, 12.5%, 2/3."""
    percent = decimal_text(value * 100)
    return decimal_text(value) if "/" in percent else f"{percent}%"


def _points(value: object) -> object:
    if isinstance(value, str) and not value.endswith("%") and "/" not in value:
        value = _number(value)
    if isinstance(value, Fraction) and value <= _LARGEST_SCORE:
        # What a score column cannot hold exactly cannot be a score.
        with suppress(InexactError):
            to_units(value)
            return value
    raise fault("malformed_points")


def _figure(value: object) -> object:
    if isinstance(value, str):
        with suppress(MalformedNumber):
            return fraction_from_text(value, signed=True)
    if isinstance(value, Fraction):
        return value
    raise fault("malformed_figure")


def _money(value: object) -> object:
    if isinstance(value, str):
        with suppress(MalformedNumber):
            return fen_from_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise fault("malformed_money")


def _number(text: str) -> Fraction | None:
    try:
        return fraction_from_text(text)
    except MalformedNumber:
        return None


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise fault("malformed_day")


def _assumed(value: object) -> object:
    if value is True or value == "true":
        return True
    if isinstance(value, list | tuple) and value and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise fault("malformed_assumed")


def one_or_many(kind: Any) -> BeforeValidator:
    """A single word stands for a list of one."""

    def listed(value: object) -> object:
        return [value] if isinstance(value, str) else value

    return BeforeValidator(listed, json_schema_input_type=kind | tuple[kind, ...])


def ways_of(choice: Any, words: Any) -> BeforeValidator:
    """A bare word among these literals stands for that way of the choice without figures."""

    def spelled_out(value: object) -> object:
        return {value: {}} if isinstance(value, str) and value in get_args(words) else value

    return BeforeValidator(spelled_out, json_schema_input_type=choice | words)


def _schema(pattern: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$", **more})


# An editor reads 3 and true as YAML does, our reader as text: the published schema allows both.
_WHOLE_SCHEMA: Final = WithJsonSchema(
    {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}
)
_FLAG_SCHEMA: Final = WithJsonSchema({"enum": [True, False, "true", "false"]})
_ASSUMED_SCHEMA: Final = WithJsonSchema(
    {
        "anyOf": [
            {"enum": [True, "true"]},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ]
    }
)

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
"""An address inside a regulation."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
"""A word from outside the regulation: a criteria set, a record's kind, a declared fact."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Whole = Annotated[int, BeforeValidator(_whole), _WHOLE_SCHEMA]
Positive = Annotated[int, BeforeValidator(_whole), AfterValidator(_positive), _WHOLE_SCHEMA]
Flag = Annotated[bool, BeforeValidator(_flag), _FLAG_SCHEMA]
Share = Annotated[
    Fraction,
    BeforeValidator(_share),
    PlainSerializer(share_text, return_type=str),
    _schema(rf"{_NUMBER}(\.[0-9]+)?%|[1-9][0-9]*/[1-9][0-9]*", examples=["90%", "2/3"]),
]
"""A part of one, more than 0 and at most 1: written 90% or 2/3."""
Points = Annotated[
    Fraction,
    BeforeValidator(_points),
    PlainSerializer(decimal_text, return_type=str),
    _schema(rf"{_NUMBER}(\.[0-9]{{1,4}})?", examples=["600", "562.5"]),
]
Figure = Annotated[
    Fraction,
    BeforeValidator(_figure),
    PlainSerializer(decimal_text, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2000000", "-1.5", "35%"]}),
]
"""A number in whatever unit the fact it is compared with has."""
Money = Annotated[
    int,
    BeforeValidator(_money),
    PlainSerializer(text_from_fen, return_type=str),
    _schema(rf"{_NUMBER}(\.[0-9]{{1,2}})?", examples=["500000.00"]),
]
"""Yuan in the file, fen once read."""
Day = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]


MARKS: Final = ("cite", "assumed", "because")
"""What every rule can bear beside what it says."""


class Rule(BaseModel):
    """What a regulation lays down: with its clause, or with the reason why we had to assume it.

    `assumed: true` speaks of the whole rule, `assumed: [division]` of the fields it names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cite: Text | None = None
    assumed: Annotated[
        bool | tuple[str, ...] | None, BeforeValidator(_assumed), _ASSUMED_SCHEMA
    ] = None
    because: Text | None = None

    def assumes(self, *fields: str) -> bool:
        """Whether any of these fields is assumed; without fields, whether anything is."""
        if isinstance(self.assumed, tuple) and fields:
            return any(field in self.assumed for field in fields)
        return bool(self.assumed)

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.assumed and not self.because:
            raise fault("because_missing")
        if self.because and not self.assumed:
            raise fault("because_without_assumed")
        if isinstance(self.assumed, tuple):
            fields = type(self).model_fields
            written = {fields[name].alias or name for name in self.model_fields_set}
            if unwritten := [name for name in self.assumed if name not in written]:
                raise fault("assumed_unwritten", fields="、".join(unwritten))
        return self


class Choice(Rule):
    """A rule in which exactly one of several ways is written."""

    ways: ClassVar[tuple[str, ...]]

    @property
    def way(self) -> str:
        """The way that was written."""
        return next(name for name in self.ways if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, name) is not None for name in self.ways) != 1:
            raise fault("exactly_one", ways="、".join(self.ways))
        return self


class Bare(Rule):
    """A way that needs no figures: `{}`."""


class Length(Choice):
    """A length of time in one unit."""

    ways = ("working_days", "days", "months", "years")

    working_days: Positive | None = None
    days: Positive | None = None
    months: Positive | None = None
    years: Positive | None = None

    @property
    def amount(self) -> int:
        """How many of the unit; the unit is `way`."""
        return int(getattr(self, self.way))


class Threshold(Choice):
    """How many of whom: `{of: members, at_least: 2/3}`."""

    ways = ("at_least", "more_than")

    of: Literal["members", "present", "voting"]
    at_least: Share | None = None
    more_than: Share | None = None

    @property
    def share(self) -> Fraction:
        """The part of the base that must be reached (at_least) or passed (more_than)."""
        return Fraction(getattr(self, self.way))


class Rounding(Rule):
    """One rounding at the end: places after the point; 四舍五入, or GB/T 8170 half to even."""

    places: Whole = 2
    mode: Literal["half_up", "half_even"] = "half_up"
