"""How large may a body be? Known before a byte of it is read, and counted while it arrives."""

import re
from collections.abc import Sequence

from starlette.requests import Request

from app.platform.errors import TooLarge
from app.platform.http.arrival import App, Message, Receive, Scope, Send
from app.platform.http.problems import problem_response
from app.rules.exact import KIBIBYTE, MEBIBYTE, size_text

USUAL = MEBIBYTE
UNREAD = 64 * KIBIBYTE
"""So many unread bytes are taken in after an answer; with more, the connection is closed."""

Limits = Sequence[tuple[str, int]]
"""Regular expression of the path → the most bytes its body may have."""


class BodyTooLarge(TooLarge):
    code = "body-too-large"
    zh = "请求内容超过 {most}。"
    en = "The request body is larger than {most}."


class BodyLimit:
    """ASGI middleware: refuses a declared length at once, and a chunked body when it is too long.

    Where an answer leaves before its request was read, the connection is closed, so that nobody
    can make us read what we have refused.
    """

    def __init__(self, app: App, limits: Limits = ()) -> None:
        self.app = app
        self.limits = [(re.compile(path), most) for path, most in limits]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most, declared = self._most(scope["path"]), _declared(scope)
        if declared is not None and declared > most:
            answer = problem_response(BodyTooLarge(most=size_text(most)), Request(scope))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        body = _Body(receive, send, most, declared)
        await self.app(scope, body.receive, body.send)

    def _most(self, path: str) -> int:
        return next((most for form, most in self.limits if form.fullmatch(path)), USUAL)


class _Body:
    """The body of one request while it arrives."""

    def __init__(self, receive: Receive, send: Send, most: int, declared: int | None) -> None:
        self._receive, self._send = receive, send
        self.most = most
        self.declared = declared  # None: in chunks
        self.read, self.whole = 0, declared == 0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.read += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.read > self.most:
                self.whole = False
                raise BodyTooLarge(most=size_text(self.most))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._much_unread():
            message.setdefault("headers", []).append((b"connection", b"close"))
        await self._send(message)

    def _much_unread(self) -> bool:
        if self.whole:
            return False
        return self.declared is None or self.declared - self.read > UNREAD


def _declared(scope: Scope) -> int | None:
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
