"""What must be true of an applicant, and what must not?"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from app.rules.regulation.values import (
    Choice,
    Code,
    Figure,
    Key,
    Length,
    Positive,
    Rule,
    Text,
    one_or_many,
)

Reference = Literal["cut_off", "submission"]
"""The day looked back from: the cycle's cut-off date, or the day of submission."""
Codes = Annotated[tuple[Code, ...], one_or_many(Code), Field(min_length=1)]


class Ground(Rule):
    """One condition: its address, and its name in the words a letter may use."""

    key: Key
    name: Text


class YearsRegistered(Ground):
    """Registered at least so many years, to the day."""

    kind: Literal["years_registered"]
    at_least: Positive
    back_from: Reference = "cut_off"


class Declared(Ground, Choice):
    """A fact the applicant declared, compared with a number or a word."""

    ways: ClassVar[tuple[str, ...]] = ("at_least", "at_most", "equals")

    kind: Literal["declared"]
    fact: Code
    at_least: Figure | None = None
    at_most: Figure | None = None
    equals: Text | None = None


class Certificate(Ground):
    """A certificate of any of these kinds, valid on the reference day."""

    kind: Literal["certificate"]
    of: Codes
    back_from: Reference = "cut_off"


class Incident(Ground):
    """An incident on record of any of these grounds within the look-back."""

    kind: Literal["incident"]
    of: Codes
    within: Length
    back_from: Reference = "cut_off"


class LossMaking(Ground):
    """A loss in any of the last complete fiscal years; declared as `<fact>-<year>`."""

    kind: Literal["loss_making"]
    fiscal_years: Positive
    fact: Code = "net-profit"
    back_from: Reference = "cut_off"


class AnyOf(Ground):
    """At least one of the conditions holds."""

    kind: Literal["any_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AllOf(Ground):
    """All the conditions hold."""

    kind: Literal["all_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


Condition = Annotated[
    YearsRegistered | Declared | Certificate | Incident | LossMaking | AnyOf | AllOf,
    Field(discriminator="kind"),
]


class Eligibility(Rule):
    """Conditions that must hold, and conditions that must not."""

    require: tuple[Condition, ...] = ()
    forbid: tuple[Condition, ...] = ()

    def grounds(self) -> tuple[Condition, ...]:
        """All grounds of a screening, requirements first."""
        return self.require + self.forbid
