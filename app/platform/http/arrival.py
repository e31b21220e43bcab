"""What happens to every request before a route sees it?

Its arrival is stamped when its head has been read, it gets an id, and its answer gets the headers
that keep browsers from guessing and caches from keeping. One line in the log tells how it went.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from app.platform.clock import ClockWatch, WallClock
from app.platform.errors import Unavailable
from app.platform.http.chapters import route_of
from app.platform.http.networks import Networks, client_address
from app.platform.http.problems import on_fault, problem_response
from app.platform.logs import tell_request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=()"),
    (b"vary", b"Authorization, Accept-Language"),
)
UNLESS_SAID = (
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
OVER_TLS_ALONE = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


READS = frozenset({"GET", "HEAD", "OPTIONS"})


class ClockJumped(Unavailable):
    code = "clock-jumped"
    zh = "服务器的时钟刚刚被调整，核实前暂停办理。请一分钟后重试。"
    en = "The server's clock was changed a moment ago; nothing is carried out until it is sure."


class Arrival:
    """ASGI middleware, outermost. `over_tls`: a proxy before us speaks TLS to the world;
    `trusted`: the networks of proxies that are believed about whom they speak for; `watch`: after a
    jump of the clock nothing is written.
    """

    def __init__(
        self,
        app: App,
        clock: WallClock,
        *,
        watch: ClockWatch | None = None,
        trusted: Networks = (),
        over_tls: bool = False,
    ) -> None:
        self.app = app
        self.clock = clock
        self.watch = watch
        self.trusted = trusted
        self.headers = (*HEADERS, OVER_TLS_ALONE) if over_tls else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = perf_counter(), 0
        state = scope.setdefault("state", {})
        state["received_at"], state["client"] = self.clock(), self._client(scope)
        state["request_id"] = request_id = uuid4().hex

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                said = {name for name, _ in headers}
                headers += [header for header in UNLESS_SAID if header[0] not in said]
                headers += [*self.headers, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            app = self._too_early if self._doubtful(scope) else self.app
            await app(scope, receive, with_headers)
        finally:
            took = (perf_counter() - begun) * 1000
            tell_request(request_id, scope.get("method", ""), route_of(scope), status, took)

    def _doubtful(self, scope: Scope) -> bool:
        return (
            self.watch is not None
            and scope.get("method") not in READS
            and self.watch.jump() is not None
        )

    @staticmethod
    async def _too_early(scope: Scope, receive: Receive, send: Send) -> None:
        await problem_response(ClockJumped(), Request(scope))(scope, receive, send)

    def _client(self, scope: Scope) -> str:
        peer = scope.get("client")
        forwarded = [
            value.decode("latin-1")
            for name, value in scope.get("headers", ())
            if name == b"x-forwarded-for"
        ]
        return client_address(peer[0] if peer else None, forwarded, self.trusted)


class Faults:
    """ASGI middleware, innermost: what nobody foresaw is answered like everything else."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as fault:
            if started or scope["type"] != "http":
                raise
            answer = on_fault(Request(scope), fault)
            await answer(scope, receive, send)
