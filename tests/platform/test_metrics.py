"""An operator sees counts, latencies, the pool and the backlog, and nobody's name."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.platform.ground import Ground
from app.platform.metrics import Observed, exposition
from tests.factories import make_caller

pytestmark = pytest.mark.anyio


async def scrape(app: FastAPI, host: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    transport = ASGITransport(app, raise_app_exceptions=False, client=(host, 1))
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        answer = await client.get("/metrics", headers=headers)
    return answer.status_code, answer.text


async def test_requests_are_counted_by_route_and_not_by_id(
    app: FastAPI, client: AsyncClient, ground: Ground
) -> None:
    caller, identity = await make_caller(ground, name="计数人"), uuid4()
    assert (await client.get(f"/applications/{identity}", **caller.auth)).status_code == 404
    assert (await client.get(f"/nowhere/{identity}/计数人")).status_code == 404
    status, text = await scrape(app)
    assert status == 200
    line = 'method="GET",route="/api/v1/applications/{application_id}",status="4xx"'
    assert f"award_requests_total{{{line}}}" in text
    assert 'route="unknown",status="4xx"' in text
    assert 'award_request_seconds_bucket{le="0.1"' in text
    assert 'award_pool_in_use{pool="write"} 0.0' in text
    assert "award_database_up 1.0" in text
    assert 'award_jobs{state="waiting"}' in text
    assert 'award_jobs{state="failed"}' in text
    assert "award_unsealed_events" in text
    for secret in (str(identity), "计数人", caller.token, str(caller.person_id)):
        assert secret not in text


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("192.0.2.7", {}),
        ("unix", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("::1", {"Forwarded": "for=192.0.2.7"}),
    ],
)
async def test_only_the_machine_itself_is_told(
    app: FastAPI, host: str, headers: dict[str, str]
) -> None:
    status, text = await scrape(app, host, **headers)
    assert status == 404
    assert '"not-found"' in text


def test_database_that_is_away_is_told_and_no_fault() -> None:
    text = exposition(Observed(None, None), None).decode()
    assert "award_database_up 0.0" in text
    assert "award_unsealed_events" not in text


def test_workers_count_together(tmp_path: Path) -> None:
    count = "from app.platform.metrics import REQUESTS\nREQUESTS.labels('GET', '/x', '2xx').inc()\n"
    tell = (
        "from pathlib import Path; import sys\n"
        "from app.platform.metrics import Observed, exposition\n"
        "print(exposition(Observed(None, None), Path(sys.argv[1])).decode())\n"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(program: str) -> str:
        command = [sys.executable, "-c", program, str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    run(count)
    run(count)
    assert 'award_requests_total{method="GET",route="/x",status="2xx"} 2.0' in run(tell)
