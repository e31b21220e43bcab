"""What must be true of a cycle before it is planned, launched or ended? Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.regulation.model import Regulation, Rhythm


class ProgrammeUnknown(NotFound):
    code = "programme-not-found"
    zh = "没有这个奖项。"
    en = "There is no such programme."


class CycleUnknown(NotFound):
    code = "cycle-not-found"
    zh = "没有这一届评选，或您无权查看。"
    en = "There is no such cycle, or you may not see it."


class RegulationUnknown(NotFound):
    code = "regulation-not-found"
    zh = "没有这个版本的管理办法。"
    en = "There is no such edition of a regulation."


class FormUnknown(NotFound):
    code = "form-not-found"
    zh = "没有这份申报表。"
    en = "There is no such form."


class CriteriaUnknown(NotFound):
    code = "criteria-not-found"
    zh = "没有这套评价准则。"
    en = "There is no such criteria set."


class RegulationFaulty(Invalid):
    """One fault of a regulation file."""

    code = "regulation-faulty"
    zh = "{zh}"
    en = "{en}"


class NameTaken(Conflict):
    code = "name-taken"
    zh = "“{name}”已经存在。"
    en = "“{name}” exists already."


class NotAdopted(Conflict):
    code = "regulation-not-adopted"
    zh = "本奖项尚未采用这个版本的管理办法。"
    en = "The programme has not adopted this edition of a regulation."


class OrdinalTaken(Conflict):
    code = "ordinal-taken"
    zh = "第 {ordinal} 届已经存在。"
    en = "Cycle number {ordinal} exists already."


class PeriodWrong(Invalid):
    code = "period-wrong"
    zh = "评审期间的开始日期不能晚于结束日期。"
    en = "The period ends before it begins."


class SlotUnknown(Invalid):
    code = "slot-unknown"
    zh = "管理办法中没有“{key}”环节。"
    en = "The regulation has no stage “{key}”."


class SlotTwice(Invalid):
    code = "slot-twice"
    zh = "时间表中“{key}”环节出现了两次。"
    en = "The stage “{key}” stands twice in the timetable."


class SlotReversed(Invalid):
    code = "slot-reversed"
    zh = "“{key}”环节的截止时间须晚于开始时间。"
    en = "The stage “{key}” must close after it opens."


class SlotMissing(Conflict):
    code = "slot-missing"
    zh = "时间表中没有“{name}”环节的起止时间。"
    en = "The timetable does not say when “{name}” opens and closes."


class PlacesTooMany(Conflict):
    code = "places-too-many"
    zh = "本届名额 {asked} 个，超过管理办法规定的 {most} 个。"
    en = "{asked} places asked; the regulation allows {most}."


class TierPlacesTooMany(Conflict):
    code = "tier-places-too-many"
    zh = "等次“{tier}”本届名额 {asked} 个，超过 {most} 个。"
    en = "{asked} places asked for the tier “{tier}”; {most} are allowed."


class TierUnknown(Invalid):
    code = "tier-unknown"
    zh = "管理办法中没有“{tier}”等次。"
    en = "The regulation has no tier “{tier}”."


class LaunchedByAnother(Conflict):
    code = "launched-by-another"
    zh = "按管理办法，启动须经{wanted}批准。"
    en = "By the regulation the launch is approved by {wanted}."


class OutOfTurn(Conflict):
    code = "cycle-out-of-turn"
    zh = "每 {years} 年评选一次，与第 {ordinal} 届相隔不足；增开须写明批准文件。"
    en = (
        "One cycle every {years} years; cycle number {ordinal} is too near. A special cycle names "
        "the document that allows it."
    )


class NoSpecialCycle(Conflict):
    code = "special-cycle-not-provided"
    zh = "管理办法没有规定可以增开。"
    en = "The regulation does not provide for special cycles."


class NothingMoved(Conflict):
    code = "nothing-moved"
    zh = "“{name}”环节的起止时间没有变化。"
    en = "The times of the stage “{name}” are what they were."


class EarlierThanPromised(Invalid):
    code = "earlier-than-promised"
    zh = "不能早于已公布的时间（{at}）。"
    en = "This is earlier than has been announced ({at})."


class AlreadyOpened(Conflict):
    code = "already-opened"
    zh = "“{name}”环节已经开始，只能推迟其截止时间。"
    en = "The stage “{name}” is open already; only its end can be moved."


class InThePast(Invalid):
    code = "in-the-past"
    zh = "新的截止时间已经过去。"
    en = "The new end lies in the past."


class StagesUnfinished(Conflict):
    code = "stages-unfinished"
    zh = "尚有 {count} 个环节没有结束。"
    en = "{count} stages are not closed."


class NothingLaunched(Conflict):
    code = "cycle-not-running"
    zh = "本届评选不在进行中。"
    en = "The cycle is not running."


def slot_obstacles(
    regulation: Regulation, slots: Iterable[tuple[str, datetime, datetime]]
) -> list[Refusal]:
    """What is wrong with a timetable of (stage key, opens, closes)."""
    found: list[Refusal] = []
    known, seen = {stage.key for stage in regulation.stages}, set[str]()
    for place, (key, opens, closes) in enumerate(slots):
        where = f"/slots/{place}"
        if key not in known:
            found.append(SlotUnknown(pointer=f"{where}/stage", key=key))
        if key in seen:
            found.append(SlotTwice(pointer=f"{where}/stage", key=key))
        if closes <= opens:
            found.append(SlotReversed(pointer=f"{where}/closes_at", key=key))
        seen.add(key)
    return found


def launch_obstacles(
    regulation: Regulation, slots: Mapping[str, object], body: str, asked: int, most: int
) -> list[Refusal]:
    """What stands against a launch: a stage without a slot, more places than allowed, an approval
    by another body than the regulation names.
    """
    found: list[Refusal] = [
        SlotMissing(name=stage.name) for stage in regulation.stages if stage.key not in slots
    ]
    if asked > most:
        found.append(PlacesTooMany(asked=asked, most=most))
    if regulation.launch and body != regulation.launch.approved_by:
        found.append(LaunchedByAnother(pointer="/body", wanted=regulation.launch.approved_by))
    return found


def tier_obstacles(
    asked: Mapping[str, int], most: Mapping[str, int | None], places: int
) -> list[Refusal]:
    """What is wrong with the places of single tiers: `most` is what the quotas leave for each tier
    alone, None where they set no limit; none is above the places granted in all.
    """
    found: list[Refusal] = []
    for tier, wanted in asked.items():
        pointer = f"/places_of/{tier}"
        if tier not in most:
            found.append(TierUnknown(pointer=pointer, tier=tier))
            continue
        limit = min(places, most[tier] or places)
        if wanted > limit:
            found.append(TierPlacesTooMany(pointer=pointer, tier=tier, asked=wanted, most=limit))
    return found


def turn_obstacle(
    rhythm: Rhythm | None, cut_off: date, held: Iterable[tuple[int, date]], document: str | None
) -> Refusal | None:
    """Whether a cycle may be opened now. `held` are the other regular cycles, by ordinal and
    cut-off date; of two of them one is at least so many years after the other, to the day. A
    special cycle is out of turn by its document, where the regulation provides for that.
    """
    if document is not None:
        return None if rhythm and rhythm.special else NoSpecialCycle(pointer="/special_document")
    if rhythm is None or rhythm.every_years is None:
        return None
    for ordinal, other in sorted(held):
        first, then = min(cut_off, other), max(cut_off, other)
        if (then.year - rhythm.every_years, then.month, then.day) < first.timetuple()[:3]:
            return OutOfTurn(pointer="/cut_off", years=rhythm.every_years, ordinal=ordinal)
    return None


Times = tuple[datetime, datetime]
"""When a stage opens and closes by plan."""


def postponement_obstacles(
    name: str, planned: Times, wanted: Times, now: datetime, *, opened: bool
) -> list[Refusal]:
    """What stands against moving the slot of a stage: it is never moved to before what has been
    announced, and ends in the future.
    """
    found: list[Refusal] = []
    for field, before, after in zip(("opens_at", "closes_at"), planned, wanted, strict=True):
        if after < before:
            found.append(EarlierThanPromised(pointer=f"/{field}", at=legal_minute(before)))
    if wanted[1] <= wanted[0]:
        found.append(SlotReversed(pointer="/closes_at", key=name))
    if wanted[1] <= now:
        found.append(InThePast(pointer="/closes_at"))
    if opened and wanted[0] != planned[0]:
        found.append(AlreadyOpened(pointer="/opens_at", name=name))
    if wanted == planned:
        found.append(NothingMoved(name=name))
    return found
