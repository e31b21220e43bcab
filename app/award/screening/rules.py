"""What is asked of an entry at a screening, and what must a decision say? Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.eligibility import Answer, Facts, Met, Record, assess
from app.rules.regulation.bars import Bar
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Screening
from app.rules.regulation.words import name_of


class Decision(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class GroundAnswer(StrEnum):
    """What a person answers: a ground is met or it is not."""

    MET = "met"
    NOT_MET = "not_met"


class ScreeningUnknown(NotFound):
    code = "screening-not-found"
    zh = "该参评单位尚未审查。"
    en = "This entry has not been screened."


class NotAScreening(Conflict):
    code = "not-a-screening"
    zh = "该参评单位不在资格审查环节。"
    en = "This entry is not in a screening."


class AlreadyScreened(Conflict):
    code = "already-screened"
    zh = "该参评单位的审查决定已经作出，不能更改。"
    en = "This entry has been screened; the decision is final."


class EntriesUnscreened(Conflict):
    code = "entries-unscreened"
    zh = "还有 {count} 家参评单位没有审查决定。"
    en = "{count} entries have no decision yet."


class GroundUnknown(Invalid):
    code = "ground-unknown"
    zh = "本环节不审查“{key}”这一项。"
    en = "This screening has no ground “{key}”."


class GroundTwice(Invalid):
    code = "ground-twice"
    zh = "“{key}”这一项写了不止一次。"
    en = "The ground “{key}” is answered more than once."


class GroundUnanswered(Invalid):
    code = "ground-unanswered"
    zh = "“{name}”（{key}）尚未作答。"
    en = "The ground “{key}” is not answered."


class DecisionContradicts(Invalid):
    code = "decision-contradicts"
    zh = "决定与各项答复不符：各项都符合方为合格，有一项不符合即为不合格。"
    en = "The decision does not follow from the answers: eligible is who meets every ground."


class NoteNeeded(Invalid):
    code = "note-needed"
    zh = "“{key}”的答复与系统核对的结果不同，请在备注中说明理由。"
    en = "The answer to “{key}” differs from what the facts say; give the reason in the note."


class OnFile(Protocol):
    """A record of an organisation, as the programme keeps it."""

    @property
    def kind(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def until(self) -> date | None: ...
    @property
    def evidence(self) -> str: ...


class Answered(Protocol):
    """A person's answer to one ground."""

    @property
    def key(self) -> str: ...
    @property
    def answer(self) -> GroundAnswer: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What the facts at hand say about one ground; `name` is worded so that met is good."""

    name: str
    found: Answer


def fact_of(record: OnFile) -> Record:
    """A record in the words that grounds and bars use."""
    if record.kind == "honour":
        return Record("granted", record.on, record.evidence, tier=record.what)
    if record.kind == "revocation":
        return Record("revoked", record.on, record.evidence, ground=record.what)
    return Record(record.what, record.on, record.evidence, until=record.until)


def findings(
    regulation: Regulation, rule: Screening, facts: Facts, *, cut_off: date, submitted_on: date
) -> list[Finding]:
    """One finding per ground that this screening examines, in the regulation's order.

    A stage that names `grounds` examines those; bars (限制申报) are examined at every screening.
    """
    named = _names(regulation)
    return [
        Finding(named[answer.key], answer)
        for answer in assess(
            regulation.eligibility,
            facts,
            cut_off=cut_off,
            submitted_on=submitted_on,
            bars=regulation.bars,
        )
        if rule.grounds is None or answer.key in rule.grounds or answer.key in _bars(regulation)
    ]


def decision_obstacles(
    examined: Sequence[Finding],
    answers: Sequence[Answered],
    decision: Decision,
    note: str | None,
) -> list[Refusal]:
    """Everything that keeps this decision from being sound, at once."""
    known = {finding.found.key: finding for finding in examined}
    found: list[Refusal] = []
    given: dict[str, GroundAnswer] = {}
    for place, each in enumerate(answers):
        pointer = f"/grounds/{place}/key"
        if each.key not in known:
            found.append(GroundUnknown(pointer=pointer, key=each.key))
        elif each.key in given:
            found.append(GroundTwice(pointer=pointer, key=each.key))
        given[each.key] = each.answer
    found += [
        GroundUnanswered(pointer="/grounds", key=key, name=finding.name)
        for key, finding in known.items()
        if key not in given
    ]
    if not found and decided_by(given.values()) != decision:
        found.append(DecisionContradicts(pointer="/decision"))
    if not note:
        found += [
            NoteNeeded(pointer="/note", key=key)
            for key, finding in known.items()
            if key in given and _departs(finding.found.met, given[key])
        ]
    return found


def decided_by(answers: Iterable[GroundAnswer | str]) -> Decision:
    """What the answers amount to: eligible is who meets every ground."""
    met = all(answer == GroundAnswer.MET for answer in answers)
    return Decision.ELIGIBLE if met else Decision.INELIGIBLE


def _departs(found: Met, answer: GroundAnswer) -> bool:
    return found is not Met.NEEDS_A_PERSON and found.value != answer.value


def _names(regulation: Regulation) -> Mapping[str, str]:
    eligibility = regulation.eligibility
    names = {ground.key: ground.name for ground in eligibility.require}
    names |= {ground.key: f"不存在“{ground.name}”的情形" for ground in eligibility.forbid}
    return names | {bar.key: _bar_name(regulation, bar) for bar in regulation.bars}


def _bar_name(regulation: Regulation, bar: Bar) -> str:
    if bar.after.granted is not None:
        won = "、".join(name_of(regulation.tiers, key) for key in bar.after.granted)
        return f"不在获“{won}”后的限制申报期内"
    return "不在被撤销奖项后的限制申报期内"


def _bars(regulation: Regulation) -> frozenset[str]:
    return frozenset(bar.key for bar in regulation.bars)
