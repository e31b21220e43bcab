"""What is a 管理办法 as a whole, and how do its parts hang together?"""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import Eligibility
from app.rules.regulation.money import Bonus
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import Judges, Panel, Stage
from app.rules.regulation.values import Code, Day, Key, Positive, Rule, Text

MOST = 50
"""No regulation known has a tenth as many tracks or stages; a check must end soon on any file."""


class Source(Rule):
    """Where the text was read, and how much of it."""

    text: Text
    url: Text | None = None


class Rhythm(Rule):
    """How often a cycle is held."""

    every_years: Positive


class Track(Rule):
    """A 类别: who is awarded in it, and by which criteria set it is judged."""

    key: Key
    name: Text
    awardee: Literal["organisation"]
    criteria: Code


Level = Literal["outcome", "band", "points", "rank"]


class Disclosure(Rule):
    """How much the public and the applicant may learn."""

    public: Level = "outcome"
    applicant: Level = "band"


class Regulation(Rule):
    """One edition of a regulation; `read` makes it and answers for its being sound."""

    form: Literal["award-regulation/1"] = Field(alias="schema")
    code: Key
    title: Text
    issuer: Text
    issued_on: Day
    source: Source | None = None
    cycle: Rhythm | None = None
    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=MOST)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=MOST)]
    quotas: Annotated[tuple[Quota, ...], Field(max_length=MOST)] = ()
    eligibility: Eligibility = Eligibility()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=MOST)]
    bonus: tuple[Bonus, ...] = ()
    bars: tuple[Bar, ...] = ()
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

    def judges_of(self, panel: Panel) -> Judges:
        """How many judges sit here: its own, or those of the stage it takes its panel from."""
        if panel.judges is not None:
            return panel.judges
        lender = self.stage(panel.panel_of or "")
        if not isinstance(lender, Panel):
            raise KeyError(lender.key)
        return self.judges_of(lender)
