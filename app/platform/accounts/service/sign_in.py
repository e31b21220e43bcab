"""Signing in, staying signed in, and signing out."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import AUDIENCE, Call
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import Account, RefreshToken, SignInSession
from app.platform.accounts.rules import RefreshRefused, SignInBusy, SignInFailed
from app.platform.accounts.schemas import Tokens
from app.platform.audit.models import SecurityEvent
from app.platform.ground import Ground
from app.platform.security.passwords import HashingBusy
from app.proof.jws import access_token

ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=12)


def digest_of(token: str) -> bytes:
    """What is stored of a one-time token."""
    return sha256(token.encode()).digest()


async def sign_in(ground: Ground, login: str, password: str, wall: datetime) -> Tokens:
    """Check the password and open a session. No connection is held while the password is hashed.

    Raises SignInFailed, the same after the same time whether or not the login exists.
    """
    async with ground.database.reading() as db:
        row = (
            await db.execute(
                select(Account.id, Account.password_hash).where(
                    Account.login == login.lower(), Account.status == AccountStatus.ACTIVE
                )
            )
        ).first()
    try:
        holds = await ground.hasher.verify(password, row.password_hash if row else None)
    except HashingBusy as busy:
        raise SignInBusy from busy
    if row is None or not holds:
        await note(ground, "sign-in-failed", row.id if row else None, wall)
        raise SignInFailed
    async with ground.database.writing() as db:
        session = SignInSession(
            account_id=row.id, created_at=wall, expires_at=wall + SESSION_LIFETIME
        )
        db.add(session)
        await db.flush()
        return _tokens(db, ground, row.id, session.id, session.expires_at, wall)


async def refresh(ground: Ground, token: str, wall: datetime) -> Tokens:
    """Exchange a refresh token for new tokens. A token used twice ends the whole session."""
    async with ground.database.writing() as db:
        row = (
            await db.execute(
                select(RefreshToken, SignInSession, Account.status)
                .join(SignInSession, SignInSession.id == RefreshToken.session_id)
                .join(Account, Account.id == SignInSession.account_id)
                .where(RefreshToken.digest == digest_of(token))
                .with_for_update(of=RefreshToken)
            )
        ).first()
        if row is None or row.status != AccountStatus.ACTIVE:
            raise RefreshRefused
        held, session = row.RefreshToken, row.SignInSession
        if session.revoked_at is None and min(held.expires_at, session.expires_at) > wall:
            if held.used_at is None:
                held.used_at = wall
                return _tokens(db, ground, session.account_id, session.id, session.expires_at, wall)
            session.revoked_at = wall
        replayed, account_id = held.used_at is not None, session.account_id
    if replayed:
        await note(ground, "refresh-replayed", account_id, wall)
    raise RefreshRefused


async def sign_out(call: Call) -> None:
    """End the caller's session now; its tokens stop working at once."""
    await call.db.execute(
        update(SignInSession)
        .where(SignInSession.id == call.actor.session_id)
        .values(revoked_at=call.wall)
    )


async def note(ground: Ground, what: str, account_id: UUID | None, wall: datetime) -> None:
    """Keep a security event, in a transaction of its own: the request itself is refused."""
    async with ground.database.writing() as db:
        db.add(SecurityEvent(at=wall, what=what, account_id=account_id))


def _tokens(
    db: AsyncSession,
    ground: Ground,
    account_id: UUID,
    session_id: UUID,
    until: datetime,
    wall: datetime,
) -> Tokens:
    token = token_urlsafe(32)
    db.add(
        RefreshToken(
            digest=digest_of(token),
            session_id=session_id,
            created_at=wall,
            expires_at=min(until, wall + REFRESH_LIFETIME),
        )
    )
    return Tokens(
        access_token=access_token(
            sub=str(account_id),
            sid=str(session_id),
            issuer=ground.issuer,
            audience=AUDIENCE,
            now=wall,
            key=ground.signing_key,
            lifetime=ACCESS_LIFETIME,
        ),
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        refresh_token=token,
    )
