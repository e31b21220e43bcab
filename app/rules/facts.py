"""What is known of an applicant, on what evidence, and what does it answer?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.regulation.eligibility_rules import Reference


class Met(StrEnum):
    """The three answers; the last where the facts at hand do not say."""

    MET = "met"
    NOT_MET = "not_met"
    NEEDS_A_PERSON = "needs_a_person"


class RecordKind(StrEnum):
    """What a record is about."""

    HONOUR = "honour"
    HONOUR_ELSEWHERE = "honour_elsewhere"
    INCIDENT = "incident"
    CERTIFICATE = "certificate"
    GRADE = "grade"
    REVOCATION = "revocation"
    DISQUALIFICATION = "disqualification"
    SUCCESSION = "succession"


@dataclass(frozen=True, slots=True)
class Record:
    """A fact on file with its evidence.

    what: the regulation's word: a tier, the ground of an incident, revocation or disqualification,
    a certificate's kind, the fact that is graded; for an honour elsewhere the level of the award.
    on: the day it counts from, None if not known; until: its last valid day, None without end.
    name: of another award, or of this one under an earlier name. grade: the grade given, the tier
    of another award, the tier that a revocation took away. cycle: ordinal of this programme's cycle
    in which it happened. inherited: it is a predecessor's.
    """

    kind: RecordKind
    what: str
    on: date | None
    ref: str
    until: date | None = None
    name: str | None = None
    grade: str | None = None
    cycle: int | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an applicant. `declared` is its own word, as text."""

    registered_on: date | None
    declared: Mapping[str, str]
    records: Sequence[Record] = ()

    def own(self, kind: RecordKind, *words: str) -> list[Record]:
        """The applicant's own records of a kind about one of these words."""
        return [
            each
            for each in self.records
            if each.kind is kind and each.what in words and not each.inherited
        ]

    def said(self, fact: str) -> str:
        """What the applicant declared of a fact; empty where it said nothing."""
        return self.declared.get(fact, "").strip()


@dataclass(frozen=True, slots=True)
class Occasion:
    """In which track and in the programme's which cycle an applicant is examined, and on which
    days that turns: cut-off, its submission, the last day to submit, the day of the examination.
    """

    track: str
    ordinal: int
    cut_off: date
    submitted_on: date
    deadline: date
    today: date

    def reference(self, back_from: Reference) -> date:
        """The day that a look-back starts from."""
        days: dict[Reference, date] = {
            "cut_off": self.cut_off,
            "submission": self.submitted_on,
            "deadline": self.deadline,
        }
        return days[back_from]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one ground, bar or group (its key), the reason in Chinese, evidence references.

    closes: the tiers that are closed to the applicant where it is not met; None where who does
    not meet it may not be a candidate at all.
    """

    key: str
    met: Met
    because: str
    evidence: tuple[str, ...] = ()
    closes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something holds (None: not known), why, and by which evidence."""

    holds: bool | None
    because: str
    evidence: tuple[str, ...] = ()

    def answer(self, key: str, *, wanted: bool, closes: tuple[str, ...] | None = None) -> Answer:
        """The answer where it is wanted that it holds, or that it does not."""
        if self.holds is None:
            met = Met.NEEDS_A_PERSON
        else:
            met = Met.MET if self.holds is wanted else Met.NOT_MET
        return Answer(key, met, self.because, self.evidence, closes)


def refs(records: Iterable[Record]) -> tuple[str, ...]:
    """The evidence of these records, each once."""
    return tuple(dict.fromkeys(each.ref for each in records))
