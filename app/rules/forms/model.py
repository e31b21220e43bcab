"""What is a form set: which fields are asked, under which conditions, and what must agree?"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from app.rules.exact import MalformedNumber, fraction_from_text
from app.rules.regulation.model import Awardee
from app.rules.regulation.values import (
    Choice,
    Code,
    Figure,
    Flag,
    Key,
    Positive,
    Rule,
    Text,
    Whole,
    one_or_many,
)

YES, NO = "yes", "no"
"""How a yes or no is written in a condition, and in a declared fact."""
YUAN_OF = {"yuan": 1, "wan_yuan": 10_000}
"""Yuan in one unit of money: an amount in 万元 is exact to the fen with six decimals."""
UNIT_NAMES = {"yuan": "元", "wan_yuan": "万元"}

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=80)]
"""The key of a field; also of a row or a column of a table."""
Place = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)?$", max_length=161)
]
"""A field, or one row of a three-year table: `performance.revenue`."""
Words = Annotated[tuple[Text, ...], one_or_many(str), Field(min_length=1)]


def _either(value: object) -> object:
    return {"true": YES, "false": NO}.get(value, value) if isinstance(value, str) else value


class When(Choice):
    """A condition on what was answered. Of a row of a three-year table the last year is meant."""

    ways: ClassVar[tuple[str, ...]] = ("equals", "one_of", "begins", "at_least", "at_most")

    field: Place
    equals: Annotated[Text, BeforeValidator(_either)] | None = None
    one_of: Words | None = None
    begins: Words | None = None
    at_least: Figure | None = None
    at_most: Figure | None = None


Prefill = Literal["organisation.name", "organisation.credit_code", "earlier_application", "derived"]
"""Where a client may take a first value from; it is never stored unseen."""


class Question(Rule):
    """What every field has. `feeds`: the declared fact that its answer is, so that nobody declares
    it twice. `required_if`: all of these hold.
    """

    key: Name
    name: Text
    help: Text | None = None
    required: Flag = False
    required_if: tuple[When, ...] = ()
    feeds: Code | None = None
    prefill: Prefill | None = None


class Writing(Question):
    """One line, or running text; limits in characters."""

    kind: Literal["line", "prose"]
    at_least: Positive | None = None
    at_most: Positive | None = None
    form: Literal["credit_code"] | None = None


class Number(Question):
    """A whole number, or a decimal written as text with at most so many places."""

    kind: Literal["whole", "decimal"]
    unit: Text | None = None
    places: Whole = 2
    at_least: Figure | None = None
    at_most: Figure | None = None


class Money(Question):
    """An exact amount written as text; a feed is in yuan."""

    kind: Literal["money"]
    unit: Literal["yuan", "wan_yuan"]
    at_least: Figure | None = None
    at_most: Figure | None = None


class Day(Question):
    """A day; `by_cut_off`: not after the cycle's cut-off date."""

    kind: Literal["date"]
    by_cut_off: Flag = False


class Listed(Question):
    """A code of one version of a list; what it feeds is the name of the code."""

    kind: Literal["code"]
    list: Code
    version: Text


class Option(Rule):
    """One of a field's own choices."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name: Text


class Picked(Question):
    """One of the choices that the field names itself."""

    kind: Literal["choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=1)]


class YesNo(Question):
    """Yes or no; fed as `yes` or `no`."""

    kind: Literal["yes_no"]


PrivateKind = Literal["phone", "mail", "identity_number"]


class Private(Question):
    """A person's number or address. It is sealed with a key outside the database and shown masked;
    who may open it is written into the log. No condition, check or fact rests on it.
    """

    kind: PrivateKind


Simple = Annotated[
    Writing | Number | Money | Day | Listed | Picked | YesNo | Private,
    Field(discriminator="kind"),
]


class Years(Question):
    """A table of figures for the last complete fiscal years before the cut-off date. Years before
    that of the day in `since` are not asked. A row feeds `<fact>-<year>`.
    """

    kind: Literal["years"]
    count: Positive = 3
    since: Name | None = None
    rows: Annotated[
        tuple[Annotated[Number | Money, Field(discriminator="kind")], ...], Field(min_length=1)
    ]


class Rows(Question):
    """A table with as many lines as there are: people, sites, legal persons, honours."""

    kind: Literal["list"]
    columns: Annotated[tuple[Simple, ...], Field(min_length=1)]
    at_most: Positive = 100


FieldOf = Annotated[
    Writing | Number | Money | Day | Listed | Picked | YesNo | Private | Years | Rows,
    Field(discriminator="kind"),
]


class Sum(Rule):
    """Figures that must come to another; rows of a three-year table in each year."""

    kind: Literal["sum"]
    key: Key
    of: Annotated[tuple[Place, ...], Field(min_length=1)]
    equals: Place


class Compare(Rule):
    """One figure that must not be above, or must equal, another. Two rows of a table are compared
    in each year; a row and a single field in the last year.
    """

    kind: Literal["compare"]
    key: Key
    field: Place
    way: Literal["at_most", "equals"]
    other: Place


class Column(Rule):
    """The figures of a column, added up, must not be above, or must equal, a field."""

    kind: Literal["column"]
    key: Key
    list: Name
    column: Name
    way: Literal["at_most", "equals"]
    other: Place


class Implied(Rule):
    """Where all of `when` holds, `then` must hold too: `says` tells it in words."""

    kind: Literal["implied"]
    key: Key
    when: Annotated[tuple[When, ...], Field(min_length=1)]
    then: When
    says: Text


class Known(Rule):
    """No figure other than nought for a year before that of a day."""

    kind: Literal["since"]
    key: Key
    table: Name
    day: Name


class Order(Rule):
    """A day `then` that is not before the day `first`: two fields, or two columns of each line of
    a `list`.
    """

    kind: Literal["order"]
    key: Key
    list: Name | None = None
    first: Name
    then: Name


class Unique(Rule):
    """No two lines of a list say the same in a column; blanks and case make no difference."""

    kind: Literal["unique"]
    key: Key
    list: Name
    column: Name


class NotOwn(Rule):
    """No line of a list has the applicant's own credit code in a column."""

    kind: Literal["not_own"]
    key: Key
    list: Name
    column: Name


Check = Annotated[
    Sum | Compare | Column | Implied | Known | Order | Unique | NotOwn,
    Field(discriminator="kind"),
]


class Part(Rule):
    """A section: what is saved at once, and guarded by one ETag."""

    key: Key
    name: Text
    help: Text | None = None
    fields: Annotated[tuple[FieldOf, ...], Field(min_length=1)]


class ScopeOf(Rule):
    """Which field lists the legal persons that the application speaks for, and in which column
    their credit codes stand.
    """

    field: Name
    column: Name


class FormSet(Rule):
    """One edition of an application form; `read_form_set` makes it and answers for it. Tracks of
    these awardees fill it in where their regulation names none.
    """

    format: Literal["award-form/1"] = Field(alias="schema")
    code: Code
    name: Text
    edition: Text
    source: Text
    awardees: tuple[Awardee, ...] = ()
    sections: Annotated[tuple[Part, ...], Field(min_length=1, max_length=50)]
    checks: tuple[Check, ...] = ()
    scope: ScopeOf | None = None

    def fields(self) -> Iterator[FieldOf]:
        """All fields in order."""
        for section in self.sections:
            yield from section.fields


Value = str | int | bool | None
"""One answer as it stands in JSON."""


def figure(field: Question, value: object) -> Fraction | None:
    """The exact number that an answer is, money in yuan; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Fraction(value)
    if not isinstance(value, str):
        return None
    try:
        number = fraction_from_text(value.strip(), signed=True)
    except MalformedNumber:
        return None
    return number * YUAN_OF[field.unit] if isinstance(field, Money) else number


def day_of(value: object) -> date | None:
    """The day that an answer is; None where it is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
