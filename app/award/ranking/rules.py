"""What do the scores of earlier stages amount to, and to whom do the places fall? Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from app.award.stages.choosing import Chosen, tiers_given
from app.award.stages.cutting import Field, Standing, cut
from app.award.stages.kind import Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.rules import (
    Consolation,
    Held,
    Runner,
    consolation_of,
    held_of,
)
from app.platform.errors import Conflict, NotFound
from app.rules.composite import Weight, composites
from app.rules.exact import Rounding, column_of_texts, decimal_text, fraction_from_text
from app.rules.quota import RankedEntry
from app.rules.ranking import Candidate, rank
from app.rules.regulation.advance import Advance
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import Composite

NO_PLACE = "no-place"
BELOW_FLOOR = "below-floor"
BELOW_SCORE = "below-score"
BELOW_CUT = "below-cut"
NO_TIER = "no-tier"


class ComponentMissing(Conflict):
    code = "component-missing"
    zh = "有 {count} 家没有“{name}”环节的得分，不能合成总分。"
    en = "{count} entries have no score from the stage “{name}”; no total can be made."


class ComponentsUnknown(NotFound):
    code = "components-not-found"
    zh = "该环节不是综合评价，没有得分构成。"
    en = "This stage is no composite; it has no components."


class Contender(NamedTuple):
    """An entry with its scores in the stages that count, in the order of the rule, and the keys
    that part a tie, in theirs, all as exact text; its groups, and the tiers closed to it.
    """

    entry: str
    application: str
    track: str
    scores: tuple[str, ...]
    ties: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything a composite is decided from.

    `tiers` and `quotas` are the regulation's, `places` what the launch approval grants this year,
    of which the tracks compete only for `sought`, those of each lot for `lots`; `tie_order` is the
    recorded decision on entries that stand level; `weights` what each stage counts in a track.
    `held` is what other stages have given, `consolation` the one to give here; `choice` is the
    recorded decision on tiers, where the rule leaves them to one.
    """

    rule: Composite
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    places: int
    tie_order: tuple[str, ...]
    weights: Mapping[str, tuple[Weight, ...]]
    contenders: tuple[Contender, ...]
    sought: int | None = None
    held: Held = ()
    consolation: Consolation | None = None
    choice: tuple[Chosen, ...] | None = None
    lots: tuple[int, ...] = ()


def verdicts(contest: Contest, entry_of: Callable[[str], UUID] = UUID) -> list[Verdict]:
    """Totals rounded once, ranks by the rounded total and then the tie keys, tiers by rank;
    `entry_of` reads the id of an entry.

    Raises TieUnresolved where a cut falls between entries that stand level.
    """
    exact, score, candidates, ranks = _totals(contest)
    tiers: Mapping[str, str] = {}
    if contest.rule.proposes:
        tiers = tiers_given(contest, _standing(contest, ranks, score))
    advances = contest.rule.advances
    if advances.way == "proposed":
        advanced = frozenset(tiers)
    else:
        advanced = cut(advances, candidates, _field(contest), contest.tie_order).advanced
    consoled = _consoled(contest, ranks, advanced, tiers)
    reason = _reasons(contest, advances)

    def verdict(entry: str, track: str) -> Verdict:
        points = exact[entry], score[entry], ranks[entry]
        if entry in advanced:
            return Verdict(entry_of(entry), Result.ADVANCED, *points, tiers.get(entry))
        if entry in consoled:
            return Verdict(entry_of(entry), Result.ADVANCED, *points, consoled[entry], settled=True)
        why = reason(track, score[entry])
        return Verdict(entry_of(entry), Result.ELIMINATED, *points, None, why)

    return [verdict(each.entry, each.track) for each in contest.contenders]


def _field(contest: Contest) -> Field:
    full = Fraction(contest.rule.scale)
    known = {c.entry: Standing(c.track, c.groups, full) for c in contest.contenders}
    return Field(contest.sought or contest.places, contest.lots, known)


def standing(contest: Contest) -> list[RankedEntry]:
    """Where each stands, for whoever chooses the tiers."""
    _, score, _, ranks = _totals(contest)
    return _standing(contest, ranks, score)


def _totals(
    contest: Contest,
) -> tuple[dict[str, Fraction], dict[str, Fraction], list[Candidate], dict[str, int]]:
    """By entry: the exact total, the same as rounded; what is compared; the ranks."""
    exact: dict[str, Fraction] = {}
    score: dict[str, Fraction] = {}
    rounding = contest.rule.rounding
    by_track: dict[str, list[Contender]] = {}
    for each in contest.contenders:
        by_track.setdefault(each.track, []).append(each)
    for track, group in by_track.items():
        columns = zip(*(each.scores for each in group), strict=True)
        totals = composites(
            contest.weights[track],
            Fraction(contest.rule.scale),
            [column_of_texts(column) for column in columns],
        )
        rounded = totals.rounded(rounding.places, Rounding(rounding.mode))
        entries = [each.entry for each in group]
        exact.update(zip(entries, totals.fractions(), strict=True))
        score.update(zip(entries, rounded.fractions(), strict=True))
    candidates = [
        Candidate(c.entry, (score[c.entry], *keys))
        for c, keys in zip(contest.contenders, _tie_keys(contest), strict=True)
    ]
    return exact, score, candidates, {placed.id: placed.rank for placed in rank(candidates)}


def _tie_keys(contest: Contest) -> Sequence[tuple[int, ...]]:
    """What parts those of equal totals, of each entry, in whole numbers of one unit a key."""
    columns = zip(*(each.ties for each in contest.contenders), strict=True)
    keys = [column_of_texts(column).values for column in columns]
    return [*zip(*keys, strict=True)] if keys else [()] * len(contest.contenders)


def _standing(
    contest: Contest, ranks: Mapping[str, int], score: Mapping[str, Fraction]
) -> list[RankedEntry]:
    return [
        RankedEntry(
            c.entry,
            c.track,
            ranks[c.entry],
            score[c.entry],
            groups=frozenset(c.groups),
            closed=frozenset(c.closed),
        )
        for c in contest.contenders
    ]


def _consoled(
    contest: Contest,
    ranks: Mapping[str, int],
    advanced: Collection[str],
    proposed: Mapping[str, str],
) -> Mapping[str, str]:
    """The consolation tier of each entry that does not go on and gets it."""
    if contest.consolation is None:
        return {}
    runners = [
        Runner(c.entry, c.track, ranks[c.entry], c.groups, c.closed) for c in contest.contenders
    ]
    found = contest.consolation.among(runners, advanced, contest.tie_order, proposed)
    return dict.fromkeys(found, contest.consolation.tier.key)


def _reasons(contest: Contest, advances: Advance) -> Callable[[str, Fraction], str]:
    """Why an entry of that track and rounded score does not go on: below every floor, without a
    place, below a score or the cut.
    """
    if advances.way != "proposed":
        below = BELOW_SCORE if advances.by_score else BELOW_CUT
        return lambda _track, _score: below
    if contest.rule.by == "choice":
        return lambda _track, _score: NO_TIER
    floors = {floor.tier: floor.at_least for floor in contest.rule.lines}
    wanted = {
        track: [
            floors.get(tier.key)
            for tier in contest.tiers
            if tier.tracks is None or track in tier.tracks
        ]
        for track in contest.weights
    }

    def reason(track: str, score: Fraction) -> str:
        reached = any(floor is None or score >= floor for floor in wanted[track])
        return NO_PLACE if reached else BELOW_FLOOR

    return reason


def inputs_of(contest: Contest) -> dict[str, Any]:
    """The contest as plain values, for the snapshot; points and shares as exact text."""

    def plain(rules: Sequence[Tier | Quota]) -> list[dict[str, Any]]:
        return [rule.model_dump(mode="json", by_alias=True, exclude_none=True) for rule in rules]

    # What a regulation does not speak of leaves no trace in its snapshots.
    beside = {
        "sought": contest.sought,
        "lots": list(contest.lots) or None,
        "held": [[track, tier, list(groups)] for track, tier, groups in contest.held] or None,
        "consolation": contest.consolation.plain() if contest.consolation else None,
        "choice": None if contest.choice is None else [list(line) for line in contest.choice],
    }
    weighed = {
        track: [(each.key, decimal_text(each.full), decimal_text(each.share)) for each in weights]
        for track, weights in contest.weights.items()
    }
    return {
        "rule": contest.rule.model_dump(mode="json", exclude_none=True),
        "tiers": plain(contest.tiers),
        "quotas": plain(contest.quotas),
        "places": contest.places,
        "tie_order": list(contest.tie_order),
        **{name: value for name, value in beside.items() if value is not None},
        "entries": [_told(each, weighed[each.track]) for each in contest.contenders],
    }


Weighed = Sequence[tuple[str, str, str]]
"""Stage, full marks and share of each part, as exact text."""


def _told(c: Contender, weighed: Weighed) -> dict[str, Any]:
    told: dict[str, Any] = {
        "entry": c.entry,
        "application": c.application,
        "track": c.track,
        "parts": [
            {"stage": key, "score": score, "full": full, "share": share}
            for score, (key, full, share) in zip(c.scores, weighed, strict=True)
        ],
        "ties": list(c.ties),
    }
    if c.groups:
        told["groups"] = list(c.groups)
    if c.closed:
        told["closed"] = list(c.closed)
    return told


def contest_of(inputs: Mapping[str, Any]) -> Contest:
    """The contest that a snapshot's inputs describe: enough to decide it all again. ValueError
    where the entries of one track were not weighed alike.
    """
    return Contest(
        rule=Composite.model_validate(inputs["rule"]),
        tiers=tuple(Tier.model_validate(each) for each in inputs["tiers"]),
        quotas=tuple(Quota.model_validate(each) for each in inputs["quotas"]),
        places=inputs["places"],
        tie_order=tuple(inputs["tie_order"]),
        weights=_weights_of(inputs["entries"]),
        contenders=tuple(
            Contender(
                entry=each["entry"],
                application=each["application"],
                track=each["track"],
                scores=tuple(part["score"] for part in each["parts"]),
                ties=tuple(each["ties"]),
                groups=tuple(each.get("groups", ())),
                closed=tuple(each.get("closed", ())),
            )
            for each in inputs["entries"]
        ),
        sought=inputs.get("sought"),
        held=held_of(inputs.get("held", ())),
        consolation=consolation_of(inputs["consolation"]) if "consolation" in inputs else None,
        choice=tuple(Chosen(*each) for each in inputs["choice"]) if "choice" in inputs else None,
        lots=tuple(inputs.get("lots", ())),
    )


def _weights_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Weight, ...]]:
    found: dict[str, Weighed] = {}
    for each in entries:
        written = tuple((part["stage"], part["full"], part["share"]) for part in each["parts"])
        if found.setdefault(each["track"], written) != written:
            msg = f"entries of the track {each['track']} are weighed differently"
            raise ValueError(msg)
    return {
        track: tuple(
            Weight(key, fraction_from_text(full), fraction_from_text(share))
            for key, full, share in written
        )
        for track, written in found.items()
    }
