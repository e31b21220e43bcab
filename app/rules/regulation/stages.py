"""Which kinds of 环节 are there, and what does a regulation set for each?"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from app.rules.regulation.advance import Advance, AdvanceRule
from app.rules.regulation.assessment import SelfAssessment
from app.rules.regulation.bodies import Body
from app.rules.regulation.handed_in import Named
from app.rules.regulation.judges import CommentsPerItem, Disagreement, Judges, Method, TieKey
from app.rules.regulation.quotas import Floor, Keys
from app.rules.regulation.speaking import Speaking
from app.rules.regulation.values import (
    Code,
    Flag,
    Key,
    Length,
    Positive,
    Rounding,
    Rule,
    Share,
    Text,
    Threshold,
    fault,
    ways_of,
)

EndOfDay = Annotated[str, Field(pattern=r"^(?:24:00|(?:[01][0-9]|2[0-3]):[0-5][0-9])$")]
"""When the last day of a period ends, Beijing time: 24:00, or at the close of office hours."""


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

    @property
    def gives_tiers(self) -> bool:
        """Whether it proposes tiers, or consoles with one."""
        return False

    @property
    def orders_equals(self) -> bool:
        """Whether the regulation names keys by which equal scores are ordered here."""
        return False


class Sifting(StageRule):
    """A stage that compares entries. `consolation`: who does not go on gets this tier instead, by
    rank under its quotas, and goes on as its candidate past whatever scores or proposes.
    """

    consolation: Key | None = None

    @property
    def gives_tiers(self) -> bool:
        return self.consolation is not None


class DocumentsOf(Rule):
    """What applicants of these tracks hand in beside what everybody does."""

    track: Keys
    documents: tuple[Named, ...] = Field(min_length=1)


NOTICE_EVIDENCE = "内部公示证明"
"""The document that shows an internal notice; an intake that asks for one asks for it too."""


class InternalNotice(Rule):
    """The application hangs out inside the applicant first, at least that long (内部公示)."""

    length: Length


class SealedCopy(Rule):
    """The printed application under seal (盖章件): how many on paper, which one counts where paper
    and electronic differ, and the words above the seal. Left out, the electronic one prevails.
    """

    copies: Positive | None = None
    prevails: Literal["electronic", "paper"] = "electronic"
    pledge: Text | None = None


class Intake(StageRule):
    """`one_entry_per` organisation, track of it, or awardee (a firm, its chief quality officer and
    its team are three). With `names_tier` the application says for which tier it is made, and
    has that tier or none. Legal persons inside another's scope do not enter by themselves in the
    same cycle, unless `members_apart`.
    """

    kind: Literal["intake"]
    name: Text = "申报"
    documents: tuple[Named, ...] = ()
    documents_of: tuple[DocumentsOf, ...] = ()
    internal_notice: InternalNotice | None = None
    one_entry_per: Literal["organisation", "track", "awardee"] = "organisation"
    names_tier: Flag = False
    self_assessment: tuple[SelfAssessment, ...] = ()
    members_apart: Flag = False
    sealed_copy: SealedCopy | None = None
    speaking: Speaking = Speaking()

    def assessed(self, track: str) -> SelfAssessment | None:
        """What a track's self-assessment must be, where the regulation says so."""
        fitting = (each for each in self.self_assessment if each.track in (None, ()))
        own = (each for each in self.self_assessment if each.track and track in each.track)
        return next(own, None) or next(fitting, None)


class Endorsement(StageRule):
    """推荐: the bodies whose word is needed: one of them, or all.

    An entry goes to the bodies that its office routes it to, by where the applicant is registered,
    by its sector, or as it chose. `ordered`: each body puts its own in an order of preference.
    `notice`: the body publicises its list that long before it recommends.
    """

    default_advance = "carried"

    kind: Literal["endorsement"]
    name: Text = "推荐"
    bodies: Annotated[tuple[Body, ...], Field(min_length=1)]
    needs: Literal["one_of", "all_of"] = "one_of"
    routed_by: Literal["registration", "sector", "choice"] = "registration"
    ordered: Flag = False
    notice: Length | None = None


class Cure(Rule):
    """补正 of an incomplete file: how often, and within how long each time; the last day ends at
    24:00 or at the hour named. Not to be eligible is nothing that can be cured.
    """

    times: Positive
    within: Length
    end_of_day: EndOfDay = "24:00"


class Consultation(Rule):
    """A department asked for its opinion, on these grounds, within so long; silence is shown."""

    department: Text
    grounds: Keys | None = None
    within: Length | None = None


class Screening(StageRule):
    """Without `grounds` all grounds of the regulation's eligibility are examined; with an empty
    list only whether the file is complete (形式审查). May recur.
    """

    default_advance = "carried"

    kind: Literal["screening"]
    name: Text = "资格审查"
    cure: Cure | None = None
    grounds: Keys | None = None
    consults: tuple[Consultation, ...] = ()

    @property
    def formal(self) -> bool:
        """Whether only the file is looked at (形式审查), and no ground."""
        return self.grounds == ()


class Panel(Sifting):
    """Judges who score: their own panel, or that of the stage `panel_of`.

    They begin afresh, or from the scorebook of the stage `start_from`, and score by the rubric
    named or by the criteria of the entry's track.
    """

    kind: Literal["panel"]
    name: Text = "评审"
    judges: Judges | None = None
    panel_of: Key | None = None
    division: Literal["everybody", "by_category"] = "everybody"
    method: Annotated[
        Method, ways_of(Method, Literal["consensus", "mean", "median", "trimmed_mean"])
    ]
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
    """A stage's score on the common scale, and its share of the total: of every entry, or of those
    of these tracks.
    """

    stage: Key
    share: Share
    track: Keys | None = None


class Survey(StageRule):
    """满意度, 社会评价: a score of 0 to `scale` that somebody else found; the office enters it."""

    kind: Literal["survey"]
    name: Text = "满意度调查"
    scale: Positive = 100
    source: Text


class Proposing(Sifting):
    """A stage that may propose tiers, with the floors under which none is proposed.

    `by: rank` fills the tiers under the quotas from the best down (in a vote: those carried, by
    approvals, then by rank); `by: choice` leaves it to whoever decides: the stage cannot close
    before a recorded decision fits the quotas, with a reason for every entry passed over.
    `level: decision`: entries level at the edge of a quota are ordered by a recorded decision.
    """

    proposes: Literal["tiers"] | None = None
    by: Literal["rank", "choice"] = "rank"
    level: Literal["decision"] | None = None
    floors: tuple[Floor, ...] = ()

    @property
    def gives_tiers(self) -> bool:
        return self.proposes is not None or self.consolation is not None

    @property
    def lines(self) -> tuple[Floor, ...]:
        """The floors in points."""
        return self.floors


class Composite(Proposing):
    kind: Literal["composite"]
    name: Text = "综合评价"
    of: Annotated[tuple[Component, ...], Field(min_length=1)]
    scale: Positive = 1000
    rounding: Rounding = Rounding()
    ties: tuple[TieKey, ...] = ()

    @property
    def orders_equals(self) -> bool:
        return bool(self.ties)

    @property
    def lines(self) -> tuple[Floor, ...]:
        """The floors in points of the scale."""
        return tuple(
            floor.model_copy(
                update={"at_least": floor.points(self.scale), "at_least_of_full": None}
            )
            for floor in self.floors
        )

    def parts_of(self, track: str) -> tuple[Component, ...]:
        """What makes the total of an entry of this track."""
        return tuple(each for each in self.of if each.track is None or track in each.track)

    @property
    def advances(self) -> Advance:
        """The rule written, else those proposed where tiers are proposed, else everybody."""
        way = "proposed" if self.proposes else "everybody"
        return self.advance or Advance.model_validate({way: {}})


class Vote(Proposing):
    """A ballot on each entry. `advance: carried` lets all pass who are carried; `first` those with
    the most approvals among them; `proposed` those to whom a tier is proposed.

    `meeting_of` names the panel whose scores are given in the same meeting.
    """

    default_advance = "carried"

    kind: Literal["vote"]
    name: Text = "评委会审议"
    mode: Literal["recorded", "electronic"]
    ballot: Literal["named", "secret"]
    quorum: Threshold
    carried: Threshold
    recused_leave: Flag = True
    meeting_of: Key | None = None


class Approval(StageRule):
    default_advance = "carried"

    kind: Literal["approval"]
    name: Text = "政府审定"
    body: Text
    with_consent_of: tuple[Text, ...] = ()


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
    end_of_day: EndOfDay = "24:00"
    channels: tuple[Text, ...] = ()
    objection: Objection
    vacancy: Literal["leave_empty"] = "leave_empty"


class Grant(StageRule):
    """`title` is printed on the certificates of the highest tier; on all others the tier's name."""

    kind: Literal["grant"]
    name: Text = "授奖"
    title: Text | None = None


Stage = Annotated[
    Intake
    | Endorsement
    | Screening
    | Panel
    | Survey
    | Composite
    | Vote
    | Approval
    | Publicity
    | Grant,
    Field(discriminator="kind"),
]
SCORED = (Panel, Survey, Composite)
"""The kinds that leave a score on an entry."""


def passed_by(stage: Stage) -> bool:
    """Whether an entry whose tier is settled has nothing to do here: it scores, or proposes."""
    return isinstance(stage, SCORED) or (isinstance(stage, Vote) and stage.proposes is not None)
