"""Does a recorded choice of tiers fit the quotas, and say why it passes over whom? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.programmes.rules import TierUnknown
from app.award.stages.kind import StageAt
from app.award.stages.rules import Held, TieUnresolved, lowered
from app.platform.errors import Conflict, Invalid, Refusal
from app.rules.quota import Award, RankedEntry, Violation, may_have, places, propose, violations
from app.rules.regulation.quotas import Floor, Quota, Tier
from app.rules.regulation.stages import Composite, Vote


class NoChoiceHere(Conflict):
    code = "tier-choice-not-here"
    zh = "“{name}”环节的等次不由记录的决定确定。"
    en = "In the stage “{name}” tiers are not left to a recorded decision."


class ChoiceMissing(Conflict):
    code = "tier-choice-missing"
    zh = "须先记录各参评单位等次的决定。"
    en = "Record the decision on the tiers first."


class ChoiceUnfit(Conflict):
    code = "tier-choice-unfit"
    zh = "情况已变，记录的等次决定不再适用，请重新记录（{why}）。"
    en = "The recorded decision on the tiers does not fit any more; record it anew ({why})."


class NotToChoose(Invalid):
    code = "entry-not-to-choose"
    zh = "该参评单位不在可确定等次的名单中。"
    en = "This entry is not among those that may be given a tier here."


class ChosenTwice(Invalid):
    code = "entry-chosen-twice"
    zh = "同一参评单位在决定中出现了两次。"
    en = "The decision names this entry twice."


class TierClosed(Invalid):
    code = "tier-closed"
    zh = "该参评单位不能获得“{tier}”。"
    en = "The tier “{tier}” is not open to this entry."


class TierBelowFloor(Invalid):
    code = "tier-below-floor"
    zh = "该参评单位的得分未达到“{tier}”的最低分。"
    en = "The score of this entry is below the floor of “{tier}”."


class ChoiceAboveQuota(Invalid):
    code = "choice-above-quota"
    zh = "{tiers}共 {counted} 家，超过名额 {limit} 家。"
    en = "{counted} entries get {tiers}; there are {limit} places."


class ChoiceBelowQuota(Invalid):
    code = "choice-below-quota"
    zh = "{tiers}仅 {counted} 家，规定至少 {limit} 家，且尚有符合条件的单位。"
    en = "{counted} entries get {tiers}; at least {limit} must, and there are some who may."


class ChoiceReasonMissing(Invalid):
    code = "choice-reason-missing"
    zh = "{tiers}共 {counted} 家，原则上为 {limit} 家，突破须写明理由。"
    en = "{counted} entries get {tiers}, in principle {limit}; give the reason for going beyond."


class PassedOver(Invalid):
    code = "passed-over-without-reason"
    zh = "参评 {entry} 名次在前，等次却低于名次在后者，须写明理由。"
    en = "Entry {entry} stands higher than one that gets a higher tier; give the reason."


class Chosen(NamedTuple):
    """The tier that the decision gives an entry, or none; `reason` why it is passed over."""

    entry: str
    tier: str | None
    reason: str | None = None


class Choice(NamedTuple):
    """A recorded decision; `reason` is why it goes beyond a number that holds in principle."""

    lines: tuple[Chosen, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ballot:
    """Among whom tiers are chosen (where they stand, what each may have), and within what."""

    standing: Sequence[RankedEntry]
    tiers: Sequence[Tier]
    quotas: Sequence[Quota]
    floors: Sequence[Floor] = ()


@runtime_checkable
class Chooses(Protocol):
    """A kind of stage in which a recorded decision may give the tiers."""

    async def ballot(self, db: AsyncSession, stage: StageAt) -> Ballot:
        """Among whom the tiers are chosen. Raises a Refusal where that is not known yet."""


def by_choice(stage: StageAt) -> bool:
    """Whether the regulation leaves the tiers of this stage to a recorded decision."""
    rule = stage.rule
    return isinstance(rule, Composite | Vote) and rule.proposes is not None and rule.by == "choice"


def quotas_of(stage: StageAt, held: Held) -> list[Quota]:
    """What a choice must keep: the quotas, and the places of this year where they are fewer than
    the regulation has, less the consolations given before. A minimum that only the consolation of
    this stage can fill is none of its own.
    """
    tracks = [track.key for track in stage.regulation.tracks]
    most = places(stage.quotas, tracks, stage.regulation.tiers)
    fewer = most is None or stage.places < most
    granted = [Quota(at_most=stage.places)] if fewer else []
    own = (stage.rule.consolation,)
    quotas = [q for q in stage.quotas if not (q.at_least and q.of.tier == own)]
    return lowered([*quotas, *granted], held)


def given(lines: Sequence[Chosen]) -> dict[str, str]:
    """The tier of each entry that gets one."""
    return {line.entry: line.tier for line in lines if line.tier is not None}


class Contested(Protocol):
    """What tiers are given from: the recorded decision where the rule leaves them to one, else the
    quotas, the places of this year and what other stages have given, ties as they were decided.
    """

    @property
    def rule(self) -> Composite | Vote: ...
    @property
    def tiers(self) -> Sequence[Tier]: ...
    @property
    def quotas(self) -> Sequence[Quota]: ...
    @property
    def places(self) -> int: ...
    @property
    def held(self) -> Held: ...
    @property
    def tie_order(self) -> Sequence[str]: ...
    @property
    def choice(self) -> Sequence[Chosen] | None: ...


def tiers_given(contest: Contested, standing: Sequence[RankedEntry]) -> Mapping[str, str]:
    """The tier of each entry that gets one, among those who stand for it.

    Raises TieUnresolved where the edge of a quota falls between entries that stand level.
    """
    if contest.rule.by == "choice":
        able = {each.id for each in standing}
        chosen = given(contest.choice or ())
        return {entry: tier for entry, tier in chosen.items() if entry in able}
    proposal = propose(
        standing,
        contest.tiers,
        lowered([*contest.quotas, Quota(at_most=contest.places)], contest.held),
        contest.rule.lines,
        contest.tie_order,
    )
    if proposal.unresolved:
        raise TieUnresolved(entry for group in proposal.unresolved for entry in group)
    return proposal.assigned


def choice_problems(
    lines: Sequence[Chosen], ballot: Ballot, reason: str | None = None
) -> list[Refusal]:
    """Everything that stands against a choice, at once. `reason` is why it goes beyond a number
    that holds in principle.
    """
    known = {each.id: each for each in ballot.standing}
    tiers = {tier.key: tier for tier in ballot.tiers}
    sound = [line for line in lines if line.entry in known and (line.tier or "") in {"", *tiers}]
    return [
        *_wrong_lines(lines, known, tiers, ballot.floors),
        *_broken(sound, known, ballot, reason),
        *_passed_over(lines, sound, ballot),
    ]


def closing_obstacles(choice: Choice | None, ballot: Ballot) -> list[Refusal]:
    """What stands against closing on this choice: there is none, or it has come not to fit since
    somebody it names has withdrawn.
    """
    if choice is None:
        return [ChoiceMissing()]
    here = {each.id for each in ballot.standing}
    left = [line for line in choice.lines if line.entry in here]
    problems = choice_problems(left, ballot, choice.reason)
    why = ", ".join(sorted({each.code for each in problems}))
    return [ChoiceUnfit(why=why)] if problems else []


def _wrong_lines(
    lines: Sequence[Chosen],
    known: Mapping[str, RankedEntry],
    tiers: Mapping[str, Tier],
    floors: Sequence[Floor],
) -> Iterator[Refusal]:
    seen: set[str] = set()
    for place, line in enumerate(lines):
        here = f"/choices/{place}"
        if line.entry in seen:
            yield ChosenTwice(pointer=f"{here}/entry")
        seen.add(line.entry)
        if line.entry not in known:
            yield NotToChoose(pointer=f"{here}/entry")
        if line.tier is None:
            continue
        tier = tiers.get(line.tier)
        if tier is None:
            yield TierUnknown(pointer=f"{here}/tier", tier=line.tier)
        elif line.entry in known and not may_have(known[line.entry], tier):
            yield TierClosed(pointer=f"{here}/tier", tier=tier.name)
        elif line.entry in known and not may_have(known[line.entry], tier, floors):
            yield TierBelowFloor(pointer=f"{here}/tier", tier=tier.name)


def _broken(
    lines: Sequence[Chosen],
    known: Mapping[str, RankedEntry],
    ballot: Ballot,
    reason: str | None,
) -> Iterator[Refusal]:
    awards = [
        Award(each.id, each.track, tier, each.groups)
        for entry, tier in given(lines).items()
        for each in [known[entry]]
    ]
    for broken in violations(awards, ballot.quotas):
        quota = ballot.quotas[broken.quota]
        short = broken.code == "below_minimum"
        if (short and not _fillable(quota, broken, ballot)) or (broken.in_principle and reason):
            continue
        refusal = ChoiceBelowQuota if short else ChoiceAboveQuota
        yield (ChoiceReasonMissing if broken.in_principle else refusal)(
            pointer="/reason" if broken.in_principle else "/choices",
            clause=quota.cite,
            tiers=_names(quota, ballot.tiers),
            counted=broken.counted,
            limit=broken.limit,
        )


def _fillable(quota: Quota, broken: Violation, ballot: Ballot) -> bool:
    """Whether somebody who does not count to a minimum could."""
    return any(
        each.id not in broken.ids
        and quota.counts(each.track, tier.key, each.groups)
        and may_have(each, tier, ballot.floors)
        for each in ballot.standing
        for tier in ballot.tiers
    )


def _names(quota: Quota, tiers: Sequence[Tier]) -> str:
    named = [tier.name for tier in tiers if quota.of.tier and tier.key in quota.of.tier]
    return "、".join(named or ["各等次"])


def _passed_over(
    lines: Sequence[Chosen], sound: Sequence[Chosen], ballot: Ballot
) -> Iterator[Refusal]:
    """Entries that stand higher than one with a higher tier which they could have had, too, and of
    which the decision does not say why.
    """
    order = {tier.key: place for place, tier in enumerate(ballot.tiers)}
    tiers = given(sound)
    winners = [(each, tiers[each.id]) for each in ballot.standing if each.id in tiers]
    said = {line.entry for line in lines if line.reason}
    where = {line.entry: place for place, line in enumerate(lines)}
    for each in ballot.standing:
        own = order[tiers[each.id]] if each.id in tiers else len(order)
        if each.id not in said and any(
            winner.rank > each.rank
            and order[tier] < own
            and may_have(each, ballot.tiers[order[tier]], ballot.floors)
            and _compete(each, winner, tier, ballot.quotas)
            for winner, tier in winners
        ):
            here = f"/choices/{where[each.id]}/reason" if each.id in where else "/choices"
            yield PassedOver(pointer=here, entry=each.id)


def _compete(one: RankedEntry, other: RankedEntry, tier: str, quotas: Sequence[Quota]) -> bool:
    """Whether a place of the tier for the one could be a place for the other."""
    return one.track == other.track or any(
        quota.at_most is not None
        and all(quota.counts(each.track, tier, each.groups) for each in (one, other))
        for quota in quotas
    )
