"""What does the description of the API tell beyond the shapes? Which words, and which states."""

from collections.abc import Iterator
from typing import Any

from app.catalogue.loader import code_list
from app.platform.http.openapi import METHODS
from app.reference.examples import examples
from app.reference.lifecycles import moves
from app.reference.problems import reasons

OUTCOMES = "outcome-reasons"
TELL_AN_OUTCOME = ("EntryView", "ProgressView", "RankedView")


def enrich(document: dict[str, Any]) -> None:
    """Moves and reasons as enums, and an example for every state of the main things."""
    schemas = document["components"]["schemas"]
    action = schemas["Action"]["properties"]
    action["move"]["enum"] = moves()
    action["reasons"]["items"]["enum"] = reasons()
    outcomes = [item.code for item in code_list(OUTCOMES).items]
    for name in TELL_AN_OUTCOME:
        for branch in schemas[name]["properties"]["reason"]["anyOf"]:
            if branch["type"] == "string":
                branch["enum"] = outcomes
    shown = examples()
    for operation in _operations(document):
        for state, value in shown.get(operation["operationId"], {}).items():
            content = operation["responses"]["200"]["content"]["application/json"]
            content.setdefault("examples", {})[state] = {"summary": state, "value": value}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)
