"""In which order could the stages of a regulation stand, and what could each of them say?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from app.rules.criteria import CriteriaSet

Rules = dict[str, Any]
Draw = Any

FEW = st.integers(1, 3)
ONCE_IN_A_WHILE = st.sampled_from((False, False, False, True))
LEVELS = st.sampled_from(("decision", "all_in", "none_in"))
ROUNDING = st.fixed_dictionaries(
    {"places": st.integers(0, 4), "mode": st.sampled_from(("half_up", "half_even"))}
)
PERCENT = st.integers(10, 60)
QUORUM = st.sampled_from(({"at_least": "2/3"}, {"more_than": "1/2"}, {"at_least": "100%"}))
CARRIED = st.sampled_from(
    ({"more_than": "1/2"}, {"at_least": "1/2"}, {"at_least": "2/3"}, {"more_than": "80%"})
)


def some(draw: Draw, among: Sequence[str]) -> list[str]:
    """At least one of these, in their order."""
    taken = draw(st.sets(st.sampled_from(among), min_size=1))
    return [each for each in among if each in taken]


@dataclass(frozen=True, slots=True)
class Scored:
    """A stage that leaves a score on every entry of a branch, out of `total` points."""

    key: str
    total: Fraction | None
    panel: Rules | None = None
    categories: tuple[str, ...] = ()


@dataclass
class Course:
    """The stages drawn so far. `ends` are those from which entries flow on."""

    draw: Draw
    sets: Mapping[str, CriteriaSet]
    tiers: Sequence[Rules]
    eligibility: Rules
    capped: bool
    stages: list[Rules] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def tracks(self) -> list[str]:
        return list(self.sets)

    def run(self) -> list[Rules]:
        """Intake, what comes before the judging, the branches, and what comes after."""
        draw = self.draw
        self._intakes()
        before = ["endorsement", "shortlist", "publicity", "formality"]
        taken = [kind for kind in before if draw(st.integers(0, 2)) == 0]
        taken += ["screening"] if draw(st.integers(0, 7)) else []
        for kind in draw(st.permutations(taken)):
            self.ends = [self._simple(kind)]
        self._judging()
        after = ["publicity"] * draw(st.integers(0, 2)) + ["approval"] * draw(st.integers(0, 2))
        after += ["vote"] if draw(ONCE_IN_A_WHILE) else []
        for kind in draw(st.permutations(after)):
            self.ends = [self._simple(kind)]
        self._add("grant", {"title": "某市质量奖"} if draw(st.booleans()) else {}, self.ends)
        return self.stages

    def _add(
        self,
        kind: str,
        fields: Rules,
        after: Sequence[str],
        tracks: Sequence[str] | None = None,
        *,
        past: bool = False,
    ) -> str:
        """A stage; it may go without `after` where it follows the one written before it, or (where
        it comes `past` others) only stages that do not take its tracks stand between.
        """
        key = f"{kind}-{len(self.stages)}"
        stage: Rules = {"key": key, "kind": kind}
        if tracks is not None and set(tracks) != set(self.sets):
            stage["tracks"] = list(tracks)
        implied = past or [*after] == [each["key"] for each in self.stages[-1:]]
        if not implied or self.draw(st.booleans()):
            stage["after"] = list(after)
        self.stages.append(stage | fields)
        return key

    def _intakes(self) -> None:
        draw, tracks = self.draw, self.tracks
        apart = len(tracks) > 1 and draw(ONCE_IN_A_WHILE)
        for taken in [tracks[:1], tracks[1:]] if apart else [tracks]:
            fields: Rules = {
                "documents": draw(st.sampled_from(([], ["申报表"], ["申报表", "自评报告"]))),
                "one_entry_per": draw(st.sampled_from(("organisation", "track", "awardee"))),
            }
            if draw(ONCE_IN_A_WHILE):
                fields["documents_of"] = [{"track": some(draw, tracks), "documents": ["证明"]}]
            if draw(ONCE_IN_A_WHILE):
                fields["internal_notice"] = {"length": {"working_days": 5}}
            if draw(st.integers(0, 7)) == 0:
                fields["names_tier"] = True
            self.ends.append(self._add("intake", fields, [], taken))

    def _simple(self, kind: str) -> str:
        """A stage that scores nothing, for all tracks."""
        kinds = {"shortlist": "vote", "formality": "screening"}
        fields = getattr(self, f"_{kind}")()
        return self._add(kinds.get(kind, kind), fields, self.ends)

    def _endorsement(self) -> Rules:
        draw = self.draw
        bodies: list[Rules] = [{"key": "district", "name": "区政府"}]
        if draw(st.booleans()):
            bodies.append({"key": "trade", "name": "行业协会", "tracks": some(draw, self.tracks)})
        if draw(st.booleans()):
            bodies[0]["at_most"] = draw(FEW)
        fields: Rules = {
            "bodies": bodies,
            "needs": draw(st.sampled_from(("one_of", "all_of"))),
            "routed_by": draw(st.sampled_from(("registration", "sector", "choice"))),
            "ordered": draw(st.booleans()),
        }
        if draw(st.booleans()):
            fields["notice"] = {draw(st.sampled_from(("days", "working_days"))): draw(FEW)}
        return fields

    def _screening(self) -> Rules:
        draw = self.draw
        grounds = [each["key"] for way in self.eligibility.values() for each in way]
        fields: Rules = {}
        if draw(ONCE_IN_A_WHILE):
            fields["cure"] = {"times": draw(FEW), "within": {"working_days": 5}}
        if grounds and draw(ONCE_IN_A_WHILE):
            fields["grounds"] = some(draw, grounds)
        if draw(ONCE_IN_A_WHILE):
            asked: Rules = {"department": "市税务局"}
            if grounds and "grounds" not in fields and draw(st.booleans()):
                asked["grounds"] = some(draw, grounds)
            fields["consults"] = [asked]
        return fields

    def _formality(self) -> Rules:
        return {"name": "形式审查", "grounds": []}

    def _shortlist(self) -> Rules:
        rules = self._vote()
        if self.draw(st.booleans()):
            rules["advance"] = {
                "first": {"places": self.draw(st.integers(2, 5)), "level": self.draw(LEVELS)}
            }
        return rules

    def _vote(self) -> Rules:
        draw = self.draw
        return {
            "mode": "recorded",
            "ballot": draw(st.sampled_from(("named", "secret"))),
            "quorum": {"of": "members"} | draw(QUORUM),
            "carried": {"of": draw(st.sampled_from(("members", "present", "voting")))}
            | draw(CARRIED),
            "recused_leave": draw(st.booleans()),
        }

    def _publicity(self) -> Rules:
        draw = self.draw
        way = draw(st.sampled_from(("days", "working_days")))
        return {
            "length": {way: draw(st.integers(1, 10))},
            "first_day": draw(st.sampled_from(("counted", "not_counted"))),
            "ends_on_rest_day": draw(st.sampled_from(("runs_on", "stays"))),
            "end_of_day": draw(st.sampled_from(("24:00", "17:30"))),
            "objection": {"real_name": draw(st.booleans()), "evidence": draw(st.booleans())},
        }

    def _approval(self) -> Rules:
        asked = ["市人大", "市委"][: self.draw(st.integers(0, 2))]
        return {"body": "某市人民政府"} | ({"with_consent_of": asked} if asked else {})

    def _judging(self) -> None:
        """Tracks are judged together or apart; tiers are proposed in every branch, or for all."""
        draw, tracks, before = self.draw, self.tracks, self.ends
        apart = len(tracks) > 1 and draw(st.booleans())
        branches = [tracks[:1], tracks[1:]] if apart else [tracks]
        together = len(branches) > 1 and draw(st.booleans())
        ends: list[str] = []
        for place, branch in enumerate(branches):
            ends += Branch(self, branch, before, past=place > 0).run(proposing=not together)
        self.ends = ends
        if together:
            fields = self._vote() | proposing(self, by_rank=not draw(ONCE_IN_A_WHILE))
            self.ends = [self._add("vote", fields, self.ends)]


@dataclass
class Branch:
    """The judging of some tracks: stages that score, one after the other or side by side."""

    course: Course
    tracks: list[str]
    ends: list[str]
    past: bool
    scored: list[Scored] = field(default_factory=list)

    def run(self, *, proposing: bool) -> list[str]:
        """Where its entries flow on from."""
        draw = self.course.draw
        for _ in range(draw(st.integers(1, 3))):
            self._step()
        if not any(self.scored):
            self._follow([self._panel(())])
        if not proposing:
            if draw(st.booleans()):
                self._follow([self._composite(proposes=False)])
        elif draw(st.integers(0, 2)):
            self._follow([self._composite(proposes=True)])
        else:
            self._follow([self._vote()])
        return self.ends

    def _follow(self, keys: list[str]) -> None:
        self.ends = keys

    def _step(self) -> None:
        draw, earlier = self.course.draw, tuple(self.scored)
        side_by_side = 2 if draw(ONCE_IN_A_WHILE) else 1
        makers = [
            self._survey if draw(ONCE_IN_A_WHILE) else self._panel for _ in range(side_by_side)
        ]
        self._follow([make(earlier) for make in makers])

    def _add(self, kind: str, fields: Rules) -> str:
        past, self.past = self.past, False
        return self.course._add(kind, fields, self.ends, self.tracks, past=past)  # noqa: SLF001  one generator in two classes

    def _panel(self, earlier: Sequence[Scored]) -> str:
        draw, sets = self.course.draw, self.course.sets
        panels = [each for each in earlier if each.panel is not None]
        rule: Rules = {"method": "consensus"}
        if draw(ONCE_IN_A_WHILE):
            rule["rubric"] = "defence-100"
        lent = panels and draw(ONCE_IN_A_WHILE)
        if lent:
            rule["panel_of"] = draw(st.sampled_from([each.key for each in panels]))
        else:
            rule["judges"] = self._judges(rule)
        if draw(st.booleans()):
            self._method(rule)
        books = [
            each.key
            for each in panels
            if each.panel and each.panel["method"] == "consensus" and "rubric" not in each.panel
        ]
        if books and "rubric" not in rule and rule["method"] == "consensus" and draw(st.booleans()):
            rule["start_from"] = draw(st.sampled_from(books))
        if draw(st.booleans()):
            rule["rounding"] = draw(ROUNDING)
        if draw(ONCE_IN_A_WHILE):
            rule["comments_per_item"] = {"at_least": draw(st.integers(0, 2))}
        if draw(ONCE_IN_A_WHILE):
            rule["disagreement"] = {"item_span": 15, "bands_apart": 1, "total_span": 50}
        totals = {sets[track].total for track in self.tracks}
        total = Fraction(100) if "rubric" in rule else max(totals) if len(totals) == 1 else None
        if total is not None:
            rule |= self._cut(total)
        key = self._add("panel", rule)
        self.scored.append(Scored(key, total, rule, self._categories(rule)))
        return key

    def _judges(self, rule: Rules) -> Rules:
        draw = self.course.draw
        judges: Rules = {"at_least": draw(FEW)}
        if draw(st.integers(0, 5)) == 0:
            judges["seated"] = "committee"
        if draw(ONCE_IN_A_WHILE):
            rule["division"] = "by_category"
        return judges

    def _method(self, rule: Rules) -> None:
        method = self.course.draw(st.sampled_from(("mean", "median", "trimmed")))
        if method == "trimmed" and "judges" in rule:
            rule["judges"]["at_least"] = 3
            rule["method"] = {"trimmed_mean": {"at_least": 3}}
        elif method != "trimmed":
            rule["method"] = method

    def _categories(self, rule: Rules) -> tuple[str, ...]:
        """The categories that all tracks have in common where the rule scores."""
        if "rubric" in rule:
            return ("D",)
        codes = [{c.code for c in self.course.sets[track].categories} for track in self.tracks]
        return tuple(sorted(set.intersection(*codes)))

    def _cut(self, total: Fraction) -> Rules:
        draw = self.course.draw
        way = draw(st.sampled_from(("everybody", "everybody", "at_least", "first", "times")))
        found: Rules = {}
        if way == "at_least":
            found["advance"] = {"at_least": str(int(total * draw(PERCENT) / 100))}
        if way == "first":
            found["advance"] = {"first": {"places": draw(FEW), "level": draw(LEVELS)}}
        if way == "times" and self.course.capped:
            found["advance"] = {"first": {"times_places": "1.5", "level": draw(LEVELS)}}
        return found | (consolation(self.course, self.tracks) if found else {})

    def _survey(self, earlier: Sequence[Scored]) -> str:
        del earlier
        scale = self.course.draw(st.sampled_from((10, 100, 250)))
        rule = {"source": "第三方机构", "scale": scale} | self._cut(Fraction(scale))
        rule.pop("consolation", None)
        key = self._add("survey", rule)
        self.scored.append(Scored(key, Fraction(scale)))
        return key

    def _composite(self, *, proposes: bool) -> str:
        draw = self.course.draw
        keys = [each.key for each in self.scored]
        of = some(draw, keys)
        cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=len(of) - 1, max_size=len(of) - 1)))
        shares = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
        rule: Rules = {
            "of": [{"stage": k, "share": f"{s}%"} for k, s in zip(of, shares, strict=True)],
            "scale": draw(st.sampled_from((100, 1000))),
            "ties": [self._tie(key) for key in (some(draw, keys) if draw(st.booleans()) else [])],
        }
        if draw(st.booleans()):
            rule["rounding"] = draw(ROUNDING)
        if proposes:
            rule |= proposing(self.course, self.tracks, Fraction(rule["scale"]))
        else:
            rule |= self._cut(Fraction(rule["scale"]))
        return self._add("composite", rule)

    def _tie(self, key: str) -> Rules:
        categories = next(each.categories for each in self.scored if each.key == key)
        if categories and self.course.draw(st.booleans()):
            return {"stage": key, "category": self.course.draw(st.sampled_from(categories))}
        return {"stage": key}

    def _vote(self) -> str:
        """A vote that proposes; perhaps in the meeting in which the committee has scored."""
        course, scale = self.course, self.scored[-1].total
        rule = course._vote() | proposing(course, self.tracks, scale)  # noqa: SLF001  as above
        met = [
            each.key
            for each in self.scored
            if each.panel and each.panel.get("judges", {}).get("seated") == "committee"
        ]
        if met and course.draw(st.booleans()):
            rule["meeting_of"] = met[-1]
        return self._add("vote", rule)


def proposing(
    course: Course,
    tracks: Sequence[str] | None = None,
    scale: Fraction | None = None,
    *,
    by_rank: bool | None = None,
) -> Rules:
    """How tiers are proposed: by rank or by choice, with floors where there is one scale."""
    draw = course.draw
    rank = not draw(ONCE_IN_A_WHILE) if by_rank is None else by_rank
    rule: Rules = {
        "proposes": "tiers",
        "by": "rank" if rank else "choice",
        "level": "decision",
        "advance": "proposed",
    }
    if scale is not None and draw(st.booleans()):
        tiers = some(draw, [tier["key"] for tier in course.tiers])
        rule["floors"] = [
            {"tier": tier, "at_least": str(int(scale * draw(PERCENT) / 100))} for tier in tiers
        ]
    return rule | consolation(course, tracks or course.tracks)


def consolation(course: Course, tracks: Sequence[str]) -> Rules:
    """The lowest tier for those who do not go on, once in a while."""
    lowest = course.tiers[-1]
    fits = len(course.tiers) > 1 and set(tracks) & set(lowest.get("tracks", tracks))
    return {"consolation": lowest["key"]} if fits and course.draw(ONCE_IN_A_WHILE) else {}
