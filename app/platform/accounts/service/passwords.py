"""How does an account get another password: changed by its holder, or set anew with a token?"""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts import rules
from app.platform.accounts.callers import Call, Visitor, identify
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.messages import PASSWORD_SET, RESET_OFFERED, tell
from app.platform.accounts.models import Account, Person, SignInSession
from app.platform.accounts.queries import get_account
from app.platform.accounts.schemas import PasswordChange, PasswordReset, ResetIn
from app.platform.accounts.service import attempts
from app.platform.accounts.service.sign_in import (
    digest_of,
    end_sessions,
    holds_password,
    note_failure,
)
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.ground import Ground
from app.platform.http.networks import site
from app.platform.security.passwords import HashingBusy

RESET_LIFETIME = timedelta(hours=24)


async def change_own(
    ground: Ground, token: str | None, body: PasswordChange, wall: datetime, address: str
) -> None:
    """Change one's own password; all other sessions end. Tries are counted as at sign-in.

    No connection is held while passwords are hashed. Raises SignInNeeded, PasswordWrong,
    PasswordWeak, TooManyAttempts.
    """
    network = site(address)
    async with ground.database.writing() as db:
        actor, _ = await identify(db, ground, token, wall)
        one = (
            await db.execute(
                select(
                    Account.id,
                    Account.person_id,
                    Account.login,
                    Account.password_hash,
                    Person.name,
                )
                .join(Person, Person.id == Account.person_id)
                .where(Account.id == actor.account_id)
            )
        ).one()
        key = attempts.key_of(ground, one.login)
        delayed = await attempts.begin(db, key, network, wall)
    if not await holds_password(ground, key, network, body.current, one.password_hash):
        await note_failure(ground, one.id, wall, network, delayed=delayed)
        raise rules.PasswordWrong(pointer="/current")
    ensure([rules.password_obstacle(body.new, one.login, one.name, pointer="/new")])
    new = await hashed(ground, body.new)
    async with ground.database.writing() as db:
        actor, shift = await identify(db, ground, token, wall)
        await attempts.succeed(db, key, network, wall)
        await _replace(db, one.id, one.password_hash, new)
        own = SignInSession.account_id == one.id
        await end_sessions(db, own & (SignInSession.id != actor.session_id), wall)
        record(db, actor, "account:change-password", subject=one.id, now=wall + shift)
        await tell(db, one.person_id, PASSWORD_SET, wall, login=one.login, at=wall)


async def offer_reset(call: Call, account_id: UUID) -> PasswordReset:
    """A one-time token with which the holder sets a new password; an earlier one is void.

    The security administrator never chooses the password (ASVS 5.0 6.4.6).
    """
    found = await get_account(call, account_id)
    found.require("account:reset")
    if found.it.status != AccountStatus.ACTIVE:
        raise rules.NotActive
    token = token_urlsafe(32)
    until = call.wall + RESET_LIFETIME
    found.it.reset_digest, found.it.reset_until = digest_of(token), until
    record(call.db, call.actor, "account:offer-reset", subject=account_id, now=call.now)
    holder, login = found.it.person_id, found.it.login
    await tell(call.db, holder, RESET_OFFERED, call.wall, login=login, until=until)
    return PasswordReset(
        account_id=account_id,
        login=found.it.login,
        reset_token=token,
        reset_until=until,
    )


async def reset(visitor: Visitor, body: ResetIn) -> None:
    """Set a new password with the token; every session of the account ends."""
    good = (
        Account.reset_digest == digest_of(body.token),
        Account.reset_until > visitor.wall,
        Account.status == AccountStatus.ACTIVE,
    )
    weak, chosen = await chosen_by_holder(visitor, body.password, *good)
    ensure([weak])
    async with visitor.writing() as call:
        account = await call.db.scalar(select(Account).where(*good).with_for_update())
        if account is None:
            raise rules.TokenSpent
        account.password_hash = chosen
        account.reset_digest = account.reset_until = None
        await end_sessions(call.db, SignInSession.account_id == account.id, call.wall)
        await attempts.forget(call.db, attempts.key_of(call.ground, account.login))
        record(call.db, call.actor, "account:reset-password", subject=account.id, now=call.now)
        holder, login = account.person_id, account.login
        await tell(call.db, holder, PASSWORD_SET, call.wall, login=login, at=call.wall)


async def chosen_by_holder(
    visitor: Visitor, password: str, *account: ColumnElement[bool]
) -> tuple[rules.PasswordWeak | None, str | None]:
    """Why the new password of an account is refused, or else its hash; no connection is held while
    it is made. Raises TokenSpent where there is no such account, before the hash costs anything.
    """
    known = select(Account.login, Person.name).join(Person, Person.id == Account.person_id)
    async with visitor.ground.database.reading() as db:
        holder = (await db.execute(known.where(*account))).first()
    if holder is None:
        raise rules.TokenSpent
    weak = rules.password_obstacle(password, holder.login, holder.name)
    return weak, None if weak else await hashed(visitor.ground, password)


async def hashed(ground: Ground, password: str) -> str:
    """The hash to store. Raises SignInBusy."""
    try:
        return await ground.hasher.hash(password)
    except HashingBusy as busy:
        raise rules.SignInBusy from busy


async def _replace(db: AsyncSession, account_id: UUID, old: str | None, new: str) -> None:
    """Of two changes at the same time one wins. A token to set it anew is void."""
    replaced = await db.scalar(
        update(Account)
        .where(Account.id == account_id, Account.password_hash == old)
        .values(password_hash=new, reset_digest=None, reset_until=None)
        .returning(Account.id)
    )
    if replaced is None:
        raise rules.PasswordChanged
