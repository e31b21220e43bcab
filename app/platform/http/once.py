"""How does the same request, sent twice, have one effect and one answer?

The caller names each irreversible request with an Idempotency-Key. The key is written first, in the
transaction of the effect, and the answer last: both stay, or neither. A concurrent duplicate waits
for the first and then gets its answer; only answers of the 200s are kept.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request
from fastapi.routing import APIRoute
from sqlalchemy import LargeBinary, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column
from starlette.responses import Response

from app.platform.db.base import Model
from app.platform.db.prepared import Connected, Prepared, first_of
from app.platform.errors import Invalid, Malformed, Refusal, Unavailable

LOCK_NOT_AVAILABLE = "55P03"
KEPT_HEADERS = ("content-type", "etag", "location")


class KeyMissing(Malformed):
    code = "idempotency-key-missing"
    zh = "此项操作不可撤销，请在 Idempotency-Key 中为它命名。"
    en = "This cannot be undone: name the request in Idempotency-Key."


class KeyReused(Invalid):
    code = "idempotency-key-reused"
    zh = "该 Idempotency-Key 已用于另一请求。"
    en = "This Idempotency-Key was used for another request."


class InFlight(Unavailable):
    code = "in-flight"
    zh = "同一请求正在处理，请稍后重试。"
    en = "The same request is being carried out; try again shortly."


NAMED: tuple[type[Refusal], ...] = (KeyMissing, KeyReused, InFlight)
"""What a named request can be refused with, for its documentation."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="A name of this request, chosen by the caller: the same name has one effect.",
        examples=["6f0c2c1e-7d0f-4a35-9d0e-0b6a4f1d2c11"],
    ),
]


class Once(Model):
    """A named request and the answer it was given."""

    __tablename__ = "once"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


_THIS = (Once.owner == bindparam("whose")) & (Once.key == bindparam("name"))
CLAIM = Prepared(
    insert(Once)
    .values(
        owner=bindparam("whose"),
        key=bindparam("name"),
        request=bindparam("asked"),
        created_at=bindparam("now"),
    )
    .on_conflict_do_nothing()
    .returning(Once.key)
)
CLAIMED = Prepared(select(Once.request, Once.status, Once.headers, Once.body).where(_THIS))
ANSWERED = Prepared(
    update(Once)
    .where(_THIS)
    .values(status=bindparam("code"), headers=bindparam("head"), body=bindparam("octets"))
    .returning(Once.key)
)


class Replay(Exception):
    """The request was carried out before: here is its answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.body = body

    def response(self) -> Response:
        headers = self.headers | {"Idempotency-Replayed": "true"}
        return Response(self.body, self.status, headers)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A key claimed for the request under way, in its transaction."""

    db: Connected
    owner: str
    key: str

    async def keep(self, response: Response) -> None:
        """Write the answer beside the key."""
        kept = "\n".join(
            f"{name}: {response.headers[name]}" for name in KEPT_HEADERS if name in response.headers
        )
        await first_of(
            self.db,
            ANSWERED,
            whose=self.owner,
            name=self.key,
            code=response.status_code,
            head=kept,
            octets=bytes(response.body),
        )


async def claim(
    db: Connected, request: Request, key: str, account_id: UUID | None, wall: datetime
) -> Claimed:
    """Claim the key for this request, or raise Replay, KeyReused or InFlight."""
    named = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    digest = sha256(named + await request.body()).digest()
    # Without an account the key alone must not open somebody else's answer.
    owner = str(account_id) if account_id else f"anonymous:{digest.hex()}"
    try:
        claimed = await first_of(db, CLAIM, whose=owner, name=key, asked=digest, now=wall)
    except DBAPIError as waited:
        if getattr(waited.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise InFlight from waited
        raise
    if claimed is None:
        await _replay(db, owner, key, digest)
    found = Claimed(db, owner, key)
    request.state.claimed = found
    return found


async def _replay(db: Connected, owner: str, key: str, digest: bytes) -> None:
    one = await first_of(db, CLAIMED, whose=owner, name=key)
    if one is None or one.request != digest:
        raise KeyReused
    headers = dict(line.split(": ", 1) for line in (one.headers or "").splitlines())
    raise Replay(one.status, headers, one.body)


class OnceRoute(APIRoute):
    """A route whose named requests keep their answers, inside the transaction of the effect."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await plain(request)
            claimed: Claimed | None = getattr(request.state, "claimed", None)
            if claimed is not None:
                await claimed.keep(response)
            return response

        return handler
