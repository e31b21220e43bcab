"""Which decision on an entry follows from its facts alone, and why does none? Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.award.screening.rules import (
    COMPLETE,
    Decision,
    Examined,
    Finding,
    GroundAnswer,
    decided,
)
from app.platform.errors import Conflict, Refusal
from app.rules.facts import Met

LOOKED = (
    "申报表必填项和管理办法要求的材料经系统核对齐全；经办人已查看各件材料，清晰、签章符合形式要求。"
)
"""What a complete file rests on where many are decided at once: the report, and a person's word."""


class GroundNeedsPerson(Conflict):
    code = "ground-needs-person"
    zh = "“{name}”（{key}）需人工核对：{because}"
    en = "The facts at hand do not answer “{key}”; a person has to."


class FileLacks(Conflict):
    code = "file-lacks"
    zh = "申报表和材料尚有 {count} 处缺项或不符：{what}"
    en = "The form and its documents lack something in {count} places."


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


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a file: what it lacks by its form and the regulation's documents, and whether the person
    who decides has looked at it, which no form can say.
    """

    lacks: Sequence[Refusal]
    looked: bool

    def settles(self, finding: Finding) -> bool:
        """Whether both together answer that the file is what it should be."""
        return finding.found.key == COMPLETE and self.looked and not self.lacks


def needing_a_person(examined: Examined, seen: Seen) -> list[Refusal]:
    """Every ground and group that the facts at hand do not answer, and what the file lacks."""
    asked = any(each.found.key == COMPLETE for each in examined.grounds)
    what = "".join(each.sentence("zh") for each in seen.lacks)
    return [
        *(
            GroundNeedsPerson(key=each.found.key, name=each.name, because=each.found.because)
            for each in (*examined.grounds, *examined.groups)
            if each.found.met is Met.NEEDS_A_PERSON and not seen.settles(each)
        ),
        *([FileLacks(count=len(seen.lacks), what=what)] if asked and seen.lacks else []),
    ]


def by_rule(
    examined: Examined, seen: Seen, closed: Collection[str], note: str | None
) -> ByRule | None:
    """What all answers together amount to, if facts and what was seen give every one of them."""
    if needing_a_person(examined, seen):
        return None
    grounds = [_given(each, seen) for each in examined.grounds]
    groups = [_given(each, seen) for each in examined.groups]
    return ByRule(decided(examined, grounds, closed), grounds, groups, note)


def _given(finding: Finding, seen: Seen) -> Given:
    found = finding.found
    if seen.settles(finding):
        return Given(found.key, GroundAnswer.MET, LOOKED)
    return Given(
        found.key, GroundAnswer(found.met.value), "；".join(found.evidence) or found.because
    )
