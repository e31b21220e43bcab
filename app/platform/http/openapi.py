"""How does the service describe itself? FastAPI's description, with our problems in it."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from app.platform.errors import Refusal, StorageFull
from app.platform.http.arrival import ClockJumped
from app.platform.http.limits import BodyTooLarge
from app.platform.http.problems import (
    Busy,
    Fault,
    MalformedJson,
    Problem,
    WrongValue,
    answers,
)

REF = "#/components/schemas/{model}"
METHODS = {"get", "put", "post", "delete", "patch"}


class InvalidInput(WrongValue):
    """What stands in the documents for any value of a wrong shape."""

    zh = "有 1 处内容需要改正。"
    en = "One value needs attention."


def describe(app: FastAPI, enrich: Callable[[dict[str, Any]], None]) -> None:
    """Every operation tells each problem it can answer; FastAPI's own error form is nowhere.
    `enrich` adds what only the award knows.
    """
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _amend(document)
            enrich(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def _amend(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    own = Problem.model_json_schema(ref_template=REF)
    schemas.update(own.pop("$defs", {}))
    schemas["Problem"] = own
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _add_shared(operation, writes=method != "get")


def _add_shared(operation: dict[str, Any], *, writes: bool) -> None:
    responses = operation["responses"]
    shared: list[type[Refusal]] = [Busy, Fault]
    if writes:
        shared += [StorageFull, ClockJumped]
    takes_body = "requestBody" in operation
    if takes_body:
        shared += [MalformedJson, BodyTooLarge]
    if takes_body or operation.get("parameters"):
        shared.append(InvalidInput)
    if "HTTPValidationError" in str(responses.get("422", {})):
        del responses["422"]
    for status, documented in answers(*shared).items():
        present = responses.setdefault(str(status), documented)
        if present is not documented:
            _merge(present, documented)
    operation["responses"] = dict(sorted(responses.items()))


def _merge(present: dict[str, Any], more: dict[str, Any]) -> None:
    for media_type, content in more["content"].items():
        here = present.setdefault("content", {}).setdefault(media_type, content)
        here.setdefault("examples", {}).update(content["examples"])
    if more["description"] not in present["description"]:
        present["description"] = f"{present['description']} · {more['description']}"
