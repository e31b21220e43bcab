"""Signing in, staying signed in, and signing out."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import AUDIENCE, Call
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.messages import REPLAYED, tell
from app.platform.accounts.models import Account, RefreshToken, SignInSession
from app.platform.accounts.rules import (
    RefreshRefused,
    SessionUnknown,
    SignInBusy,
    SignInFailed,
)
from app.platform.accounts.schemas import Tokens
from app.platform.accounts.service import attempts
from app.platform.audit.models import SecurityEvent
from app.platform.errors import Refusal
from app.platform.ground import Ground
from app.platform.http.networks import site
from app.platform.security.passwords import HashingBusy
from app.proof.jws import access_token

ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=12)
LOST_ANSWER = timedelta(seconds=30)
"""So long the refresh token before counts too: the answer with the next one may have been lost."""


def digest_of(token: str) -> bytes:
    """What is stored of a one-time token."""
    return sha256(token.encode()).digest()


async def sign_in(
    ground: Ground, login: str, password: str, wall: datetime, address: str
) -> Tokens:
    """Check the password and open a session. No connection is held while the password is hashed.

    Raises SignInFailed, the same after the same time whether or not the login exists, and
    TooManyAttempts.
    """
    key, network = attempts.key_of(ground, login), site(address)
    async with ground.database.writing() as db:
        delayed = await attempts.begin(db, key, network, wall)
        row = (
            await db.execute(
                select(Account.id, Account.password_hash).where(
                    Account.login == login.lower(), Account.status == AccountStatus.ACTIVE
                )
            )
        ).first()
    holds = await holds_password(ground, key, network, password, row.password_hash if row else None)
    if row is None or not holds:
        await note_failure(ground, row.id if row else None, wall, network, delayed=delayed)
        raise SignInFailed
    async with ground.database.writing() as db:
        await attempts.succeed(db, key, network, wall)
        session = SignInSession(
            account_id=row.id, created_at=wall, expires_at=wall + SESSION_LIFETIME, network=network
        )
        db.add(session)
        await db.flush()
        return tokens(db, ground, session, 0, wall)


async def holds_password(
    ground: Ground, key: bytes, network: str, password: str, stored: str | None
) -> bool:
    """Whether it is the password; a try that could not be looked at is not counted."""
    try:
        return await ground.hasher.verify(password, stored)
    except HashingBusy as busy:
        async with ground.database.writing() as db:
            await attempts.take_back(db, key, network)
        raise SignInBusy from busy


async def refresh(ground: Ground, token: str, wall: datetime) -> Tokens:
    """Exchange a refresh token for new tokens.

    The token of the generation before counts for another 30 seconds; an older one was copied by
    somebody, and ends the whole session.
    """
    refused: Refusal = RefreshRefused()
    async with ground.database.writing() as db:
        row = (
            await db.execute(
                select(
                    RefreshToken,
                    SignInSession,
                    Account.status,
                    Account.person_id,
                    Account.login,
                )
                .join(SignInSession, SignInSession.id == RefreshToken.session_id)
                .join(Account, Account.id == SignInSession.account_id)
                .where(RefreshToken.digest == digest_of(token))
                .with_for_update(of=SignInSession)
            )
        ).first()
        if row is None or row.status != AccountStatus.ACTIVE:
            raise refused
        held, session = row.RefreshToken, row.SignInSession
        alive = session.revoked_at is None and min(held.expires_at, session.expires_at) > wall
        behind = session.generation - held.generation
        if alive and behind == 0:
            session.generation, session.rotated_at = session.generation + 1, wall
            return tokens(db, ground, session, session.generation, wall)
        if alive and behind == 1 and session.rotated_at > wall - LOST_ANSWER:
            return tokens(db, ground, session, session.generation, wall)
        if alive and behind:
            session.revoked_at = wall
            told = {"login": row.login, "since": session.created_at, "at": wall}
            await tell(db, row.person_id, REPLAYED, wall, **told)
    if behind:
        await note(ground, "refresh-replayed", session.account_id, wall, session.network)
    raise refused


async def sign_out(call: Call) -> None:
    """End the caller's session now; its tokens stop working at once."""
    await end_sessions(call.db, SignInSession.id == call.actor.session_id, call.wall)


async def end_session(call: Call, session_id: UUID) -> None:
    """End one of the caller's own sessions."""
    own = SignInSession.account_id == call.actor.account_id
    ended = await end_sessions(call.db, own & (SignInSession.id == session_id), call.wall)
    if not ended:
        raise SessionUnknown


async def end_sessions(db: AsyncSession, which: ColumnElement[bool], wall: datetime) -> int:
    """End the sessions that `which` names and that have not ended yet; gives how many."""
    ended = await db.execute(
        update(SignInSession)
        .where(which, SignInSession.revoked_at.is_(None))
        .values(revoked_at=wall)
        .returning(SignInSession.id)
    )
    return len(ended.all())


async def note_failure(
    ground: Ground, account_id: UUID | None, wall: datetime, network: str, *, delayed: bool
) -> None:
    """A wrong password, and, where it is one too many, that a delay has begun."""
    await note(ground, "sign-in-failed", account_id, wall, network)
    if delayed:
        await note(ground, "sign-in-delayed", account_id, wall, network)


async def note(
    ground: Ground, what: str, account_id: UUID | None, wall: datetime, network: str | None
) -> None:
    """Keep a security event, in a transaction of its own: the request itself is refused."""
    async with ground.database.writing() as db:
        db.add(SecurityEvent(at=wall, what=what, account_id=account_id, network=network))


def tokens(
    db: AsyncSession, ground: Ground, session: SignInSession, generation: int, wall: datetime
) -> Tokens:
    """An access token and the refresh token of this generation of a session."""
    token = token_urlsafe(32)
    db.add(
        RefreshToken(
            digest=digest_of(token),
            session_id=session.id,
            created_at=wall,
            expires_at=min(session.expires_at, wall + REFRESH_LIFETIME),
            generation=generation,
        )
    )
    return Tokens(
        access_token=access_token(
            sub=str(session.account_id),
            sid=str(session.id),
            issuer=ground.issuer,
            audience=AUDIENCE,
            now=wall,
            key=ground.access_key,
            lifetime=ACCESS_LIFETIME,
        ),
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        refresh_token=token,
    )
