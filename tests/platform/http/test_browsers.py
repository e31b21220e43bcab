"""What browsers are told: policies, pages of allowed origins, TLS, the documents."""

import re
from base64 import b64encode
from hashlib import sha256
from ipaddress import ip_network

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform.ground import Ground
from app.settings import Profile, Settings
from tests.factories import make_caller

pytestmark = pytest.mark.anyio

PORTAL = "https://portal.award.example"


def asker(ground: Ground, **settings: object) -> AsyncClient:
    app = create_app(Settings(profile=Profile.OFFICE, **settings), ground)  # type: ignore[arg-type]  # each has its own type
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://award.test")


@pytest.mark.parametrize("path", ["/api/v1/authorities", "/api/v1/auth/me", "/nowhere", "/docs"])
async def test_every_answer_carries_every_policy(ground: Ground, path: str) -> None:
    async with asker(ground) as client:
        headers = (await client.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert len(headers.get_list("content-security-policy")) == 1
    assert "strict-transport-security" not in headers
    assert "server" not in headers


async def test_behind_tls_browsers_are_told_to_stay_there(ground: Ground) -> None:
    proxies = (ip_network("127.0.0.1"),)
    async with asker(ground, behind_tls=True, trusted_proxies=proxies) as client:
        for path in ("/api/v1/authorities", "/nowhere"):
            said = (await client.get(path)).headers["strict-transport-security"]
            assert said.startswith("max-age=63072000")


async def test_documents_need_nothing_from_elsewhere(ground: Ground) -> None:
    async with asker(ground) as client:
        page = await client.get("/docs")
        policy, text = page.headers["content-security-policy"], page.text
        (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        linked = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert linked
        for address in linked:
            assert address.startswith("/"), address
            assert (await client.get(address)).status_code == 200
        assert (await client.get("/openapi.json")).status_code == 200


async def test_without_the_setting_no_other_origin_may_read(ground: Ground) -> None:
    async with asker(ground) as client:
        answer = await client.get("/api/v1/authorities", headers={"Origin": PORTAL})
        asked = {"Origin": PORTAL, "Access-Control-Request-Method": "GET"}
        refused = await client.options("/api/v1/authorities", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert not [name for name in refused.headers if name.startswith("access-control")]


async def test_page_of_an_allowed_origin_may_call(ground: Ground) -> None:
    caller = await make_caller(ground)
    async with asker(ground, cors_origins=(PORTAL,)) as client:
        headers = caller.auth["headers"] | {"Origin": PORTAL}
        answers = [
            await client.get(f"/api/v1/{path}", headers=headers) for path in ("auth/me", "nowhere")
        ]
        asked = {
            "Origin": PORTAL,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "Authorization, If-Match, Idempotency-Key, Range",
        }
        before = await client.options("/api/v1/scoresheets/x/items/4.1", headers=asked)
        stranger = await client.get(
            "/api/v1/authorities", headers={"Origin": "https://evil.example"}
        )
    assert [answer.status_code for answer in answers] == [200, 404]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert "access-control-allow-credentials" not in answer.headers
        shown = answer.headers["access-control-expose-headers"]
        for name in ("ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id"):
            assert name in shown
        for name in ("Content-Disposition", "Content-Range"):
            assert name in shown  # a page that downloads with its token reads the name here
        assert "Origin" in ", ".join(answer.headers.get_list("vary"))
    assert before.status_code == 200
    assert "x-request-id" in before.headers
    assert "access-control-allow-origin" not in stranger.headers


async def test_even_a_fault_can_be_read_by_an_allowed_page(ground: Ground) -> None:
    app = create_app(Settings(profile=Profile.OFFICE, cors_origins=(PORTAL,)), ground)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://award.test") as client:
        answer = await client.get("/broken", headers={"Origin": PORTAL})
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert answer.headers["access-control-allow-origin"] == PORTAL
