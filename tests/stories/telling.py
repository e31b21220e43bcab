"""What the stories share: people who sign in by themselves, and refusals that leave nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import func, literal, select, union_all

from app.platform.db.base import Model
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import Caller, Office

PASSWORD = "一家企业的口令-2026"


@dataclass
class Registered(Caller):
    """Somebody with a login and our password."""

    login: str


async def rows(ground: Ground) -> dict[str, int]:
    """How many rows every table has."""
    tables = Model.metadata.sorted_tables
    counts = [select(literal(t.name), func.count()).select_from(t) for t in tables]
    async with ground.database.reading() as db:
        return {row[0]: row[1] for row in await db.execute(union_all(*counts))}


@asynccontextmanager
async def nothing_kept(office: Office) -> AsyncIterator[None]:
    """Whatever is asked in here leaves no row anywhere, and none in the log of the cycle."""
    before = await rows(office.ground), await cycle_log(office)
    yield
    assert (await rows(office.ground), await cycle_log(office)) == before


def assert_refused(answer: Response, status: int, *codes: str) -> None:
    """Refused with these codes, all at once; nothing that could be read stands beside them."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    told = {one["code"] for one in body.get("errors", []) + body.get("reasons", [])}
    assert set(codes) in (told, {body["code"]}), answer.text


def assert_done(answer: Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def signed_up(client: AsyncClient, name: str) -> Registered:
    """Somebody who registers an account and signs in."""
    person = Registered(UUID(int=0), UUID(int=0), name, "", f"u{uuid4().hex[:16]}")
    body = {"name": name, "login": person.login, "password": PASSWORD}
    assert_done(await client.post("/accounts", json=body))
    await sign_in(client, person)
    me = assert_done(await client.get("/auth/me", **person.auth))
    person.person_id, person.account_id = UUID(me["person_id"]), UUID(me["account_id"])
    return person


async def sign_in(client: AsyncClient, person: Registered) -> None:
    """With the password, as after a night."""
    form = {"grant_type": "password", "username": person.login, "password": PASSWORD}
    tokens = assert_done(await client.post("/auth/token", data=form))
    person.token = tokens["access_token"]


async def listed(client: AsyncClient, who: Caller, place: str, **query: Any) -> list[Any]:
    """The items of the first page."""
    answer = assert_done(await client.get(place, params=query, **who.auth))
    items: list[Any] = answer["items"]
    return items
