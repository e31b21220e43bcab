"""Is the schema of the database the one that this code was written for?"""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MIGRATIONS = Path(__file__).parents[3] / "migrations"


@cache
def newest_revision() -> str:
    """The newest migration there is, by name."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


@cache
def known_revisions() -> frozenset[str]:
    """Every migration this code knows; a database that stands at another one is newer."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


async def stored_revision(db: AsyncSession) -> str | None:
    """The migration up to which the database was brought; one statement."""
    found: str | None = await db.scalar(text("SELECT version_num FROM alembic_version"))
    return found
