"""The log tells how requests went, and nothing of what was in them."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform import logs
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.factories import Caller, credit_code, make_caller
from tests.platform.accounts.people import new_identity_number, new_login

pytestmark = pytest.mark.anyio


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the process writes to its log meanwhile."""
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    before = (root.handlers[:], root.level, ours.level)
    out = io.StringIO()
    logs.configure(out=out)
    yield out
    root.handlers, _, _ = before
    root.setLevel(before[1])
    ours.setLevel(before[2])


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
async def asker(ground: Ground) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(profile=Profile.OFFICE), ground)

    @app.get("/broken/{word}")
    async def broken(word: str) -> None:
        raise RuntimeError(word) from ValueError(word)

    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        yield client


async def test_request_leaves_one_line(
    asker: AsyncClient, ground: Ground, written: io.StringIO
) -> None:
    caller = await make_caller(ground)
    answer = await asker.get(f"/api/v1/applications/{uuid4()}", **caller.auth)
    (line,) = lines(written)
    took = line.pop("duration_ms")
    assert took > 0
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "event": "request",
        "logger": "quality_award",
        "request_id": answer.headers["x-request-id"],
        "method": "GET",
        "route": "/api/v1/applications/{application_id}",
        "status": 404,
    }


async def test_unrouted_paths_and_odd_methods_are_not_written(
    asker: AsyncClient, written: io.StringIO
) -> None:
    await asker.get("/canary-9d2f")
    await asker.request("CANARY", "/api/v1/auth/me")
    assert [(line["method"], line["route"]) for line in lines(written)] == [
        ("GET", "-"),
        ("other", "/api/v1/auth/me"),
    ]
    assert "canary" not in written.getvalue().lower()


async def test_fault_tells_its_kinds_and_places_but_no_words(
    asker: AsyncClient, written: io.StringIO
) -> None:
    answer = await asker.get("/broken/canary-4b1e")
    assert answer.status_code == 500
    fault, request = lines(written)
    assert fault["exception"] == ["RuntimeError", "ValueError"]
    assert fault["places"][-1].startswith("test_logs.py:")
    assert fault["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert "canary" not in written.getvalue()


def test_what_is_not_in_the_list_is_left_out(written: io.StringIO) -> None:
    logging.getLogger(logs.OURS).info("hello", extra={"password": "canary", "status": 1})
    logging.getLogger("some.library").error("canary %s", "canary", exc_info=ValueError("canary"))
    ours, theirs = lines(written)
    assert (ours["event"], ours["status"]) == ("hello", 1)
    assert theirs["event"].startswith("test_logs:")
    assert theirs["logger"] == "some.library"
    assert "canary" not in written.getvalue()


def test_line_cannot_be_broken_in_two(written: io.StringIO) -> None:
    logging.getLogger(logs.OURS).warning('a\n{"event": "forged"}\u2028')
    assert len(written.getvalue().strip().split("\n")) == 1


async def canaries(client: AsyncClient, caller: Caller) -> list[str]:
    """Send secrets through every door that takes one; gives them and the tokens that came back."""
    name, login, number = f"裁判金丝雀{uuid4().hex[:6]}", new_login(), new_identity_number()
    password, wrong = f"金丝雀{uuid4().hex}", f"错误金丝雀{uuid4().hex}"
    person = {"name": name, "login": login, "password": password}
    await client.post("/accounts", json=person | {"identity_number": number})
    await client.post("/accounts", json=person)
    await client.post("/accounts", json=person)  # a conflict, with the database's own words
    await client.post("/accounts", json=person | {"password": wrong[:3], "name": "\x00" + name})
    form = {"grant_type": "password", "username": login}
    tokens = (await client.post("/auth/token", data=form | {"password": password})).json()
    await client.post("/auth/token", data=form | {"password": wrong})
    await client.post("/auth/token", data=form | {"password": wrong, "username": "x\x00" + login})
    held = {"Authorization": f"Bearer {tokens['access_token']}"}
    code = credit_code()
    for _ in range(2):
        body = {"name": f"{name}有限公司", "credit_code": code}
        await client.post("/organisations", json=body, headers=held)
    await client.get("/accounts", params={"cursor": password}, headers=held)
    await client.get(f"/applications/{password}", headers=held)
    await client.post("/accounts/password", json={"current": wrong, "new": wrong}, headers=held)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    await client.post("/auth/token", data=refresh)
    await client.post("/accounts/activation", json={"token": login * 3, "password": wrong})
    await client.post("/accounts/invitations", content=f"{{{password}", **caller.auth)
    held_back = [tokens["access_token"], tokens["refresh_token"]]
    return [name, login, number, password, wrong, code, caller.token, *held_back]


async def test_no_secret_gets_into_the_log(
    asker: AsyncClient, ground: Ground, written: io.StringIO
) -> None:
    caller = await make_caller(ground, ("security-administrator", None))
    asker.base_url = "http://award.test/api/v1"  # type: ignore[assignment]  # text is taken
    sent = await canaries(asker, caller)
    log = written.getvalue()
    assert len(lines(written)) >= 14
    assert [secret for secret in sent if secret in log] == []
    assert {key for line in lines(written) for key in line} <= set(logs.KEYS)


def test_log_of_a_rehearsal_has_no_line_for_each_request() -> None:
    assert Settings(profile=Profile.OFFICE).tells_requests
    assert not Settings(profile=Profile.OFFICE, log_requests=False).tells_requests
    assert not Settings(profile=Profile.REHEARSAL).tells_requests


def test_application_of_a_test_writes_no_log(app: FastAPI) -> None:
    assert app is not None
    assert not logging.getLogger(logs.OURS).isEnabledFor(logging.INFO)
