"""The policy's table and the code speak of the same verbs, standings and phases; no row is idle."""

import ast
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from app.award.policy import TABLE, make_policy
from app.award.roles import SCOPE, Role
from app.platform.security.permission import PUBLIC, SERVICE, Resource
from app.wiring import POLICY
from tests.architecture.resources import resources
from tests.architecture.sources import called, nodes

HERE = UUID(int=1)
VERBS = {row[0] for row in TABLE}
ASKS = {"may", "require", "visible_to", "sql", "allows"}
READS = {"fetch", "fetch_view", "visible_to"}


def named(name: str) -> list[Resource]:
    """The resources that verbs of this name are about."""
    return list({id(one): one for one in resources().values() if one.name == name}.values())


def literals(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.Constant)
            and isinstance(inner.value, str)
            and is_verb(inner.value)
        ):
            yield inner.value


def is_verb(text: str) -> bool:
    name, colon, act = text.partition(":")
    return bool(colon) and (name + act).replace("-", "").isalpha() and text == text.lower()


def used() -> set[str]:
    """Verbs that the code asks about: in so many words, in a lifecycle table, or by fetching."""
    found: set[str] = set()
    for _, node in nodes():
        if not isinstance(node, ast.Call):
            continue
        name = called(node).rsplit(".", 1)[-1]
        if name in ASKS:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            found |= {
                a.value
                for a in arguments
                if isinstance(a, ast.Constant) and isinstance(a.value, str) and ":" in a.value
            }
        found |= {
            keyword.value.value
            for keyword in node.keywords
            if keyword.arg == "verb"
            and isinstance(keyword.value, ast.Constant)
            and isinstance(keyword.value.value, str)
        }
        if name == "Lifecycle":
            found |= set(literals(node))
    return found | {f"{name}:read" for name in fetched()}


def fetched() -> set[str]:
    """Names of the resources that are handed to `fetch`, `visible_to` and the like."""
    of_attribute: dict[str, set[str]] = {}
    for path, resource in resources().items():
        of_attribute.setdefault(path.rsplit(".", 1)[-1], set()).add(resource.name)
    return {
        name
        for _, node in nodes()
        if isinstance(node, ast.Call) and called(node).rsplit(".", 1)[-1] in READS
        for argument in node.args
        if isinstance(argument, ast.Name | ast.Attribute)
        for name in of_attribute.get(
            argument.id if isinstance(argument, ast.Name) else argument.attr, ()
        )
    }


def test_every_verb_has_a_grant() -> None:
    assert set(POLICY.grants) == VERBS
    assert all(POLICY.grants.values())


def test_every_verb_in_the_code_stands_in_the_table() -> None:
    assert used() - VERBS == set()


def test_every_verb_in_the_table_is_asked_somewhere() -> None:
    assert VERBS - used() == set()


def test_every_verb_belongs_to_a_resource() -> None:
    # A right to make something, or to deal with accounts, needs no object yet.
    assert {verb.split(":")[0] for verb in VERBS} <= {one.name for one in resources().values()}


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_standing_and_phase_exist_in_the_resource(row: tuple[str, str, Any, Any]) -> None:
    verb, role, standing, phase = row
    ones = named(verb.split(":")[0])
    knows = [
        one
        for one in ones
        if (standing is None or standing in one.standings)
        and (phase is None or phase in one.phases)
    ]
    assert knows, f"no resource of that name knows {standing} and {phase}"
    if role != PUBLIC and SCOPE[role] != SERVICE:
        assert any(SCOPE[role] in one.scopes for one in knows), f"{role} is held in no scope of it"


def situations(verb: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every role × standing × phase that could matter to a verb."""
    name, _, _ = verb.partition(":")
    standings = {row[2] for row in TABLE if row[0].startswith(f"{name}:")} | {None}
    phases = {row[3] for row in TABLE if row[0].startswith(f"{name}:")} | {None}
    for role, standing, phase in product([PUBLIC, *Role], standings, phases):
        facts: dict[str, Any] = {f"scope_{kind}": HERE for kind in SCOPE.values()}
        facts |= {f"is_{one}": one == standing for one in standings if one}
        facts |= {f"in_{one}": one == phase for one in phases if one}
        yield role, facts


def answers(table: list[tuple[str, str, str | None, str | None]], verb: str) -> list[bool]:
    policy = make_policy(table)
    policy.grants.setdefault(verb, ())
    given = []
    for role, facts in situations(verb):
        scope = None if role == PUBLIC or SCOPE[role] == SERVICE else HERE
        roles = {} if role == PUBLIC else {str(role): frozenset([scope])}
        given.append(policy.allows(roles, verb, facts))
    return given


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_removing_a_row_changes_an_answer(row: tuple[str, str, Any, Any]) -> None:
    without = [other for other in TABLE if other != row]
    assert answers(TABLE, row[0]) != answers(without, row[0])


def test_table_is_in_order() -> None:
    """Rows of one verb stand together, so that nobody looks for a right in two places."""
    verbs = [row[0] for row in TABLE]
    runs = [verb for place, verb in enumerate(verbs) if place == 0 or verbs[place - 1] != verb]
    assert len(runs) == len(set(runs))
