"""Which decision on an entry follows from its facts alone, and why does none? Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.award.screening.rules import Decision, Examined, Finding, GroundAnswer, decided
from app.platform.errors import Conflict, Refusal
from app.rules.facts import Met


class GroundNeedsPerson(Conflict):
    code = "ground-needs-person"
    zh = "“{name}”（{key}）需人工核对：{because}"
    en = "The facts at hand do not answer “{key}”; a person has to."


class EntryNeedsPerson(Conflict):
    code = "entry-needs-person"
    zh = "{organisation}（{application}）不能按规则决定：{zh}"
    en = "{organisation} ({application}) cannot be decided by rule: {en}"


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one ground or group that its facts give."""

    key: str
    answer: GroundAnswer
    evidence: str


@dataclass(frozen=True, slots=True)
class ByRule:
    """A decision that rests on nothing but what the facts say."""

    decision: Decision
    grounds: Sequence[Given]
    groups: Sequence[Given]
    note: str | None
    disqualification: None = None


def needing_a_person(examined: Examined) -> list[Refusal]:
    """Every ground and group that the facts at hand do not answer."""
    return [
        GroundNeedsPerson(key=each.found.key, name=each.name, because=each.found.because)
        for each in (*examined.grounds, *examined.groups)
        if each.found.met is Met.NEEDS_A_PERSON
    ]


def by_rule(examined: Examined, closed: Collection[str], note: str | None) -> ByRule | None:
    """What all answers together amount to, if the facts give every one of them."""
    if needing_a_person(examined):
        return None
    grounds = [_given(each) for each in examined.grounds]
    groups = [_given(each) for each in examined.groups]
    return ByRule(decided(examined, grounds, closed), grounds, groups, note)


def _given(finding: Finding) -> Given:
    found = finding.found
    return Given(
        found.key, GroundAnswer(found.met.value), "；".join(found.evidence) or found.because
    )
