"""A released API changes by addition only; what would break a client is found."""

import json
import runpy
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import problems, released_problems
from tests.docs.breaking import Tree, breaks

ROOT = Path(__file__).parents[2]
shape: Callable[[Tree], Tree] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["_shape"]
RELEASED = sorted((ROOT / "docs" / "released").glob("openapi-*.json"))

PROTECTING = {
    # it let anybody be the person whom a portal, or the office, names by that number
    "POST /api/v1/accounts/identity_number: gone",
}
"""What was taken back at once to protect somebody; the changelog says so."""


def committed() -> Tree:
    return shape(json.loads((ROOT / "openapi.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_committed_description_only_adds_to_what_was_released(released: Path) -> None:
    old = json.loads(released.read_text(encoding="utf-8"))
    assert set(breaks(old, committed())) <= PROTECTING, "see docs/api-versions.md"


@pytest.mark.parametrize("released", released_problems())
def test_codes_of_a_release_stay_under_their_statuses(released: str) -> None:
    now = problems()
    gone = {
        code: statuses
        for code, statuses in released_problems()[released].items()
        if not set(statuses) <= set(now.get(code, []))
    }
    assert gone == {}, "see docs/api-versions.md"


def test_every_release_keeps_its_codes() -> None:
    versions = [path.stem.removeprefix("openapi-") for path in RELEASED]
    assert [name.removeprefix("problems-") for name in released_problems()] == versions


def test_a_description_does_not_break_itself() -> None:
    assert breaks(committed(), committed()) == []


def _schema(document: Tree, name: str) -> Any:
    return document["components"]["schemas"][name]


BREAKS: dict[str, Callable[[Tree], object]] = {
    "operation gone": lambda d: d["paths"].pop("/api/v1/meta"),
    "operation renamed": lambda d: d["paths"]["/api/v1/meta"]["get"].update(operationId="other"),
    "header now required": lambda d: d["paths"]["/api/v1/meta"]["get"].update(
        parameters=[{"in": "header", "name": "X", "required": True, "schema": {"type": "string"}}]
    ),
    "parameter gone": lambda d: d["paths"]["/api/v1/events"]["get"].pop("parameters"),
    "body field now required": lambda d: _schema(d, "Form").update(required=["summary"]),
    "body field of another type": lambda d: _schema(d, "ItemIn")["properties"].update(
        percentage={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "body field gone": lambda d: _schema(d, "ItemIn")["properties"].pop("comments"),
    "choice no longer taken": lambda d: _schema(d, "CommentKind")["enum"].remove("strength"),
    "answer field gone": lambda d: _schema(d, "SheetView")["properties"].pop("total"),
    "answer of another type": lambda d: _schema(d, "StageView")["properties"]["round"].update(
        type="string"
    ),
    "answer of another status": lambda d: d["paths"]["/api/v1/accounts"]["post"]["responses"].pop(
        "201"
    ),
}
ADDITIONS: dict[str, Callable[[Tree], object]] = {
    "operation": lambda d: d["paths"].update({"/api/v1/new": {"get": {"responses": {}}}}),
    "answer field": lambda d: _schema(d, "SheetView")["properties"].update(x={"type": "string"}),
    "body field may be null": lambda d: _schema(d, "ItemIn")["properties"].update(
        percentage={"anyOf": [{"type": "integer"}, {"type": "null"}]}
    ),
    "optional body field": lambda d: _schema(d, "Form")["properties"].update(x={"type": "string"}),
    "move": lambda d: _schema(d, "Action")["properties"]["move"]["enum"].append("reopen"),
}


@pytest.mark.parametrize("change", BREAKS)
def test_what_breaks_a_client_is_found(change: str) -> None:
    old, new = committed(), deepcopy(committed())
    BREAKS[change](new)
    assert breaks(old, new)


@pytest.mark.parametrize("change", ADDITIONS)
def test_additions_break_nobody(change: str) -> None:
    old, new = committed(), deepcopy(committed())
    ADDITIONS[change](new)
    assert breaks(old, new) == []
