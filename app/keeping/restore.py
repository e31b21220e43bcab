"""How does a service come back from a backup, in a new folder?

Every digest is checked before anything is written. Keys and files come first and the database last,
in one transaction: whatever cuts a restore short, no half of a service starts from it.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from app import auditing, serving
from app.keeping import programs
from app.keeping.archive import (
    DATABASE,
    LogState,
    Manifest,
    Progress,
    counted,
    members,
    pieces_of,
    verified,
)
from app.keeping.contents import ensure_reached, lost
from app.keeping.keys import key_files, write_key
from app.keeping.refusals import DatabaseUsed, FolderUsed, KeysMissing, SchemaUnknown
from app.keeping.snapshot import connected, files_named, log_states
from app.main import file_store
from app.platform.audit.walk import Finding
from app.platform.db import embedded
from app.platform.db.revision import known_revisions, newest_revision
from app.platform.files.folder import Folder
from app.platform.files.store import key_of
from app.settings import Settings

OURS = """
SELECT count(*) FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `findings` are changes in the logs that the backup already held; `differing`
    are logs that are not what the manifest says, which must never be; `lost` are files that the
    bucket of the settings has no more, or with another content.
    """

    manifest: Manifest
    migrated_to: str
    findings: Sequence[Finding]
    differing: Sequence[str]
    lost: Sequence[str] = ()

    @property
    def sound(self) -> bool:
        return not (self.findings or self.differing or self.manifest.missing or self.lost)


def restore(
    settings: Settings, archive: Path, folder: Path, *, keys: Path | None, progress: Progress
) -> Restored:
    """Bring a backup back into a folder that is new or empty: with an embedded database, or over an
    empty one of DATABASE_URL. `keys` is the folder of keys where the backup has none.

    Where it fails, the folder is as before. Raises KeepingRefused, EmbeddedError,
    DatabaseAwayError.
    """
    manifest = verified(archive, progress)
    _ensure_welcome(manifest, keys)
    if settings.files_url is not None:
        asyncio.run(ensure_reached(file_store(settings)))
    content = key_files(keys) if keys else {}
    folder = folder.expanduser().resolve()
    with _new(folder), _database(settings, folder) as ready:
        owner = str(ready.database_owner_url or ready.database_url)
        asyncio.run(_ensure_empty(owner))
        for name, key in content.items():
            write_key(folder / "keys", name, key)
        _unpack(archive, folder, owner, manifest, progress)
        serving.migrate(owner, ready.database_url)
        tokens = [log.checkpoint for log in manifest.logs if log.checkpoint]
        findings = auditing.verify_logs(
            ready, tokens, lambda done, whole: progress("核对日志", done, whole)
        )
        now = {log.log: log for log in asyncio.run(_logs(owner))}
        differing = [log.log for log in manifest.logs if now.get(log.log) != log]
        gone = asyncio.run(_lost(ready, owner, progress)) if _elsewhere(ready, manifest) else ()
    return Restored(manifest, newest_revision(), findings, differing, gone)


def _elsewhere(ready: Settings, manifest: Manifest) -> bool:
    """Whether the service will look for files where the restore has laid none."""
    return manifest.elsewhere is not None or ready.files_url is not None


async def _lost(ready: Settings, owner: str, progress: Progress) -> list[str]:
    async with connected(owner) as db:
        named = await files_named(db)
    return await lost(file_store(ready), named, progress)


def _ensure_welcome(manifest: Manifest, keys: Path | None) -> None:
    if manifest.revision not in known_revisions():
        raise SchemaUnknown(
            f"备份的数据库结构是 {manifest.revision}（服务 {manifest.version}），比本版本新；"
            "请用那个版本或更新的版本恢复。"
        )
    if manifest.keys is (keys is not None):
        raise KeysMissing(
            "备份中已有密钥，不要再指定 --keys。"
            if manifest.keys
            else "备份中没有密钥。请用 --keys 指定原服务的密钥目录，"
            "没有它，加密的个人信息无法读出。"
        )


@contextmanager
def _database(settings: Settings, folder: Path) -> Iterator[Settings]:
    """The settings of the new service, with the addresses of its running database."""
    ready = settings.model_copy(update={"folder": folder})
    if settings.database_url is not None:
        yield ready
        return
    cluster = embedded.start(folder)
    addresses = {"database_url": cluster.url_app, "database_owner_url": cluster.url_owner}
    try:
        yield ready.model_copy(update=addresses)
    except BaseException:
        embedded.remove(cluster)
        raise
    embedded.stop(cluster)


@contextmanager
def _new(folder: Path) -> Iterator[None]:
    """Hold a new or empty folder; where the block fails, leave it as it was. Raises FolderUsed."""
    existed = folder.exists()
    if existed and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderUsed(f"目录 {folder} 不是空的；请恢复到新的目录。")
    with embedded.hold(folder):  # outside: what another restore is making is not cleared away
        try:
            yield
        except BaseException:
            _clear(folder)
            if not existed:
                folder.rmdir()
            raise


def _clear(folder: Path) -> None:
    if (elsewhere := folder / "elsewhere").is_symlink():
        shutil.rmtree(elsewhere.readlink(), ignore_errors=True)
    for path in list(folder.iterdir()):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _unpack(
    archive: Path, folder: Path, owner: str, manifest: Manifest, progress: Progress
) -> None:
    """Keys and files first, and when they are on the disk the database."""
    store, done, whole = Folder(folder / "files"), 0, manifest.files
    with members(archive) as parts:
        for name, content in parts:
            kind, _, rest = name.partition("/")
            if kind == "keys":
                write_key(folder / "keys", rest, content.read())
            elif kind == "files":
                place = store.place(key_of(rest))
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("wb") as out:
                    out.writelines(pieces_of(content))
                done += 1
                progress("恢复附件", done, whole)
    os.sync()
    size = next(part.size for part in manifest.parts if part.name == DATABASE)
    with members(archive) as parts:
        dumped = pieces_of(next(content for name, content in parts if name == DATABASE))
        programs.load(owner, counted(dumped, "恢复数据库", size, progress))


async def _ensure_empty(url: str) -> None:
    async with connected(url) as db:
        found = await db.scalar(text(OURS))
    if found:
        raise DatabaseUsed(
            f"数据库不是空的（public 中已有 {found} 个对象）；请恢复到新建的数据库。"
        )


async def _logs(url: str) -> tuple[LogState, ...]:
    async with connected(url) as db:
        return await log_states(db)
