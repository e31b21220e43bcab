"""How does a policy decide?

A policy is a table `verb → grants`. A grant names a role, and perhaps a *standing* (a relation of
the person to this one object) and a *phase* (a state of the object). The same table is read twice:
in Python about one object whose facts were selected, and in SQL about all rows at once. Standings,
phases and scopes are SQL expressions written once, in the `Resource`; a test proves that both
readings agree. A statement that is asked often is written once for everybody of the same `Shape`,
and run with the values of the one who asks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    literal,
    not_,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.sql.elements import SQLCoreOperations

from app.platform.errors import NotFound

PUBLIC = "public"
SERVICE = "service"

Facts = Mapping[str, Any]
"""What one statement selected about one object: scope ids, standings, phases, conflict."""

Somebody = UUID | ColumnElement[UUID] | None
"""Somebody in an expression: an id, a column, or the place kept for an id."""


class Asking(Protocol):
    """Whoever asks, as an expression needs them: an actor, or a place kept for one."""

    @property
    def person_id(self) -> Somebody: ...


Standing = Callable[[Asking], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Grant:
    """Whoever holds `role` in a scope of the object, with this standing, in this phase."""

    role: str
    standing: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """What the policy may ask of one kind of object, each as one SQL expression."""

    name: str
    scopes: Mapping[str, SQLCoreOperations[Any]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    phases: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    conflict: Standing | None = None
    missing: type[NotFound] = NotFound

    def facts(self, actor: Asking) -> list[ColumnElement[Any]]:
        """The columns from which the policy decides about one object."""
        columns: list[ColumnElement[Any]] = [
            type_coerce(column, Uuid()).label(f"scope_{kind}")
            for kind, column in self.scopes.items()
        ]
        columns += [made(actor).label(f"is_{name}") for name, made in self.standings.items()]
        columns += [when.label(f"in_{name}") for name, when in self.phases.items()]
        if self.conflict is not None:
            columns.append(self.conflict(actor).label("is_conflicted"))
        return columns


class Policy:
    """Who may do what: the table, read in Python and in SQL."""

    def __init__(
        self,
        scope_of: Mapping[str, str],
        grants: Mapping[str, Iterable[Grant]],
        party: frozenset[str] = frozenset(),
    ) -> None:
        """`scope_of` says in which kind of scope a role is held. Roles in `party` are a party to
        the matter itself, so a conflict of interest does not shut them out.
        """
        self.scope_of = dict(scope_of)
        self.grants = {verb: tuple(rows) for verb, rows in grants.items()}
        self.party = party

    def allows(self, roles: Mapping[str, frozenset[UUID | None]], verb: str, facts: Facts) -> bool:
        """Whether somebody with these roles may do `verb` to the object with these facts."""
        return any(self._grants(grant, roles, facts) for grant in self.grants[verb])

    def _grants(
        self, grant: Grant, roles: Mapping[str, frozenset[UUID | None]], facts: Facts
    ) -> bool:
        if grant.role != PUBLIC:
            kind = self.scope_of[grant.role]
            scope = None if kind == SERVICE else facts.get(f"scope_{kind}", False)
            if scope not in roles.get(grant.role, frozenset()):
                return False
        if facts.get("is_conflicted") and grant.role not in self.party:
            return False
        return (grant.standing is None or bool(facts[f"is_{grant.standing}"])) and (
            grant.phase is None or bool(facts[f"in_{grant.phase}"])
        )

    def sql(self, actor: "Actor | Shape", verb: str, resource: Resource) -> ColumnElement[bool]:
        """The same answer for every row at once, as a condition that any select can take."""
        return or_(false(), *(self._sql(grant, actor, resource) for grant in self.grants[verb]))

    def _sql(self, grant: Grant, actor: "Actor | Shape", resource: Resource) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = [true()]
        if grant.role != PUBLIC:
            kind, held = self.scope_of[grant.role], actor.scopes_for(grant.role)
            if held is None or (kind != SERVICE and kind not in resource.scopes):
                return false()
            if kind != SERVICE:
                conditions.append(resource.scopes[kind] == any_(held))
        if resource.conflict is not None and grant.role not in self.party:
            conditions.append(not_(resource.conflict(actor)))
        if grant.standing is not None:
            conditions.append(resource.standings[grant.standing](actor))
        if grant.phase is not None:
            conditions.append(resource.phases[grant.phase])
        return and_(*conditions)


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller: the person, the account, and the scopes in which each role is held.

    A role of the whole service is held in no particular scope: its set holds `None`.
    """

    policy: Policy
    person_id: UUID | None = None
    account_id: UUID | None = None
    session_id: UUID | None = None
    roles: Mapping[str, frozenset[UUID | None]] = field(default_factory=dict)

    def scopes_for(self, role: str) -> BindParameter[Any] | None:
        """The scopes in which the role is held, as one array; None where it is not held."""
        held = self.roles.get(role)
        return literal([*held], ARRAY(Uuid())) if held else None

    @property
    def shape(self) -> "Shape":
        """What a statement written for this caller depends on, but for their values."""
        return Shape(self.policy, frozenset(role for role, held in self.roles.items() if held))

    def values(self) -> dict[str, Any]:
        """What a statement written for their shape is run with."""
        held = {f"{role}_scopes": [*scopes] for role, scopes in self.roles.items()}
        return {"caller": self.person_id, **held}

    def may(self, verb: str, facts: Facts) -> bool:
        return self.policy.allows(self.roles, verb, facts)


@dataclass(frozen=True, slots=True)
class AnyCaller:
    """Whoever is signed in: a place is kept for who they are."""

    @property
    def person_id(self) -> BindParameter[UUID]:
        return bindparam("caller", type_=Uuid())


@dataclass(frozen=True, slots=True)
class Shape(AnyCaller):
    """Any caller with just these roles: a place is kept for the scopes of each, too."""

    policy: Policy
    roles: frozenset[str]

    def scopes_for(self, role: str) -> BindParameter[Any] | None:
        return _place(role) if role in self.roles else None


@cache
def facts_about(resource: Resource) -> tuple[ColumnElement[Any], ...]:
    """The facts about any caller, composed once; run with the `caller` they are about."""
    return tuple(resource.facts(AnyCaller()))


def _place(role: str) -> BindParameter[Any]:
    return bindparam(f"{role}_scopes", type_=ARRAY(Uuid()))
