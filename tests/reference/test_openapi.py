"""The description of the API tells every move, every reason and every state."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from jsonschema_rs import validator_for

from app.catalogue.loader import code_list
from app.reference.lifecycles import TABLES
from tests.architecture.sources import nodes

STATES = {
    "read_cycle": "cycle",
    "list_stages": "stage",
    "read_application": "application",
    "read_sheet": "sheet",
    "read_motion": "motion",
    "list_cycle_notices": "notice",
}


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def answer(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        operation["responses"]["200"]["content"]["application/json"]
        for path in document["paths"].values()
        for operation in path.values()
        if operation["operationId"] == name
    )
    return found


def status_of(example: Any) -> str:
    one = example[0] if isinstance(example, list) else example
    status: str = one["status"]
    return status


@pytest.mark.parametrize(("operation", "thing"), STATES.items())
def test_every_state_has_an_example_that_fits_the_schema(
    document: dict[str, Any], operation: str, thing: str
) -> None:
    content = answer(document, operation)
    schema = {"components": document["components"]} | content["schema"]
    statuses = {status.value for status in TABLES[thing].statuses}
    assert set(content["examples"]) == statuses
    for state, example in content["examples"].items():
        assert status_of(example["value"]) == state
        found = [error.message for error in validator_for(schema).iter_errors(example["value"])]
        assert found == [], state


def filled_in(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """What a page of documentation puts into an empty body."""
    if "$ref" in schema:
        named = schema["$ref"].removeprefix("#/components/schemas/")
        return filled_in(document, document["components"]["schemas"][named])
    for word in ("examples", "enum", "anyOf", "oneOf"):
        if schema.get(word):
            first = schema[word][0]
            return filled_in(document, first) if word in {"anyOf", "oneOf"} else first
    for word in ("default", "const"):
        if word in schema:
            return schema[word]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {name: filled_in(document, field) for name, field in fields.items()}
    if schema.get("type") == "array":
        return [filled_in(document, schema["items"])]
    plain = {"integer": schema.get("minimum", 0), "boolean": True, "string": "string"}
    formats = {"uuid": str(UUID(int=0)), "date": "2026-03-02", "date-time": "2026-03-02T01:00:00Z"}
    return formats.get(schema.get("format", ""), plain.get(schema.get("type", "")))


def test_every_body_is_filled_in_with_what_fits_its_schema(document: dict[str, Any]) -> None:
    wrong = []
    for path in document["paths"].values():
        for operation in path.values():
            bodies = operation.get("requestBody", {}).get("content", {})
            schema = bodies.get("application/json", {}).get("schema")
            if schema is None:
                continue
            whole = {"components": document["components"]} | schema
            found = validator_for(whole).iter_errors(filled_in(document, schema))
            wrong += [f"{operation['operationId']}: {error.message}" for error in found]
    assert wrong == []


def test_answers_that_a_form_takes_fit_their_schema(document: dict[str, Any]) -> None:
    whole = {"components": document["components"], "$ref": "#/components/schemas/Form"}
    form = {"answers": {"had_accidents": False, "performance": {"tax": {"2024": "1250.5"}}}}
    assert validator_for(whole).is_valid(form)
    assert not validator_for(whole).is_valid({"answers": {"Not a key": 1}})


def test_chapters_stand_in_the_order_of_the_year_and_say_in_chinese_what_they_are(
    document: dict[str, Any],
) -> None:
    told = [chapter["name"] for chapter in document["tags"]]
    used = {
        tag
        for path in document["paths"].values()
        for operation in path.values()
        for tag in operation["tags"]
    }
    assert used == set(told)
    year = ["mandates", "calls", "applications", "endorsement", "screening", "scoring", "granting"]
    assert [name for name in told if name in year] == year
    assert all(re.match("[\u4e00-\u9fff]", chapter["description"]) for chapter in document["tags"])


def test_moves_and_reasons_are_enums(document: dict[str, Any]) -> None:
    action = document["components"]["schemas"]["Action"]["properties"]
    assert set(action["move"]["enum"]) == {m.name for table in TABLES.values() for m in table}
    assert {"move-not-possible", "too-early"} <= set(action["reasons"]["items"]["enum"])


def constants() -> Iterator[str]:
    """Every text that stands as `reason=` of a Verdict, or is returned as one."""
    import ast  # noqa: PLC0415  for this test alone

    for path, node in nodes("app/award/"):
        if isinstance(node, ast.keyword) and node.arg == "reason" and "kind.py" in path:
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                yield node.value.value
        elif isinstance(node, ast.FunctionDef) and node.name == "elimination_reason":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Constant) and str(inner.value).startswith("below"):
                    yield inner.value
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in NAMED
        ):
            yield node.value.value


NAMED = {
    "BELOW_CUT",
    "BELOW_FLOOR",
    "BELOW_SCORE",
    "DISQUALIFIED",
    "INELIGIBLE",
    "NOT_CARRIED",
    "NOT_RECOMMENDED",
    "NO_PLACE",
    "NO_TIER_OPEN",
    "UNANSWERED",
    "UPHELD",
}


def test_every_reason_of_an_elimination_is_listed() -> None:
    listed = {item.code for item in code_list("outcome-reasons").items}
    ruling = "upheld"  # of an objection, under the same name
    assert set(constants()) - {ruling} == listed
