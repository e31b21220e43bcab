"""People who sign in with a password, and counts of what a refusal must not leave."""

from dataclasses import dataclass
from uuid import uuid4

from httpx import AsyncClient, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.models import Account, Organisation, Person, RoleGrant
from app.platform.audit.models import AuditEvent, SecurityEvent
from app.platform.ground import Ground
from app.rules.identifiers import identity_number_check
from tests.factories import Caller, make_caller

PASSWORD = "湖面上有三只鸭子"
_GIVEN: set[str] = set()


@dataclass
class Registered:
    """Somebody who registered over HTTP."""

    login: str
    account_id: str
    person_id: str


def new_login() -> str:
    return f"zhang.{uuid4().hex[:12]}"


def new_identity_number() -> str:
    """An identity number that nobody else has, with its right check character."""
    while (stem := f"{110000 + uuid4().int % 9999}19491231{uuid4().int % 1000:03}") in _GIVEN:
        continue
    _GIVEN.add(stem)
    return stem + identity_number_check(stem)


async def register(client: AsyncClient) -> Registered:
    login = new_login()
    body = {"name": "张三", "login": login, "password": PASSWORD}
    answer = await client.post("/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return Registered(login, answer.json()["id"], answer.json()["person_id"])


async def sign_in(client: AsyncClient, login: str, password: str = PASSWORD) -> Response:
    form = {"grant_type": "password", "username": login, "password": password}
    return await client.post("/auth/token", data=form)


async def refresh(client: AsyncClient, token: str) -> Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await client.post("/auth/token", data=form)


async def signed_in(client: AsyncClient) -> tuple[Registered, dict[str, str]]:
    """A registered person with fresh tokens."""
    person = await register(client)
    return person, (await sign_in(client, person.login)).json()


async def who_am_i(client: AsyncClient, token: str) -> Response:
    return await client.get("/auth/me", headers={"Authorization": f"Bearer {token}"})


async def make_security(ground: Ground) -> Caller:
    """A security administrator of the service."""
    return await make_caller(ground, ("security-administrator", None))


async def rows(db: AsyncSession) -> dict[str, int]:
    """How many rows of what a joining makes are there?"""
    tables = (Person, Account, Organisation, RoleGrant, AuditEvent)
    return {
        table.__tablename__: await db.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


async def security_events(db: AsyncSession, what: str, account_id: str) -> int:
    counted = select(func.count()).where(
        SecurityEvent.what == what, SecurityEvent.account_id == account_id
    )
    return await db.scalar(counted) or 0
