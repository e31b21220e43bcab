"""How is a client told that an operation will go? By headers on every answer, long before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from fastapi import FastAPI

from app.platform.http.arrival import App, Message, Receive, Scope, Send
from app.platform.http.openapi import METHODS


@dataclass(frozen=True, slots=True)
class Ending:
    """An operation is deprecated since an instant; it goes at `until`, once that is fixed. `more`
    is the address of a page that says what to use instead.
    """

    since: datetime
    more: str
    until: datetime | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Deprecation (RFC 9745), Sunset (RFC 8594), and where to read on."""
        told = [
            (b"deprecation", f"@{int(self.since.timestamp())}".encode()),
            (b"link", f'<{self.more}>; rel="deprecation"; type="text/html"'.encode()),
        ]
        if self.until is not None:
            told.append((b"sunset", format_datetime(self.until, usegmt=True).encode()))
        return told


class Endings:
    """ASGI middleware: answers of operations that will go say so, refusals too."""

    def __init__(self, app: App, endings: Mapping[str, Ending]) -> None:
        self.app = app
        self.headers = {name: ending.headers() for name, ending in endings.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                operation = getattr(scope.get("route"), "operation_id", "")
                message.setdefault("headers", []).extend(self.headers.get(operation, ()))
            await send(message)

        await self.app(scope, receive, telling)


def install(app: FastAPI, endings: Mapping[str, Ending]) -> None:
    """Let these operations, by their ids, tell that they will go: in their answers, and in the
    description of the API. Raises KeyError, with the first description, for one that is not there.
    """
    if not endings:
        return
    app.add_middleware(Endings, endings=endings)
    plain = app.openapi

    def marked() -> dict[str, Any]:
        document = plain()
        known = {
            operation["operationId"]: operation
            for path in document["paths"].values()
            for method, operation in path.items()
            if method in METHODS
        }
        for name in endings:
            known[name]["deprecated"] = True
        return document

    app.openapi = marked  # type: ignore[method-assign]  # FastAPI's documented way
