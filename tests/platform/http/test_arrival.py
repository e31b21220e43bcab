"""Every answer carries what keeps browsers from guessing and caches from keeping."""

from datetime import datetime

import pytest
from httpx import AsyncClient

from app.platform.ground import Ground
from app.platform.http.arrival import Arrival
from tests.factories import make_caller

pytestmark = pytest.mark.anyio

PATHS = {
    "answer": "/authorities",
    "not found": "/nowhere",
    "refused": "/auth/me",
    "invalid": "/authorities?limit=0",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_headers_are_there_whatever_the_answer(client: AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["vary"] == "Authorization, Accept-Language"
    assert "no-store" in headers["cache-control"]
    assert headers.get_list("cache-control") == [headers["cache-control"]]


async def test_answers_for_one_person_are_private(client: AsyncClient, ground: Ground) -> None:
    caller = await make_caller(ground)
    answer = await client.get("/auth/me", **caller.auth)
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_route_may_say_itself_how_long_it_keeps(client: AsyncClient) -> None:
    answer = await client.get("http://award.test/.well-known/jwks.json")
    assert answer.headers.get_list("cache-control") == ["public, max-age=300"]


async def test_every_request_has_an_id_of_its_own(client: AsyncClient) -> None:
    ids = {(await client.get("/authorities")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    sent = await client.get("/authorities", headers={"x-request-id": "chosen"})
    assert sent.headers.get_list("x-request-id") != ["chosen"]
    assert len(sent.headers.get_list("x-request-id")) == 1


async def test_arrival_is_stamped_once_before_the_application_runs() -> None:
    times = iter([datetime(2026, 3, 2), datetime(2026, 3, 3)])  # noqa: DTZ001  any two values
    seen = []

    async def application(scope: dict[str, dict[str, object]], *_: object) -> None:
        seen.append(scope["state"]["received_at"])

    arrival = Arrival(application, lambda: next(times))  # type: ignore[arg-type]  # a plain dict
    await arrival({"type": "http"}, None, None)  # type: ignore[arg-type]  # nothing is sent
    assert seen == [datetime(2026, 3, 2)]  # noqa: DTZ001  as above


async def test_what_is_not_http_passes_untouched() -> None:
    seen = []

    async def application(scope: dict[str, object], *_: object) -> None:
        seen.append(scope)

    arrival = Arrival(application, lambda: pytest.fail("no arrival"))  # type: ignore[arg-type]  # as above
    await arrival({"type": "lifespan"}, None, None)  # type: ignore[arg-type]  # as above
    assert seen == [{"type": "lifespan"}]


async def test_fault_after_the_head_has_left_is_not_answered_twice() -> None:
    sent = []

    async def application(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]  # ASGI
        raise RuntimeError

    async def send(message: dict[str, object]) -> None:
        sent.append(message["type"])

    arrival = Arrival(application, lambda: datetime(2026, 3, 2))  # type: ignore[arg-type]  # noqa: DTZ001  any
    with pytest.raises(RuntimeError):
        await arrival({"type": "http"}, None, send)  # type: ignore[arg-type]  # nothing is received
    assert sent == ["http.response.start"]
