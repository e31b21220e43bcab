"""Which body follows from what an application says, and when must a person decide?"""

from typing import Any
from uuid import UUID

import pytest

from app.award.endorsement.following import Fact, Follows, Listed, Said, Undecided, follow
from app.rules.regulation.stages import Endorsement

BODIES = [
    {"key": "street", "name": "街道办事处"},
    {"key": "trade", "name": "行业主管部门", "tracks": ["firm"]},
]
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def rule(**changes: Any) -> Endorsement:
    return Endorsement.model_validate(
        {"key": "recommendation", "kind": "endorsement", "bodies": BODIES[:1]} | changes
    )


def line(authority: UUID, *areas: str, body: str = "street", sectors: tuple[str, ...] = ()) -> Any:
    return Listed(body, authority, f"机关{authority.int}", areas, sectors)


def said(area: str | None = None, **changes: Any) -> Said:
    given = {"credit_code": "91320211MA1XYZ123X", "industry": "C34", "chosen": None}
    return Said(track="firm", registered_area=area, **given | changes)


def one(under: Endorsement, directory: list[Listed], by: Said, **routed: object) -> Any:
    (found,) = follow(under, directory, by, routed)
    return found


def why(found: Any) -> str:
    assert isinstance(found, Undecided)
    return found.why.code


STREETS = [line(A, "320211005", "荣巷街道"), line(B, "320211006"), line(C, "320200")]


@pytest.mark.parametrize(
    ("area", "authority"),
    [
        ("320211005", A),
        ("320211005012", A),
        (" 荣巷街道 ", A),
        ("320211006", B),
        ("320211009", C),
        ("320200", C),
        ("320281101", C),
    ],
)
def test_registration_leads_to_the_most_exact_line(area: str, authority: UUID) -> None:
    found = one(rule(), STREETS, said(area))
    assert found == Follows("street", authority, Fact.REGISTERED_AREA, area.strip())


def test_area_that_no_line_takes_needs_a_person() -> None:
    for area in ("310101", "蠡园街道", "32"):
        assert why(one(rule(), STREETS, said(area))) == "no-body-fits"


def test_unsaid_area_is_the_district_of_the_credit_code() -> None:
    districts = [line(A, "320211"), line(B, "320213")]
    assert one(rule(), districts, said()) == Follows("street", A, Fact.DISTRICT, "320211")
    streets = [line(A, "320211005")]
    assert why(one(rule(), streets, said())) == "no-body-fits", "no finer than a district"


def test_two_lines_that_fit_alike_need_a_person() -> None:
    both = [line(A, "320211"), line(B, "320211")]
    assert why(one(rule(), both, said("320211005"))) == "several-bodies-fit"


@pytest.mark.parametrize(("industry", "authority"), [("C34", A), ("C3411", A), ("C27", B)])
def test_sector_leads_to_the_most_exact_class(industry: str, authority: UUID) -> None:
    lines = [line(A, sectors=("C34", "C35")), line(B, sectors=("C",)), line(C, "320211")]
    found = one(rule(routed_by="sector"), lines, said("320211", industry=industry))
    assert found == Follows("street", authority, Fact.INDUSTRY, industry)


def test_sector_that_is_not_said_needs_a_person() -> None:
    lines = [line(A, sectors=("C",)), line(B)]
    found = one(rule(routed_by="sector"), lines, said(industry=None))
    assert why(found) == "routing-fact-missing"


def test_line_without_areas_takes_whoever_no_other_takes() -> None:
    lines = [line(A, "320211005"), line(B)]
    assert one(rule(), lines, said("320213001")) == Follows("street", B, None, None)
    assert one(rule(), lines, said("320211005")).authority == A
    assert one(rule(routed_by="sector"), [line(B)], said(industry=None)).authority == B


def test_choice_is_the_name_in_the_directory() -> None:
    under = rule(routed_by="choice")
    found = one(under, STREETS, said(chosen=" 机关2 "))
    assert found == Follows("street", B, Fact.CHOICE, "机关2")
    assert why(one(under, STREETS, said(chosen="机关"))) == "no-body-fits"
    assert why(one(under, STREETS, said())) == "routing-fact-missing"


def test_one_of_several_bodies_is_enough_and_all_are_asked_where_all_are_needed() -> None:
    lines = [line(A, "320211005"), line(B, "320211", body="trade")]
    any_of = rule(bodies=BODIES)
    assert one(any_of, lines, said("320211005")).body == "street"
    assert one(any_of, lines, said("320211009")).body == "trade"
    assert one(any_of, [], said("320211009")).body is None
    assert list(follow(any_of, lines, said("320211005"), {"trade": B})) == []
    every = rule(bodies=BODIES, needs="all_of")
    found = list(follow(every, lines, said("320211005"), {}))
    assert [each.body for each in found] == ["street", "trade"]
    left = list(follow(every, lines, said("320211005"), {"street": A}))
    assert [each.body for each in left] == ["trade"]
    street, trade = follow(every, lines[:1], said("320211005"), {})
    assert isinstance(street, Follows)
    assert (trade.body, why(trade)) == ("trade", "no-body-fits")


def test_body_of_other_tracks_is_not_asked() -> None:
    lines = [line(B, "320211", body="trade")]
    person = Said("person", "320211", "91320211MA1XYZ123X", None, None)
    every = rule(bodies=BODIES, needs="all_of")
    assert [each.body for each in follow(every, lines, person, {})] == ["street"]
