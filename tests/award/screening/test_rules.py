"""What a screening asks, and which decisions are sound."""

from dataclasses import dataclass
from datetime import date

import pytest

from app.award.screening.kind import verdicts
from app.award.screening.rules import (
    Decision,
    GroundAnswer,
    decided_by,
    decision_obstacles,
    fact_of,
    findings,
)
from app.award.stages.lifecycle import Result
from app.catalogue import loader
from app.rules.eligibility import Facts, Met, Record
from app.rules.regulation.read import read
from app.rules.regulation.stages import Screening

MET, NOT_MET = GroundAnswer.MET, GroundAnswer.NOT_MET
REGULATION = read(loader.regulation_text("binhu-2023"))
CUT_OFF, SUBMITTED = date(2025, 12, 31), date(2026, 3, 2)


@dataclass
class OnFile:
    kind: str
    what: str
    on: date
    until: date | None = None
    evidence: str = "文〔2024〕1号"


@dataclass
class Answered:
    key: str
    answer: GroundAnswer


def rule(**changes: object) -> Screening:
    stage = REGULATION.stage("eligibility")
    assert isinstance(stage, Screening)
    return stage.model_copy(update=changes)


def examined(*records: Record, registered: date | None = date(2009, 6, 18)) -> list:  # type: ignore[type-arg]  # the list of findings
    facts = Facts(registered, {}, records)
    return findings(REGULATION, rule(), facts, cut_off=CUT_OFF, submitted_on=SUBMITTED)


def all_met() -> list[Answered]:
    return [Answered(key, MET) for key in ("registered", "accident", "winners", "fraud")]


def codes(
    answers: list[Answered],
    decision: Decision = Decision.ELIGIBLE,
    note: str | None = None,
    *records: Record,
) -> list[str]:
    return [r.code for r in decision_obstacles(examined(*records), answers, decision, note)]


def test_findings_cover_requirements_disqualifiers_and_bars_in_order() -> None:
    found = examined()
    assert [each.found.key for each in found] == ["registered", "accident", "winners", "fraud"]
    assert {each.found.met for each in found} == {Met.MET}
    assert found[1].name == "不存在“近三年发生较大质量、安全、环境事故”的情形"
    assert found[2].name == "不在获“区长质量奖”后的限制申报期内"


def test_findings_of_a_narrow_screening_keep_the_bars() -> None:
    facts = Facts(date(2009, 6, 18), {})
    narrow = rule(grounds=("accident",))
    found = findings(REGULATION, narrow, facts, cut_off=CUT_OFF, submitted_on=SUBMITTED)
    assert [each.found.key for each in found] == ["accident", "winners", "fraud"]


@pytest.mark.parametrize(
    ("on_file", "key"),
    [
        (OnFile("incident", "safety", date(2024, 5, 1)), "accident"),
        (OnFile("honour", "award", date(2023, 5, 1)), "winners"),
        (OnFile("revocation", "fraud", date(2023, 5, 1)), "fraud"),
    ],
)
def test_records_speak_the_words_of_their_ground(on_file: OnFile, key: str) -> None:
    found = {each.found.key: each.found for each in examined(fact_of(on_file))}
    assert {k for k, answer in found.items() if answer.met is Met.NOT_MET} == {key}
    assert found[key].evidence == ("文〔2024〕1号",)


def test_certificate_keeps_its_last_day() -> None:
    held = fact_of(OnFile("certificate", "iso9001", date(2023, 1, 1), until=date(2026, 1, 1)))
    assert (held.kind, held.until) == ("iso9001", date(2026, 1, 1))


def test_missing_registration_needs_a_person() -> None:
    assert examined(registered=None)[0].found.met is Met.NEEDS_A_PERSON


def test_sound_decisions_have_no_obstacle() -> None:
    assert codes(all_met()) == []
    safety = Record("safety", date(2024, 5, 1), "文")
    answers = [Answered("accident", NOT_MET) if a.key == "accident" else a for a in all_met()]
    assert codes(answers, Decision.INELIGIBLE, None, safety) == []


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
    safety = Record("safety", date(2024, 5, 1), "文")
    assert codes(all_met(), Decision.ELIGIBLE, None, safety) == ["note-needed"]
    assert codes(all_met(), Decision.ELIGIBLE, "不负责任", safety) == []


def test_answering_what_needs_a_person_needs_no_note() -> None:
    found = examined(registered=None)
    assert decision_obstacles(found, all_met(), Decision.ELIGIBLE, None) == []


def test_decision_follows_from_the_answers() -> None:
    assert decided_by([MET, MET]) is Decision.ELIGIBLE
    assert decided_by([MET, NOT_MET]) is Decision.INELIGIBLE
    assert decided_by([]) is Decision.ELIGIBLE


def test_verdicts_are_computed_from_the_answers() -> None:
    one, two = "0" * 31 + "1", "0" * 31 + "2"
    inputs = {
        "screenings": [
            {"entry": one, "grounds": [{"answer": "met"}, {"answer": "met"}]},
            {"entry": two, "grounds": [{"answer": "met"}, {"answer": "not_met"}]},
        ]
    }
    assert [(v.entry_id.int, v.result, v.reason) for v in verdicts(inputs)] == [
        (1, Result.ADVANCED, None),
        (2, Result.ELIMINATED, "ineligible"),
    ]
