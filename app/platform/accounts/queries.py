"""What can be read of accounts and organisations, and by whom?"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from app.platform.accounts.models import Account, Organisation, Person, RoleGrant
from app.platform.accounts.schemas import AccountView, Me, OrganisationView, RoleIn
from app.platform.db.base import Rows
from app.platform.errors import NotFound
from app.platform.security.permission import Actor, Resource

ACCOUNT_RESOURCE = Resource("account")
ORGANISATION = Resource("organisation", scopes={"organisation": Organisation.id})


def member_of(person: ColumnElement[UUID] | UUID | None, organisation: Any) -> ColumnElement[bool]:
    """Whether the person speaks for the organisation now."""
    return exists(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person,
            RoleGrant.scope_id == organisation,
            RoleGrant.ended_at.is_(None),
        )
    )


def accounts() -> Rows:
    return select(Account.id, Account.person_id, Person.name, Account.login, Account.status).join(
        Person
    )


def account_view(row: Any) -> AccountView:
    return AccountView(
        id=row.id, person_id=row.person_id, name=row.name, login=row.login, status=row.status
    )


def organisation_columns() -> Rows:
    return select(Organisation.id, Organisation.name, Organisation.credit_code)


def organisation_view(row: Any) -> OrganisationView:
    return OrganisationView(id=row.id, name=row.name, credit_code=row.credit_code)


async def me(db: Any, actor: Actor) -> Me:
    """The caller, as the caller may see themselves."""
    row = (await db.execute(accounts().where(Account.id == actor.account_id))).first()
    if row is None:
        raise NotFound
    return Me(
        person_id=row.person_id,
        account_id=row.id,
        name=row.name,
        login=row.login,
        roles=[
            RoleIn(role=role, scope=scope)
            for role, scopes in sorted(actor.roles.items())
            for scope in sorted(scopes, key=str)
        ],
    )
