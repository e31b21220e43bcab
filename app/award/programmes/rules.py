"""What must be true of a cycle before it is planned, launched or ended? Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.regulation.model import Regulation


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
    regulation: Regulation, slots: Mapping[str, object], asked: int, most: int
) -> list[Refusal]:
    """What stands against a launch: a stage without a slot, more places than allowed."""
    found: list[Refusal] = [
        SlotMissing(name=stage.name) for stage in regulation.stages if stage.key not in slots
    ]
    if asked > most:
        found.append(PlacesTooMany(asked=asked, most=most))
    return found
