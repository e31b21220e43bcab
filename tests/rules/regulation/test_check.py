import pytest

from app.rules.regulation import RegulationErrors, read
from tests.rules.regulation.award_texts import SMALL, changed


def found(text: str) -> list[tuple[str, str]]:
    with pytest.raises(RegulationErrors) as raised:
        read(text)
    return [(each.code, each.path) for each in raised.value.problems]


VISIT = {"key": "more", "kind": "panel", "judges": {"at_least": "3"}, "method": "mean"}
TRIM_2 = {"trimmed_mean": {"drop_high": "2", "drop_low": "2", "at_least": "4"}}
INTAKE = {"key": "more", "kind": "intake"}


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/tiers/1/key", "gold", ("duplicate_key", "/tiers/1/key")),
        ("/eligibility/forbid/0/key", "old", ("duplicate_key", "/eligibility/forbid/0/key")),
        ("/stages/4/key", "visit", ("duplicate_key", "/stages/4/key")),
        ("/tiers/1/tracks", ["person"], ("unknown_track", "/tiers/1/tracks")),
        ("/quotas/0/of/tier", "bronze", ("unknown_tier", "/quotas/0/of/tier")),
        ("/quotas/0/of/track", "person", ("unknown_track", "/quotas/0/of/track")),
        ("/bonus/0/tier", "bronze", ("unknown_tier", "/bonus/0/tier")),
        ("/bonus/0/track", "person", ("unknown_track", "/bonus/0/track")),
        ("/bars/0/after/granted", "bronze", ("unknown_tier", "/bars/0/after/granted")),
        ("/bars/0/from", "revocation", ("bar_start_unfit", "/bars/0/from")),
        ("/bars/0/sit_out", {"days": "9"}, ("unknown_field", "/bars/0/sit_out/days")),
        (
            "/eligibility/forbid/0/within",
            {"working_days": "9"},
            ("unit_unfit", "/eligibility/forbid/0/within"),
        ),
        ("/quotas/-", {"at_least": "3", "of": {"tier": "gold"}}, ("quota_above_cap", "/quotas/2")),
        ("/stages/1/grounds", ["young"], ("unknown_ground", "/stages/1/grounds")),
        ("/stages/2/after", ["nowhere"], ("unknown_stage", "/stages/2/after")),
        ("/stages/4/start_from", "nowhere", ("unknown_stage", "/stages/4/start_from")),
        ("/stages/4/panel_of", "total", ("later_stage", "/stages/4/panel_of")),
        ("/stages/4/panel_of", "check", ("not_a_panel", "/stages/4/panel_of")),
        ("/stages/4/start_from", "intake", ("not_a_panel", "/stages/4/start_from")),
        ("/stages/5/of/0/stage", "check", ("without_score", "/stages/5/of/0/stage")),
        ("/stages/5/of/0/stage", "vote", ("later_stage", "/stages/5/of/0/stage")),
        ("/stages/5/of/0/stage", "visit", ("component_twice", "/stages/5/of")),
        ("/stages/5/of/0/share", "30%", ("shares_not_whole", "/stages/5/of")),
        ("/stages/5/ties/0/stage", "check", ("not_a_panel", "/stages/5/ties/0/stage")),
        ("/stages/5/proposes", None, ("proposes_nowhere", "/stages")),
        ("/stages/5/proposes", None, ("floors_unused", "/stages/5/floors")),
        ("/stages/6/proposes", "tiers", ("proposes_twice", "/stages/6/proposes")),
        ("/stages/5/floors/0/tier", "bronze", ("unknown_tier", "/stages/5/floors/0/tier")),
        (
            "/stages/5/floors/0/at_least",
            "1001",
            ("floor_above_scale", "/stages/5/floors/0/at_least"),
        ),
        (
            "/stages/5/advance",
            {"at_least": "1001"},
            ("floor_above_scale", "/stages/5/advance/at_least"),
        ),
        ("/stages/2/advance", "carried", ("advance_unfit", "/stages/2/advance")),
        ("/stages/2/advance", "proposed", ("advance_unfit", "/stages/2/advance")),
        ("/stages/2/judges/at_least", "4", ("too_few_judges", "/stages/2/method/trimmed_mean")),
        (
            "/stages/4/method",
            {"trimmed_mean": {}},
            ("too_few_judges", "/stages/4/method/trimmed_mean"),
        ),
        ("/stages/2/method", TRIM_2, ("trim_leaves_none", "/stages/2/method/trimmed_mean")),
        ("/stages/3/judges/at_most", "2", ("range_reversed", "/stages/3/judges")),
        ("/stages/6/quorum/of", "present", ("quorum_base", "/stages/6/quorum/of")),
        (
            "/stages/6/carried/more_than",
            "100%",
            ("threshold_beyond", "/stages/6/carried/more_than"),
        ),
        ("/stages/0", None, ("no_intake", "/stages")),
        ("/stages/9", None, ("no_grant", "/stages")),
        ("/stages/2/after", ["vote"], ("later_stage", "/stages/2/after")),
        ("/stages/2/after", ["vote"], ("circle", "/stages")),
        ("/stages/2/after", ["paper"], ("circle", "/stages")),
        ("/stages/2/after", [], ("unreachable", "/stages/2")),
        ("/stages/0/tracks", ["firm"], ("unreachable", "/stages/1")),
        ("/stages/9/tracks", ["firm"], ("dead_end", "/stages/8")),
        ("/stages/3/after", ["check"], ("dead_end", "/stages/2")),
        ("/stages/3/tracks", ["person"], ("unknown_track", "/stages/3/tracks")),
    ],
)
def test_check_finds(pointer: str, value: object, expected: tuple[str, str]) -> None:
    assert expected in found(changed(pointer, value))


def test_check_of_a_multiple_of_places_needs_a_cap_for_every_tier() -> None:
    text = changed(
        "/stages/2/advance",
        {"first": {"times_places": "2", "level": "decision"}},
        changed("/quotas/1", None),
    )
    assert found(text) == [("no_cap", "/stages/2/advance/first")]


def test_check_tells_several_problems_at_once() -> None:
    text = changed("/bonus/0/tier", "bronze", changed("/stages/5/of/0/share", "30%"))
    assert found(text) == [("unknown_tier", "/bonus/0/tier"), ("shares_not_whole", "/stages/5/of")]


def test_check_names_the_circle() -> None:
    with pytest.raises(RegulationErrors) as raised:
        read(changed("/stages/2/after", ["visit"]))
    (circle,) = [each for each in raised.value.problems if each.code == "circle"]
    assert "paper → visit → paper" in circle.zh or "visit → paper → visit" in circle.zh


def test_check_lets_two_stages_run_side_by_side() -> None:
    text = changed("/stages/3/after", ["check"], changed("/stages/4/after", ["visit"]))
    text = changed("/stages/5/after", ["paper", "talk"], text)
    assert read(text).upstream(read(text).stage("total")) == {
        "intake",
        "check",
        "paper",
        "visit",
        "talk",
    }


def test_check_lets_publicity_stand_before_or_after_approval() -> None:
    text = changed("/stages/7/after", ["approval"])
    text = changed("/stages/8/after", ["vote"], text)
    # Written in the order in which they run, and not otherwise.
    assert ("later_stage", "/stages/7/after") in found(text)
    assert read(SMALL).after(read(SMALL).stage("approval")) == ("notice",)


def test_check_lets_a_vote_propose_in_place_of_a_composite() -> None:
    text = changed("/stages/5/proposes", None, changed("/stages/5/floors", None))
    text = changed("/stages/6/level", "decision", text)
    assert read(changed("/stages/6/proposes", "tiers", text)).stage("vote").proposes == "tiers"
