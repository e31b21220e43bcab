"""What is a 管理办法 as a whole, and how do its parts hang together?"""

from itertools import chain
from typing import Annotated, Literal

from pydantic import Field

from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import Codes, Eligibility, Group
from app.rules.regulation.handed_in import Document, merged
from app.rules.regulation.judges import Judges
from app.rules.regulation.money import Bonus, Matching
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import NOTICE_EVIDENCE, Intake, Panel, Sifting, Stage, passed_by
from app.rules.regulation.values import (
    Bare,
    Choice,
    Code,
    Day,
    Flag,
    Key,
    Length,
    Positive,
    Rule,
    Text,
)

MOST = 50
"""No regulation known has a tenth as many tracks or stages; a check must end soon on any file."""


class Source(Rule):
    """Where the text was read, and how much of it."""

    text: Text
    url: Text | None = None


class Rhythm(Choice):
    """How often a cycle is held: every so many years, or whenever it is approved.

    `special`: one may be held out of turn.
    """

    ways = ("every_years", "when_approved")

    every_years: Positive | None = None
    when_approved: Bare | None = None
    special: Flag = False


class Launch(Rule):
    """Who approves the opening of a cycle; it may grant fewer places than the regulation has."""

    approved_by: Text


Awardee = Literal[
    "organisation",
    "small_organisation",
    "individual",
    "joint",
    "team",
    "project",
    "unit",
    "local_government",
]


class Track(Rule):
    """A 类别: who is awarded in it, what for, and by which criteria set it is judged.

    `members` is the most people a joint entry names. Without `criteria` its stages score by
    rubrics of their own, or not at all. Without `form` it fills in ours for its kind of awardee.
    """

    key: Key
    name: Text
    awardee: Awardee
    members: Positive | None = None
    honours: Literal["awardee", "management_model", "achievement"] = "awardee"
    criteria: Code | None = None
    latest_criteria: Flag = False
    form: Code | None = None


Level = Literal["outcome", "band", "points", "rank"]


class Disclosure(Rule):
    """How much the public and the applicant may learn."""

    public: Level = "outcome"
    applicant: Level = "band"


class Committee(Rule):
    """Of whom the 评定委员会 must be made up: seats, an odd number of them or not, the chair, years
    of a term; no more than so many terms on end.
    """

    at_least: Positive | None = None
    at_most: Positive | None = None
    odd: Flag = False
    chair: Text | None = None
    term_years: Positive | None = None
    terms_on_end: Positive | None = None
    standing: Flag = False


class Duty(Rule):
    """What a winner owes: how often, and for how many years."""

    key: Key
    kind: Literal["report", "share_experience", "accept_supervision", "tell_incidents"]
    every_years: Positive | None = None
    for_years: Positive | None = None


class Revocation(Rule):
    """When an award can be taken back: grounds, within how long of the grant, at whose request,
    by whose decision, and whether the money is returned.
    """

    grounds: Codes
    within: Length | None = None
    asked_by: tuple[Text, ...] = ()
    decided_by: Text | None = None
    money_returned: Flag = False


Topic = Literal[
    "criteria",
    "secretariat",
    "experts",
    "secrecy",
    "supervision",
    "complaints",
    "title_use",
    "funding",
    "archive",
    "other",
]


class Provision(Rule):
    """A clause that people keep and the service only tells: fees, experts, use of the title …"""

    topic: Topic
    text: Text


class Regulation(Rule):
    """One edition of a regulation; `read` makes it and answers for its being sound."""

    form: Literal["award-regulation/1"] = Field(alias="schema")
    code: Key
    title: Text
    issuer: Text
    issued_on: Day
    source: Source | None = None
    formerly: tuple[Text, ...] = ()
    cycle: Rhythm | None = None
    launch: Launch | None = None
    committee: Committee | None = None
    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=MOST)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=MOST)]
    groups: Annotated[tuple[Group, ...], Field(max_length=MOST)] = ()
    quotas: Annotated[tuple[Quota, ...], Field(max_length=MOST)] = ()
    eligibility: Eligibility = Eligibility()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=MOST)]
    bonus: tuple[Bonus, ...] = ()
    matching: tuple[Matching, ...] = ()
    bars: tuple[Bar, ...] = ()
    revocation: Revocation | None = None
    duties: tuple[Duty, ...] = ()
    provisions: tuple[Provision, ...] = ()
    disclose: Disclosure = Disclosure()

    def stage(self, key: str) -> Stage:
        """The stage of that key; KeyError where there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def after(self, stage: Stage) -> tuple[str, ...]:
        """Keys of the stages whose advanced entries flow into this one; none for the first."""
        if stage.after is not None:
            return stage.after
        place = self.stages.index(stage)
        return (self.stages[place - 1].key,) if place else ()

    def feeders(self, stage: Stage, track: str, *, settled: bool = False) -> frozenset[str]:
        """Keys of the stages from which entries of this track flow into this one.

        A stage that does not take the track is looked through to what stands before it; for an
        entry whose tier is settled (a consolation), so is every stage that scores or proposes.
        """
        known = {each.key: each for each in self.stages}
        found: set[str] = set()
        waiting = list(self.after(stage))
        while waiting:
            before = known.get(waiting.pop())
            if before is None:
                continue
            if track in self.tracks_of(before) and not (settled and passed_by(before)):
                found.add(before.key)
            else:
                waiting += self.after(before)
        return frozenset(found)

    def upstream(self, stage: Stage) -> frozenset[str]:
        """Keys of all stages an entry may have passed before it reaches this one."""
        seen: set[str] = set()
        waiting = list(self.after(stage))
        known = {each.key: each for each in self.stages}
        while waiting:
            key = waiting.pop()
            if key not in seen and key in known:
                seen.add(key)
                waiting += self.after(known[key])
        return frozenset(seen)

    def tracks_of(self, stage: Stage) -> tuple[str, ...]:
        """Keys of the tracks whose entries this stage takes."""
        return tuple(t.key for t in self.tracks if stage.tracks is None or t.key in stage.tracks)

    def tiers_of(self, track: str) -> tuple[str, ...]:
        """Keys of the tiers open to a track, highest first."""
        return tuple(t.key for t in self.tiers if t.tracks is None or track in t.tracks)

    def handed_in(self, intake: Intake, track: str) -> tuple[Document, ...]:
        """The documents that an application of a track hands in; among them what shows that it
        hung out inside the applicant, where it must.
        """
        own = (each.documents for each in intake.documents_of if track in each.track)
        assessed = intake.assessed(track)
        report = (assessed.document,) if assessed and assessed.way != "items" else ()
        shown = (NOTICE_EVIDENCE,) if intake.internal_notice else ()
        ours = (Document(name=name) for name in (*report, *shown))
        return merged(chain(intake.documents, chain.from_iterable(own), ours))

    def documents_of(self, intake: Intake, track: str) -> tuple[str, ...]:
        """The names of the same."""
        return tuple(each.name for each in self.handed_in(intake, track))

    @property
    def consolations(self) -> frozenset[str]:
        """Keys of the tiers that are given to who does not go on."""
        return frozenset(
            each.consolation
            for each in self.stages
            if isinstance(each, Sifting) and each.consolation is not None
        )

    def other_tiers(self, track: str, tier: str | None) -> tuple[str, ...]:
        """The tiers closed to who applied for one; none where it named none."""
        return () if tier is None else tuple(t for t in self.tiers_of(track) if t != tier)

    def criteria_of(self, panel: Panel, track: str) -> str:
        """Code of the set by which an entry is scored here: the rubric, else its track's own."""
        code = panel.rubric or next(each.criteria for each in self.tracks if each.key == track)
        if code is None:
            raise KeyError(track)
        return code

    def judges_of(self, panel: Panel) -> Judges:
        """How many judges sit here: its own, or those of the stage it takes its panel from."""
        if panel.judges is not None:
            return panel.judges
        lender = self.stage(panel.panel_of or "")
        if not isinstance(lender, Panel):
            raise KeyError(lender.key)
        return self.judges_of(lender)
