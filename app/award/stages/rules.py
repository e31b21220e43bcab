"""What must be true before a stage opens or closes, and who goes on? Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.rules.ranking import Candidate, Cut, RankingError, at_least, everybody, first
from app.rules.regulation.stages import Advance


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


class EarlierStageOpen(Conflict):
    code = "earlier-stage-open"
    zh = "前一环节“{name}”尚未结束。"
    en = "The stage before, “{name}”, is not closed."


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


def opening_obstacles(
    name: str, opens_at: datetime, now: datetime, before: Iterable[tuple[str, bool]]
) -> list[Refusal]:
    """What stands against an opening: the timetable, and earlier stages (name, closed)."""
    found: list[Refusal] = [EarlierStageOpen(name=n) for n, closed in before if not closed]
    if now < opens_at:
        found.append(TooEarly(name=name, at=legal_minute(opens_at)))
    return found


def entrants(
    sources: Mapping[str, Mapping[UUID, tuple[str, str | None]]], tracks: frozenset[str]
) -> dict[UUID, tuple[str, str | None]]:
    """Which applications flow in: those of these tracks that advanced in every stage before.

    `sources` gives, per stage before, application → (track, tier); the last stage that names a
    tier decides it.
    """
    if not sources:
        return {}
    common = set.intersection(*(set(advanced) for advanced in sources.values()))
    entered: dict[UUID, tuple[str, str | None]] = {}
    for application in common:
        named = [advanced[application] for advanced in sources.values()]
        track = named[0][0]
        tier = next((tier for _, tier in reversed(named) if tier is not None), None)
        if track in tracks:
            entered[application] = (track, tier)
    return entered


def cut(
    advance: Advance, candidates: Sequence[Candidate], places: int, tie_order: Sequence[str]
) -> Cut:
    """Who goes on by score or rank, under the advance rule of the stage.

    Raises TieUnresolved where the cut falls between entries that stand level.
    """
    if advance.at_least is not None:
        found = at_least(candidates, advance.at_least)
    elif advance.first is not None:
        most = advance.first.places or int((advance.first.times_places or Fraction(1)) * places)
        here = {candidate.id for candidate in candidates}
        try:
            found = first(candidates, most, [entry for entry in tie_order if entry in here])
        except RankingError as unfit:
            raise TieDecisionUnfit from unfit
    else:
        found = everybody(candidates)
    if found.unresolved:
        raise TieUnresolved(found.unresolved)
    return found
