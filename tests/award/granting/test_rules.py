"""What must be true of approvals and grants, and which bonus goes with an award."""

from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest

from app.award.granting.rules import (
    Allotted,
    Money,
    NoBonus,
    award_obstacles,
    bonus_of,
    bonus_rule,
    consent_obstacles,
    date_obstacle,
    decision_obstacles,
    has_won,
    matched_fen,
    matching_rule,
    valid_until,
)
from app.catalogue import loader
from app.platform.errors import Refusal
from app.rules.quota import Award, RankedEntry
from app.rules.regulation.model import Regulation
from app.rules.regulation.money import Bonus, Matching
from app.rules.regulation.quotas import Floor, Quota, Tier
from app.rules.regulation.read import read
from app.rules.regulation.stages import Composite

A, B, C = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([(A, True, None), (B, False, "事故")], []),
        ([(A, True, None), (B, True, "说明")], []),
        ([(A, True, None)], [("/decisions", "entry-left-out")]),
        (
            [(A, True, None), (B, True, None), (C, True, None)],
            [("/decisions/2/entry", "entry-not-here")],
        ),
        ([(A, True, None), (B, False, None)], [("/decisions/1/reason", "reason-needed")]),
        (
            [(A, True, None), (B, True, None), (A, False, "事故")],
            [("/decisions/0/entry", "entry-twice"), ("/decisions/2/entry", "entry-twice")],
        ),
        (
            [(C, False, None)],
            [
                ("/decisions/0/entry", "entry-not-here"),
                ("/decisions/0/reason", "reason-needed"),
                ("/decisions", "entry-left-out"),
            ],
        ),
    ],
)
def test_decision_obstacles_names_every_fault(
    decisions: list[tuple[object, bool, str | None]], expected: list[tuple[str, str]]
) -> None:
    found = decision_obstacles(decisions, {A, B})  # type: ignore[arg-type]  # parametrized
    assert [(refusal.pointer, refusal.code) for refusal in found] == expected


def test_decision_obstacles_counts_those_left_out() -> None:
    (refusal,) = decision_obstacles([(A, True, None)], {A, B, C})
    assert refusal.facts == {"count": 2}


@pytest.mark.parametrize(("day", "late"), [(1, False), (2, False), (3, True)])
def test_date_obstacle_refuses_tomorrow(day: int, late: bool) -> None:
    found = date_obstacle(date(2026, 3, day), date(2026, 3, 2))
    assert (found is not None) is late


def quota(**fields: object) -> Quota:
    return Quota.model_validate(fields)


QUOTAS = [
    quota(at_most="1", of={"tier": "gold"}),
    quota(at_most="2", of={"tier": "silver"}),
    quota(at_least="1", of={"track": "small"}),
]


TIERS = tuple(Tier.model_validate({"key": key, "name": key}) for key in ("gold", "silver"))


def regulation(quotas: list[Quota], *floors: Floor) -> Regulation:
    """Two tracks, two tiers, these quotas; the tiers are proposed above these floors."""
    binhu = read(loader.regulation_text("binhu-2023"))
    (track,) = binhu.tracks
    return binhu.model_copy(
        update={
            "tracks": tuple(track.model_copy(update={"key": key}) for key in ("firm", "small")),
            "tiers": TIERS,
            "quotas": tuple(quotas),
            "stages": tuple(
                stage.model_copy(update={"floors": floors})
                if isinstance(stage, Composite)
                else stage
                for stage in binhu.stages
            ),
        }
    )


def obstacles(
    awards: list[Award],
    places: int,
    *,
    quotas: list[Quota] | None = None,
    left: list[RankedEntry] | None = None,
    places_of: dict[str, int] | None = None,
    reasoned: bool = False,
    vacant: bool = False,
    floors: tuple[Floor, ...] = (),
) -> list[Refusal]:
    return award_obstacles(
        awards,
        left or [],
        regulation(QUOTAS if quotas is None else quotas, *floors),
        Allotted(places, places_of or {}, reasoned=reasoned, vacant=vacant),
    )


SMALL = RankedEntry("left", "small", 1, Fraction(0))


@pytest.mark.parametrize(
    ("awards", "places", "expected"),
    [
        ([("small", "gold"), ("firm", "silver")], 3, []),
        ([("small", "gold"), ("small", "gold")], 3, ["quota-exceeded"]),
        ([("firm", "gold")], 3, ["quota-unmet"]),
        ([("small", "gold"), ("firm", "silver"), ("firm", "silver")], 2, ["places-exceeded"]),
        ([("firm", "gold")] * 3, 2, ["quota-exceeded", "quota-unmet", "places-exceeded"]),
    ],
)
def test_award_obstacles_checks_quotas_and_places(
    awards: list[tuple[str, str]], places: int, expected: list[str]
) -> None:
    listed = [Award(str(place), *each) for place, each in enumerate(awards)]
    found = obstacles(listed, places, left=[SMALL])
    assert [refusal.code for refusal in found] == expected


def test_award_obstacles_says_how_many_and_which_quota() -> None:
    (refusal,) = obstacles([Award(str(n), "small", "silver") for n in range(3)], 9)
    assert refusal.facts == {"quota": 2, "limit": 2, "counted": 3}


def test_award_obstacles_checks_the_places_of_single_tiers() -> None:
    listed = [Award("0", "small", "gold"), Award("1", "small", "silver"), Award("2", "s", "silver")]
    assert obstacles(listed, 9, places_of={"silver": 2}) == []
    (refusal,) = obstacles(listed, 9, places_of={"silver": 1, "gold": 1})
    assert (refusal.code, refusal.facts["counted"]) == ("tier-places-exceeded", 2)


def test_a_minimum_blocks_only_where_somebody_could_fill_it() -> None:
    listed = [Award("0", "firm", "gold")]
    for nobody in (
        [],
        [SMALL._replace(track="firm")],
        [SMALL._replace(closed=frozenset({"gold", "silver"}))],
    ):
        assert obstacles(listed, 3, left=nobody) == []
    assert [each.code for each in obstacles(listed, 3, left=[SMALL])] == ["quota-unmet"]
    assert obstacles(listed, 3, left=[SMALL], reasoned=True) == []
    floors = tuple(
        Floor.model_validate({"tier": tier, "at_least": "600"}) for tier in ("gold", "silver")
    )
    assert obstacles(listed, 3, left=[SMALL], floors=floors) == []


def test_a_decision_leaves_places_of_a_minimum_empty_and_nothing_else() -> None:
    listed = [Award("0", "firm", "gold")]
    assert obstacles(listed, 3, left=[SMALL], vacant=True) == []
    exceeded = [Award(str(place), "firm", "gold") for place in range(3)]
    found = obstacles(exceeded, 3, left=[SMALL], vacant=True)
    assert [refusal.code for refusal in found] == ["quota-exceeded"]
    met = [Award("0", "small", "gold")]
    assert [one.code for one in obstacles(met, 3, vacant=True)] == ["vacancy-not-needed"]


def test_a_minimum_of_a_group_counts_its_members_only() -> None:
    quotas = [quota(at_most="3"), quota(at_least="1", of={"group": "specialised"})]
    member = SMALL._replace(groups=frozenset({"specialised"}))
    listed = [Award("0", "firm", "gold")]
    assert obstacles(listed, 3, quotas=quotas, left=[SMALL]) == []
    (refusal,) = obstacles(listed, 3, quotas=quotas, left=[member])
    assert (refusal.code, refusal.facts["counted"]) == ("quota-unmet", 0)
    listed += [Award("1", "small", "gold", frozenset({"specialised"}))]
    assert obstacles(listed, 3, quotas=quotas, left=[member]) == []


def test_who_is_excepted_does_not_count_to_a_cap() -> None:
    quotas = [quota(at_most="1", of={"tier": "gold"}, **{"except": {"group": "held"}})]
    listed = [Award("0", "firm", "gold"), Award("1", "firm", "gold", frozenset({"held"}))]
    assert obstacles(listed, 3, quotas=quotas) == []
    refused = obstacles([*listed, Award("2", "small", "gold")], 3, quotas=quotas)
    assert [each.code for each in refused] == ["quota-exceeded"]


def test_a_number_in_principle_gives_way_to_a_recorded_reason_only() -> None:
    soft = [quota(at_most="1", in_principle="true")]
    listed = [Award("0", "firm", "gold"), Award("1", "small", "silver")]
    assert [each.code for each in obstacles(listed, 1, quotas=soft)] == ["quota-exceeded"]
    assert obstacles(listed, 1, quotas=soft, reasoned=True) == []
    hard = [*soft, quota(at_most="1", of={"tier": ["gold", "silver"]})]
    refused = obstacles(listed, 1, quotas=hard, reasoned=True)
    assert [(each.code, each.facts["quota"]) for each in refused] == [("quota-exceeded", 2)]


def test_a_tier_without_a_cap_is_bound_by_the_places_of_the_cycle_only() -> None:
    capped = [quota(at_most="1", of={"tier": "gold"})]
    listed = [Award("0", "firm", "gold"), *(Award(str(n), "small", "silver") for n in (1, 2, 3))]
    assert obstacles(listed, 9, quotas=capped) == []
    assert [each.code for each in obstacles(listed, 3, quotas=capped)] == ["places-exceeded"]


def test_consents_are_asked_of_each_body_once_and_not_dated_ahead() -> None:
    asked, today = ["人社局", "表彰办"], date(2026, 3, 2)
    assert consent_obstacles([("表彰办", today), ("人社局", today)], asked, today) == []
    found = consent_obstacles(
        [("表彰办", today), ("表彰办", today), ("财政局", date(2026, 3, 3))], asked, today
    )
    assert [(refusal.pointer, refusal.code) for refusal in found] == [
        ("/consents/1/body", "consent-not-asked"),
        ("/consents/2/body", "consent-not-asked"),
        ("/consents", "consent-missing"),
        ("/consents/2/given_on", "decided-in-future"),
    ]


@pytest.mark.parametrize(
    ("valid", "decided_on", "expected"),
    [
        (None, date(2026, 3, 2), None),
        ("unlimited", date(2026, 3, 2), None),
        ({"years": "4"}, date(2026, 3, 2), date(2030, 3, 2)),
        ({"years": "3"}, date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_valid_until_is_the_corresponding_day(
    valid: object, decided_on: date, expected: date | None
) -> None:
    tier = Tier.model_validate(
        {"key": "gold", "name": "金奖"} | ({"valid": valid} if valid else {})
    )
    assert valid_until(tier, decided_on) == expected


def matching(**fields: object) -> Matching:
    return Matching.model_validate({"key": "city", "honour": ["市长质量奖"]} | fields)


def test_matching_rule_knows_names_and_tiers() -> None:
    one = matching(amount="100000.00", tier="金奖")
    other = matching(key="nation", honour=["中国质量奖", "中国质量奖提名奖"], share="50%")
    assert matching_rule([one, other], "市长质量奖", "金奖") is one
    assert matching_rule([one, other], "市长质量奖", "银奖") is None
    assert matching_rule([one, other], "市长质量奖", None) is None
    assert matching_rule([one, other], "中国质量奖", "提名奖") is other
    assert (
        matching_rule([matching(honour=["中国质量奖提名奖"], share="1/2")], "中国质量奖", "")
        is None
    )


@pytest.mark.parametrize(
    ("share", "fen", "expected"),
    [
        ("50%", 100_000_000, 50_000_000),
        ("50%", 5, 3),
        ("1/3", 100, 33),
        ("1/3", 200, 67),
        ("2/3", 0, 0),
    ],
)
def test_matched_fen_rounds_half_a_fen_up(share: str, fen: int, expected: int) -> None:
    assert matched_fen(matching(share=share), fen) == expected


def test_matched_fen_needs_the_bonus_only_for_a_share() -> None:
    assert matched_fen(matching(share="50%"), None) is None
    assert matched_fen(matching(amount="300000.00"), None) == 30_000_000


@pytest.mark.parametrize(
    ("of", "won", "expected"),
    [
        ("programme", set(), False),
        ("programme", {"silver"}, True),
        ("programme", {None}, True),
        ("tier", {"silver"}, False),
        ("tier", {"silver", "gold"}, True),
        ("tier", {None}, True),
    ],
)
def test_has_won_is_of_the_programme_or_of_the_tier(
    of: str, won: set[str | None], expected: bool
) -> None:
    assert has_won(bonus(first_win_only="true", first_win_of=of), "gold", won) is expected


def test_a_group_that_is_left_out_gets_nothing() -> None:
    rule = bonus(**{"except": ["budget_funded", "held"]})
    found = bonus_of(rule, won_before=False, budget_funded=False, groups=("held", "small"))
    assert found == Money(0, NoBonus.GROUP_LEFT_OUT)
    assert bonus_of(rule, won_before=False, budget_funded=False, groups=("small",)).fen > 0


def bonus(**fields: object) -> Bonus:
    return Bonus.model_validate({"tier": "gold", "amount": "500000.00"} | fields)


STRICT = bonus(first_win_only="true", **{"except": ["budget_funded"]})


@pytest.mark.parametrize(
    ("rule", "won_before", "funded", "expected"),
    [
        (STRICT, False, False, Money(50_000_000)),
        (STRICT, True, False, Money(0, NoBonus.NOT_FIRST_WIN)),
        (STRICT, False, True, Money(0, NoBonus.BUDGET_FUNDED)),
        (STRICT, True, True, Money(0, NoBonus.BUDGET_FUNDED)),
        (bonus(), True, True, Money(50_000_000)),
        (bonus(first_win_only="true"), False, True, Money(50_000_000)),
        (bonus(amount="0"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(tier="silver"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(track="small"), False, False, Money(0, NoBonus.NONE_SET)),
        (bonus(track=["small", "firm"]), False, False, Money(50_000_000)),
    ],
)
def test_bonus_of_follows_the_rule(
    rule: Bonus, won_before: bool, funded: bool, expected: Money
) -> None:
    due = bonus_rule([rule], "firm", "gold")
    assert bonus_of(due, won_before=won_before, budget_funded=funded) == expected


def test_bonus_of_takes_the_rule_of_the_track() -> None:
    rules = [bonus(track="small", amount="100.00"), bonus(track="firm", amount="0.05")]
    rule = bonus_rule(rules, "firm", "gold")
    assert bonus_of(rule, won_before=False, budget_funded=False) == Money(5)
