"""What an answer promises is stored: the commit comes before the first byte of the answer."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select, text

from app.main import create_app
from app.platform.accounts.callers import PublicWriting, Trying
from app.platform.accounts.models import Person
from app.platform.errors import Conflict
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.factories import make_caller

pytestmark = pytest.mark.anyio

DEFERRED = """
CREATE TEMPORARY TABLE promise (
  person uuid REFERENCES pg_temp.promised DEFERRABLE INITIALLY DEFERRED
) ON COMMIT DROP
"""


class Refused(Conflict):
    code = "refused"
    zh = "不可以。"
    en = "No."


@pytest.fixture(scope="module")
async def writer(ground: Ground) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    _lay_routes(app)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        yield client


def _lay_routes(app: FastAPI) -> None:
    @app.post("/kept/{name}")
    async def kept(call: PublicWriting, name: str) -> str:
        call.db.add(Person(name=name, created_at=call.now))
        return "stored"

    @app.post("/commit-fails/{name}")
    async def commit_fails(call: PublicWriting, name: str) -> str:
        call.db.add(Person(name=name, created_at=call.now))
        await call.db.flush()
        await call.db.execute(text("CREATE TEMPORARY TABLE promised (id uuid PRIMARY KEY)"))
        await call.db.execute(text(DEFERRED.replace("ON COMMIT DROP", "")))
        await call.db.execute(text("INSERT INTO promise VALUES (gen_random_uuid())"))
        return "stored"  # the deferred constraint speaks at the commit only

    @app.post("/refused/{name}")
    async def refused(call: PublicWriting, name: str) -> str:
        call.db.add(Person(name=name, created_at=call.now))
        await call.db.flush()
        raise Refused

    @app.post("/tried/{name}")
    async def tried(call: Trying, name: str) -> str:
        call.db.add(Person(name=name, created_at=call.now))
        return "tried"


async def stored(ground: Ground, name: str) -> int:
    async with ground.database.reading() as db:
        return await db.scalar(select(func.count()).where(Person.name == name)) or 0


async def test_write_is_stored_when_the_answer_has_come(
    writer: AsyncClient, ground: Ground
) -> None:
    name = uuid4().hex
    assert (await writer.post(f"/kept/{name}")).status_code == 200
    assert await stored(ground, name) == 1


async def test_commit_that_fails_is_never_answered_with_success(
    writer: AsyncClient, ground: Ground
) -> None:
    name = uuid4().hex
    answer = await writer.post(f"/commit-fails/{name}")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "stored" not in answer.text
    assert await stored(ground, name) == 0


async def test_commit_comes_before_the_head_of_the_answer(ground: Ground) -> None:
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    _lay_routes(app)
    name, seen = uuid4().hex, []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            seen.append(await stored(ground, name))

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/kept/{name}",
        "raw_path": f"/kept/{name}".encode(),
        "query_string": b"",
        "headers": [],
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("award.test", 80),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # our own plain ASGI server
    assert seen == [1]


async def test_refusal_rolls_everything_back(writer: AsyncClient, ground: Ground) -> None:
    name = uuid4().hex
    assert (await writer.post(f"/refused/{name}")).status_code == 409
    assert await stored(ground, name) == 0


async def test_dry_run_keeps_nothing(writer: AsyncClient, ground: Ground) -> None:
    caller, name = await make_caller(ground), uuid4().hex
    dry = await writer.post(f"/tried/{name}", params={"dry_run": "true"}, **caller.auth)
    assert (dry.status_code, await stored(ground, name)) == (200, 0)
    assert (await writer.post(f"/tried/{name}", **caller.auth)).status_code == 200
    assert await stored(ground, name) == 1


async def test_reading_session_cannot_write(ground: Ground) -> None:
    async with ground.database.reading() as db:
        db.add(Person(id=UUID(int=1), name="谁", created_at=ground.clock()))
        with pytest.raises(Exception, match="read-only"):
            await db.flush()
