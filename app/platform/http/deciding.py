"""What becomes of a decision from many rows that another one has overtaken?

Where many rows decide (ranking, quota, grant) the transaction is SERIALIZABLE: PostgreSQL ends one
of two that could not have run one after the other. That one is carried out again from the start;
nothing of it has stayed, and nothing of it was answered.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from random import uniform
from typing import Any

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from app.platform.http.once import OnceRoute

OVERTAKEN = {"40001", "40P01"}
"""PostgreSQL's states of a lost race: not serializable, deadlock."""
SEALED_TWICE = "pk_log_leaf"
"""The sealer put a leaf into the log after this transaction had begun to look at it."""
ATTEMPTS, FIRST_PAUSE = 5, 0.02
TRANSACTIONS = "fastapi_function_astack"
"""Where FastAPI keeps what ends, and so commits, with the route's function."""


def overtaken(lost: DBAPIError) -> bool:
    """Whether another transaction was faster, so that the same decision may succeed again."""
    return getattr(lost.orig, "sqlstate", None) in OVERTAKEN or SEALED_TWICE in str(lost.orig)


class DecidingRoute(OnceRoute):
    """A route that is carried out again, five times at most, where another transaction was faster.

    Each attempt ends its own transaction here, so that a commit that is refused is repeated too.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        once = super().get_route_handler()

        async def handler(request: Request) -> Response:
            for attempt in range(ATTEMPTS):
                if attempt:
                    await asyncio.sleep(uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311  no secret
                try:
                    async with AsyncExitStack() as transaction:
                        request.scope[TRANSACTIONS] = transaction
                        response = await once(request)
                except DBAPIError as lost:
                    if not overtaken(lost) or attempt == ATTEMPTS - 1:
                        raise
                else:
                    return response
            raise AssertionError  # the last attempt has returned or raised

        return handler
