"""`/readyz` tells the truth about the database; `/healthz` does not need it."""

from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.main import create_app
from app.platform.db.embedded import APP_ROLE, OWNER_ROLE
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.platform.ground import Ground
from app.settings import Settings

pytestmark = pytest.mark.anyio


async def ask(ground: Ground, url: str, path: str = "/readyz") -> tuple[int, dict[str, object]]:
    database = Database.connect(url, pool_size=1)
    try:
        app = create_app(Settings(), replace(ground, database=database))
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://award.test") as client:
            answer = await client.get(path)
        return answer.status_code, answer.json()
    finally:
        await database.close()


async def settled(url: str) -> str:
    database = Database.connect(url, pool_size=1)
    async with database.writing() as db:
        await settle(db, Purpose.AWARD)
    await database.close()
    return url


async def test_ready_service_says_so(ground: Ground, fresh_database_url: str) -> None:
    url = await settled(fresh_database_url)
    assert await ask(ground, url) == (200, {"status": "ready", "warnings": []})


async def test_one_role_for_everything_is_warned_of(
    ground: Ground, fresh_database_url: str
) -> None:
    url = await settled(fresh_database_url)
    status, told = await ask(ground, url.replace(APP_ROLE, OWNER_ROLE))
    assert (status, told["warnings"]) == (200, ["one-role"])


async def test_database_that_is_not_set_up_is_not_ready(
    ground: Ground, fresh_database_url: str
) -> None:
    status, told = await ask(ground, fresh_database_url)
    assert (status, told["code"]) == (503, "not-ready")


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
async def test_database_that_is_down(ground: Ground, tmp_path: object, path: str) -> None:
    url = f"postgresql+asyncpg://nobody@/none?host={tmp_path}&port=5432"
    status, told = await ask(ground, url, path)
    if path == "/healthz":
        assert (status, told) == (200, {"status": "alive"})
    else:
        assert (status, told["code"]) == (503, "not-ready")


async def test_schema_of_another_release_is_not_ready(
    ground: Ground, fresh_database_url: str
) -> None:
    url = await settled(fresh_database_url)
    owner = create_async_engine(url.replace(APP_ROLE, OWNER_ROLE))
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'an_older_one'"))
    await owner.dispose()
    status, told = await ask(ground, url)
    assert (status, told["code"]) == (503, "not-ready")
    assert "an_older_one" in str(told["detail"])
