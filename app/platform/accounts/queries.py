"""What can be read of accounts and organisations, and by whom?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import Call
from app.platform.accounts.models import (
    Account,
    Organisation,
    Person,
    Portal,
    PortalSignature,
    RoleGrant,
    SignInSession,
    Vouching,
)
from app.platform.accounts.schemas import (
    Me,
    PortalKeyView,
    PortalView,
    RoleIn,
    SessionView,
)
from app.platform.db.base import Rows
from app.platform.errors import NotFound
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.security.access import Found, fetch
from app.platform.security.permission import Actor, Resource

ACCOUNT_RESOURCE = Resource("account")
PORTAL = Resource("portal")
ORGANISATION = Resource(
    "organisation",
    scopes={"organisation": Organisation.id},
    standings={"registrant": lambda actor: Organisation.registered_by == actor.person_id},
)


def member_of(person: ColumnElement[UUID] | UUID | None, organisation: Any) -> ColumnElement[bool]:
    """Whether the person speaks for the organisation now."""
    return exists(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person,
            RoleGrant.scope_id == organisation,
            RoleGrant.ended_at.is_(None),
        )
    )


def portals() -> Rows:
    """Portals with their keys."""
    fields: list[ColumnElement[Any]] = [
        literal_column(f"'{name}'") for name in PortalKeyView.model_fields
    ]
    shown = zip(
        fields, (getattr(PortalSignature, n) for n in PortalKeyView.model_fields), strict=True
    )
    one = func.jsonb_build_object(*(part for pair in shown for part in pair))
    latest = PortalSignature.added_at.desc(), PortalSignature.since.desc(), PortalSignature.kid
    keys = (
        select(func.jsonb_agg(aggregate_order_by(one, *latest), type_=JSONB))
        .where(PortalSignature.portal_id == Portal.id)
        .scalar_subquery()
    )
    return select(
        Portal.id,
        Portal.name,
        keys.label("signatures"),
        Portal.proving,
        Portal.until,
        Portal.revoked_at,
    )


async def portal_of(db: AsyncSession, portal_id: UUID) -> PortalView:
    return portal_view((await db.execute(portals().where(Portal.id == portal_id))).one())


def portal_view(row: Any) -> PortalView:
    """A portal with its keys; `kid` is that of the latest."""
    keys = [PortalKeyView.model_validate(one) for one in row.signatures]
    return PortalView.of(row, kid=keys[0].kid, keys=keys)


def words_for(person: Any, organisation: Any, wall: Any) -> ColumnElement[list[str]]:
    """The words of portals that still count for the person's speaking for the organisation, each
    as its level of assurance and the portal (`l3:…`).
    """
    return func.array(
        select(func.concat(Vouching.assurance, ":", Vouching.portal_id))
        .join(Portal, Portal.id == Vouching.portal_id)
        .where(
            Vouching.person_id == person,
            Vouching.organisation_id == organisation,
            Vouching.until > wall,
            Portal.revoked_at.is_(None),
        )
        .order_by(Vouching.portal_id)
        .scalar_subquery(),
        type_=ARRAY(Text()),
    )


async def vouched_until(
    db: AsyncSession, person_id: UUID, organisation_id: UUID, wall: datetime
) -> datetime | None:
    """Until when portals stand for the person's speaking for the organisation (wall time)."""
    return await db.scalar(
        select(func.max(Vouching.until))
        .join(Portal, Portal.id == Vouching.portal_id)
        .where(
            Vouching.person_id == person_id,
            Vouching.organisation_id == organisation_id,
            Vouching.until > wall,
            Portal.revoked_at.is_(None),
        )
    )


def known_under(credit_code: Any) -> ColumnElement[bool]:
    """That an organisation is the one that is known, not only claimed, under a credit code."""
    return and_(Organisation.credit_code == credit_code, Organisation.confirmed_at.is_not(None))


def accounts() -> Rows:
    """The accounts with the names of their holders."""
    return select(Account.id, Account.person_id, Person.name, Account.login, Account.status).join(
        Person
    )


def organisation_columns() -> Rows:
    """What is told of an organisation."""
    return select(Organisation.id, Organisation.name, Organisation.credit_code)


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


async def get_account(call: Call, account_id: UUID) -> Found[Account]:
    """The account, locked, if the caller may read it."""
    statement = select(Account).where(Account.id == account_id)
    return await fetch(call.db, call.actor, ACCOUNT_RESOURCE, statement, lock=True)


async def own_sessions(call: Call, paging: Paging) -> Page[SessionView]:
    """Where the caller is signed in now, the newest first."""
    statement = select(
        SignInSession.id,
        SignInSession.created_at,
        SignInSession.rotated_at.label("refreshed_at"),
        SignInSession.expires_at,
        SignInSession.network,
        (SignInSession.id == call.actor.session_id).label("current"),
    ).where(
        SignInSession.account_id == call.actor.account_id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > call.wall,
    )

    def view(row: Any) -> SessionView:
        return SessionView(
            id=row.id,
            created_at=row.created_at,
            refreshed_at=row.refreshed_at,
            expires_at=row.expires_at,
            network=row.network,
            current=row.current,
        )

    return await newest_first(
        call.db,
        statement,
        paging,
        at=SignInSession.created_at,
        identity=SignInSession.id,
        view=view,
    )
