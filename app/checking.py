"""How are the invariants checked from the command line, beside a running service or without one?"""

import asyncio

from app.award.invariants import Broken, broken
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.settings import Settings


def check_invariants(settings: Settings) -> list[Broken]:
    """Everything in this service's database that is not as it must be."""
    with embedded.reached(settings.database_url, settings.folder) as url:
        return asyncio.run(_check(url))


async def _check(url: str) -> list[Broken]:
    database = Database.connect(url, pool_size=1)
    try:
        async with database.reading() as db:
            return await broken(db)
    finally:
        await database.close()
