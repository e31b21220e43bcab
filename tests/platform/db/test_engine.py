"""Nothing waits for ever on the database: every connection has its time limits."""

import pytest
from sqlalchemy import text

from app.platform.ground import Ground

pytestmark = pytest.mark.anyio

LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
}


@pytest.mark.parametrize("writes", [True, False])
async def test_connections_of_both_pools_have_time_limits(ground: Ground, *, writes: bool) -> None:
    database = ground.database
    async with database.writing() if writes else database.reading() as db:
        found = {name: await db.scalar(text(f"SHOW {name}")) for name in LIMITS}
        read_only = await db.scalar(text("SHOW default_transaction_read_only"))
    assert found == LIMITS
    assert read_only == ("off" if writes else "on")
