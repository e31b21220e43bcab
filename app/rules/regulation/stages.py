"""Which kinds of 环节 are there, and what does a regulation set for each?"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from app.rules.regulation.quotas import Floor, Keys
from app.rules.regulation.values import (
    Bare,
    Choice,
    Code,
    Flag,
    Key,
    Length,
    Points,
    Positive,
    Rounding,
    Rule,
    Share,
    Text,
    Threshold,
    Whole,
    fault,
    ways_of,
)


class First(Choice):
    """So many entries by rank: a number, or a multiple of the places the quotas leave."""

    ways = ("places", "times_places")

    places: Positive | None = None
    times_places: Points | None = None


class Advance(Choice):
    """Who goes on: everybody, a least score, the first by rank, those carried, those proposed.

    `carried` means let through by the stage's own decision: eligible, voted, approved, upheld.
    """

    ways = ("everybody", "at_least", "first", "carried", "proposed")

    everybody: Bare | None = None
    at_least: Points | None = None
    first: First | None = None
    carried: Bare | None = None
    proposed: Bare | None = None


AdvanceRule = Annotated[Advance, ways_of(Advance, Literal["everybody", "carried", "proposed"])]


class StageRule(Rule):
    """What every stage has. Without `after` it follows the stage written before it."""

    default_advance: ClassVar[str] = "everybody"

    key: Key
    name: Text
    after: Keys | None = None
    tracks: Keys | None = None
    advance: AdvanceRule | None = None

    @property
    def advances(self) -> Advance:
        """The rule written, else the default of the kind."""
        return self.advance or Advance.model_validate({self.default_advance: {}})


class Intake(StageRule):
    kind: Literal["intake"]
    name: Text = "申报"
    documents: tuple[Text, ...] = ()
    one_entry_per: Literal["organisation", "track"] = "organisation"


class Cure(Rule):
    """补正 of an incomplete file: how often, and within how long each time."""

    times: Positive
    within: Length


class Screening(StageRule):
    """Without `grounds` all grounds of the regulation's eligibility are examined."""

    default_advance = "carried"

    kind: Literal["screening"]
    name: Text = "资格审查"
    cure: Cure | None = None
    grounds: Keys | None = None


class Judges(Rule):
    """How many judges one entry has."""

    at_least: Positive
    at_most: Positive | None = None


class TrimmedMean(Rule):
    """去掉最高分和最低分后取平均; `at_least` judges, or it may not be used."""

    drop_high: Positive = 1
    drop_low: Positive = 1
    at_least: Positive = 5


class Method(Choice):
    """How the judges' scores become one: one consensus scorebook, or a figure made of all."""

    ways = ("consensus", "mean", "trimmed_mean", "median")

    consensus: Bare | None = None
    mean: Bare | None = None
    trimmed_mean: TrimmedMean | None = None
    median: Bare | None = None


class Disagreement(Rule):
    """From what on judges must discuss: percentage points an item, bands, points in total."""

    item_span: Positive = 20
    bands_apart: Positive = 2
    total_span: Positive = 100


class CommentsPerItem(Rule):
    at_least: Whole = 0


class Panel(StageRule):
    """Judges who score: their own panel, or that of the stage `panel_of`.

    They begin afresh, or from the scorebook of the stage `start_from`, and score by the rubric
    named or by the criteria of the entry's track.
    """

    kind: Literal["panel"]
    name: Text = "评审"
    judges: Judges | None = None
    panel_of: Key | None = None
    division: Literal["everybody", "by_category"] = "everybody"
    method: Annotated[Method, ways_of(Method, Literal["consensus", "mean", "median"])]
    start_from: Key | None = None
    rubric: Code | None = None
    rounding: Rounding = Rounding()
    disagreement: Disagreement = Disagreement()
    comments_per_item: CommentsPerItem = CommentsPerItem()

    @model_validator(mode="after")
    def _one_panel(self) -> Self:
        if (self.judges is None) == (self.panel_of is None):
            raise fault("judges_or_panel_of")
        return self


class Component(Rule):
    """A stage's score on the common scale, and its share of the total."""

    stage: Key
    share: Share


class TieKey(Rule):
    """Equal totals are ordered by this stage's score, or by one category of it."""

    stage: Key
    category: Text | None = None


class Proposing(StageRule):
    """A stage that may propose tiers, with the floors under which none is proposed."""

    proposes: Literal["tiers"] | None = None
    floors: tuple[Floor, ...] = ()


class Composite(Proposing):
    kind: Literal["composite"]
    name: Text = "综合评价"
    of: Annotated[tuple[Component, ...], Field(min_length=1)]
    scale: Positive = 1000
    rounding: Rounding = Rounding()
    ties: tuple[TieKey, ...] = ()

    @property
    def advances(self) -> Advance:
        """The rule written, else those proposed where tiers are proposed, else everybody."""
        way = "proposed" if self.proposes else "everybody"
        return self.advance or Advance.model_validate({way: {}})


class Vote(Proposing):
    default_advance = "carried"

    kind: Literal["vote"]
    name: Text = "评委会审议"
    mode: Literal["recorded", "electronic"]
    ballot: Literal["named", "secret"]
    quorum: Threshold
    carried: Threshold
    recused_leave: Flag = True


class Approval(StageRule):
    default_advance = "carried"

    kind: Literal["approval"]
    name: Text = "政府审定"
    body: Text


class Objection(Rule):
    """Whether who objects to a notice must give a real name, and evidence."""

    real_name: Flag
    evidence: Flag


class Publicity(StageRule):
    """A 公示; its last day ends at 24:00 or at the hour named, Beijing time."""

    default_advance = "carried"

    kind: Literal["publicity"]
    name: Text = "公示"
    length: Length
    first_day: Literal["counted", "not_counted"] = "not_counted"
    ends_on_rest_day: Literal["runs_on", "stays"] = "runs_on"
    end_of_day: Annotated[str, Field(pattern=r"^(?:24:00|(?:[01][0-9]|2[0-3]):[0-5][0-9])$")] = (
        "24:00"
    )
    objection: Objection
    vacancy: Literal["leave_empty"] = "leave_empty"


class Grant(StageRule):
    """`title` is printed on the certificate; without it the tier's name is."""

    kind: Literal["grant"]
    name: Text = "授奖"
    title: Text | None = None


Stage = Annotated[
    Intake | Screening | Panel | Composite | Vote | Approval | Publicity | Grant,
    Field(discriminator="kind"),
]
SCORED = (Panel, Composite)
"""The kinds that leave a score on an entry."""
