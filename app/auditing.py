"""How is the log checked from the command line, beside a running service or without one?"""

import asyncio
from collections.abc import Sequence

from app.platform.audit.verify import Progress, verify
from app.platform.audit.walk import Finding
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.security.keys import key_ring
from app.settings import Settings


def verify_logs(
    settings: Settings, kept_outside: Sequence[str], progress: Progress
) -> list[Finding]:
    """Everything that is wrong with the sealed logs of this service's database."""
    with embedded.reached(settings.database_url, settings.folder) as url:
        return asyncio.run(_verify(settings, url, kept_outside, progress))


async def _verify(
    settings: Settings, url: str, kept_outside: Sequence[str], progress: Progress
) -> list[Finding]:
    database = Database.connect(url, pool_size=1)
    try:
        async with database.reading() as db:
            ring = key_ring(settings.folder / "keys")
            return await verify(db, ring, kept_outside=kept_outside, progress=progress)
    finally:
        await database.close()
