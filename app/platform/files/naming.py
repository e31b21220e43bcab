"""How is a content kept from being swept while something begins to name it?"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

SPACE = 0x66696C65
"""The advisory locks of contents are told from others by this number."""


async def naming(db: AsyncSession, digest: str) -> None:
    """Call before a row that names this content (SHA-256, hex) is added: until the transaction ends
    the content is not swept, and afterwards the row keeps it.
    """
    await db.execute(select(func.pg_advisory_xact_lock_shared(SPACE, _number(digest))))


async def sweeping(db: AsyncSession, digest: str) -> None:
    """Nobody begins to name this content until the transaction ends."""
    await db.execute(select(func.pg_advisory_xact_lock(SPACE, _number(digest))))


def _number(digest: str) -> int:
    return int.from_bytes(bytes.fromhex(digest[:8]), signed=True)
