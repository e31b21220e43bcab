"""Every list costs the same for one row as for three."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.platform.accounts import callers
from app.platform.ground import Ground
from tests.architecture.test_operations import dependencies, is_list, operations, routes
from tests.award.every_list import make_lists
from tests.statements import counting

pytestmark = pytest.mark.anyio

FIXED = {
    "list_cycle_criteria": "as many as its tracks and rubrics name",
    "list_document_templates": "as many as there are kinds of documents",
    "list_grounds": "as many as it has grounds and bars",
    "list_groups": "as many as it has",
    "list_opinions": "as many as it consults departments on grounds",
    "list_sections": "as many as its form has",
    "list_stages": "as many as it has",
    "read_private_answers": "as many as its form asks and somebody answered",
}
"""Lists whose length regulation and software decide; what grows is what they are computed from."""


def listed(app: FastAPI) -> dict[str, bool]:
    """Every list that is read from the database, and whether it comes in pages."""
    asking = {
        str(route.operation_id)
        for route in routes(app)
        if any(one.__module__ == callers.__name__ for one in dependencies(route) if one)
    }
    return {
        name: any(p["name"] == "cursor" for p in one.get("parameters", []))
        for name, one in operations(app).items()
        if is_list(one) and name in asking
    }


async def cost(
    ground: Ground, client: AsyncClient, where: tuple[str, dict[str, Any]], limit: int | None
) -> tuple[int, int]:
    """How many rows a list gives, and by how many statements."""
    path, caller = where
    joint = "&" if "?" in path else "?"
    with counting(ground) as sent:
        answer = await client.get(f"{path}{joint}limit={limit}" if limit else path, **caller)
    assert answer.status_code == 200, (path, answer.text)
    body = answer.json()
    return len(body if isinstance(body, list) else body["items"]), len(sent)


async def test_every_list_costs_the_same_for_one_row_and_for_three(
    ground: Ground, client: AsyncClient, app: FastAPI
) -> None:
    worlds = {count: await make_lists(ground, client, count) for count in (1, 3)}
    paged = listed(app)
    assert set(worlds[1].paths) == set(paged), "a list that nobody counts"
    found: dict[str, list[tuple[int, int]]] = {
        name: [
            await cost(ground, client, worlds[count].paths[name], count if paged[name] else None)
            for count in (1, 3)
        ]
        for name in paged
    }
    growing = {name: rows for name, rows in found.items() if name not in FIXED}
    assert {name: (a[0] >= 1, b[0] - a[0]) for name, (a, b) in growing.items()} == dict.fromkeys(
        growing, (True, 2)
    )
    dearer = {name: (a[1], b[1]) for name, (a, b) in found.items() if a[1] != b[1]}
    assert dearer == {}
