"""What a screening asks, and which decisions are sound."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from app.award.records.models import Record as OnFile
from app.award.records.queries import fact_of
from app.award.screening.consulting import Awaited, awaited, questions, waiting
from app.award.screening.kind import verdicts
from app.award.screening.rules import (
    Decision,
    Examined,
    GroundAnswer,
    Said,
    decided_by,
    decision_obstacles,
    examine,
)
from app.award.stages.lifecycle import Result
from app.catalogue import loader
from app.platform.clock import ZONE
from app.rules.facts import Facts, Met, Occasion, Record, RecordKind
from app.rules.regulation.read import read
from app.rules.regulation.stages import Screening
from tests.award.screening.regulations import CONSULTED, text

MET, NOT_MET = GroundAnswer.MET, GroundAnswer.NOT_MET
REGULATION = read(loader.regulation_text("binhu-2023"))
OCCASION = Occasion(
    track="organisation",
    ordinal=1,
    cut_off=date(2025, 12, 31),
    submitted_on=date(2026, 3, 2),
    deadline=date(2026, 3, 31),
    today=date(2026, 4, 7),
)
SAFETY = Record(RecordKind.INCIDENT, "safety", date(2024, 5, 1), "文〔2024〕1号")


@dataclass
class Answered:
    key: str
    answer: GroundAnswer


@dataclass
class Body:
    decision: Decision
    grounds: list[Answered]
    note: str | None = None
    groups: list[Answered] = field(default_factory=list)
    disqualification: object | None = None


def rule(**changes: object) -> Screening:
    stage = REGULATION.stage("eligibility")
    assert isinstance(stage, Screening)
    return stage.model_copy(update=changes)


def examined(*records: Record, registered: date | None = date(2009, 6, 18)) -> Examined:
    return examine(REGULATION, rule(), Facts(registered, {}, records), OCCASION)


def all_met() -> list[Answered]:
    return [Answered(key, MET) for key in ("registered", "accident", "winners", "fraud")]


def codes(
    answers: list[Answered],
    decision: Decision = Decision.ELIGIBLE,
    note: str | None = None,
    *records: Record,
) -> list[str]:
    body = Body(decision, answers, note)
    return [refusal.code for refusal in decision_obstacles(examined(*records), body)]


def test_findings_cover_requirements_disqualifiers_and_bars_in_order() -> None:
    found = examined().grounds
    assert [each.found.key for each in found] == ["registered", "accident", "winners", "fraud"]
    assert {each.found.met for each in found} == {Met.MET}
    assert found[1].name == "不存在“近三年发生较大质量、安全、环境事故”的情形"
    assert found[2].name == "不在获“区长质量奖”后的限制申报期内"


def test_findings_of_a_narrow_screening_keep_the_bars() -> None:
    facts = Facts(date(2009, 6, 18), {})
    found = examine(REGULATION, rule(grounds=("accident",)), facts, OCCASION)
    assert [each.found.key for each in found.grounds] == ["accident", "winners", "fraud"]


@pytest.mark.parametrize(
    ("kind", "what", "key"),
    [
        (RecordKind.INCIDENT, "safety", "accident"),
        (RecordKind.HONOUR, "award", "winners"),
        (RecordKind.REVOCATION, "fraud", "fraud"),
    ],
)
def test_records_speak_the_words_of_their_ground(kind: RecordKind, what: str, key: str) -> None:
    on_file = OnFile(kind=kind, what=what, on=date(2024, 5, 1), evidence="文〔2024〕1号")
    found = {each.found.key: each.found for each in examined(fact_of(on_file)).grounds}
    assert {k for k, answer in found.items() if answer.met is Met.NOT_MET} == {key}
    assert found[key].evidence == ("文〔2024〕1号",)


def test_missing_registration_needs_a_person() -> None:
    assert examined(registered=None).grounds[0].found.met is Met.NEEDS_A_PERSON


def test_sound_decisions_have_no_obstacle() -> None:
    assert codes(all_met()) == []
    answers = [Answered("accident", NOT_MET) if a.key == "accident" else a for a in all_met()]
    assert codes(answers, Decision.INELIGIBLE, None, SAFETY) == []


@pytest.mark.parametrize(
    ("answers", "decision", "expected"),
    [
        (all_met(), Decision.INELIGIBLE, ["decision-contradicts"]),
        (all_met()[:3], Decision.ELIGIBLE, ["ground-unanswered"]),
        ([*all_met(), Answered("size", MET)], Decision.ELIGIBLE, ["ground-unknown"]),
        ([*all_met(), Answered("fraud", MET)], Decision.ELIGIBLE, ["ground-twice"]),
        ([], Decision.ELIGIBLE, ["ground-unanswered"] * 4),
        (
            [Answered("size", MET)],
            Decision.ELIGIBLE,
            ["ground-unknown"] + ["ground-unanswered"] * 4,
        ),
    ],
)
def test_unsound_decisions_are_told_all_at_once(
    answers: list[Answered], decision: Decision, expected: list[str]
) -> None:
    assert codes(answers, decision) == expected


def test_departing_from_the_facts_needs_a_note() -> None:
    assert codes(all_met(), Decision.ELIGIBLE, None, SAFETY) == ["note-needed"]
    assert codes(all_met(), Decision.ELIGIBLE, "不负责任", SAFETY) == []


def test_answering_what_needs_a_person_needs_no_note() -> None:
    found = examined(registered=None)
    assert decision_obstacles(found, Body(Decision.ELIGIBLE, all_met())) == []


def test_a_formal_check_asks_one_thing() -> None:
    found = examine(REGULATION, rule(grounds=()), Facts(None, {}), OCCASION)
    assert [(each.found.key, each.found.met) for each in found.grounds] == [
        ("complete", Met.NEEDS_A_PERSON)
    ]
    assert (found.groups, found.tiers) == ([], ())


@pytest.mark.parametrize(
    ("answers", "tiers", "closed", "decision"),
    [
        ([], ("gold",), (), Decision.ELIGIBLE),
        ([("met", None), ("met", ("gold",))], ("gold",), (), Decision.ELIGIBLE),
        ([("not_met", None)], ("gold",), (), Decision.INELIGIBLE),
        ([("not_met", ("gold",))], ("gold", "silver"), (), Decision.ELIGIBLE),
        ([("not_met", ("gold",))], ("gold",), (), Decision.INELIGIBLE),
        ([("not_met", ("gold",))], ("gold", "silver"), ("silver",), Decision.INELIGIBLE),
        ([("met", ("gold",))], ("gold", "silver"), ("silver",), Decision.ELIGIBLE),
        ([("met", None)], (), (), Decision.ELIGIBLE),  # a formal check knows no tiers
        ([("not_met", None)], (), (), Decision.INELIGIBLE),
    ],
)
def test_decision_follows_from_the_answers(
    answers: list[tuple[str, tuple[str, ...] | None]],
    tiers: tuple[str, ...],
    closed: tuple[str, ...],
    decision: Decision,
) -> None:
    assert decided_by(answers, tiers, closed) is decision


def screening(number: int, *grounds: tuple[str, list[str] | None], **more: object) -> object:
    return {
        "entry": f"{number:032}",
        "decision": "eligible",
        "grounds": [{"answer": answer, "closes": closes} for answer, closes in grounds],
        "groups": [{"key": "small", "answer": "met"}, {"key": "held", "answer": "not_met"}],
        "tiers": ["gold", "silver"],
        "closed_before": [],
    } | more


def test_verdicts_are_computed_from_the_answers() -> None:
    inputs = {
        "formal": False,
        "screenings": [
            screening(1, ("met", None), ("not_met", ["silver"])),
            screening(2, ("met", None), ("not_met", None)),
            screening(3, ("not_met", ["silver"]), closed_before=["gold"]),
            screening(4, decision="disqualified"),
            screening(5, closed_before=["gold"]),
        ],
    }
    assert [(v.entry_id.int, v.result, v.reason, v.groups, v.closed) for v in verdicts(inputs)] == [
        (1, Result.ADVANCED, None, ("small",), ("silver",)),
        (2, Result.ELIMINATED, "ineligible", None, None),
        (3, Result.ELIMINATED, "no-tier-open", None, None),
        (4, Result.DISQUALIFIED, "disqualified", None, None),
        (5, Result.ADVANCED, None, ("small",), ("gold",)),
    ]


@dataclass
class Heard:
    department: str
    ground: str | None
    said: str


def test_departments_are_asked_in_order_and_awaited_to_the_end_of_their_day() -> None:
    regulation = read(text(**CONSULTED))
    stage = regulation.stage("eligibility")
    assert isinstance(stage, Screening)
    opened = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
    tax, whole = questions(regulation, stage, "organisation", opened)
    assert (tax.department, tax.ground, tax.last_day) == ("市税务局", "accident", date(2026, 3, 16))
    assert (whole.department, whole.ground, whole.last_day) == ("市监委", None, None)
    end = datetime(2026, 3, 17, 0, 0, tzinfo=ZONE)
    before = end - timedelta(microseconds=1)
    assert [awaited(tax, None, at) for at in (before, end)] == [Awaited.WAITING, Awaited.SILENT]
    assert awaited(whole, None, end) is Awaited.WAITING
    heard = Heard("市税务局", "accident", Said.OBJECTION)
    assert awaited(tax, heard, end) is Awaited.ANSWERED
    assert [waiting((tax, whole), [heard], at) for at in (before, end)] == [1, 1]
    assert waiting((tax, whole), [], before) == 2
