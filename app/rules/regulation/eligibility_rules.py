"""What must be true of an applicant, and what must not?"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import (
    Choice,
    Code,
    Figure,
    Flag,
    Key,
    Length,
    Positive,
    Rule,
    Text,
    one_or_many,
)

Reference = Literal["cut_off", "submission", "deadline"]
"""The day looked back from: the cycle's cut-off date, the day of submission, or the last day on
which one can submit."""
Codes = Annotated[tuple[Code, ...], one_or_many(Code), Field(min_length=1)]


class Ground(Rule):
    """One condition: its address, and its name in the words a letter may use.

    `track` and `group` narrow whom it is asked of. With `tier` it decides only about these tiers:
    who fails it may still have another.
    """

    key: Key
    name: Text
    track: Keys | None = None
    group: Keys | None = None
    tier: Keys | None = None


class YearsRegistered(Ground):
    """Registered at least so many years, to the day."""

    kind: Literal["years_registered"]
    at_least: Positive
    back_from: Reference = "cut_off"


class Declared(Ground, Choice):
    """A fact the applicant declared, compared with a number, a word or a list of words."""

    ways: ClassVar[tuple[str, ...]] = ("at_least", "at_most", "equals", "one_of")

    kind: Literal["declared"]
    fact: Code
    at_least: Figure | None = None
    at_most: Figure | None = None
    equals: Text | None = None
    one_of: tuple[Text, ...] | None = None


class Certificate(Ground):
    """A certificate of any of these kinds, valid on the reference day, and held that long."""

    kind: Literal["certificate"]
    of: Codes
    held_for: Length | None = None
    back_from: Reference = "cut_off"


class AwardHeld(Ground):
    """Holds one of these tiers of this award, or another award known by one of these names, and
    has held it for so long (`for_at_least`), or won it so recently (`within`), so many `times`.
    """

    kind: Literal["award_held"]
    tiers: Keys = ()
    honours: tuple[Text, ...] = ()
    times: Positive = 1
    for_at_least: Length | None = None
    within: Length | None = None
    back_from: Reference = "cut_off"


class Grade(Ground):
    """A grade given by others, such as a credit grade; `grades` are written from the lowest up."""

    kind: Literal["grade"]
    fact: Code
    grades: Annotated[tuple[Text, ...], Field(min_length=2)]
    at_least: Text


class Incident(Ground):
    """An incident on record of any of these grounds within the look-back.

    With `until_grant` what happens after the reference day counts too, at every screening.
    """

    kind: Literal["incident"]
    of: Codes
    within: Length
    back_from: Reference = "cut_off"
    until_grant: Flag = False


class LossMaking(Ground):
    """A loss in any of the last complete fiscal years; declared as `<fact>-<year>`.

    With `policy_loss_excepted` (政策性亏损除外) a year does not count that is declared `yes` under
    `policy-loss-<year>`.
    """

    kind: Literal["loss_making"]
    fiscal_years: Positive
    fact: Code = "net-profit"
    policy_loss_excepted: Flag = False
    back_from: Reference = "cut_off"


class RankInIndustry(Ground):
    """Among the first so many of its industry by at least one of these measures; each declared
    as `rank-<measure>`.
    """

    kind: Literal["rank_in_industry"]
    by: Codes
    at_most: Positive
    within: Literal["district", "city", "province", "nation"]


class ConcurrentApplication(Ground):
    """Applies in the same year for the award of another level; declared as `applies-<level>`."""

    kind: Literal["concurrent_application"]
    at: Annotated[
        tuple[Literal["district", "city", "province", "nation"], ...],
        one_or_many(str),
        Field(min_length=1),
    ]


class InGroup(Ground):
    """Belongs to one of the groups the regulation defines."""

    kind: Literal["in_group"]
    of: Annotated[Keys, Field(min_length=1)]


class Judged(Ground):
    """What no fact on file can answer: the office looks into it and says."""

    kind: Literal["judged"]
    question: Text


class AnyOf(Ground):
    """At least one of the conditions holds."""

    kind: Literal["any_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AllOf(Ground):
    """All the conditions hold."""

    kind: Literal["all_of"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


Condition = Annotated[
    YearsRegistered
    | Declared
    | Certificate
    | AwardHeld
    | Grade
    | Incident
    | LossMaking
    | RankInIndustry
    | ConcurrentApplication
    | InGroup
    | Judged
    | AnyOf
    | AllOf,
    Field(discriminator="kind"),
]


class Group(Rule):
    """A class of applicants that quotas, tiers, money or conditions speak of: who it is made of."""

    key: Key
    name: Text
    when: Condition


class Eligibility(Rule):
    """Conditions that must hold, and conditions that must not."""

    require: tuple[Condition, ...] = ()
    forbid: tuple[Condition, ...] = ()

    def grounds(self) -> tuple[Condition, ...]:
        """All grounds of a screening, requirements first."""
        return self.require + self.forbid
