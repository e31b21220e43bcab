"""What must be true before a stage opens or closes, and who goes on? Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.rules.regulation.model import Regulation
from app.rules.regulation.quotas import Quota, Tier
from app.rules.regulation.stages import Stage, passed_by

Flow = tuple[str, bool]
"""A track, and whether the tier of its entries is settled."""
Feeding = Mapping[Flow, Collection[str]]
"""The stages from which entries of a flow come; a flow that is not there passes by."""


class StageUnknown(NotFound):
    code = "stage-not-found"
    zh = "没有这个环节，或您无权查看。"
    en = "There is no such stage, or you may not see it."


class EntryUnknown(NotFound):
    code = "entry-not-found"
    zh = "没有这个参评单位，或您无权查看。"
    en = "There is no such entry, or you may not see it."


class StageNotOpen(Conflict):
    code = "stage-not-open"
    zh = "“{name}”环节不在进行中。"
    en = "The stage “{name}” is not open."


class TooEarly(Conflict):
    code = "too-early"
    zh = "“{name}”环节按时间表于 {at} 开始。"
    en = "By the timetable the stage “{name}” opens at {at}."


class EarlierProposalOpen(Conflict):
    code = "earlier-proposal-open"
    zh = "“{name}”在办法中写在前面，与本环节共用名额，须先结束。"
    en = "“{name}” stands earlier in the regulation and shares its places; close it first."


class EarlierStageOpen(Conflict):
    code = "earlier-stage-open"
    zh = "前一环节“{name}”尚未结束。"
    en = "The stage before, “{name}”, is not closed."


class StageEnded(Conflict):
    code = "stage-closed"
    zh = "“{name}”环节已经结束。"
    en = "The stage “{name}” is closed."


class StageNotClosed(Conflict):
    code = "stage-not-closed"
    zh = "“{name}”环节尚未结束，请直接改正。"
    en = "The stage “{name}” is not closed; put it right where it stands."


class NoIntake(Conflict):
    code = "not-an-intake"
    zh = "“{name}”环节不是申报，请改用推迟。"
    en = "The stage “{name}” is no intake; postpone it instead."


class NothingCorrected(Invalid):
    code = "nothing-corrected"
    zh = "更正前后的文字相同。"
    en = "The corrected words are the same as before."


class TieUnresolved(Conflict):
    code = "tie-unresolved"
    zh = "有 {count} 家在入围线上并列，需先记录并列处理决定：{entries}。"
    en = (
        "{count} entries stand level at the cut; record a decision on their order first: {entries}."
    )

    def __init__(self, entries: Iterable[str]) -> None:
        level = sorted(entries)
        super().__init__(count=len(level), entries=", ".join(level))


class TieOrderWrong(Invalid):
    code = "tie-order-wrong"
    zh = "名单须恰好由本环节的参评单位组成，且不得重复。"
    en = "Name entries of this stage, each once."


class TieDecisionUnfit(Conflict):
    code = "tie-decision-unfit"
    zh = "并列处理决定与实际并列的单位不符。"
    en = "The recorded decision does not fit the entries that stand level."


class RecusalNeeded(NotAllowed):
    code = "recusal-needed"
    zh = "名单中有与您存在利害关系的单位，请由他人办理。"
    en = "You have an interest in somebody on the list; another person must do this."


class EntryEnded(Conflict):
    code = "entry-ended"
    zh = "该单位在本环节已有结果。"
    en = "This entry has an outcome in this stage already."


class AlreadyDisqualified(Conflict):
    code = "already-disqualified"
    zh = "该单位在本届的参评资格已经取消。"
    en = "The applicant has been disqualified in this cycle already."


class AwardStands(Conflict):
    code = "award-stands"
    zh = "该单位本届已经获奖，应按撤销程序处理。"
    en = "The applicant has been awarded; an award is revoked, not disqualified."


def opening_obstacles(
    name: str, opens_at: datetime, now: datetime, before: Iterable[tuple[str, bool]]
) -> list[Refusal]:
    """What stands against an opening: the timetable, and earlier stages (name, closed)."""
    found: list[Refusal] = [EarlierStageOpen(name=n) for n, closed in before if not closed]
    if now < opens_at:
        found.append(TooEarly(name=name, at=legal_minute(opens_at)))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What a closed stage has told of an application."""

    stage: str
    application: UUID
    organisation: UUID
    track: str
    advanced: bool
    tier: str | None = None
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Entrant:
    """An application that enters a stage, and what it brings along."""

    application: UUID
    organisation: UUID
    track: str
    tier: str | None = None
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    settled: bool = False


def feeders(regulation: Regulation, stage: Stage) -> dict[Flow, frozenset[str]]:
    """From which stages entries flow into this one, by track and whether their tier is settled: the
    nearest alone, for who advanced there has advanced in all before them.
    """

    def nearest(keys: frozenset[str]) -> frozenset[str]:
        farther = (regulation.upstream(regulation.stage(key)) for key in keys)
        return keys.difference(*farther)

    return {
        (track, settled): nearest(regulation.feeders(stage, track, settled=settled))
        for track in regulation.tracks_of(stage)
        for settled in (False, True)
        if not (settled and passed_by(stage))
    }


def entrants(told: Iterable[Told], feeding: Feeding) -> list[Entrant]:
    """Which applications flow in: those that advanced in every stage that feeds theirs, and ended
    nowhere.

    `told` is in the order of the stages: the last one that names a tier decides it, a settled tier
    before any other. Groups and closed tiers come from the stages that feed, all together.
    """
    paths: dict[UUID, list[Told]] = {}
    for each in told:
        paths.setdefault(each.application, []).append(each)
    found = (_entrant(path, feeding) for path in paths.values())
    return [each for each in found if each is not None]


def _entrant(path: Sequence[Told], feeding: Feeding) -> Entrant | None:
    last, settled = path[-1], [each for each in path if each.settled]
    here = feeding.get((last.track, bool(settled)), ())
    fed = [each for each in path if each.stage in here]
    if not here or len(fed) < len(here) or not all(each.advanced for each in path):
        return None
    tiers = [each.tier for each in settled or path if each.tier is not None]
    return Entrant(
        last.application,
        last.organisation,
        last.track,
        tier=tiers[-1] if tiers else None,
        groups=_together(each.groups for each in fed),
        closed=_together(each.closed for each in fed),
        settled=bool(settled),
    )


def _together(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for several in keys for key in several))


Held = tuple[tuple[str, str, tuple[str, ...]], ...]
"""What other stages have given, or must be able to give: track, tier, groups of the applicant."""


def lowered(quotas: Iterable[Quota], held: Held) -> list[Quota]:
    """What the quotas leave beside what others have given, or must be able to give."""

    def less(quota: Quota) -> Quota:
        counted = sum(quota.counts(*each) for each in held)
        name = "at_least" if quota.at_most is None else "at_most"
        left = max(0, (getattr(quota, name) or 0) - counted)
        return quota.model_copy(update={name: left}) if counted else quota

    return [less(quota) for quota in quotas]


@dataclass(frozen=True, slots=True)
class Runner:
    """A candidate for a consolation tier: where it stands, and which tiers it may have at all."""

    id: str
    track: str
    rank: int
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consolation:
    """A consolation tier, and how many there are to give: the quotas it stands under, `spare` (the
    places of this year that no other tier needs), less what other stages have given.
    """

    tier: Tier
    quotas: tuple[Quota, ...]
    spare: int
    held: Held = ()

    def among(
        self,
        runners: Sequence[Runner],
        advanced: Collection[str],
        tie_order: Sequence[str],
        proposed: Mapping[str, str] = MappingProxyType({}),
    ) -> frozenset[str]:
        """Who of those that do not go on gets the tier: by rank, under every cap that counts it,
        beside the tiers that are `proposed` here.

        Raises TieUnresolved where a cap parts entries that stand level.
        """
        own = [(r.track, proposed[r.id], r.groups) for r in runners if r.id in proposed]
        held = (*self.held, *own)
        caps = [quota for quota in lowered(self.quotas, held) if quota.at_most is not None]
        taken = sum(tier == self.tier.key for _, tier, _ in held)
        left = [self.spare - taken, *(quota.at_most or 0 for quota in caps)]

        def taking(*several: Runner) -> list[int]:
            """What is left after these, in all and of each cap; below 0 where they do not fit."""
            counted = (
                sum(quota.counts(one.track, self.tier.key, one.groups) for one in several)
                for quota in caps
            )
            return [free - more for free, more in zip(left, (len(several), *counted), strict=True)]

        given: set[str] = set()
        wanting = [each for each in runners if each.id not in advanced and self._open_to(each)]
        for _, level in groupby(sorted(wanting, key=_by_rank), key=_by_rank):
            group = [each for each in level if min(taking(each)) >= 0]
            if min(taking(*group)) < 0:
                if not {each.id for each in group} <= set(tie_order):
                    raise TieUnresolved(each.id for each in group)
                group = sorted(group, key=lambda each: tie_order.index(each.id))
            for each in group:
                rest = taking(each)
                if min(rest) >= 0:
                    left = rest
                    given.add(each.id)
        return frozenset(given)

    def plain(self) -> dict[str, Any]:
        """As plain values, for a snapshot."""
        return {
            "tier": self.tier.model_dump(mode="json", exclude_none=True),
            "quotas": [
                quota.model_dump(mode="json", by_alias=True, exclude_none=True)
                for quota in self.quotas
            ],
            "spare": self.spare,
            "held": [[track, tier, list(groups)] for track, tier, groups in self.held],
        }

    def _open_to(self, runner: Runner) -> bool:
        return self.tier.key not in runner.closed and self.tier.open_to(runner.track, runner.groups)


def _by_rank(runner: Runner) -> int:
    return runner.rank


def consolation_of(plain: Mapping[str, Any]) -> Consolation:
    """The consolation that a snapshot's plain values describe."""
    return Consolation(
        Tier.model_validate(plain["tier"]),
        tuple(Quota.model_validate(each) for each in plain["quotas"]),
        plain["spare"],
        held_of(plain["held"]),
    )


def held_of(plain: Iterable[tuple[str, str, Sequence[str]]]) -> Held:
    """What others have given, from the plain values of a snapshot."""
    return tuple((track, tier, tuple(groups)) for track, tier, groups in plain)
