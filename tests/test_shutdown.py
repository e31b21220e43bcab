"""A service that is told to stop finishes what it has begun, under load."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.platform.db import embedded
from app.serving import free_port
from tests.test_serving import start

CLIENTS = 12
FAR = "2031-01-01T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "award"
    embedded.remove(embedded.start(tmp_path / "award"))


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.long)])
def test_running_requests_are_finished_before_the_end(folder: Path, workers: str) -> None:
    port = free_port()
    server = start(folder, port, profile="rehearsal", cheap_passwords="true", workers=workers)
    url = embedded.start(folder).url_app

    async def story() -> list[httpx.Response]:
        engine = create_async_engine(url)
        limits = httpx.Limits(max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}/api/v1", limits=limits, timeout=20
            ) as client,
            engine.connect() as holder,
        ):
            await holder.execute(text("SELECT 1 FROM installation FOR UPDATE"))
            move = {"now": FAR}
            asked = [
                asyncio.create_task(client.put("/rehearsal/clock", json=move))
                for _ in range(CLIENTS)
            ]
            await asyncio.sleep(0.8)  # all of them wait for the row
            assert not any(one.done() for one in asked)
            server.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.8)  # whoever watches over two workers looks twice a second
            with pytest.raises(httpx.TransportError):
                await client.get("/meta", timeout=0.3)
            await holder.rollback()
            answers = await asyncio.gather(*asked)
        await engine.dispose()
        return answers

    answers = asyncio.run(story())
    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    assert all(answer.json()["now"] == FAR for answer in answers)
    server.communicate(timeout=20)
    assert server.returncode in {0, -signal.SIGTERM}
    assert embedded.start(folder).started, "the service left its database running"
