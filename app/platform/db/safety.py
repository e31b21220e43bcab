"""Does this server keep what it has committed, and can the service not rewrite its own past?"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

OLDEST = 150000  # PostgreSQL 15, in the form of server_version_num
KEEPING = ("fsync", "full_page_writes", "synchronous_commit")
RECORD = "audit_event"


class UnsafeServerError(RuntimeError):
    """The service does not start over this server."""


def faults_of(settings: Mapping[str, str]) -> list[str]:
    """What is wrong with a server of these settings, one sentence each."""
    found = [
        f"PostgreSQL 的 {name} 为 off：断电后已确认的内容可能丢失，请改为 on。"
        for name in KEEPING
        if settings[name] == "off"
    ]
    if int(settings["server_version_num"]) < OLDEST:
        major = int(settings["server_version_num"]) // 10000
        found.insert(0, f"PostgreSQL 版本为 {major}，需要 15 或更新的版本。")
    return found


async def server_faults(db: AsyncSession) -> list[str]:
    """What is wrong with the server of this session; one statement."""
    names = ("server_version_num", *KEEPING)
    shown = ", ".join(f"current_setting('{name}') AS {name}" for name in names)
    row = (await db.execute(text(f"SELECT {shown}"))).one()
    return faults_of(dict(row._mapping))  # noqa: SLF001  public by SQLAlchemy's documentation


async def one_role(db: AsyncSession) -> bool:
    """Whether the role of this session may change what is never changed: then it owns the tables,
    and only triggers stand between it and the past.
    """
    asked = text(f"SELECT has_table_privilege('{RECORD}', 'UPDATE, DELETE, TRUNCATE')")
    return bool(await db.scalar(asked))
