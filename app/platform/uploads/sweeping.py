"""What is left behind in the store, and when is it swept? Never a content that a row names.

Bytes that arrived and were never kept go after a day, contents that no row names after a week:
whoever begins to name one holds a lock that the sweeper waits for.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from anyio import to_thread
from sqlalchemy import any_, delete, literal, select

from app.platform.files.contents import Contents, announced, named_by
from app.platform.files.models import Upload
from app.platform.files.naming import sweeping as nobody_naming
from app.platform.ground import Ground
from app.platform.jobs.work import Round
from app.platform.uploads.checking import UNDER_WAY, check_later

LOG = logging.getLogger("quality_award")

ARRIVING_FOR, UNNAMED_FOR = timedelta(hours=24), timedelta(days=7)
HOUR = 3600.0  # seconds
UNUSED_FOR = timedelta(days=30)
"""After which an upload that nothing has taken is given up."""


def sweeping(contents: Contents) -> Round:
    """Once an hour, over everything that names contents."""

    async def sweep(ground: Ground) -> int:
        now = ground.clock()
        await _give_up_unused(ground, now - UNUSED_FOR)
        await to_thread.run_sync(_sweep_spool, ground.files.spool, now - ARRIVING_FOR)
        parts = await _sweep_parts(ground, contents, now - ARRIVING_FOR)
        unnamed = await _sweep_unnamed(ground, contents, now - UNNAMED_FOR)
        if parts or unnamed:
            LOG.info("swept %d parts and %d contents that no row names", parts, unnamed)
        await _ask_again(ground, contents, now)
        return 0

    return sweep, HOUR


async def _give_up_unused(ground: Ground, before: datetime) -> None:
    async with ground.database.writing() as db:
        await db.execute(
            delete(Upload)
            .where(Upload.taken_at.is_(None), Upload.created_at < before)
            .execution_options(synchronize_session=False)
        )


def _sweep_spool(spool: Path, before: datetime) -> None:
    if spool.exists():
        for path in spool.iterdir():
            if path.is_file() and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)


async def _sweep_parts(ground: Ground, contents: Contents, before: datetime) -> int:
    """Parts of files that are no longer expected, or were replaced. An upload may rest for long."""
    swept = 0
    async for key in ground.files.parts_since(before):
        async with ground.database.reading() as db:
            naming = [
                await db.scalar(select(table.id).where(literal(key) == any_(table.parts)).limit(1))
                for table in announced(contents)
            ]
        if not any(naming):
            await ground.files.drop_parts([key])
            swept += 1
    return swept


async def _sweep_unnamed(ground: Ground, contents: Contents, before: datetime) -> int:
    """The lock is held while a content is looked for and removed; nobody begins to name it then."""
    swept = 0
    async for digest, held in ground.files.contents():
        if held.since >= before:
            continue
        async with ground.database.writing() as db:
            if await db.scalar(named_by(contents, digest)):
                continue
            await nobody_naming(db, digest)
            if not await db.scalar(named_by(contents, digest)):
                await ground.files.remove(digest)
                swept += 1
    return swept


async def _ask_again(ground: Ground, contents: Contents, now: datetime) -> None:
    """Files whose check was never done, or given up: once a day it is asked for again."""
    for table in announced(contents):
        async with ground.database.writing() as db:
            for row in await db.scalars(select(table).where(table.state.in_(UNDER_WAY))):
                await check_later(db, ground, row, key=f"check:{row.id}:{now.date()}")
