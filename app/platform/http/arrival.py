"""What happens to every request before a route sees it?

Its arrival is stamped when its head has been read, it gets an id, and its answer gets the headers
that keep browsers from guessing and caches from keeping. A fault is answered here too, so that it
has them as well.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from app.platform.clock import WallClock
from app.platform.http.problems import on_fault

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"Authorization, Accept-Language"),
]
PRIVATE = (b"cache-control", b"private, no-store")


class Arrival:
    """ASGI middleware, outermost."""

    def __init__(self, app: App, clock: WallClock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["received_at"] = self.clock()
        request_id = uuid4().hex

        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message.setdefault("headers", [])
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(PRIVATE)
                headers += [*HEADERS, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as fault:
            if started:
                raise
            answer = on_fault(Request(scope), fault)
            await answer(scope, receive, with_headers)
