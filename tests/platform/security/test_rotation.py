"""Keys change while people work, and nobody notices."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform.db import embedded
from app.platform.ground import Ground
from app.platform.security.keys import KeyChain, access_folder, rotate
from app.serving import free_port
from app.settings import Profile, Settings
from tests.factories import make_caller
from tests.platform.accounts.people import PASSWORD, new_login
from tests.test_serving import end, start


def worker(ground: Ground, folder: Path) -> tuple[KeyChain, AsyncClient]:
    """A web worker with its own view of the keys in the folder."""
    chain = KeyChain.of(folder)
    app = create_app(Settings(profile=Profile.OFFICE), replace(ground, chain=chain))
    return chain, AsyncClient(transport=ASGITransport(app), base_url="http://award.test/api/v1")


@pytest.mark.anyio
async def test_workers_that_have_not_looked_yet_take_tokens_of_those_that_have(
    ground: Ground, tmp_path: Path
) -> None:
    moments = iter(datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=n) for n in range(60))
    rotate_now = lambda: rotate(access_folder(tmp_path), lambda: next(moments), lambda _: None)  # noqa: E731  two words
    rotate_now()  # from here on a next key is always published
    (ahead, one), (behind, two) = worker(ground, tmp_path), worker(ground, tmp_path)
    async with one, two:
        for _ in range(3):
            ahead.look()
            behind.look()
            rotate_now()
            ahead.look()
            assert ahead.access.active != behind.access.active
            for chain in (ahead, behind):
                caller = await make_caller(replace(ground, chain=chain))
                for client in (one, two):
                    assert (await client.get("/auth/me", **caller.auth)).status_code == 200


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "award"
    embedded.remove(embedded.start(tmp_path / "award"))


def pressing(url: str, login: str, over: threading.Event, seen: list[int]) -> None:
    """Sign in, ask, refresh, again and again, each over whichever worker answers."""
    while not over.is_set():
        with httpx.Client(base_url=url) as client:
            form = {"grant_type": "password", "username": login, "password": PASSWORD}
            answer = client.post("/auth/token", data=form)
            for _ in range(20):
                seen.append(answer.status_code)
                if answer.status_code != 200:
                    break
                tokens = answer.json()
                headers = {"Authorization": f"Bearer {tokens['access_token']}"}
                seen.append(httpx.get(f"{url}/auth/me", headers=headers).status_code)
                again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
                answer = client.post("/auth/token", data=again)


def kids(port: int) -> set[str]:
    found = httpx.get(f"http://127.0.0.1:{port}/.well-known/jwks.json").json()["keys"]
    return {key["kid"] for key in found}


@pytest.mark.long
def test_rotation_under_load_fails_no_request(folder: Path) -> None:
    """Two workers, four clients, both kinds of keys changed twice by the real command."""
    port = free_port()
    server = start(folder, port, workers="2", log_requests="false", cors_origins="")
    url = f"http://127.0.0.1:{port}/api/v1"
    over, seen, clients = threading.Event(), list[int](), []
    try:
        for _ in range(4):
            person = {"name": "张三", "login": new_login(), "password": PASSWORD}
            assert httpx.post(f"{url}/accounts", json=person).status_code == 201
            given = (url, person["login"], over, seen)
            clients.append(threading.Thread(target=pressing, args=given))
            clients[-1].start()
        before = kids(port)
        for _ in range(2):
            command = [sys.executable, "-m", "app.cli", "keys", "rotate"]
            said = subprocess.run(
                command,
                env={"QUALITY_AWARD_FOLDER": str(folder), "PATH": ""},
                capture_output=True,
                text=True,
                check=True,
            )
            assert said.stdout.count(".pem") == 2
        threading.Event().wait(5)
        after = kids(port)
    finally:
        over.set()
        for client in clients:
            client.join()
        end(server)
    assert before < after
    assert len(after) == len(before) + 6
    assert len(seen) > 500
    assert set(seen) == {200}
