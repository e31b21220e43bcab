"""Every operation of the API can be found, understood and refused in the same way."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.platform.accounts import callers
from app.platform.http.once import OnceRoute

PROBLEM = "application/problem+json"
WRITES = {
    callers.writing,
    callers.writing_directly,
    callers.deciding,
    callers.deciding_trial,
    callers.trying,
    callers.public_writing,
}
SIGNED_IN = {callers.reading, callers.reading_directly} | (WRITES - {callers.public_writing})
AUDITED = {
    "download_attachment": "an attachment",
    "download_assigned_attachment": "an attachment",
    "examine_claim": "another's claim and papers",
    "list_disagreements": "another's scores",
    "open_mandate_paper": "an attachment",
    "read_copy": "a dossier",
    "read_sealed_copy": "a dossier",
    "open_letter_scan": "a letter of recommendation",
    "open_reply_scan": "a department's letter",
    "read_dossier": "a dossier",
    "read_letter": "a letter, by its addressee",
    "read_letter_file": "a letter, by its addressee",
    "read_log": "the log itself",
    "read_objector": "an objector's identity",
    "read_private_answers": "private answers",
    "read_scorebook": "another's scores",
    "read_snapshot": "another's scores",
}
"""Reads that leave a row in the log, and so write, with what they open: a closed list."""


def routes(app: FastAPI) -> list[APIRoute]:
    """Every operation that stands in the description of the API."""
    return [route for route in every(app.routes) if route.include_in_schema]


def every(found: Any) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from every(route.original_router.routes)


def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    """operationId → operation, as published."""
    return {
        operation["operationId"]: operation | {"path": path, "method": method}
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
    }


def dependencies(route: APIRoute) -> set[Any]:
    waiting, found = [route.dependant], set()
    while waiting:
        one = waiting.pop()
        found.add(one.call)
        waiting += one.dependencies
    return found


def models(annotation: Any, seen: set[type[BaseModel]] | None = None) -> set[type[BaseModel]]:
    """Every pydantic model inside a type."""
    seen = set() if seen is None else seen
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            for field in annotation.model_fields.values():
                models(field.annotation, seen)
    else:
        for inner in get_args(annotation):
            models(inner, seen)
    return seen


def test_there_are_operations(app: FastAPI) -> None:
    assert {route.operation_id for route in routes(app)} == set(operations(app))
    assert len(operations(app)) >= 40


def test_operation_ids_are_given_and_never_twice(app: FastAPI) -> None:
    ids = [route.operation_id for route in routes(app)]
    assert None not in ids
    assert sorted(ids, key=str) == sorted(set(ids), key=str)


def test_every_operation_says_what_it_is(app: FastAPI) -> None:
    bare = [
        route.operation_id
        for route in routes(app)
        if not (route.summary and route.endpoint.__doc__ and len(route.tags) == 1)
    ]
    assert bare == []


def test_nothing_answers_in_frameworks_own_form(app: FastAPI) -> None:
    document = app.openapi()
    assert "HTTPValidationError" not in str(document)
    other = [
        (name, status)
        for name, operation in operations(app).items()
        for status, response in operation["responses"].items()
        if int(status) >= 400 and set(response["content"]) != {PROBLEM}
    ]
    assert other == []


def test_every_problem_is_documented_with_its_code(app: FastAPI) -> None:
    mute = [
        (name, status)
        for name, operation in operations(app).items()
        for status, response in operation["responses"].items()
        if int(status) >= 400 and not response["content"][PROBLEM].get("examples")
    ]
    assert mute == []


def codes(operation: dict[str, Any], status: int) -> set[str]:
    content = operation["responses"].get(str(status), {}).get("content", {})
    return set(content.get(PROBLEM, {}).get("examples", {}))


def test_signing_in_is_documented_where_it_is_needed(app: FastAPI) -> None:
    found = operations(app)
    silent = [
        route.operation_id
        for route in routes(app)
        if dependencies(route) & SIGNED_IN
        and "sign-in-needed" not in codes(found[str(route.operation_id)], 401)
    ]
    assert silent == []


def is_list(operation: dict[str, Any]) -> bool:
    """A list tells nothing of what the caller may not see: it is empty."""
    good = next(response for status, response in operation["responses"].items() if status < "300")
    schema = str(good.get("content", {}).get("application/json", {}).get("schema", ""))
    return operation["method"] == "get" and ("'array'" in schema or "/Page_" in schema)


def test_hiding_is_documented_wherever_one_thing_is_named(app: FastAPI) -> None:
    silent = [
        name
        for name, one in operations(app).items()
        if "{" in one["path"] and not is_list(one) and not codes(one, 404)
    ]
    assert silent == []


def test_preconditions_are_documented_where_they_are_asked(app: FastAPI) -> None:
    wrong = {
        name: (412, 428)
        for name, operation in operations(app).items()
        for asked in [any(p["name"] == "If-Match" for p in operation.get("parameters", []))]
        if asked != ("if-match-missing" in codes(operation, 428))
        or asked != ("stale" in codes(operation, 412))
    }
    assert wrong == {}
    asking = {
        operation["operationId"]
        for operation in operations(app).values()
        if any(p["name"] == "If-Match" for p in operation.get("parameters", []))
    }
    assert asking >= {"fill_in", "score_item", "propose_item", "lock_sheet", "revise_notice"}


def test_bodies_and_questions_refuse_what_they_do_not_know(app: FastAPI) -> None:
    loose = {
        model.__name__
        for route in routes(app)
        for field in [*route.dependant.body_params, *route.dependant.query_params]
        for model in models(field.field_info.annotation)
        if model.model_config.get("extra") != "forbid"
    }
    assert loose == set()


def test_reading_writes_nothing_but_audited_reads(app: FastAPI) -> None:
    writing = {
        str(route.operation_id)
        for route in routes(app)
        if route.methods == {"GET"} and dependencies(route) & WRITES
    }
    assert writing == set(AUDITED)


def test_writing_is_never_a_get_and_answers_are_not_guessed(app: FastAPI) -> None:
    assert {m for route in routes(app) for m in route.methods} <= {"GET", "POST", "PUT", "DELETE"}
    for name, operation in operations(app).items():
        good = [int(status) for status in operation["responses"] if int(status) < 300]
        assert len(good) == 1, name


@pytest.mark.parametrize("prefix", ["/api/v1/"])
def test_everything_of_the_award_stands_under_one_prefix(app: FastAPI, prefix: str) -> None:
    outside = {name for name, one in operations(app).items() if not one["path"].startswith(prefix)}
    assert outside == {"health", "jwks", "readiness"}


def test_pages_are_asked_for_in_one_way(app: FastAPI) -> None:
    """Whoever answers with a `next` cursor takes `cursor` and `limit`."""
    for name, operation in operations(app).items():
        asked = {p["name"] for p in operation.get("parameters", [])}
        assert ("cursor" in asked) == ("limit" in asked), name
        assert ("cursor" in asked) == ("cursor-unreadable" in codes(operation, 422)), name


NAMED = {
    callers.once,
    callers.once_directly,
    callers.trying_once,
    callers.deciding_once,
    callers.deciding_trial_once,
    callers.public_once,
}


def test_every_named_request_keeps_its_answer(app: FastAPI) -> None:
    named = [route for route in routes(app) if dependencies(route) & NAMED]
    assert {route.operation_id for route in named} >= {
        "submit_application",
        "withdraw_application",
        "screen_entry",
        "enter_survey",
        "confirm_survey",
        "rule_on_objection",
        "lock_sheet",
        "lock_scorebook",
        "record_minutes",
        "confirm_motion",
        "post_notice",
        "object_to_notice",
        "approve",
        "grant_awards",
    }
    assert [route.path for route in named if not isinstance(route, OnceRoute)] == []
