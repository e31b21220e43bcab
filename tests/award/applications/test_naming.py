"""Whom an application names, for which tier, and how long it hung out."""

from datetime import date

import pytest

from app.award.applications.naming import entry_key, intake_of, naming_obstacles, printed_name
from app.award.applications.schemas import Awardee, AwardeePerson, Form, InternalNotice
from app.rules.regulation.read import read
from app.rules.regulation.stages import NOTICE_EVIDENCE
from tests.award.applications.regulations import text

NOTICED = {"internal_notice": {"length": {"working_days": "5"}}}
TODAY = date(2026, 3, 20)  # a Friday


def awardee(name: str | None, *people: str) -> Awardee:
    return Awardee(name=name, people=[AwardeePerson(name=one) for one in people])


def codes(
    form: Form, track: str = "organisation", intake: dict[str, object] | None = None
) -> set[str]:
    regulation = read(text(**(intake or {})))
    rule = intake_of(regulation, track)
    return {each.code for each in naming_obstacles(regulation, rule, track, form, TODAY)}


@pytest.mark.parametrize(
    ("track", "named", "wrong"),
    [
        ("organisation", None, set()),
        ("organisation", awardee("某班组"), {"awardee-not-asked"}),
        ("person", None, {"awardee-missing"}),
        ("person", awardee(None, "王五"), set()),
        ("person", awardee("王五", "王五"), set()),
        ("person", awardee("王六", "王五"), {"awardee-name-differs"}),
        ("person", awardee("王五"), {"people-wrong"}),
        ("person", awardee(None, "王五", "赵六"), {"people-wrong"}),
        ("pair", awardee(None, "王五", "赵六"), set()),
        ("pair", awardee("攻关小组", "王五", "赵六", "钱七"), {"people-wrong"}),
        ("pair", awardee("攻关小组"), {"people-wrong"}),
        ("team", awardee("一线班组"), set()),
        ("team", awardee("一线班组", "王五", "赵六", "钱七"), set()),
        ("team", awardee(None, "王五"), {"awardee-name-missing"}),
    ],
)
def test_awardee_is_named_as_its_track_asks(
    track: str, named: Awardee | None, wrong: set[str]
) -> None:
    assert codes(Form(awardee=named), track) == wrong


def test_subject_is_named_where_a_model_is_honoured_and_only_there() -> None:
    assert codes(Form(), "model") == {"subject-missing"}
    assert codes(Form(subject="五心模式"), "model") == set()
    assert codes(Form(subject="五心模式")) == {"subject-not-asked"}


def test_tier_is_named_where_the_intake_asks_and_open_to_the_track() -> None:
    naming = {"names_tier": "true"}
    assert codes(Form(), intake=naming) == {"tier-missing"}
    assert codes(Form(tier="nominee"), intake=naming) == set()
    team = Form(tier="nominee", awardee=awardee("一线班组"))
    assert codes(team, "team", naming) == {"tier-not-open"}
    assert codes(Form(tier="award")) == {"tier-not-asked"}


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        # Posted on Thursday the 12th: five working days are over on Thursday the 19th.
        (date(2026, 3, 12), date(2026, 3, 19), set()),
        (date(2026, 3, 12), date(2026, 3, 18), {"internal-notice-too-short"}),
        (date(2026, 3, 13), date(2026, 3, 20), {"internal-notice-not-over"}),
        (
            date(2026, 3, 16),
            date(2026, 3, 20),
            {"internal-notice-too-short", "internal-notice-not-over"},
        ),
        (date(2026, 3, 12), date(2026, 3, 1), {"internal-notice-too-short"}),
    ],
)
def test_internal_notice_is_long_enough_and_over(first: date, last: date, wrong: set[str]) -> None:
    form = Form(internal_notice=InternalNotice(first_day=first, last_day=last))
    assert codes(form, intake=NOTICED) == wrong


def test_internal_notice_is_asked_for_with_its_evidence_and_only_there() -> None:
    assert codes(Form(), intake=NOTICED) == {"internal-notice-missing"}
    days = InternalNotice(first_day=TODAY, last_day=TODAY)
    assert codes(Form(internal_notice=days)) == {"internal-notice-not-asked"}
    regulation, plain = read(text(**NOTICED)), read(text())
    wanted = regulation.documents_of(intake_of(regulation, "person"), "person")
    assert wanted[-1] == NOTICE_EVIDENCE
    assert NOTICE_EVIDENCE not in plain.documents_of(intake_of(plain, "person"), "person")


def test_everything_is_told_at_once() -> None:
    form = Form(subject="五心模式")
    asked = NOTICED | {"names_tier": "true"}
    assert codes(form, "person", asked) == {
        "awardee-missing",
        "subject-not-asked",
        "tier-missing",
        "internal-notice-missing",
    }


def test_printed_name_is_the_awardees_own_or_its_peoples() -> None:
    assert printed_name(None) is None
    assert printed_name(awardee("攻关小组", "王五")) == "攻关小组"
    assert printed_name(awardee(None, "王五", "赵六")) == "王五、赵六"
    assert printed_name(awardee(None)) is None


def test_entry_key_counts_an_awardee_once_however_its_name_is_written() -> None:
    one = entry_key("awardee", "firm", "team", "一线 班组A")
    assert one == entry_key("awardee", "firm", "person", "一线班组ａ")
    assert one != entry_key("awardee", "other", "team", "一线班组A")
    assert one != entry_key("awardee", "firm", "organisation", None)
    assert entry_key("track", "firm", "team", "班组") == "firm/team"
    assert entry_key("organisation", "firm", "team", "班组") == "firm"
