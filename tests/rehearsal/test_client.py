"""How a person of the rehearsal speaks to a service."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.rehearsal import client
from app.rehearsal.client import Person, Refused, Wire
from app.rehearsal.year import Checks

pytestmark = pytest.mark.anyio

Answer = Callable[[httpx.Request], httpx.Response]


def wire(answer: Answer) -> Wire:
    transport = httpx.MockTransport(answer)
    return Wire(httpx.AsyncClient(transport=transport, base_url="http://award.test"))


class Service:
    """Answers like the service, and remembers what it was asked."""

    def __init__(self, expires_in: int) -> None:
        self.expires_in = expires_in
        self.grants: list[str] = []
        self.bearers: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/auth/token":
            form = httpx.QueryParams(request.content.decode())
            self.grants.append(form["grant_type"])
            count = len(self.grants)
            tokens: dict[str, Any] = {
                "access_token": f"access-{count}",
                "refresh_token": f"refresh-{count}",
                "expires_in": self.expires_in,
            }
            return httpx.Response(200, json=tokens)
        self.bearers.append(request.headers.get("authorization", ""))
        return httpx.Response(200, json={"items": [1], "next": None})


async def test_person_signs_in_once() -> None:
    service = Service(expires_in=600)
    person = Person(wire(service), "张三", "zhang.san", "密码")
    await person.get("/auth/me")
    await person.every("/cycles")
    assert service.grants == ["password"]
    assert service.bearers == ["Bearer access-1"] * 2
    assert person.wire.requests == 3


async def test_person_refreshes_shortly_before_the_token_ends() -> None:
    service = Service(expires_in=80)
    person = Person(wire(service), "张三", "zhang.san", "密码")
    await person.get("/auth/me")
    await person.get("/auth/me")
    assert service.grants == ["password", "refresh_token"]


async def test_person_signs_in_again_when_the_session_has_lapsed() -> None:
    service = Service(expires_in=0)
    person = Person(wire(service), "张三", "zhang.san", "密码")
    await person.get("/auth/me")
    await person.get("/auth/me")
    assert service.grants == ["password", "password"]


async def test_public_has_no_token() -> None:
    service = Service(expires_in=600)
    await Person(wire(service), "公众").get("/public/results")
    assert service.grants == []
    assert service.bearers == [""]


def refusing(status: int, **problem: Any) -> Answer:
    return lambda _: httpx.Response(status, json=problem)


async def test_refusal_carries_every_code() -> None:
    service = wire(refusing(409, code="several", reasons=[{"code": "a"}, {"code": "b"}]))
    with pytest.raises(Refused) as refused:
        await Person(service, "公众").get("/x")
    assert refused.value.status == 409
    assert refused.value.codes == {"several", "a", "b"}


async def test_answer_that_is_no_problem_document_is_a_refusal_too() -> None:
    service = wire(lambda _: httpx.Response(502, text="<html>"))
    with pytest.raises(Refused) as refused:
        await Person(service, "公众").get("/x")
    assert refused.value.code == "no-problem-document"


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        (refusing(404, code="not-found"), True),
        (refusing(403, code="not-allowed"), False),
        (refusing(404, code="other"), False),
        (lambda _: httpx.Response(200, json={}), False),
    ],
)
async def test_check_of_a_refusal_wants_its_status_and_code(answer: Answer, ok: bool) -> None:
    checks = Checks()
    await checks.refused("看不到", Person(wire(answer), "公众").get("/x"), 404, "not-found")
    assert checks.made["看不到"].ok is ok


def test_check_that_failed_once_stays_failed() -> None:
    checks = Checks()
    for ok in (True, False, True):
        checks.holds("一致", ok, "3 ≠ 4")
    assert not checks.made["一致"].ok
    assert checks.made["一致"].seen == "3 ≠ 4"


async def test_a_busy_service_is_asked_again_under_the_same_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "WAITS", (0.0, 0.0))
    keys: list[str] = []

    def busy_twice(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(503 if len(keys) < 3 else 200, json={"code": "busy"})

    assert await Person(wire(busy_twice), "公众").post("/x") == {"code": "busy"}
    assert len(keys) == 3
    assert len(set(keys)) == 1
