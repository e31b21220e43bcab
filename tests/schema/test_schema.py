"""Does the served service do what its description says, whatever it is asked, whoever asks?"""

import re
from collections import Counter
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema

from app.platform.http.problems import MISTAKES, WRONG_VALUE
from tests.conftest import ROOT
from tests.schema.conftest import Served

AT_EASE = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
EXPECTED = ["412", "413", "422", "428"]


def described(*, coverage: bool) -> BaseSchema:
    """The description of the service, and what is generated from it: by chance, or all borders."""
    schema = schemathesis.openapi.from_path(ROOT / "openapi.json")
    schema.config.phases.examples.enabled = False
    schema.config.phases.coverage.enabled = coverage
    schema.config.phases.fuzzing.enabled = not coverage
    checks = schema.config.checks
    for check in (
        checks.positive_data_acceptance,
        checks.negative_data_rejection,
        checks.missing_required_header,
    ):
        check.expected_statuses = [*check.expected_statuses, *EXPECTED]
    return schema


by_chance = described(coverage=False)
borders = described(coverage=True)
SOME = st.integers(0, 10_000)
TURN = count()
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
STRICTER = {"not-a-whole-number"}
"""12.0 is a whole number to JSON Schema, not to us."""
SHAPES = {code for code, _, _ in [*MISTAKES.values(), WRONG_VALUE]} - STRICTER


def shape_is_described(ctx: Any, response: Any, case: Any) -> None:
    """What the description lets through is never refused for its shape."""
    del ctx
    if response.status_code == 422 and not case.meta.generation.mode.is_negative:
        wrong = [
            error
            for error in response.json()["errors"]
            # JSON Schema has no bounds for days.
            if error["code"] in SHAPES and not DAY.search(error["detail"])
        ]
        assert not wrong, wrong


def asked(case: Any, served: Served, counted: Counter[str], who: int, chosen: int) -> None:
    """One request as this person, about things that there are where the request is well-formed."""
    if not case.meta.generation.mode.is_negative:
        case.path_parameters = served.real(case.path_parameters, chosen)
        case.query = served.real(case.query, chosen)
        case.body = served.real(case.body, chosen)
        if "If-Match" in case.headers:
            case.headers["If-Match"] = "*"
    headers = {"Authorization": f"Bearer {served.token(who)}"}
    response = case.call(base_url=served.address, headers=headers)
    counted[str(response.status_code)] += 1
    case.validate_response(response, additional_checks=[shape_is_described])


@by_chance.parametrize()
@by_chance.given(who=SOME, chosen=SOME)
@settings(AT_EASE, max_examples=5)
def test_service_keeps_its_description(case: Any, awake: Served, who: int, chosen: int) -> None:
    asked(case, awake, Counter(), who, chosen)


@pytest.mark.long
@by_chance.parametrize()
@by_chance.given(who=SOME, chosen=SOME)
@settings(AT_EASE, max_examples=40)
def test_service_keeps_its_description_at_length(
    case: Any, awake: Served, counted: Counter[str], who: int, chosen: int
) -> None:
    asked(case, awake, counted, who, chosen)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload")  # spreadsheets
@borders.parametrize()
@settings(AT_EASE)
def test_service_keeps_its_description_at_every_border(
    case: Any, awake: Served, counted: Counter[str]
) -> None:
    place = next(TURN)
    asked(case, awake, counted, place, place // 2)
