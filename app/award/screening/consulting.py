"""Which departments are asked about an entry, until when, and what is still awaited? Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.award.screening.rules import Said
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.calendar import Calendar, CountRule, Deadline, Length, Unit, deadline, local_date
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Consultation, Screening


class Awaited(StrEnum):
    """How a consultation stands; silence is what is left when its time has passed."""

    WAITING = "waiting"
    ANSWERED = "answered"
    SILENT = "silent"


class NobodyAsked(Invalid):
    code = "department-not-consulted"
    zh = "本环节没有就此征求该部门的意见。"
    en = "This screening does not consult that department on this."


class DocumentOfSilence(Invalid):
    code = "opinion-document-unfit"
    zh = "部门的意见须写明来文；未回复的没有来文。"
    en = "An opinion comes with its document; silence has none."


class SilenceTooEarly(Conflict):
    code = "silence-too-early"
    zh = "“{department}”的回复期至{day}，届满前不能记为未回复。"
    en = "“{department}” may answer until {day}; its silence cannot be recorded before."


class ConsultationsOpen(Conflict):
    code = "consultations-open"
    zh = "还有 {count} 项部门意见没有收到，回复期也未届满。"
    en = "{count} opinions of departments are awaited, and their time is not over."


class ConsultationUnknown(NotFound):
    code = "consultation-not-found"
    zh = "没有这份征求意见函，或您无权查看。"
    en = "There is no such consultation, or you may not see it."


class ConsultedUnknown(Invalid):
    code = "consulted-authority-unknown"
    zh = "没有这个机关。"
    en = "There is no such authority."


class ConsultedAlready(Conflict):
    code = "department-consulted-already"
    zh = "本环节已经就此征求过该部门的意见。"
    en = "This department has been consulted in this stage already."


class OpinionLate(Conflict):
    code = "opinion-late"
    zh = "回复期至{day}，已经届满；迟到的意见请函送评审办。"
    en = "The time to answer ended on {day}; send a late opinion to the office."


class AnsweredBefore(Conflict):
    code = "department-answered-already"
    zh = "贵单位对此已经答复；答复不能更改，需要更正的请另行来函，由评审办登记。"
    en = "Your department has answered this; what corrects it is a new letter to the office."


class ReplyScanUnknown(NotFound):
    code = "reply-scan-not-found"
    zh = "没有这份复函的扫描件，或您无权查看。"
    en = "There is no scan of such a reply, or you may not see it."


class NotAskedOf(Invalid):
    code = "opinion-not-asked"
    zh = "没有就此征求贵单位的意见。"
    en = "Your department is not asked about this."


class DepartmentObjected(Conflict):
    code = "department-objected"
    zh = "“{department}”就“{name}”提出异议；仍认定合格的，由工作人员逐家决定，并在备注中说明理由。"
    en = "“{department}” objects as to “{name}”; who finds it eligible all the same says why."


class Opinion(Protocol):
    """An opinion on file."""

    @property
    def department(self) -> str: ...
    @property
    def ground(self) -> str | None: ...
    @property
    def said(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One department asked about one ground, or about the whole; `until` is None without a time."""

    department: str
    ground: str | None
    name: str
    until: Deadline | None

    @property
    def last_day(self) -> date | None:
        """The last day on which an answer is awaited."""
        return self.until.last_day if self.until else None

    def over(self, now: datetime) -> bool:
        """Whether the time to answer has passed; without a time it never does."""
        return self.until is not None and now >= self.until.ends_at


def questions(
    regulation: Regulation, rule: Screening, track: str, opened_at: datetime | None
) -> list[Question]:
    """What the departments are asked about an entry of this track, in the regulation's order.

    The time runs from the day the stage was opened, working days by the calendar of 国务院.
    """
    asked: list[Question] = []
    for each in rule.consults:
        until = until_of(each, opened_at)
        if each.grounds is None:
            asked.append(Question(each.department, None, "有关情况", until))
        asked += [
            Question(each.department, ground.key, ground.name, until)
            for ground in regulation.eligibility.grounds()
            if ground.key in (each.grounds or ())
            and (ground.track is None or track in ground.track)
        ]
    return asked


def asked_of(
    regulation: Regulation, rule: Screening, department: str
) -> list[tuple[str, str | None]]:
    """Every track and ground (None: the whole) that a department is asked about in a stage."""
    return [
        (track, question.ground)
        for track in regulation.tracks_of(rule)
        for question in questions(regulation, rule, track, None)
        if question.department == department
    ]


def last_of(question: Question, opinions: Sequence[Opinion]) -> Opinion | None:
    """The last opinion that answers the question; `opinions` in the order they were entered."""
    found = [
        each
        for each in opinions
        if (each.department, each.ground) == (question.department, question.ground)
    ]
    return found[-1] if found else None


def heard(
    questions: Iterable[tuple[UUID, Question]], known: Mapping[UUID, Sequence[Opinion]]
) -> set[tuple[UUID, str | None]]:
    """The entries and grounds that a department has answered, itself or by a letter on paper; its
    silence is no answer.
    """
    found = set()
    for entry, question in questions:
        last = last_of(question, known[entry])
        if last is not None and last.said != Said.SILENT:
            found.add((entry, question.ground))
    return found


def reply_obstacles(
    given: Sequence[tuple[UUID, str | None]],
    asked: Collection[tuple[UUID, str | None]],
    answered: Collection[tuple[UUID, str | None]],
) -> list[Refusal]:
    """What keeps a department from answering so: each question once, and only those asked."""
    found: list[Refusal] = []
    for place, each in enumerate(given):
        pointer = f"/opinions/{place}"
        if each not in asked:
            found.append(NotAskedOf(pointer=pointer))
        elif each in answered or each in given[:place]:
            found.append(AnsweredBefore(pointer=pointer))
    return found


def awaited(question: Question, last: Opinion | None, now: datetime) -> Awaited:
    """How a consultation stands."""
    if last is not None:
        return Awaited.SILENT if last.said == Said.SILENT else Awaited.ANSWERED
    return Awaited.SILENT if question.over(now) else Awaited.WAITING


def waiting(asked: Iterable[Question], opinions: Sequence[Opinion], now: datetime) -> int:
    """How many questions are neither answered nor out of time."""
    return sum(
        awaited(question, last_of(question, opinions), now) is Awaited.WAITING for question in asked
    )


def objections(asked: Iterable[Question], opinions: Sequence[Opinion]) -> list[DepartmentObjected]:
    """Every question to which a department's last word is an objection."""
    last = ((question, last_of(question, opinions)) for question in asked)
    return [
        DepartmentObjected(department=question.department, name=question.name)
        for question, opinion in last
        if opinion is not None and opinion.said == Said.OBJECTION
    ]


def opinion_obstacles(
    asked: Iterable[Question], opinion: Opinion, document: str | None, now: datetime
) -> list[Refusal]:
    """What keeps an opinion, or a silence, from being recorded."""
    question = next((one for one in asked if last_of(one, [opinion])), None)
    if question is None:
        return [NobodyAsked(pointer="/department")]
    silent = opinion.said == Said.SILENT
    found: list[Refusal] = []
    if silent != (document is None):
        found.append(DocumentOfSilence(pointer="/document"))
    if silent and question.until is not None and not question.over(now):
        day = question.until.last_day
        found.append(SilenceTooEarly(department=question.department, day=day))
    return found


def until_of(consultation: Consultation, opened_at: datetime | None) -> Deadline | None:
    """Until when a department may answer, from the day the stage was opened."""
    if consultation.within is None or opened_at is None:
        return None
    length = Length(consultation.within.amount, Unit(consultation.within.way))
    return deadline(local_date(opened_at), length, CountRule(), Calendar())
