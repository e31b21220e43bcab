"""How does a policy decide, row by row of a small table?"""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid, literal, select, true
from sqlalchemy.dialects.postgresql import dialect

from app.platform.security.permission import PUBLIC, SERVICE, Actor, Grant, Policy, Resource

HERE, ELSEWHERE = uuid4(), uuid4()
SCOPE_OF = {"clerk": "programme", "judge": "programme", "firm": "organisation", "root": SERVICE}
GRANTS = {
    "case:read": [Grant(PUBLIC, phase="open"), Grant("clerk"), Grant("firm")],
    "case:score": [Grant("judge", standing="assigned", phase="open")],
    "case:drop": [Grant("root")],
    "case:never": [],
}
POLICY = Policy(SCOPE_OF, GRANTS, party=frozenset({"firm"}))
CASE = Table(
    "case", MetaData(), Column("id", Uuid()), Column("programme", Uuid()), Column("firm", Uuid())
)
RESOURCE = Resource(
    "case",
    scopes={"programme": CASE.c.programme, "organisation": CASE.c.firm},
    standings={"assigned": lambda actor: literal(actor.person_id is not None)},
    phases={"open": true()},
    conflict=lambda actor: CASE.c.firm == actor.person_id,
)


def facts(**more: Any) -> dict[str, Any]:
    return {
        "scope_programme": HERE,
        "scope_organisation": HERE,
        "is_assigned": False,
        "is_conflicted": False,
        "in_open": False,
        **more,
    }


def may(verb: str, roles: dict[str, set[UUID | None]], **more: Any) -> bool:
    held = {role: frozenset(scopes) for role, scopes in roles.items()}
    return Actor(POLICY, roles=held).may(verb, facts(**more))


def test_public_grant_is_for_everybody_in_its_phase_alone() -> None:
    assert may("case:read", {}, in_open=True)
    assert not may("case:read", {}, in_open=False)


def test_role_counts_in_its_scope_alone() -> None:
    assert may("case:read", {"clerk": {HERE}})
    assert may("case:read", {"clerk": {ELSEWHERE, HERE}})
    assert not may("case:read", {"clerk": {ELSEWHERE}})
    assert not may("case:read", {"clerk": {None}})


def test_scope_of_another_kind_with_the_same_id_does_not_count() -> None:
    assert not may("case:read", {"clerk": {HERE}}, scope_programme=ELSEWHERE)


def test_role_of_the_service_counts_everywhere() -> None:
    assert may("case:drop", {"root": {None}}, scope_programme=ELSEWHERE)
    assert not may("case:drop", {"root": {HERE}})


def test_role_without_a_row_may_nothing() -> None:
    assert not may("case:score", {"clerk": {HERE}}, is_assigned=True, in_open=True)
    assert not may("case:never", {role: {HERE, None} for role in SCOPE_OF})


@pytest.mark.parametrize(
    ("assigned", "in_phase", "allowed"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_standing_and_phase_are_both_needed(assigned: bool, in_phase: bool, allowed: bool) -> None:
    held: dict[str, set[UUID | None]] = {"judge": {HERE}}
    assert may("case:score", held, is_assigned=assigned, in_open=in_phase) is allowed


def test_conflict_of_interest_beats_every_role_but_the_partys_own() -> None:
    assert not may("case:read", {"clerk": {HERE}}, is_conflicted=True)
    assert not may("case:drop", {"root": {None}}, is_conflicted=True)
    assert not may("case:read", {"clerk": {HERE}, "root": {None}}, is_conflicted=True)
    assert may("case:read", {"firm": {HERE}}, is_conflicted=True)


def test_role_in_a_kind_of_scope_that_the_object_lacks_does_not_count() -> None:
    lacking = {name: it for name, it in facts().items() if name != "scope_programme"}
    assert not Actor(POLICY, roles={"clerk": frozenset({HERE})}).may("case:read", lacking)
    no_programme = Resource("case", scopes={"organisation": CASE.c.firm})
    actor = Actor(POLICY, roles={"clerk": frozenset({HERE})})
    assert "programme" not in sql(actor, "case:read", no_programme, phases=False)


def test_verb_that_is_not_in_the_table_does_not_exist() -> None:
    with pytest.raises(KeyError):
        Actor(POLICY).may("case:eat", facts())
    with pytest.raises(KeyError):
        POLICY.sql(Actor(POLICY), "case:eat", RESOURCE)


def test_standing_that_was_not_selected_is_an_error_not_a_no() -> None:
    bare = {"scope_programme": HERE, "in_open": True}
    with pytest.raises(KeyError):
        Actor(POLICY, roles={"judge": frozenset({HERE})}).may("case:score", bare)


def sql(actor: Actor, verb: str, resource: Resource, *, phases: bool = True) -> str:
    of = resource
    if not phases:
        of = Resource(resource.name, resource.scopes, phases={"open": true()})
    compiled = select(CASE.c.id).where(POLICY.sql(actor, verb, of))
    return str(compiled.compile(dialect=dialect()))  # type: ignore[no-untyped-call]  # the stub's


def test_condition_for_nobody_shows_nothing() -> None:
    assert "WHERE false" in sql(Actor(POLICY), "case:never", RESOURCE)
    assert "WHERE false" in sql(Actor(POLICY), "case:drop", RESOURCE)


def test_condition_asks_for_scope_and_conflict() -> None:
    actor = Actor(POLICY, uuid4(), roles={"clerk": frozenset({HERE})})
    condition = sql(actor, "case:read", RESOURCE)
    assert '"case".programme = ANY' in condition
    assert '"case".firm != ' in condition


def test_condition_for_the_party_itself_asks_no_conflict() -> None:
    policy = Policy(SCOPE_OF, {"case:read": [Grant("firm")]}, party=frozenset({"firm"}))
    actor = Actor(policy, uuid4(), roles={"firm": frozenset({HERE})})
    condition = str(policy.sql(actor, "case:read", RESOURCE))
    assert "!=" not in condition


def test_facts_name_everything_the_policy_asks() -> None:
    names = [column.name for column in RESOURCE.facts(Actor(POLICY, uuid4()))]
    assert names == [
        "scope_programme",
        "scope_organisation",
        "is_assigned",
        "in_open",
        "is_conflicted",
    ]
