"""What does every request body have in common? Unknown fields and lookalike values are refused."""

from datetime import date
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticKnownError

T = TypeVar("T")


DAYS: set[Any] = {date, date | None}
TIMES: set[Any] = DAYS | {AwareDatetime, AwareDatetime | None}


def _told(wanted: Any, value: object) -> object:
    """The value, where it is no day or instant given as a count: nobody reads the day in that."""
    counted = isinstance(value, int | float) or (isinstance(value, str) and value[4:5] != "-")
    if counted and wanted in TIMES:
        raise PydanticKnownError("date_type" if wanted in DAYS else "datetime_type")
    return value


class Body(BaseModel):
    """A request: nothing unknown, nothing coerced from another type but from its JSON form."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*", mode="before", check_fields=False)
    @classmethod
    def _written_as_such(cls, value: object, field: ValidationInfo) -> object:
        """`true`, `"12"` and `12.0` are no whole numbers; a count is no day and no instant."""
        wanted = cls.model_fields[field.field_name or ""].annotation
        if wanted in {int, int | None} and value is not None and type(value) is not int:
            raise PydanticKnownError("int_type")
        return _told(wanted, value)


class Asked(BaseModel):
    """The parameters of a question: nothing unknown. An address knows text only, so numbers are
    read from it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before", check_fields=False)
    @classmethod
    def _days_are_told(cls, value: object, field: ValidationInfo) -> object:
        return _told(cls.model_fields[field.field_name or ""].annotation, value)


class View(BaseModel):
    """An answer for one audience. Every field is always there; what is not known is null."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Any, **besides: Any) -> Self:
        """Its fields as they were read, under their own names; `besides` are those that were not
        read, or are told in another way.
        """
        read = {name: getattr(row, name) for name in cls.model_fields if name not in besides}
        return cls(**read, **besides)


WORD = r"[^\s\x00-\x1f\x7f\x85\u202a-\u202e\u2066-\u2069]"
"""A character that can be seen."""

PLAIN = r"[^\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]"
"""A character that neither ends the line nor turns its direction: names stand in lists, notices and
certificates, where one that reads backwards would pass for another.
"""

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=rf"^{PLAIN}*{WORD}{PLAIN}*$"),
]
"""One line of text, 1 to 200 characters, not only blanks, no control characters."""

CreditCode = Annotated[str, StringConstraints(min_length=18, max_length=18, pattern=rf"^{WORD}*$")]
"""As long as a unified social credit code (GB 32100), and without blanks; whether its check
character is right is another question.
"""

SearchText = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", max_length=60)
]
"""What is looked for, 1 to 60 characters."""

TEXT = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"

Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=8000, pattern=rf"^{TEXT}*{WORD}{TEXT}*$")
]
"""Running text, 1 to 8000 characters, not only blanks."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""A short name in a regulation: lower-case ASCII letters, digits and dashes."""
