"""How are migrations run? Under an advisory lock, in one transaction, as the owner."""

import asyncio

from alembic import context
from sqlalchemy import Connection, make_url, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.platform.db.embedded import APP_ROLE
from app.platform.db.privileges import protect
from app.settings import Settings
from app.tables import METADATA

LOCK = 5_120_211


def run(connection: Connection) -> None:
    """Bring the schema to the revision asked for, then its triggers and grants."""
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True)
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()
        protect(connection, app_role())


def app_role() -> str:
    """The role under which the service runs: the one of DATABASE_URL, or of the embedded server."""
    url = context.config.attributes.get("app_url") or Settings().database_url
    return (make_url(url).username if url else None) or APP_ROLE


async def online(url: str) -> None:
    """Over a connection of our own."""
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings = Settings()
    address = (
        context.config.attributes.get("url") or settings.database_owner_url or settings.database_url
    )
    if address is None:
        raise SystemExit("set DATABASE_OWNER_URL, or DATABASE_URL, to the database to migrate")
    asyncio.run(online(address))
