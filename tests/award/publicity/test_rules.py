"""How a period is counted, what an objection lacks, and what keeps a publicity open."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.award.publicity import rules
from app.award.publicity.kind import verdicts
from app.award.stages.lifecycle import Result
from app.catalogue import loader
from app.rules.regulation.read import read
from app.rules.regulation.stages import Objection, Publicity

REGULATION = read(loader.regulation_text("binhu-2023"))
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
END = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


def rule(**changes: Any) -> Publicity:
    stage = REGULATION.stage("notice")
    assert isinstance(stage, Publicity)
    return Publicity.model_validate(stage.model_dump(exclude_none=True) | changes)


def test_period_leaves_out_the_first_day_and_ends_at_midnight_in_beijing() -> None:
    runs = rules.period(rule(), MONDAY)
    assert (runs.first_day, runs.last_day) == (date(2026, 3, 3), date(2026, 3, 9))
    assert runs.ends_at == END
    assert not runs.provisional


def test_period_starts_on_the_day_it_is_in_beijing() -> None:
    late = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 00:00 of the 3rd in Beijing
    assert rules.period(rule(), late).last_day == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("changes", "last", "ends"),
    [
        ({"first_day": "counted"}, date(2026, 3, 6), datetime(2026, 3, 6, 16, tzinfo=UTC)),
        ({"end_of_day": "17:30"}, date(2026, 3, 9), datetime(2026, 3, 9, 9, 30, tzinfo=UTC)),
        ({"length": {"days": 5}}, date(2026, 3, 9), END),  # the 7th is a Saturday: runs on
        (
            {"length": {"days": 5}, "ends_on_rest_day": "stays"},
            date(2026, 3, 7),
            datetime(2026, 3, 7, 16, tzinfo=UTC),
        ),
    ],
)
def test_period_follows_the_count_of_the_regulation(
    changes: dict[str, Any], last: date, ends: datetime
) -> None:
    runs = rules.period(rule(**changes), MONDAY)
    assert (runs.last_day, runs.ends_at) == (last, ends)


def test_period_of_an_unpublished_year_is_provisional() -> None:
    assert rules.period(rule(), datetime(2030, 3, 4, 1, tzinfo=UTC)).provisional


def test_posting_is_neither_to_come_nor_older_than_its_stage() -> None:
    second = timedelta(seconds=1)
    assert rules.posting_obstacles(MONDAY, MONDAY, MONDAY) == []
    assert [r.code for r in rules.posting_obstacles(MONDAY + second, MONDAY, MONDAY)] == [
        "posted-in-future"
    ]
    assert [r.code for r in rules.posting_obstacles(MONDAY - second, MONDAY, MONDAY)] == [
        "posted-before-stage"
    ]


def test_period_is_over_at_its_first_late_instant() -> None:
    assert rules.over(rule(), MONDAY, END, END - timedelta(microseconds=1)) is None
    late = rules.over(rule(), MONDAY, END, END)
    assert late is not None
    assert (late.code, late.facts["at"]) == ("notice-period-over", "2026-03-10 00:00")


def test_period_runs_as_long_as_the_later_of_notice_and_calendar_says() -> None:
    assert rules.over(rule(), MONDAY, END + timedelta(days=1), END) is None
    assert rules.over(rule(), MONDAY, END - timedelta(days=1), END - timedelta(hours=1)) is None


def test_draft_takes_no_objection() -> None:
    refused = rules.over(rule(), None, None, MONDAY)
    assert refused is not None
    assert refused.code == "notice-not-posted"


def lacks(
    real_name: bool = True, asks_evidence: bool = True, identity: str | None = None, **given: str
) -> list[str]:
    said = {"name": "赵六", "contact": "13800000000", "evidence": "锡市监罚〔2025〕31号"} | given
    asked = Objection(real_name=real_name, evidence=asks_evidence)
    return [r.code for r in rules.objection_obstacles(asked, identity_number=identity, **said)]


@pytest.mark.parametrize("name", ["", "匿名", "某", "Anonymous", "无名氏", "——", "匿 名"])
def test_objection_without_a_real_name_is_refused(name: str) -> None:
    assert lacks(name=name) == ["real-name-needed"]
    assert lacks(name=name, real_name=False) == []


def test_objection_lacks_are_told_all_at_once() -> None:
    assert lacks() == []
    assert lacks(name="", contact="", evidence="", identity="1") == [
        "identity-number-wrong",
        "real-name-needed",
        "contact-needed",
        "evidence-needed",
    ]


def test_objection_needs_only_what_the_rule_asks() -> None:
    assert lacks(real_name=False, contact="", evidence="") == ["evidence-needed"]
    assert lacks(asks_evidence=False, contact="", evidence="") == ["contact-needed"]
    assert lacks(real_name=False, asks_evidence=False, name="", contact="", evidence="") == []


@pytest.mark.parametrize(
    ("now", "unruled", "expected"),
    [
        (END, 0, ["notice-period-running"]),
        (END + timedelta(seconds=59), 2, ["notice-period-running", "objections-open"]),
        (END + timedelta(seconds=60), 1, ["objections-open"]),
        (END + timedelta(seconds=60), 0, []),
    ],
)
def test_closing_waits_for_the_period_and_the_rulings(
    now: datetime, unruled: int, expected: list[str]
) -> None:
    current = rules.period(rule(), MONDAY)
    found = rules.closing_obstacles(current.ends_at, current, unruled, now)
    assert [r.code for r in found] == expected


def test_closing_waits_for_the_posting() -> None:
    assert [r.code for r in rules.closing_obstacles(None, None, 0, MONDAY)] == ["notice-not-posted"]


def test_closing_waits_for_the_calendar() -> None:
    current = rules.period(rule(), datetime(2030, 3, 4, 1, tzinfo=UTC))
    found = rules.closing_obstacles(current.ends_at, current, 0, current.ends_at + rules.SETTLING)
    assert [r.code for r in found] == ["notice-period-provisional"]


def test_closing_waits_for_the_later_end() -> None:
    current = rules.period(rule(), MONDAY)
    stated = current.ends_at - timedelta(days=3)
    found = rules.closing_obstacles(stated, current, 0, stated + rules.SETTLING)
    assert [r.code for r in found] == ["notice-period-running"]


def test_verdicts_leave_the_place_of_the_removed_empty() -> None:
    one, two, three = (f"{number:032x}" for number in (1, 2, 3))
    inputs = {
        "entries": [{"entry": entry, "tier": "award"} for entry in (one, two, three)],
        "objections": [
            {"entry": one, "ruling": "dismissed"},
            {"entry": two, "ruling": "dismissed"},
            {"entry": two, "ruling": "upheld"},
        ],
    }
    assert [(v.entry_id.int, v.result, v.tier, v.reason) for v in verdicts(inputs)] == [
        (1, Result.ADVANCED, "award", None),
        (2, Result.ELIMINATED, None, "objection-upheld"),
        (3, Result.ADVANCED, "award", None),
    ]
