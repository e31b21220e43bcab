"""What do the scores of earlier stages amount to, and to whom do the places fall? Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.award.stages.kind import Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.rules import (
    Consolation,
    Held,
    Runner,
    TieUnresolved,
    consolation_of,
    cut,
    held_of,
    lowered,
)
from app.platform.errors import Conflict, NotFound
from app.rules.exact import Rounding, decimal_text, fraction_from_text, round_to
from app.rules.quota import RankedEntry, propose
from app.rules.ranking import Candidate, rank
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import Advance, Composite
from app.rules.scoring import Part, composite

NO_PLACE = "no-place"
BELOW_FLOOR = "below-floor"
BELOW_SCORE = "below-score"
BELOW_CUT = "below-cut"


class ComponentMissing(Conflict):
    code = "component-missing"
    zh = "有 {count} 家没有“{name}”环节的得分，不能合成总分。"
    en = "{count} entries have no score from the stage “{name}”; no total can be made."


class ComponentsUnknown(NotFound):
    code = "components-not-found"
    zh = "该环节不是综合评价，没有得分构成。"
    en = "This stage is no composite; it has no components."


@dataclass(frozen=True, slots=True)
class Contender:
    """An entry with its exact stage scores (`parts`) and, in order, the keys that part a tie; its
    groups, and the tiers closed to it.
    """

    entry: str
    application: str
    track: str
    parts: tuple[Part, ...]
    ties: tuple[Fraction, ...] = ()
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything a composite is decided from.

    `tiers` and `quotas` are the regulation's, `places` what the launch approval grants this year,
    of which the tracks compete only for `sought`; `tie_order` the recorded decision on entries that
    stand level. `held` are the consolations given before, `consolation` the one to give here.
    """

    rule: Composite
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    places: int
    tie_order: tuple[str, ...]
    contenders: tuple[Contender, ...]
    sought: int | None = None
    held: Held = ()
    consolation: Consolation | None = None


def contribution(part: Part, scale: int) -> Fraction:
    """What one stage adds to the total, in points of the common scale, unrounded."""
    return part.score / part.full * scale * part.share


def verdicts(contest: Contest) -> list[Verdict]:
    """Totals rounded once, ranks by the rounded total and then the tie keys, tiers by rank.

    Raises TieUnresolved where a cut falls between entries that stand level.
    """
    rule = contest.rule
    rounding = Rounding(rule.rounding.mode)
    exact = {c.entry: composite(c.parts, Fraction(rule.scale)) for c in contest.contenders}
    score = {
        entry: round_to(total, rule.rounding.places, rounding) for entry, total in exact.items()
    }
    candidates = [Candidate(c.entry, (score[c.entry], *c.ties)) for c in contest.contenders]
    ranks = {placed.id: placed.rank for placed in rank(candidates)}
    tiers = _proposed(contest, ranks, score) if rule.proposes else {}
    advances = rule.advances
    if advances.way == "proposed":
        advanced = frozenset(tiers)
    else:
        places = contest.sought or contest.places
        advanced = cut(advances, candidates, places, contest.tie_order).advanced
    consoled = _consoled(contest, ranks, advanced)
    reason = _reasons(contest, advances)
    return [
        Verdict(
            UUID(c.entry),
            Result.ADVANCED if c.entry in advanced | consoled.keys() else Result.ELIMINATED,
            exact=exact[c.entry],
            score=score[c.entry],
            rank=ranks[c.entry],
            tier=tiers.get(c.entry) if c.entry in advanced else consoled.get(c.entry),
            reason=None
            if c.entry in advanced | consoled.keys()
            else reason(c.track, score[c.entry]),
            settled=c.entry in consoled,
        )
        for c in contest.contenders
    ]


def _consoled(
    contest: Contest, ranks: Mapping[str, int], advanced: Collection[str]
) -> Mapping[str, str]:
    """The consolation tier of each entry that does not go on and gets it."""
    if contest.consolation is None:
        return {}
    runners = [
        Runner(c.entry, c.track, ranks[c.entry], c.groups, c.closed) for c in contest.contenders
    ]
    found = contest.consolation.among(runners, advanced, contest.tie_order)
    return dict.fromkeys(found, contest.consolation.tier.key)


def _proposed(
    contest: Contest, ranks: Mapping[str, int], score: Mapping[str, Fraction]
) -> Mapping[str, str]:
    """The tier of each entry that gets one, under the quotas and the places of this year."""
    proposal = propose(
        [RankedEntry(c.entry, c.track, ranks[c.entry], score[c.entry]) for c in contest.contenders],
        contest.tiers,
        lowered([*contest.quotas, Quota(at_most=contest.places)], contest.held),
        contest.rule.floors,
        contest.tie_order,
    )
    if proposal.unresolved:
        raise TieUnresolved(entry for group in proposal.unresolved for entry in group)
    return proposal.assigned


def _reasons(contest: Contest, advances: Advance) -> Callable[[str, Fraction], str]:
    """Why an entry of that track and rounded score does not go on: below every floor, without a
    place, below a score or the cut.
    """
    floors = {floor.tier: floor.at_least for floor in contest.rule.floors}

    def reached(track: str, score: Fraction) -> bool:
        wanted = [
            floors.get(tier.key)
            for tier in contest.tiers
            if tier.tracks is None or track in tier.tracks
        ]
        return any(floor is None or score >= floor for floor in wanted)

    def reason(track: str, score: Fraction) -> str:
        if advances.way == "proposed":
            return NO_PLACE if reached(track, score) else BELOW_FLOOR
        return BELOW_SCORE if advances.at_least is not None else BELOW_CUT

    return reason


def inputs_of(contest: Contest) -> dict[str, Any]:
    """The contest as plain values, for the snapshot; points and shares as exact text."""

    def plain(rules: Sequence[Tier | Quota]) -> list[dict[str, Any]]:
        return [rule.model_dump(mode="json", by_alias=True, exclude_none=True) for rule in rules]

    # What a regulation does not speak of leaves no trace in its snapshots.
    beside = {
        "sought": contest.sought,
        "held": [[track, tier, list(groups)] for track, tier, groups in contest.held] or None,
        "consolation": contest.consolation.plain() if contest.consolation else None,
    }

    return {
        "rule": contest.rule.model_dump(mode="json", exclude_none=True),
        "tiers": plain(contest.tiers),
        "quotas": plain(contest.quotas),
        "places": contest.places,
        "tie_order": list(contest.tie_order),
        **{name: value for name, value in beside.items() if value is not None},
        "entries": [_plain(contender) for contender in contest.contenders],
    }


def _plain(contender: Contender) -> dict[str, Any]:
    marks = {"groups": list(contender.groups), "closed": list(contender.closed)}
    return {
        "entry": contender.entry,
        "application": contender.application,
        "track": contender.track,
        "parts": [
            {
                "stage": part.key,
                "score": decimal_text(part.score),
                "full": decimal_text(part.full),
                "share": decimal_text(part.share),
            }
            for part in contender.parts
        ],
        "ties": [decimal_text(key) for key in contender.ties],
        **{name: keys for name, keys in marks.items() if keys},
    }


def contest_of(inputs: Mapping[str, Any]) -> Contest:
    """The contest that a snapshot's inputs describe: enough to decide it all again."""
    return Contest(
        rule=Composite.model_validate(inputs["rule"]),
        tiers=tuple(Tier.model_validate(each) for each in inputs["tiers"]),
        quotas=tuple(Quota.model_validate(each) for each in inputs["quotas"]),
        places=inputs["places"],
        tie_order=tuple(inputs["tie_order"]),
        contenders=tuple(
            Contender(
                entry=each["entry"],
                application=each["application"],
                track=each["track"],
                parts=tuple(
                    Part(
                        part["stage"],
                        fraction_from_text(part["score"]),
                        fraction_from_text(part["full"]),
                        fraction_from_text(part["share"]),
                    )
                    for part in each["parts"]
                ),
                ties=tuple(fraction_from_text(key) for key in each["ties"]),
                groups=tuple(each.get("groups", ())),
                closed=tuple(each.get("closed", ())),
            )
            for each in inputs["entries"]
        ),
        sought=inputs.get("sought"),
        held=held_of(inputs.get("held", ())),
        consolation=consolation_of(inputs["consolation"]) if "consolation" in inputs else None,
    )
