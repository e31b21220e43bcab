"""What is the least that these requests could cost? The same statements, and nothing else.

A bare Starlette over bare asyncpg: it reads the token without verifying it, runs the statements
that `statements.json` has of the service, and returns the rows. No permission, no validation, no
model, no problem document, no receipt. `uvicorn benchmarks.floor:create_app --factory`.
"""

import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.platform.db.engine import TIMEOUTS
from benchmarks.copying import address
from benchmarks.operations import Operation

FILE = Path(__file__).with_name("statements.json")
POOL = 8
Rows = list[Sequence[Any]]


class Asked:
    """A request, and the rows it has been given so far."""

    def __init__(self, request: Request, body: bytes) -> None:
        claims = request.headers["authorization"].split(".")[1]
        self.session = json.loads(base64.urlsafe_b64decode(claims + "=="))["sid"]
        self.path = request.url.path.split("/")
        self.query = request.query_params
        self.name = request.headers.get("idempotency-key")
        self.body = json.loads(body) if body else {}
        self.now = datetime.now(UTC)
        self.rows: list[Rows] = []


def getter(source: Mapping[str, Any]) -> Callable[[Asked], Any]:
    """How a parameter is found, decided once at the start."""
    if "octets" in source:
        octets = bytes.fromhex(source["octets"])
        return lambda _: octets
    if "seconds" in source:
        length = timedelta(seconds=source["seconds"])
        return lambda _: length
    if "value" in source:
        return lambda _: source["value"]
    if "text" in source:
        find = getter({"from": source["text"]})
        return lambda asked: str(find(asked))
    name, *places = source["from"].split()
    if name == "scopes":
        return lambda asked: scopes(grants(asked.rows[0][0]), places[0])
    where = [int(place) for place in places]
    ways: dict[str, Callable[[Asked], Any]] = {
        "now": lambda asked: asked.now,
        "fresh": lambda _: uuid4(),
        "name": lambda asked: asked.name,
        "session": lambda asked: asked.session,
        "percentage": lambda asked: asked.body["percentage"],
        "comments": lambda asked: json.dumps(asked.body["comments"]),
        "path": lambda asked: asked.path[where[0]],
        "row": lambda asked: asked.rows[where[0]][0][where[1]],
        "grant": lambda asked: granted(asked.rows[0][0], where[0]),
    }
    return ways.get(name, lambda asked: asked.query[name])


def granted(row: Sequence[Any], place: int) -> UUID:
    """The scope of a role that the look-up of the session gave."""
    return UUID(grants(row)[place].partition(":")[2])


def grants(row: Sequence[Any]) -> list[str]:
    """What the look-up of the session gave, each `role:scope`."""
    held: list[str] = next(value for value in row if isinstance(value, list))
    return held


def scopes(held: Sequence[str], role: str) -> list[UUID]:
    """The scopes in which a role is held."""
    return [UUID(grant.partition(":")[2]) for grant in held if grant.startswith(f"{role}:")]


def endpoint(operation: Operation, pools: dict[bool, asyncpg.Pool]) -> Callable[[Request], Any]:
    plan = [
        (one["text"], [getter(source) for source in one["parameters"]])
        for one in json.loads(FILE.read_text("utf-8"))[operation]
    ]

    async def run(connection: Any, asked: Asked) -> None:
        for text, getters in plan:
            asked.rows.append(await connection.fetch(text, *(get(asked) for get in getters)))

    async def answer(request: Request) -> Response:
        asked = Asked(request, await request.body())
        async with pools[operation.writes].acquire() as connection:
            if operation.writes:
                async with connection.transaction():
                    await run(connection, asked)
            else:
                await run(connection, asked)
        given = [rows for rows in asked.rows[1:] if rows]
        shown = [dict(row) for rows in (given[-1:] if operation.writes else given) for row in rows]
        return Response(json.dumps(shown, default=str).encode(), media_type="application/json")

    return answer


async def nothing(_connection: Any) -> None:
    """A returned connection is as it was: no round trip to reset it."""


def create_app() -> Starlette:
    """The floor over the database of DATABASE_URL."""
    pools: dict[bool, asyncpg.Pool] = {}

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        for writes in (True, False):
            settings = TIMEOUTS | ({} if writes else {"default_transaction_read_only": "on"})
            pools[writes] = await asyncpg.create_pool(
                **address(os.environ["DATABASE_URL"]),
                min_size=0,
                max_size=POOL,
                server_settings=settings,
                reset=nothing,
            )
        yield
        for pool in pools.values():
            await pool.close()

    async def ready(_request: Request) -> Response:
        return Response(b"{}")

    paths = {
        Operation.AUTOSAVE: ("PUT", "/api/v1/scoresheets/{sheet}/items/{code}"),
        Operation.SCORESHEET: ("GET", "/api/v1/scoresheets/{sheet}"),
        Operation.LIST: ("GET", "/api/v1/applications"),
        Operation.SUBMIT: ("POST", "/api/v1/applications/{application}/submission"),
    }
    routes = [
        Route(path, endpoint(operation, pools), methods=[method])
        for operation, (method, path) in paths.items()
    ]
    return Starlette(routes=[*routes, Route("/readyz", ready)], lifespan=lifespan)
