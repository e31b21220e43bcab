"""Whom does a vote carry, who of them goes on, and which tiers do they get? Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.award.deliberation.minutes import tallies
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
from app.rules.exact import decimal_text, fraction_from_text
from app.rules.quota import RankedEntry, may_have
from app.rules.ranking import Candidate, rank
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import Vote
from app.rules.voting import Tally

NOT_CARRIED = "not-carried"
BELOW_CUT = "below-cut"
BELOW_FLOOR = "below-floor"
NO_PLACE = "no-place"
NO_TIER = "no-tier"


@dataclass(frozen=True, slots=True)
class Contender:
    """An entry before the committee: what it brings along, and where the last stage that scored it
    has placed it (`score` in that stage's points, as rounded there).
    """

    entry: str
    track: str
    tier: str | None = None
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    settled: bool = False
    rank: int | None = None
    score: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything a vote is decided from.

    `tiers` and `quotas` are the regulation's, `places` what the launch approval grants this year,
    of which the tracks compete only for `sought`, those of each lot for `lots`; `tie_order` is the
    recorded decision on entries that stand level, `choice` the one on tiers. `held` is what
    other stages have given.
    """

    rule: Vote
    tiers: tuple[Tier, ...]
    quotas: tuple[Quota, ...]
    places: int
    sought: int
    tie_order: tuple[str, ...]
    minutes: Mapping[str, Any] | None
    contenders: tuple[Contender, ...]
    choice: tuple[Chosen, ...] | None = None
    held: Held = ()
    consolation: Consolation | None = None
    lots: tuple[int, ...] = ()


def verdicts(contest: Contest) -> list[Verdict]:
    """Who goes on and with which tier, from the ballots alone and the rules.

    Raises TieUnresolved where a cut or a quota parts entries that stand level.
    """
    rule, counted = contest.rule, _counted(contest)
    carried = _carried(counted)
    ranks = _ranks(contest.contenders, counted)
    tiers = tiers_given(contest, _standing(contest, carried, ranks)) if rule.proposes else None
    advanced = _advanced(contest, carried, counted, tiers)
    consoled = _consoled(contest, ranks, advanced, tiers or {})
    compared = rule.proposes or rule.consolation or rule.advances.compares
    return [
        Verdict(
            UUID(each.entry),
            Result.ADVANCED,
            rank=ranks[each.entry] if compared else None,
            tier=consoled.get(each.entry, each.tier if tiers is None else tiers.get(each.entry)),
            settled=each.entry in consoled,
        )
        if each.entry in advanced or each.entry in consoled
        else Verdict(
            UUID(each.entry),
            Result.ELIMINATED,
            rank=ranks[each.entry] if compared else None,
            reason=_reason(contest, each) if each.entry in carried else NOT_CARRIED,
        )
        for each in contest.contenders
    ]


def standing(contest: Contest) -> list[RankedEntry]:
    """Those who are carried, in their order: by approvals, then by the rank of the last stage that
    scored, where all have one.
    """
    counted = _counted(contest)
    ranks = _ranks(contest.contenders, counted)
    return _standing(contest, _carried(counted), ranks)


def _counted(contest: Contest) -> dict[str, Tally]:
    """The tallies of those who are still here."""
    counted = tallies(contest.minutes) if contest.minutes else {}
    return {each.entry: counted[each.entry] for each in contest.contenders}


def _carried(counted: Mapping[str, Tally]) -> frozenset[str]:
    return frozenset(entry for entry, each in counted.items() if each.carried)


def _ranks(contenders: Sequence[Contender], counted: Mapping[str, Tally]) -> dict[str, int]:
    """Competition ranks; who is carried stands before who is not."""
    scored = all(each.rank is not None for each in contenders)
    candidates = [
        Candidate(
            each.entry,
            (
                Fraction(counted[each.entry].carried),
                Fraction(counted[each.entry].approve),
                Fraction(-(each.rank or 0) if scored else 0),
            ),
        )
        for each in contenders
    ]
    return {placed.id: placed.rank for placed in rank(candidates)}


def _standing(
    contest: Contest, carried: Collection[str], ranks: Mapping[str, int]
) -> list[RankedEntry]:
    return [
        _ranked(each, ranks[each.entry]) for each in contest.contenders if each.entry in carried
    ]


def _ranked(each: Contender, place: int) -> RankedEntry:
    groups, closed = frozenset(each.groups), frozenset(each.closed)
    return RankedEntry(each.entry, each.track, place, each.score or Fraction(0), groups, closed)


def _advanced(
    contest: Contest,
    carried: frozenset[str],
    counted: Mapping[str, Tally],
    tiers: Mapping[str, str] | None,
) -> frozenset[str]:
    """Who goes on. A settled tier is not compared with the others: to be carried is enough."""
    advance = contest.rule.advances
    if advance.way == "proposed":
        return frozenset(tiers or ())
    if not advance.compares:
        return carried
    settled = carried & {each.entry for each in contest.contenders if each.settled}
    candidates = [
        Candidate(entry, (Fraction(counted[entry].approve),)) for entry in carried - settled
    ]
    known = {each.entry: Standing(each.track, each.groups) for each in contest.contenders}
    among = Field(contest.sought, contest.lots, known)
    return cut(advance, candidates, among, contest.tie_order).advanced | settled


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
        Runner(each.entry, each.track, ranks[each.entry], each.groups, each.closed)
        for each in contest.contenders
        if not each.settled
    ]
    found = contest.consolation.among(runners, advanced, contest.tie_order, proposed)
    return dict.fromkeys(found, contest.consolation.tier.key)


def _reason(contest: Contest, each: Contender) -> str:
    """Why an entry that is carried does not go on."""
    if contest.rule.advances.way != "proposed":
        return BELOW_CUT
    if contest.rule.by == "choice":
        return NO_TIER
    one = _ranked(each, 1)
    reached = any(may_have(one, tier, contest.rule.lines) for tier in contest.tiers)
    open_ = any(may_have(one, tier) for tier in contest.tiers)
    return BELOW_FLOOR if open_ and not reached else NO_PLACE


def inputs_of(contest: Contest) -> dict[str, Any]:
    """The contest as plain values, for the snapshot; what it does not speak of leaves no trace."""
    choice = contest.choice
    beside = {
        "held": [[track, tier, list(groups)] for track, tier, groups in contest.held],
        "consolation": contest.consolation.plain() if contest.consolation else None,
        "choice": None if choice is None else [list(line) for line in choice],
        "lots": list(contest.lots),
    }
    return {
        "minutes": contest.minutes,
        "rule": _plain(contest.rule),
        "tiers": [_plain(tier) for tier in contest.tiers],
        "quotas": [_plain(quota) for quota in contest.quotas],
        "places": contest.places,
        "sought": contest.sought,
        "tie_order": list(contest.tie_order),
        **{name: value for name, value in beside.items() if value},
        "entries": [_told(each) for each in contest.contenders],
    }


def _plain(rule: Vote | Tier | Quota) -> dict[str, Any]:
    return rule.model_dump(mode="json", by_alias=True, exclude_none=True)


def _told(each: Contender) -> dict[str, Any]:
    beside = {
        "groups": list(each.groups),
        "closed": list(each.closed),
        "settled": each.settled,
        "rank": each.rank,
        "score": None if each.score is None else decimal_text(each.score),
    }
    entry = {"entry": each.entry, "track": each.track, "tier": each.tier}
    return entry | {name: value for name, value in beside.items() if value}


def contest_of(inputs: Mapping[str, Any]) -> Contest:
    """The contest that a snapshot's inputs describe: enough to decide it all again."""
    choice = inputs.get("choice")
    return Contest(
        rule=Vote.model_validate(inputs["rule"]),
        tiers=tuple(Tier.model_validate(each) for each in inputs["tiers"]),
        quotas=tuple(Quota.model_validate(each) for each in inputs["quotas"]),
        places=inputs["places"],
        sought=inputs["sought"],
        tie_order=tuple(inputs["tie_order"]),
        minutes=inputs["minutes"],
        contenders=tuple(_contender(each) for each in inputs["entries"]),
        choice=None if choice is None else tuple(Chosen(*line) for line in choice),
        held=held_of(inputs.get("held", ())),
        consolation=consolation_of(inputs["consolation"]) if "consolation" in inputs else None,
        lots=tuple(inputs.get("lots", ())),
    )


def _contender(told: Mapping[str, Any]) -> Contender:
    score = told.get("score")
    return Contender(
        told["entry"],
        told["track"],
        told["tier"],
        groups=tuple(told.get("groups", ())),
        closed=tuple(told.get("closed", ())),
        settled=told.get("settled", False),
        rank=told.get("rank"),
        score=None if score is None else fraction_from_text(score),
    )
