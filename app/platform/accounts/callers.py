"""How does a request become a call: a database session, an actor, and the time?

`now` is award time, stamped when the head of the request arrived; `wall` is wall time. A writing
call is one transaction, committed before the answer leaves.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import Account, RoleGrant, SignInSession
from app.platform.db.installation import clock_shift
from app.platform.errors import Unauthenticated
from app.platform.ground import Ground, ground_of
from app.platform.security.permission import Actor
from app.proof.jws import BadToken, read_access

AUDIENCE = "quality-award"


class SignInNeeded(Unauthenticated):
    code = "sign-in-needed"
    zh = "请先登录，或重新登录。"
    en = "Sign in first, or sign in again."


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be carried out. Services may flush, never commit."""

    db: AsyncSession
    actor: Actor
    now: datetime
    wall: datetime
    ground: Ground


bearer = OAuth2PasswordBearer("/api/v1/auth/token", auto_error=False)
Token = Annotated[str | None, Depends(bearer)]


def _grants() -> Any:
    held = func.concat(RoleGrant.role, ":", RoleGrant.scope_id)
    return (
        select(func.array_agg(held))
        .where(RoleGrant.person_id == Account.person_id, RoleGrant.ended_at.is_(None))
        .scalar_subquery()
        .label("grants")
    )


_LOOK_UP = (
    select(Account.id, Account.person_id, _grants(), clock_shift)
    .join(SignInSession, SignInSession.account_id == Account.id)
    .where(Account.status == AccountStatus.ACTIVE, SignInSession.revoked_at.is_(None))
)


def _roles(grants: list[str] | None) -> dict[str, frozenset[UUID | None]]:
    held: dict[str, set[UUID | None]] = {}
    for grant in grants or []:
        role, _, scope = grant.partition(":")
        held.setdefault(role, set()).add(UUID(scope) if scope else None)
    return {role: frozenset(scopes) for role, scopes in held.items()}


async def identify(
    db: AsyncSession, ground: Ground, token: str | None, wall: datetime
) -> tuple[Actor, timedelta]:
    """Who holds this access token, and how far award time is moved; one statement."""
    if token is None:
        raise SignInNeeded
    try:
        claims = read_access(token, ground.keys, issuer=ground.issuer, audience=AUDIENCE, now=wall)
        session_id = UUID(claims.sid)
    except (BadToken, ValueError) as refused:
        raise SignInNeeded from refused
    row = (
        await db.execute(
            _LOOK_UP.where(SignInSession.id == session_id, SignInSession.expires_at > wall)
        )
    ).first()
    if row is None or str(row.id) != claims.sub:
        raise SignInNeeded
    actor = Actor(ground.policy, row.person_id, row.id, session_id, _roles(row.grants))
    return actor, row.clock_shift


def arrived(request: Request) -> datetime:
    """When the head of this request arrived, in wall time."""
    at: datetime = request.state.received_at
    return at


async def _anonymous(db: AsyncSession, ground: Ground, wall: datetime) -> Call:
    shift = await db.scalar(select(clock_shift)) if ground.rehearsal else None
    return Call(db, Actor(ground.policy), wall + (shift or timedelta()), wall, ground)


async def reading(request: Request, token: Token) -> AsyncIterator[Call]:
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.reading() as db:
        actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground)


async def writing(request: Request, token: Token) -> AsyncIterator[Call]:
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.writing() as db:
        actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground)


async def trying(
    request: Request,
    token: Token,
    dry_run: Annotated[
        bool, Query(description="Check and show everything that would happen; keep nothing.")
    ] = False,
) -> AsyncIterator[Call]:
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.writing(keep=not dry_run) as db:
        actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground)
        await db.flush()


async def public_reading(request: Request) -> AsyncIterator[Call]:
    ground = ground_of(request)
    async with ground.database.reading() as db:
        yield await _anonymous(db, ground, arrived(request))


async def public_writing(request: Request) -> AsyncIterator[Call]:
    ground = ground_of(request)
    async with ground.database.writing() as db:
        yield await _anonymous(db, ground, arrived(request))


# scope="function" ends the block, and so commits, before the answer leaves.
Reading = Annotated[Call, Depends(reading, scope="function")]
Writing = Annotated[Call, Depends(writing, scope="function")]
Trying = Annotated[Call, Depends(trying, scope="function")]
PublicReading = Annotated[Call, Depends(public_reading, scope="function")]
PublicWriting = Annotated[Call, Depends(public_writing, scope="function")]
