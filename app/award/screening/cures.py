"""What may be cured (补正), by when, and does an answer say what it must? Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.award.applications.rules import SETTLING
from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.calendar import Calendar, CountRule, Deadline, Length, Unit, deadline, local_date
from app.rules.facts import Answer, Met
from app.rules.regulation.stages import Cure, Screening

FIELD, DOCUMENT = "/form/", "/documents/"
"""Where a defect is: in a field of the form, or in a document of the regulation."""
SETTLED = frozenset({"awardee", "tier"})
"""Fields that say what was entered for the award: a cure does not change them."""


class CureState(StrEnum):
    """Computed: nothing is stored when a deadline passes."""

    WAITING = "waiting"
    SUPPLIED = "supplied"
    LAPSED = "lapsed"


class CureUnknown(NotFound):
    code = "cure-not-found"
    zh = "没有这份补正通知，或您无权查看。"
    en = "There is no such call to cure, or you may not see it."


class CureNotOffered(Conflict):
    code = "cure-not-offered"
    zh = "管理办法在本环节没有规定补正。"
    en = "The regulation offers no cure in this stage."


class CuresUsedUp(Conflict):
    code = "cures-used-up"
    zh = "管理办法只给{times}次补正，已经用完。"
    en = "The regulation allows {times} cures; they are used up."


class CureOpen(Conflict):
    code = "cure-open"
    zh = "补正期限至{at}，届满或收到补正材料之前不能作出决定，也不能再次通知补正。"
    en = "A cure is open until {at}; until then, or until it comes, nothing is decided."


class CuresWaiting(Conflict):
    code = "cures-waiting"
    zh = "还有 {count} 家在补正期限内，尚未补正。"
    en = "{count} entries are still within their time to cure."


class CureNotGiven(Conflict):
    code = "cure-not-given"
    zh = "管理办法规定材料不全的可以补正；尚未通知补正，不能以材料不全为由不予通过。"
    en = "The regulation lets an incomplete file be cured; no cure has been called for yet."


class DefectPlaceUnknown(Invalid):
    code = "defect-place-unknown"
    zh = "“{place}”既不是可补正的表单字段（/form/…），也不是管理办法要求的材料（/documents/…）。"
    en = "“{place}” is no curable field (/form/…) and no document of the regulation (/documents/…)."


class DefectTwice(Invalid):
    code = "defect-twice"
    zh = "“{place}”列出了不止一次。"
    en = "“{place}” is named more than once."


class IneligibilityNotCurable(Invalid):
    code = "ineligibility-not-curable"
    zh = "所申报的内容使“{name}”不符合；不符合条件不属于补正范围。"
    en = "What is declared there fails the ground “{key}”; ineligibility cannot be cured."


class CureOver(Conflict):
    code = "cure-over"
    zh = "补正期限已于{at}届满。"
    en = "The time to cure ended at {at}."


class AlreadySupplied(Conflict):
    code = "already-supplied"
    zh = "补正材料已经提交，不能更改。"
    en = "The supplement has been handed in and does not change any more."


class PlaceNotAsked(Invalid):
    code = "place-not-asked"
    zh = "补正通知没有要求补正“{place}”，只能更改所列的内容。"
    en = "The call to cure does not name “{place}”; only what it names may be changed."


class AnsweredTwice(Invalid):
    code = "cure-answered-twice"
    zh = "“{place}”答复了不止一次。"
    en = "“{place}” is answered more than once."


class DefectUnanswered(Invalid):
    code = "defect-unanswered"
    zh = "“{place}”还没有补正，也没有说明。"
    en = "“{place}” is neither mended nor explained."


class CureAnswerUnfit(Invalid):
    code = "cure-answer-unfit"
    zh = "“{place}”：字段以 value 补正，材料以上传文件补正；也可以只作说明。"
    en = "“{place}”: a field is mended by a value, a document by files; either may be explained."


class CureOf(Protocol):
    """A call to cure on file, and when it was answered."""

    @property
    def ends_at(self) -> datetime: ...
    @property
    def received_at(self) -> datetime | None: ...


class AnswerOf(Protocol):
    """What the applicant says of one defect."""

    @property
    def pointer(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def explanation(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Curable:
    """What a call to cure may name: fields of the form, and the regulation's documents."""

    fields: Collection[str]
    documents: Collection[str]

    def has(self, place: str) -> bool:
        """Whether the place exists and may be changed."""
        if place.startswith(DOCUMENT):
            return place.removeprefix(DOCUMENT) in self.documents
        return "/".join(path_of(place) or ()) in set(self.fields) - SETTLED


def path_of(place: str) -> list[str] | None:
    """The keys that lead to a field of the form; None for what is no field."""
    path = place.removeprefix(FIELD).split("/")
    return path if place.startswith(FIELD) and all(path) else None


def document_of(place: str) -> str | None:
    """The document a place names; None for a field."""
    return place.removeprefix(DOCUMENT) if place.startswith(DOCUMENT) else None


def cure_deadline(rule: Cure, now: datetime) -> Deadline:
    """The time to cure, from the day of the call; working days by the calendar of 国务院."""
    length = Length(rule.within.amount, Unit(rule.within.way))
    return deadline(local_date(now), length, CountRule(end_of_day=rule.end_of_day), Calendar())


def state_of(cure: CureOf, now: datetime) -> CureState:
    """How a cure stands, for whoever looks at it."""
    if cure.received_at is not None:
        return CureState.SUPPLIED
    return CureState.WAITING if now < cure.ends_at else CureState.LAPSED


def unsettled(cures: Iterable[CureOf], now: datetime) -> CureOf | None:
    """The cure that may still come in. What arrived in time may take a minute to be written."""
    return next(
        (each for each in cures if each.received_at is None and now < each.ends_at + SETTLING),
        None,
    )


def open_obstacle(cures: Iterable[CureOf], now: datetime) -> CureOpen | None:
    """What an open cure says against deciding, or against calling again."""
    still = unsettled(cures, now)
    return CureOpen(at=_end(still)) if still else None


def issue_obstacles(
    rule: Screening, cures: Sequence[CureOf], places: Sequence[str], curable: Curable, now: datetime
) -> list[Refusal]:
    """Everything that keeps a call from being made, at once; `cures` are those made before."""
    if rule.cure is None:
        return [CureNotOffered()]
    found: list[Refusal | None] = [open_obstacle(cures, now)]
    if len(cures) >= rule.cure.times:
        found.append(CuresUsedUp(times=rule.cure.times))
    for number, place in enumerate(places):
        pointer = f"/defects/{number}/pointer"
        if not curable.has(place):
            found.append(DefectPlaceUnknown(pointer=pointer, place=place))
        elif place in places[:number]:
            found.append(DefectTwice(pointer=pointer, place=place))
    return [each for each in found if each is not None]


def ineligibility_obstacles(
    number: int, before: Sequence[Answer], blanked: Sequence[Answer], names: Mapping[str, str]
) -> list[Refusal]:
    """The grounds that fail by what is declared at a place: they fail, and without it they would
    not. `number` is that of the defect.
    """
    later = {each.key: each.met for each in blanked}
    return [
        IneligibilityNotCurable(
            pointer=f"/defects/{number}/pointer", key=each.key, name=names.get(each.key, each.key)
        )
        for each in before
        if each.met is Met.NOT_MET and later.get(each.key) is not Met.NOT_MET
    ]


def supply_obstacles(
    asked: Sequence[str], answers: Sequence[AnswerOf], uploaded: Collection[str]
) -> list[Refusal]:
    """What is wrong with an answer to a call, at once; `uploaded` are documents with new files."""
    found: list[Refusal] = []
    given: set[str] = set()
    for number, each in enumerate(answers):
        pointer = f"/answers/{number}/pointer"
        if each.pointer not in asked:
            found.append(PlaceNotAsked(pointer=pointer, place=each.pointer))
            continue
        if each.pointer in given:
            found.append(AnsweredTwice(pointer=pointer, place=each.pointer))
        given.add(each.pointer)
        document = document_of(each.pointer)
        fits = each.value is not None if document is None else document in uploaded
        misplaced = document is not None and each.value is not None
        if misplaced or not (fits or each.explanation):
            found.append(CureAnswerUnfit(pointer=pointer, place=each.pointer))
    return found + [
        DefectUnanswered(pointer="/answers", place=place)
        for place in asked
        if place not in given and document_of(place) not in uploaded
    ]


def late_obstacle(cure: CureOf, now: datetime) -> Refusal | None:
    """Lateness is decided by the arrival of the request; a second answer is none."""
    if cure.received_at is not None:
        return AlreadySupplied()
    if now >= cure.ends_at:
        return CureOver(at=_end(cure))
    return None


def mended(form: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The form with these places replaced; a value of None empties the place."""
    result = dict(form)
    for place, value in values.items():
        first, *rest = path_of(place) or [place]
        if not rest:
            result[first] = value
            continue
        inside = dict(result.get(first) or {})
        inside.pop(rest[0], None)
        result[first] = inside if value is None else inside | {rest[0]: value}
    return result


def _end(cure: CureOf) -> str:
    # 24:00 of the last day is 00:00 of the next: the last minute that is in time is meant.
    return legal_minute(cure.ends_at - timedelta(microseconds=1))
