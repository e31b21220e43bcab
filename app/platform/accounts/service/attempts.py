"""How often may somebody try a password? Counted by login and network together, in the database.

By network alone it would shut out a whole bureau behind one address; by login alone a rival could
lock a judge out in the last hour of scoring. A try is counted before the password is looked at, so
that many at once are counted too. Logins that do not exist are counted in the same way.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.models import SignInAttempt
from app.platform.accounts.rules import (
    TooManyAttempts,
    delay_after,
    delay_anywhere,
)
from app.platform.ground import Ground
from app.platform.http.rates import swept

ANYWHERE = ""
FORGOTTEN = timedelta(hours=24)
"""After so long without a try, failures are forgotten."""
KNOWN = timedelta(days=30)
"""So long after a success, a network is not held back by what happens in others."""


def key_of(ground: Ground, login: str) -> bytes:
    """Under which key the tries for a login are counted."""
    return ground.sealer.keyed_hash(f"login {login.lower()}")


async def begin(db: AsyncSession, login: bytes, network: str, wall: datetime) -> bool:
    """Count one try; gives whether a delay follows if it fails. Raises TooManyAttempts."""
    await db.execute(swept(SignInAttempt, SignInAttempt.tried_at < wall - KNOWN))
    await db.execute(
        insert(SignInAttempt)
        .values(
            [
                {"login": login, "network": place, "failures": 0, "tried_at": wall}
                for place in (ANYWHERE, network)
            ]
        )
        .on_conflict_do_nothing()
    )
    anywhere, here = await db.scalars(
        select(SignInAttempt)
        .where(SignInAttempt.login == login, SignInAttempt.network.in_([ANYWHERE, network]))
        .order_by(SignInAttempt.network)
        .with_for_update()
    )
    counted = [here]
    if here.succeeded_at is None or here.succeeded_at < wall - KNOWN:
        counted.append(anywhere)
    waits = [one.refused_until - wall for one in counted if one.refused_until]
    if waits and max(waits) > timedelta():
        raise TooManyAttempts(seconds=1 + int(max(waits).total_seconds()))
    for one, delay in ((here, delay_after), (anywhere, delay_anywhere)):
        one.failures = 1 + (one.failures if one.tried_at > wall - FORGOTTEN else 0)
        one.tried_at = wall
        pause = delay(one.failures)
        one.refused_until = wall + pause if pause else None
    return any(one.refused_until for one in counted)


async def succeed(db: AsyncSession, login: bytes, network: str, wall: datetime) -> None:
    """The password was right: failures of this login are forgotten."""
    await db.execute(
        update(SignInAttempt)
        .where(SignInAttempt.login == login, SignInAttempt.network.in_([ANYWHERE, network]))
        .values(failures=0, refused_until=None)
    )
    await db.execute(
        update(SignInAttempt)
        .where(SignInAttempt.login == login, SignInAttempt.network == network)
        .values(succeeded_at=wall)
    )


async def take_back(db: AsyncSession, login: bytes, network: str) -> None:
    """The password was not looked at after all."""
    await db.execute(
        update(SignInAttempt)
        .where(SignInAttempt.login == login, SignInAttempt.network.in_([ANYWHERE, network]))
        .values(failures=SignInAttempt.failures - 1, refused_until=None)
    )


async def forget(db: AsyncSession, login: bytes) -> None:
    """The account has a new password: what was tried before says nothing."""
    await db.execute(delete(SignInAttempt).where(SignInAttempt.login == login))
