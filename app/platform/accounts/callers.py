"""How does a request become a call: a database session, an actor, and the time?

`now` is award time, stamped when the head of the request arrived; `wall` is wall time. A writing
call is one transaction, committed before the answer leaves.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import TypeVar

from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import Account, RoleGrant, SignInSession
from app.platform.db.installation import clock_shift
from app.platform.db.prepared import Connected, Direct, Prepared, first_of
from app.platform.errors import Unauthenticated, Unavailable
from app.platform.ground import Ground, ground_of
from app.platform.http.networks import client_of
from app.platform.http.once import IdempotencyKey, claim
from app.platform.http.rates import admit
from app.platform.security.permission import Actor
from app.proof.jws import BadToken, Typ

AUDIENCE = "quality-award"
D = TypeVar("D", bound=Connected, default=AsyncSession)
LONGEST = timedelta(seconds=30)
"""From its arrival to its commit; an intake is settled twice as long after its deadline."""


class TookTooLong(Unavailable):
    code = "took-too-long"
    zh = "请求未能在 30 秒内完成，没有生效，请重试。"
    en = "This could not be done within 30 seconds; nothing of it was kept. Try again."


class SignInNeeded(Unauthenticated):
    code = "sign-in-needed"
    zh = "请先登录，或重新登录。"
    en = "Sign in first, or sign in again."


@dataclass(frozen=True, slots=True)
class Call(Generic[D]):
    """One request, ready to be carried out. Services may flush, never commit."""

    db: D
    actor: Actor
    now: datetime
    wall: datetime
    ground: Ground
    dry_run: bool = False

    def signed(self, typ: Typ, payload: Mapping[str, object]) -> str:
        """A compact JWS over the payload; empty in a dry run, which signs nothing."""
        return "" if self.dry_run else self.ground.signed(typ, payload)


DryRun = Annotated[
    bool, Query(description="Check and show everything that would happen; keep nothing.")
]

bearer = OAuth2PasswordBearer("/api/v1/auth/token", auto_error=False)
Token = Annotated[str | None, Depends(bearer)]


def _grants() -> Any:
    held = func.concat(RoleGrant.role, ":", RoleGrant.scope_id)
    return (
        select(func.array_agg(held))
        .where(
            RoleGrant.person_id == Account.person_id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until.is_(None), RoleGrant.until > bindparam("wall")),
            # a portal's word makes nobody a judge or a clerk, whoever they are
            or_(SignInSession.portal_id.is_(None), RoleGrant.role == "applicant"),
        )
        .correlate(Account, SignInSession)
        .scalar_subquery()
        .label("grants")
    )


_LOOK_UP = Prepared(
    select(Account.id, Account.person_id, _grants(), clock_shift)
    .join(SignInSession, SignInSession.account_id == Account.id)
    .where(
        Account.status == AccountStatus.ACTIVE,
        SignInSession.revoked_at.is_(None),
        SignInSession.id == bindparam("session"),
        SignInSession.expires_at > bindparam("wall"),
    )
)


def _roles(grants: list[str] | None) -> dict[str, frozenset[UUID | None]]:
    held: dict[str, set[UUID | None]] = {}
    for grant in grants or []:
        role, _, scope = grant.partition(":")
        held.setdefault(role, set()).add(UUID(scope) if scope else None)
    return {role: frozenset(scopes) for role, scopes in held.items()}


async def identify(
    db: Connected, ground: Ground, token: str | None, wall: datetime
) -> tuple[Actor, timedelta]:
    """Who holds this access token, and how far award time is moved; one statement."""
    if token is None:
        raise SignInNeeded
    try:
        claims = ground.tokens.read(token, ground.chain.access, ground.issuer, AUDIENCE, wall)
        session_id = UUID(claims.sid)
    except (BadToken, ValueError) as refused:
        raise SignInNeeded from refused
    found = await first_of(db, _LOOK_UP, session=session_id, wall=wall)
    if found is None or str(found.id) != claims.sub:
        raise SignInNeeded
    actor = Actor(ground.policy, found.person_id, found.id, session_id, _roles(found.grants))
    return actor, found.clock_shift


def arrived(request: Request) -> datetime:
    """When the head of this request arrived, in wall time."""
    at: datetime = request.state.received_at
    return at


async def _anonymous(db: AsyncSession, ground: Ground, wall: datetime) -> Call:
    async with ground.database.pulse.expected():
        shift = await db.scalar(select(clock_shift)) if ground.rehearsal else None
    return Call(db, Actor(ground.policy), wall + (shift or timedelta()), wall, ground)


@asynccontextmanager
async def carried_out(
    request: Request, token: str | None, *, dry_run: bool = False, serializable: bool = False
) -> AsyncIterator[Call]:
    """A call in a transaction of its own; with `dry_run` everything is tried and nothing stays."""
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.writing(keep=not dry_run, serializable=serializable) as db:
        async with ground.database.pulse.expected():
            actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground, dry_run)
        await db.flush()


async def reading(request: Request, token: Token) -> AsyncIterator[Call]:
    """What is only read, on a connection that cannot write."""
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.reading() as db:
        async with ground.database.pulse.expected():
            actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground)


async def writing(request: Request, token: Token) -> AsyncIterator[Call]:
    """What is written: one transaction, committed before the answer leaves."""
    async with carried_out(request, token) as call:
        yield call
        ensure_in_time(call)


async def reading_directly(request: Request, token: Token) -> AsyncIterator[Call[Direct]]:
    """As `reading`, for statements written once."""
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.reading_directly() as db:
        async with ground.database.pulse.expected():
            actor, shift = await identify(db, ground, token, wall)
        yield Call(db, actor, wall + shift, wall, ground)


async def writing_directly(request: Request, token: Token) -> AsyncIterator[Call[Direct]]:
    """As `writing`, for statements written once."""
    ground, wall = ground_of(request), arrived(request)
    async with ground.database.writing_directly() as db:
        async with ground.database.pulse.expected():
            actor, shift = await identify(db, ground, token, wall)
        call = Call(db, actor, wall + shift, wall, ground)
        yield call
        ensure_in_time(call)


async def deciding(request: Request, token: Token) -> AsyncIterator[Call]:
    """For what many rows decide; on a DecidingRoute, which carries it out again if need be."""
    async with carried_out(request, token, serializable=True) as call:
        yield call
        ensure_in_time(call)


async def trying(
    request: Request,
    token: Token,
    dry_run: DryRun = False,
) -> AsyncIterator[Call]:
    """As `writing`; with `dry_run` everything is tried and nothing stays."""
    async with carried_out(request, token, dry_run=dry_run) as call:
        yield call


async def deciding_trial(
    request: Request,
    token: Token,
    dry_run: DryRun = False,
) -> AsyncIterator[Call]:
    """As `deciding`; with `dry_run` everything is tried and nothing stays."""
    async with carried_out(request, token, dry_run=dry_run, serializable=True) as call:
        yield call


def ensure_in_time(call: Call[Any]) -> None:
    """What has run for so long is not committed: what an intake is closed on is complete."""
    if call.ground.clock() - call.wall > LONGEST:
        raise TookTooLong


async def public_reading(request: Request) -> AsyncIterator[Call]:
    """What anybody may read."""
    ground = ground_of(request)
    async with ground.database.reading() as db:
        yield await _anonymous(db, ground, arrived(request))


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody without a sign-in who may go on, and holds no connection yet: what takes long is
    done before `writing`.
    """

    ground: Ground
    wall: datetime

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Call]:
        """The one transaction of the request, committed when the block ends."""
        async with self.ground.database.writing() as db:
            yield await _anonymous(db, self.ground, self.wall)


async def visiting(request: Request) -> Visitor:
    """Whoever has no sign-in, and has not asked too often. Raises TooManyRequests."""
    ground, wall = ground_of(request), arrived(request)
    operation = str(request.scope["route"].operation_id)
    await admit(ground.database, ground.public_rate, operation, client_of(request), wall)
    return Visitor(ground, wall)


Visiting = Annotated[Visitor, Depends(visiting)]


async def public_writing(visitor: Visiting) -> AsyncIterator[Call]:
    """What anybody may hand in: one transaction, committed before the answer leaves."""
    async with visitor.writing() as call:
        yield call


def named(calling: Callable[..., Any]) -> Callable[..., Awaitable[Call[Any]]]:
    """The same call for what cannot be undone: its name is claimed first, in its transaction."""

    async def claimed(
        request: Request,
        idempotency_key: IdempotencyKey,
        call: Annotated[Call[Any], Depends(calling, scope="function")],
    ) -> Call[Any]:
        await claim(call.db, request, idempotency_key, call.actor.account_id, call.wall)
        return call

    return claimed


once = named(writing)
once_directly = named(writing_directly)
trying_once = named(trying)
deciding_once = named(deciding)
deciding_trial_once = named(deciding_trial)
public_once = named(public_writing)

# scope="function" ends the block, and so commits, before the answer leaves.
Reading = Annotated[Call, Depends(reading, scope="function")]
Writing = Annotated[Call, Depends(writing, scope="function")]
DirectReading = Annotated[Call[Direct], Depends(reading_directly, scope="function")]
DirectWriting = Annotated[Call[Direct], Depends(writing_directly, scope="function")]
DirectOnce = Annotated[Call[Direct], Depends(once_directly, scope="function")]
Once = Annotated[Call, Depends(once, scope="function")]
TryingOnce = Annotated[Call, Depends(trying_once, scope="function")]
Trying = Annotated[Call, Depends(trying, scope="function")]
Deciding = Annotated[Call, Depends(deciding, scope="function")]
DecidingOnce = Annotated[Call, Depends(deciding_once, scope="function")]
DecidingTrialOnce = Annotated[Call, Depends(deciding_trial_once, scope="function")]
PublicReading = Annotated[Call, Depends(public_reading, scope="function")]
PublicOnce = Annotated[Call, Depends(public_once, scope="function")]
PublicWriting = Annotated[Call, Depends(public_writing, scope="function")]
