"""How is personal data sealed anew from the command line, beside a service or without one?"""

import asyncio

from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.security.resealing import Progress, Resealed, reseal
from app.platform.security.sealing_keys import FIRST, sealer
from app.settings import Settings
from app.tables import METADATA


def seal_anew(settings: Settings, progress: Progress) -> Resealed:
    """Seal everything of this service's database under the newest key."""
    with embedded.reached(settings.database_url, settings.folder) as url:
        return asyncio.run(_seal_anew(settings, url, progress))


async def _seal_anew(settings: Settings, url: str, progress: Progress) -> Resealed:
    keys = sealer(settings.folder / "keys" / FIRST)
    database = Database.connect(url, pool_size=1)
    try:
        return await reseal(database, METADATA, keys, progress)
    finally:
        await database.close()
