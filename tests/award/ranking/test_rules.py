"""What a composite makes of scores: totals, ranks, tiers and who goes on."""

import json
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.ranking.rules import (
    Contender,
    Contest,
    contest_of,
    inputs_of,
    standing,
    verdicts,
)
from app.award.stages.choosing import Chosen
from app.award.stages.lifecycle import Result
from app.award.stages.rules import Consolation, TieDecisionUnfit, TieUnresolved
from app.proof.canonical import canonical
from app.rules.composite import Weight
from app.rules.exact import decimal_text, fraction_from_text
from app.rules.regulation.quotas import Filter, Quota, Tier
from app.rules.regulation.stages import Composite

AWARD, MENTION = Tier(key="award", name="奖"), Tier(key="mention", name="提名奖")
WEIGHTS = (
    Weight("site", Fraction(1000), Fraction(9, 10)),
    Weight("defence", Fraction(100), Fraction(1, 10)),
)


def rule(**changes: Any) -> Composite:
    written: dict[str, Any] = {
        "key": "ranking",
        "kind": "composite",
        "of": [{"stage": "site", "share": "90%"}, {"stage": "defence", "share": "10%"}],
        "proposes": "tiers",
    }
    return Composite.model_validate(
        {key: value for key, value in (written | changes).items() if value is not None}
    )


def entry(number: int) -> str:
    return str(UUID(int=number))


def contender(number: int, site: str, defence: str = "80", *ties: int) -> Contender:
    return Contender(
        entry(number),
        entry(1000 + number),
        "organisation",
        (decimal_text(Fraction(site)), decimal_text(Fraction(defence))),
        tuple(str(key) for key in ties),
    )


def contest(*contenders: Contender, **changes: Any) -> Contest:
    made: dict[str, Any] = {
        "rule": rule(),
        "tiers": (AWARD,),
        "quotas": (Quota(at_most=3),),
        "places": 2,
        "tie_order": (),
        "weights": {"organisation": WEIGHTS} if contenders else {},
        "contenders": contenders,
    }
    return Contest(**(made | changes))


def told(found: Contest) -> dict[int, tuple[int | None, str | None, str | None]]:
    """Rank, tier and reason by the number of the contender."""
    return {v.entry_id.int: (v.rank, v.tier, v.reason) for v in verdicts(found)}


def test_total_brings_every_score_to_the_common_scale() -> None:
    (verdict,) = verdicts(contest(contender(1, "581.25", "92.5")))
    assert verdict.exact == Fraction("615.625")
    assert verdict.score == Fraction("615.63")
    assert (verdict.result, verdict.rank, verdict.tier) == (Result.ADVANCED, 1, "award")


def test_contributions_sum_to_the_exact_total() -> None:
    one = contender(1, "1742/3", "271/3")
    (verdict,) = verdicts(contest(one))
    scores = [fraction_from_text(score) for score in one.scores]
    made_of = [w.contribution(score, 1000) for w, score in zip(WEIGHTS, scores, strict=True)]
    assert sum(made_of) == verdict.exact
    assert verdict.score == Fraction("612.93")


def test_places_of_the_year_bind_below_the_regulations_cap() -> None:
    found = told(contest(contender(1, "600"), contender(2, "590"), contender(3, "580")))
    assert found == {1: (1, "award", None), 2: (2, "award", None), 3: (3, None, "no-place")}


def test_cap_of_the_regulation_binds_below_the_places() -> None:
    found = told(
        contest(contender(1, "600"), contender(2, "590"), quotas=(Quota(at_most=1),), places=5)
    )
    assert found == {1: (1, "award", None), 2: (2, None, "no-place")}


def test_floor_keeps_a_place_empty() -> None:
    floors = [{"tier": "award", "at_least": "620"}]
    found = told(contest(contender(1, "600"), contender(2, "590"), rule=rule(floors=floors)))
    assert found == {1: (1, "award", None), 2: (2, None, "below-floor")}


def test_floor_is_held_against_the_rounded_total() -> None:
    floors = [{"tier": "award", "at_least": "620"}]
    one = contender(1, "599.996")
    assert told(contest(one, rule=rule(floors=floors))) == {1: (1, "award", None)}
    assert verdicts(contest(one))[0].exact == Fraction("619.9964")


def test_lower_tier_takes_who_finds_no_place_in_the_higher() -> None:
    found = told(
        contest(
            *(contender(number, str(600 - number)) for number in (1, 2, 3)),
            tiers=(AWARD, MENTION),
            quotas=(Quota.model_validate({"at_most": 1, "of": {"tier": "award"}}),),
        )
    )
    assert found == {1: (1, "award", None), 2: (2, "mention", None), 3: (3, None, "no-place")}


def test_totals_equal_as_rounded_are_parted_by_the_tie_keys() -> None:
    first, second = contender(1, "600.001", "80", 1), contender(2, "600", "80", 2)
    assert told(contest(first, second, places=1)) == {
        1: (2, None, "no-place"),
        2: (1, "award", None),
    }


def test_tie_across_the_last_place_needs_a_decision() -> None:
    level = [contender(1, "600"), contender(2, "600"), contender(3, "600")]
    with pytest.raises(TieUnresolved) as refused:
        verdicts(contest(*level))
    assert refused.value.facts["count"] == 3
    order = (entry(3), entry(1), entry(2))
    assert told(contest(*level, tie_order=order)) == {
        1: (1, "award", None),
        2: (1, None, "no-place"),
        3: (1, "award", None),
    }


def test_tie_within_the_places_needs_none() -> None:
    assert told(contest(contender(1, "600"), contender(2, "600"))) == {
        1: (1, "award", None),
        2: (1, "award", None),
    }


@pytest.mark.parametrize(
    ("advance", "reason", "out"),
    [
        ({"everybody": {}}, None, set()),
        ({"first": {"places": "1"}}, "below-cut", {2, 3}),
        ({"first": {"times_places": "1"}}, "below-cut", {3}),
        ({"at_least": "615"}, "below-score", {2, 3}),
    ],
)
def test_composite_that_proposes_nothing_cuts_as_its_rule_says(
    advance: dict[str, Any], reason: str | None, out: set[int]
) -> None:
    found = told(
        contest(
            contender(1, "600"),
            contender(2, "590"),
            contender(3, "580"),
            rule=rule(proposes=None, advance=advance),
        )
    )
    assert {number for number, line in found.items() if line[2]} == out
    assert {line[2] for line in found.values() if line[2]} <= {reason}
    assert {line[1] for line in found.values()} == {None}


def test_composite_may_propose_tiers_and_let_more_go_on() -> None:
    found = told(
        contest(
            *(contender(number, str(600 - number)) for number in (1, 2, 3)),
            rule=rule(advance={"everybody": {}}),
        )
    )
    assert found == {1: (1, "award", None), 2: (2, "award", None), 3: (3, None, None)}


def test_decision_that_names_no_tie_is_refused_at_a_cut() -> None:
    with pytest.raises(TieDecisionUnfit):
        verdicts(
            contest(
                contender(1, "600"),
                contender(2, "590"),
                rule=rule(proposes=None, advance={"first": {"places": "1"}}),
                tie_order=(entry(1), entry(2)),
            )
        )


def test_nobody_to_rank_gives_no_verdict() -> None:
    assert verdicts(contest()) == []


contenders = st.lists(
    st.tuples(st.integers(0, 1000), st.fractions(0, 100), st.integers(0, 2)),
    max_size=8,
).map(
    lambda made: [
        contender(number, str(site), str(defence), tie)
        for number, (site, defence, tie) in enumerate(made)
    ]
)


@given(contenders, st.randoms(use_true_random=False))
def test_order_of_the_input_decides_nothing(made: list[Contender], random: Any) -> None:
    order = tuple(each.entry for each in made)
    shuffled = list(made)
    random.shuffle(shuffled)
    assert told(contest(*made, tie_order=order)) == told(contest(*shuffled, tie_order=order))


@given(contenders)
def test_snapshot_inputs_suffice_to_decide_again(made: list[Contender]) -> None:
    floors = [{"tier": "award", "at_least": "300"}]
    whole = contest(
        *made, rule=rule(floors=floors, advance={"proposed": {}}), tie_order=(entry(0), entry(1))
    )
    inputs = inputs_of(whole)
    assert canonical(inputs)
    assert inputs_of(contest_of(inputs)) == inputs
    assert contest_of(inputs) == whole


def test_entries_of_a_track_that_are_weighed_differently_are_refused() -> None:
    inputs = inputs_of(contest(contender(1, "600"), contender(2, "500")))
    inputs["entries"][1]["parts"][0]["full"] = "500"
    with pytest.raises(ValueError, match="organisation"):
        contest_of(inputs)


# --- consolations

MERIT = Tier(key="merit", name="先进单位")


def consoling(*contenders: Contender, **changes: Any) -> Contest:
    """Two go on by rank; the consolation tier has one place."""
    quotas = (Quota(at_most=3), Quota(at_most=1, of=Filter(tier="merit")))
    made: dict[str, Any] = {
        "rule": rule(proposes=None, advance={"first": {"places": "1"}}, consolation="merit"),
        "tiers": (AWARD, MERIT),
        "quotas": quotas,
        "consolation": Consolation(MERIT, quotas, 9),
    }
    return contest(*contenders, **(made | changes))


def test_who_does_not_go_on_may_be_consoled() -> None:
    found = verdicts(consoling(contender(1, "400"), contender(2, "700"), contender(3, "600")))
    assert {v.entry_id.int: (v.result, v.tier, v.settled, v.reason) for v in found} == {
        1: (Result.ELIMINATED, None, False, "below-cut"),
        2: (Result.ADVANCED, None, False, None),
        3: (Result.ADVANCED, "merit", True, None),
    }


def test_a_tier_closed_to_an_entry_is_no_consolation() -> None:
    closed = contender(3, "600")._replace(closed=("merit",))
    found = told(consoling(contender(1, "400"), contender(2, "700"), closed))
    assert found == {1: (3, "merit", None), 2: (1, None, None), 3: (2, None, "below-cut")}


def test_what_is_proposed_leaves_room_for_the_consolations_given_before() -> None:
    made = {"rule": rule(), "tiers": (AWARD, MERIT), "consolation": None, "places": 2}
    field = [contender(n, str(900 - n)) for n in range(3)]
    assert [each[1] for each in told(contest(*field, **made)).values()] == ["award", "award", None]
    quotas = (Quota(at_most=1, of=Filter(tier="award")), Quota(at_most=2, of=Filter(tier="merit")))
    held = (("organisation", "merit", ()), ("organisation", "merit", ()))
    before = contest(*field, **made | {"quotas": quotas, "places": 4})
    assert [each[1] for each in told(before).values()] == ["award", "merit", "merit"]
    after = contest(*field, **made | {"quotas": quotas, "places": 4, "held": held})
    assert [each[1] for each in told(after).values()] == ["award", None, None]


def test_a_multiple_of_the_places_is_of_those_the_tracks_compete_for() -> None:
    doubled = {"rule": rule(proposes=None, advance={"first": {"times_places": "2"}}), "places": 9}
    field = [contender(n, str(900 - n)) for n in range(4)]
    found = told(contest(*field, **doubled, sought=1))
    assert [reason for _, _, reason in found.values()] == [None, None, "below-cut", "below-cut"]


def test_a_contest_with_consolations_is_read_back_from_its_snapshot() -> None:
    marked = contender(1, "400")._replace(groups=("small",), closed=("award",))
    held = (("organisation", "merit", ("small",)),)
    whole = consoling(marked, contender(2, "700"), held=held, sought=1)
    assert contest_of(json.loads(canonical(inputs_of(whole)))) == whole
    plain = inputs_of(contest(contender(1, "400")))
    assert {"held", "sought", "consolation"} & set(plain) == set()
    assert {"groups", "closed"} & set(plain["entries"][0]) == set()


def test_group_and_closed_tier_hold_when_tiers_are_proposed() -> None:
    small = Tier.model_validate({"key": "small", "name": "鼓励奖", "groups": "small"})
    one, two, three = (contender(number, str(600 - number)) for number in (1, 2, 3))
    found = told(
        contest(
            one._replace(closed=("award",)),
            two,
            three._replace(groups=("small",)),
            tiers=(AWARD, small),
            quotas=(Quota.model_validate({"at_most": 1, "of": {"tier": "award"}}),),
        )
    )
    assert found == {1: (1, None, "no-place"), 2: (2, "award", None), 3: (3, "small", None)}


def test_tiers_by_choice_are_those_that_were_chosen() -> None:
    one, two, three = (contender(number, str(600 - number)) for number in (1, 2, 3))
    chosen = contest(
        one,
        two,
        three,
        rule=rule(by="choice"),
        choice=(Chosen(entry(1), None, "被查处"), Chosen(entry(2), "award")),
    )
    assert told(chosen) == {1: (1, None, "no-tier"), 2: (2, "award", None), 3: (3, None, "no-tier")}
    assert verdicts(contest_of(inputs_of(chosen))) == verdicts(chosen)
    assert [(each.id, each.rank) for each in standing(chosen)] == [
        (entry(1), 1),
        (entry(2), 2),
        (entry(3), 3),
    ]
