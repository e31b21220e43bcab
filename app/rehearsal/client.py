"""How does a person of the rehearsal speak to the service? Over HTTP, with their own token."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 60.0
"""Seconds to wait for one answer."""
EARLY = 90.0
"""Seconds before the end of an access token at which it is renewed."""
WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a busy service is asked again."""
AT_ONCE = 8
"""Requests under way at the same time."""


class Refused(Exception):
    """The service said no; `problem` is its problem document."""

    def __init__(self, status: int, problem: Mapping[str, Any], asked: str) -> None:
        reasons = problem.get("reasons") or problem.get("errors") or []
        codes = ", ".join(str(reason.get("code")) for reason in reasons)
        super().__init__(f"{asked} → {status} {problem.get('code')} ({codes}) {problem}")
        self.status = status
        self.code = str(problem.get("code"))
        self.codes = frozenset({self.code} | {str(reason.get("code")) for reason in reasons})
        self.problem = problem


@dataclass
class Wire:
    """The connection that all people share, and how many requests went over it."""

    http: httpx.AsyncClient
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    requests: int = 0

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; sent again, under the same key, while the service is busy. Raises Refused
        with the problem document.
        """
        for patience in (*WAITS, None):
            async with self.gate:
                self.requests += 1
                answer = await self.http.request(method, path, **more)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or patience is None:
                break
            await asyncio.sleep(patience)
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer), f"{method} {path}")
        return answer


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    kind = answer.headers.get("content-type", "")
    if "json" not in kind:
        return {"code": "no-problem-document", "detail": answer.text[:500]}
    found: Mapping[str, Any] = answer.json()
    return found


@asynccontextmanager
async def connected(
    url: str, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Wire]:
    """A connection to the service at `url`, over `transport` where it is in this very process."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=url.rstrip("/"),
        timeout=PATIENCE,
        limits=limits,
        trust_env=False,
        transport=transport,
    ) as http:
        yield Wire(http)


@dataclass
class Person:
    """Somebody who acts; without a login they are the public."""

    wire: Wire
    name: str
    login: str | None = None
    password: str = ""
    id: str = ""
    _access: str = ""
    _refresh: str = ""
    _until: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, path: str, **params: str) -> Any:
        """Read; the answer's JSON."""
        return (await self.ask("GET", path, params=params)).json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something; the answer's JSON, or None where there is none."""
        answer = await self.ask("POST", path, json=body) if body else await self.ask("POST", path)
        return answer.json() if answer.content else None

    async def put(self, path: str, body: Mapping[str, Any], tag: str) -> tuple[Any, str]:
        """Change what was read under this ETag; the answer's JSON and the new ETag."""
        answer = await self.ask("PUT", path, json=body, headers={"If-Match": tag})
        return answer.json(), answer.headers.get("etag", "")

    async def read(self, path: str) -> tuple[Any, str]:
        """Read what will be changed: the answer's JSON and its ETag."""
        answer = await self.ask("GET", path)
        return answer.json(), answer.headers.get("etag", "")

    async def every(self, path: str, **params: str) -> list[Any]:
        """All items of a list, page after page."""
        found: list[Any] = []
        page = await self.get(path, limit="100", **params)
        while True:
            found += page["items"]
            if page["next"] is None:
                return found
            page = await self.get(path, limit="100", cursor=page["next"], **params)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request under /api/v1 in this person's name."""
        headers = dict(more.pop("headers", {}))
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        if self.login is not None:
            headers["Authorization"] = f"Bearer {await self._token()}"
        return await self.wire.send(method, f"/api/v1{path}", headers=headers, **more)

    async def _token(self) -> str:
        async with self._lock:
            if monotonic() > self._until - EARLY:
                await self._renew()
            return self._access

    async def _renew(self) -> None:
        """Refresh a session that has one; else sign in."""
        if self._refresh and monotonic() < self._until:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh}
        else:
            form = {
                "grant_type": "password",
                "username": self.login or "",
                "password": self.password,
            }
        tokens = (await self.wire.send("POST", "/api/v1/auth/token", data=form)).json()
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._until = monotonic() + tokens["expires_in"]
