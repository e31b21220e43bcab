"""What is asked of an entry at a screening, and what must a decision say? Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.eligibility import assess, groups_of
from app.rules.facts import Answer, Facts, Met, Occasion
from app.rules.identifiers import credit_code_problem
from app.rules.regulation.bars import Bar
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Intake, Screening
from app.rules.regulation.words import name_of

COMPLETE = "complete"
"""Whether the file is what it should be: the one ground of a formal check, and asked wherever an
incomplete file may be cured.
"""
CREDIT_CODE = "credit-code"
"""Asked at the first screening of an organisation whose credit code fails its check character."""


class Decision(StrEnum):
    """Eligible, not eligible, or thrown out for fraud and the like, which is kept on record."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    DISQUALIFIED = "disqualified"


class GroundAnswer(StrEnum):
    """What a person answers: a ground is met or it is not."""

    MET = "met"
    NOT_MET = "not_met"


class Said(StrEnum):
    """What a department said when it was consulted, or that it said nothing."""

    NO_OBJECTION = "no_objection"
    OBJECTION = "objection"
    SILENT = "silent"


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


class GroupUnknown(Invalid):
    code = "group-unknown"
    zh = "管理办法没有分组“{key}”，或本环节不审查分组。"
    en = "There is no group “{key}”, or this screening does not ask for groups."


class GroupTwice(Invalid):
    code = "group-twice"
    zh = "分组“{key}”写了不止一次。"
    en = "The group “{key}” is answered more than once."


class GroupUnanswered(Invalid):
    code = "group-unanswered"
    zh = "是否属于分组“{name}”（{key}）尚未作答。"
    en = "It is not answered whether it belongs to the group “{key}”."


class DecisionContradicts(Invalid):
    code = "decision-contradicts"
    zh = "决定与各项答复不符：各项都符合、且有等次可以申报的方为合格，否则为不合格。"
    en = (
        "The decision does not follow from the answers: eligible is who meets every ground and has "
        "a tier left that it may have."
    )


class DisqualificationUnfit(Invalid):
    code = "disqualification-unfit"
    zh = "取消资格须写明事由和文件；其他决定不得写。"
    en = "Who is disqualified is so on a ground, by a document; other decisions name neither."


class NoteNeeded(Invalid):
    code = "note-needed"
    zh = "“{key}”的答复与系统核对的结果不同，请在备注中说明理由。"
    en = "The answer to “{key}” differs from what the facts say; give the reason in the note."


class Answered(Protocol):
    """A person's answer to one ground."""

    @property
    def key(self) -> str: ...
    @property
    def answer(self) -> GroundAnswer: ...


class Answering(Protocol):
    """A decision as it was handed in."""

    @property
    def decision(self) -> Decision: ...
    @property
    def grounds(self) -> Sequence[Answered]: ...
    @property
    def groups(self) -> Sequence[Answered]: ...
    @property
    def disqualification(self) -> object | None: ...
    @property
    def note(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What the facts at hand say about one ground; `name` is worded so that met is good, `clause`
    is where the regulation says so.
    """

    name: str
    found: Answer
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What the facts say about every ground and every group of an entry; `tiers` are those that
    its track and the groups it was found in leave open before any ground is asked.
    """

    grounds: list[Finding]
    groups: list[Finding]
    tiers: tuple[str, ...]


def examine(
    regulation: Regulation,
    rule: Screening,
    facts: Facts,
    occasion: Occasion,
    decided: Iterable[Answered] = (),
    *,
    credit_code: str | None = None,
    beside: Sequence[Finding] = (),
) -> Examined:
    """One finding per ground and per group, in the regulation's order.

    A stage that names `grounds` examines those; bars (限制申报) are examined at every screening but
    one whose list is empty: that asks only whether the file is complete. `decided`: a person's
    answers on groups, on which grounds and tiers then rest. `beside`: findings of other kinds.
    """
    formal = [
        *_code(regulation, rule, occasion.track, credit_code),
        *_complete(regulation, rule, occasion.track),
        *beside,
    ]
    if rule.formal:
        return Examined(formal, [], ())
    said = {each.key: Met(each.answer.value) for each in decided}
    groups = groups_of(regulation, facts, occasion, said)
    belongs = {each.key: each.met for each in groups} | said
    named, clauses = names(regulation), _clauses(regulation)
    bars = {bar.key for bar in regulation.bars}
    return Examined(
        [
            *formal,
            *(
                Finding(named[answer.key], answer, clauses[answer.key])
                for answer in assess(regulation, facts, occasion, belongs)
                if rule.grounds is None or answer.key in rule.grounds or answer.key in bars
            ),
        ],
        [Finding(name_of(regulation.groups, each.key), each, clauses[each.key]) for each in groups],
        tiers_left(regulation, occasion.track, belonging(belongs.items())),
    )


def belonging(answers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The keys of the groups that were answered with `met`."""
    return tuple(key for key, answer in answers if answer == Met.MET)


def tiers_left(regulation: Regulation, track: str, groups: Collection[str]) -> tuple[str, ...]:
    """The tiers that an applicant of this track and these groups may have at all."""
    return tuple(tier.key for tier in regulation.tiers if tier.open_to(track, groups))


def closed_by(answers: Iterable[tuple[str, Iterable[str] | None]]) -> frozenset[str]:
    """The tiers closed by grounds, each given as its answer and what it closes if not met."""
    return frozenset(
        tier
        for answer, closes in answers
        if answer == GroundAnswer.NOT_MET
        for tier in closes or ()
    )


def decision_obstacles(
    examined: Examined, body: Answering, closed: Collection[str] = ()
) -> list[Refusal]:
    """Everything that keeps this decision from being sound, at once. `closed` are tiers that an
    earlier screening closed.
    """
    out = body.decision is Decision.DISQUALIFIED
    found: list[Refusal] = []
    if out != (body.disqualification is not None):
        found.append(DisqualificationUnfit(pointer="/disqualification"))
    found += _answer_obstacles("grounds", examined.grounds, body.grounds, partly=out)
    found += _answer_obstacles("groups", examined.groups, body.groups, partly=out)
    if not found and not out and decided(examined, body.grounds, closed) != body.decision:
        found.append(DecisionContradicts(pointer="/decision"))
    if not body.note and not out:
        departing = _departing(examined.grounds, body.grounds)
        departing += _departing(examined.groups, body.groups)
        found += [NoteNeeded(pointer="/note", key=key) for key in departing]
    return found


def found_incomplete(answers: Iterable[Answered]) -> bool:
    """Whether the file is said not to be what it should be."""
    return any(e.key == COMPLETE and e.answer is GroundAnswer.NOT_MET for e in answers)


def decided(
    examined: Examined, answers: Iterable[Answered], closed: Collection[str] = ()
) -> Decision:
    """What the answers to all grounds amount to."""
    closes = {each.found.key: each.found.closes for each in examined.grounds}
    given = [(each.answer.value, closes.get(each.key)) for each in answers]
    return decided_by(given, examined.tiers, closed)


def decided_by(
    answers: Sequence[tuple[str, Sequence[str] | None]],
    tiers: Sequence[str],
    closed: Collection[str] = (),
) -> Decision:
    """Eligible is who meets every ground that closes no mere tiers, and has one of `tiers` left;
    a formal check names no tiers.
    """
    refused = any(answer == GroundAnswer.NOT_MET and closes is None for answer, closes in answers)
    left = set(tiers) - closed_by(answers) - set(closed)
    return Decision.INELIGIBLE if refused or (tiers and not left) else Decision.ELIGIBLE


def _answer_obstacles(
    where: str, findings: Sequence[Finding], answers: Sequence[Answered], *, partly: bool
) -> list[Refusal]:
    """Every finding is answered, once, and nothing else is; with `partly` some may be left out."""
    unknown, twice, unanswered = (
        (GroundUnknown, GroundTwice, GroundUnanswered)
        if where == "grounds"
        else (GroupUnknown, GroupTwice, GroupUnanswered)
    )
    known = {finding.found.key: finding for finding in findings}
    found: list[Refusal] = []
    given: set[str] = set()
    for place, each in enumerate(answers):
        pointer = f"/{where}/{place}/key"
        if each.key not in known:
            found.append(unknown(pointer=pointer, key=each.key))
        elif each.key in given:
            found.append(twice(pointer=pointer, key=each.key))
        given.add(each.key)
    missing = [] if partly else [key for key in known if key not in given]
    return found + [
        unanswered(pointer=f"/{where}", key=key, name=known[key].name) for key in missing
    ]


def _departing(findings: Sequence[Finding], answers: Iterable[Answered]) -> list[str]:
    """The keys that were answered otherwise than the facts say."""
    given = {each.key: each.answer.value for each in answers}
    return [
        each.found.key
        for each in findings
        if each.found.met is not Met.NEEDS_A_PERSON
        and given.get(each.found.key, each.found.met) != each.found.met
    ]


def _code(
    regulation: Regulation, rule: Screening, track: str, credit_code: str | None
) -> Iterator[Finding]:
    """A credit code that is not what its check character says: no machine decides whose it is."""
    first = next(
        stage
        for stage in regulation.stages
        if isinstance(stage, Screening) and track in regulation.tracks_of(stage)
    )
    if credit_code and first.key == rule.key and credit_code_problem(credit_code):
        told = f"“{credit_code}”的校验位不符（GB 32100-2015），需人工核对证照。"
        yield Finding("统一社会信用代码与证照一致", Answer(CREDIT_CODE, Met.NEEDS_A_PERSON, told))


def _complete(regulation: Regulation, rule: Screening, track: str) -> Iterator[Finding]:
    """What was asked for was handed in, or it could not have been submitted; whether it is what
    it should be, a person must see.
    """
    if not asks_for_a_complete_file(rule):
        return
    asked = documents_asked(regulation, track)
    handed_in = f"已上交：{'、'.join(asked)}。" if asked else ""
    told = f"{handed_in}内容是否齐全、符合形式要求，需人工核对。"
    found = Answer(COMPLETE, Met.NEEDS_A_PERSON, told)
    yield Finding("申报材料齐全、符合形式要求", found, rule.cite)


def asks_for_a_complete_file(rule: Screening) -> bool:
    """A formal check does, and every stage in which an incomplete file may be cured."""
    return rule.formal or rule.cure is not None


def documents_asked(regulation: Regulation, track: str) -> list[str]:
    """The documents that applicants of a track hand in."""
    return [
        document
        for stage in regulation.stages
        if isinstance(stage, Intake) and track in regulation.tracks_of(stage)
        for document in regulation.documents_of(stage, track)
    ]


def names(regulation: Regulation) -> Mapping[str, str]:
    """What every ground is called where to meet it is good."""
    eligibility = regulation.eligibility
    found = {ground.key: ground.name for ground in eligibility.require}
    found |= {ground.key: f"不存在“{ground.name}”的情形" for ground in eligibility.forbid}
    return found | {bar.key: _bar_name(regulation, bar) for bar in regulation.bars}


def _clauses(regulation: Regulation) -> Mapping[str, str | None]:
    """Where the regulation says so, of every ground, bar and group."""
    rules = [*regulation.eligibility.grounds(), *regulation.bars, *regulation.groups]
    return {rule.key: rule.cite for rule in rules}


def _bar_name(regulation: Regulation, bar: Bar) -> str:
    if bar.after.granted is not None:
        won = "、".join(name_of(regulation.tiers, key) for key in bar.after.granted)
        return f"不在获“{won}”后的限制申报期内"
    what = "被撤销奖项" if bar.after.revoked_for else "被取消参评资格"
    return f"不在{what}后的限制申报期内"
