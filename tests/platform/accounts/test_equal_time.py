"""How long an answer takes does not tell whether a login exists."""

from collections.abc import AsyncIterator
from dataclasses import replace
from statistics import median
from time import perf_counter
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import Account, Person
from app.platform.ground import Ground
from app.platform.security.passwords import Cost, PasswordHasher
from app.settings import Profile, Settings
from tests.platform.accounts.people import PASSWORD, sign_in

pytestmark = pytest.mark.anyio

TRIES, EACH = 200, 4
COST = Cost(passes=1, memory_kib=16 * 1024)  # more than CLOSE: a missing hash would be seen
CLOSE = 0.005  # seconds


@pytest.fixture
async def asker(ground: Ground) -> AsyncIterator[tuple[Ground, AsyncClient]]:
    costly = replace(ground, hasher=PasswordHasher(COST, cores=1))
    transport = ASGITransport(create_app(Settings(profile=Profile.OFFICE), costly))
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        yield costly, client
    costly.hasher.close()


async def known_logins(ground: Ground, count: int) -> list[str]:
    """Accounts with a password, each for a few tries."""
    stored = await ground.hasher.hash(PASSWORD)
    logins = [f"known.{uuid4().hex[:12]}" for _ in range(count)]
    async with ground.database.writing() as db:
        for login in logins:
            person = Person(name="张三", created_at=ground.clock())
            db.add(person)
            await db.flush()
            db.add(
                Account(
                    person_id=person.id,
                    login=login,
                    password_hash=stored,
                    status=AccountStatus.ACTIVE,
                    created_at=ground.clock(),
                )
            )
    return logins


async def timed(client: AsyncClient, login: str) -> float:
    begun = perf_counter()
    assert (await sign_in(client, login, "不是这个密码啊")).status_code == 401
    return perf_counter() - begun


async def medians(ground: Ground, client: AsyncClient) -> tuple[float, float]:
    """Known and unknown by turns, so that a busy machine is busy for both."""
    known = await known_logins(ground, TRIES // EACH)
    unknown = [f"nobody.{uuid4().hex[:11]}" for _ in known]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(EACH):
        for pair in zip(known, unknown, strict=True):
            for login, taken in zip(pair, times, strict=True):
                taken.append(await timed(client, login))
    assert [len(taken) for taken in times] == [TRIES, TRIES]
    return median(times[0]), median(times[1])


async def test_unknown_login_takes_as_long_as_a_wrong_password(
    asker: tuple[Ground, AsyncClient],
) -> None:
    ground, client = asker
    looked_at = []
    for _ in range(9):
        begun = perf_counter()
        await ground.hasher.verify("不是这个密码啊", None)
        looked_at.append(perf_counter() - begun)
    assert median(looked_at) > 1.5 * CLOSE, "a password that is not looked at could not be seen"
    differences = []
    for _ in range(3):  # a machine that stumbles once is no leak
        known, unknown = await medians(ground, client)
        differences.append(abs(known - unknown))
        if differences[-1] < CLOSE:
            break
    assert min(differences) < CLOSE, differences
