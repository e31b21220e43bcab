"""The rehearsal's own arithmetic, against the vectors of the criteria."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from app.catalogue import loader
from app.proof.jws import Typ, sign
from app.proof.keys import KeyRing, SigningKey
from app.rehearsal import check
from app.rules.regulation.judges import Method
from app.rules.regulation.quotas import Quota
from app.rules.regulation.values import Rounding

GBT = loader.criteria("gbt-19580-2012")
B = [65, 60, 55, 60, 55, 60, 65, 60, 55, 50, 60, 65, 55, 60, 55, 50, 55, 60, 55, 65, 50, 55, 60]


def sheet(percentages: list[int]) -> dict[str, int]:
    return {item.code: one for item, one in zip(GBT.items(), percentages, strict=True)}


@pytest.mark.parametrize(("given", "expected"), [([50] * 23, "500"), (B, "581.25")])
def test_total_of_known_sheets(given: list[int], expected: str) -> None:
    assert check.total(GBT, sheet(given)) == Fraction(expected)


def test_category_total_of_known_sheet() -> None:
    assert check.category_total(GBT, sheet(B), "4.7") == Fraction("231.5")


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        ("0.125", "half_up", "0.13"),
        ("0.125", "half_even", "0.12"),
        ("0.135", "half_even", "0.14"),
        ("0.1249", "half_up", "0.12"),
    ],
)
def test_rounded_goes_by_the_mode(value: str, mode: Any, expected: str) -> None:
    assert check.rounded(Fraction(value), Rounding(places=2, mode=mode)) == Fraction(expected)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mean", Fraction(50)),
        ("median", Fraction(45)),
        ({"trimmed_mean": {"at_least": 5}}, Fraction(145, 3)),
    ],
)
def test_together_by_each_method(method: Any, expected: Fraction) -> None:
    rule = Method.model_validate({method: {}} if isinstance(method, str) else method)
    sheets = [{"x": given} for given in (30, 75, 45, 40, 60)]
    assert check.together(rule, sheets)["x"] == expected


def test_together_takes_only_the_sheets_that_hold_an_item() -> None:
    rule = Method.model_validate({"mean": {}})
    assert check.together(rule, [{"x": 40, "y": 10}, {"x": 50}]) == {"x": 45, "y": 10}


def test_apart_by_span_and_by_bands() -> None:
    sheets = [{"span": 30, "bands": 25, "near": 50}, {"span": 55, "bands": 50, "near": 65}]
    assert check.apart(sheets, 20, 2) == {"span", "bands"}


def test_composite_of_site_and_defence() -> None:
    parts = [
        SimpleNamespace(stage="site", share=Fraction(9, 10), track=None),
        SimpleNamespace(stage="defence", share=Fraction(1, 10), track=("large",)),
        SimpleNamespace(stage="interview", share=Fraction(1, 10), track=("small",)),
    ]
    rule: Any = SimpleNamespace(of=parts, scale=1000)
    scores = {"site": Fraction(604), "defence": Fraction(88)}
    full = {"site": Fraction(1000), "defence": Fraction(100)}
    assert check.composite(rule, "large", scores, full) == Fraction("631.6")


def test_ranks_leave_gaps_after_ties() -> None:
    keys = {0: (Fraction(5),), 1: (Fraction(7),), 2: (Fraction(7),), 3: (Fraction(1),)}
    assert check.ranks(keys) == {1: 1, 2: 1, 0: 3, 3: 4}


def test_broken_quotas_name_cap_and_minimum() -> None:
    quotas = [
        Quota.model_validate({"at_most": 1, "of": {"tier": "award"}}),
        Quota.model_validate({"at_least": 2, "of": {"track": "small"}}),
    ]
    awards: list[tuple[str, str, tuple[str, ...]]] = [
        ("large", "award", ()),
        ("small", "award", ()),
    ]
    assert check.broken_quotas(quotas, awards) == ["2 > 1", "1 < 2"]
    assert check.broken_quotas(quotas[:1], awards[:1]) == []


def test_signed_takes_only_what_a_published_key_signed() -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    token = sign({"what": "award"}, typ=Typ.CERTIFICATE, key=key)
    keys = KeyRing(active=key).jwks()["keys"]
    assert check.signed(token, keys) == {"what": "award", "typ": "award-cert+jws"}
    assert check.signed(token, KeyRing(active=other).jwks()["keys"]) is None
    header, payload, signature = token.split(".")
    assert check.signed(f"{header}.{payload[:-2]}AA.{signature}", keys) is None


def test_apart_in_other_bands() -> None:
    sheets = [{"near": 5, "far": 10}, {"near": 15, "far": 40}]
    assert check.apart(sheets, 50, 2, (0, 15, 40, 65, 90)) == {"far"}
    assert check.apart(sheets, 50, 2, (0, 50)) == set()


def test_every_pass_line_counts_by_itself() -> None:
    deming = loader.criteria("deming")
    best = {item.code: 100 for item in deming.items()}
    assert check.passes(deming, best | {"B.1": 70})
    assert not check.passes(deming, best | {"B.1": 65})
    assert check.passes(loader.criteria("team-100"), dict.fromkeys(("T.1", "T.2"), 0))


@pytest.mark.parametrize(
    ("level", "order", "expected"),
    [
        ("decision", [3, 2], {0, 1, 3}),
        ("all_in", [], {0, 1, 2, 3}),
        ("none_in", [], {0, 1}),
    ],
)
def test_first_parts_those_who_stand_level_at_the_edge(
    level: str, order: list[int], expected: set[int]
) -> None:
    ranks = {0: 1, 1: 2, 2: 3, 3: 3, 4: 5}
    assert check.first(ranks, 3, level, order) == expected


@pytest.mark.parametrize("level", ["decision", "all_in", "none_in"])
def test_first_takes_everybody_where_there_are_fewer_than_places(level: str) -> None:
    assert check.first({0: 1, 1: 1}, 6, level, []) == {0, 1}
