"""How is a running service kept in one file?

The database is dumped as one snapshot sees it, while everybody goes on working. Files lie under the
SHA-256 of their content, are stored before the row that names them and never changed, so those the
snapshot names can be read afterwards.
"""

import asyncio
import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import IO

from app.keeping import programs
from app.keeping.archive import DATABASE, Manifest, Progress, Writer, counted, pieces_of
from app.keeping.contents import lost
from app.keeping.keys import key_files
from app.keeping.refusals import FileTaken, FileUnreachable, NothingToKeep
from app.keeping.snapshot import connected, look
from app.main import file_store
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.db.engine import DatabaseAwayError
from app.platform.files.folder import Folder
from app.platform.files.store import key_of
from app.settings import Settings


def back_up(settings: Settings, target: Path, *, keys: bool | None, progress: Progress) -> Manifest:
    """Write database, files and keys of a service, running or not, into one new file, and give
    what it holds. `keys=None`: with an embedded database only. Raises KeepingRefused,
    EmbeddedError, DatabaseAwayError.
    """
    if target.exists():
        raise FileTaken(f"文件 {target} 已经存在。")
    with _address(settings) as url, _new_file(target) as out:
        if settings.database_url is None and keys is None:
            keys = True
        return asyncio.run(_keep(settings, url, out, keys=bool(keys), progress=progress))


async def _keep(
    settings: Settings, url: str, out: IO[bytes], *, keys: bool, progress: Progress
) -> Manifest:
    writer = Writer(out, wall_clock())
    async with connected(url) as db:
        seen = await look(db)
        said = await asyncio.to_thread(programs.pg_dump_version)
        programs.ensure_not_newer(seen.postgresql, said)
        with closing(programs.dump(url, seen.name)) as dumped:
            pieces = counted(dumped, "导出数据库", None, progress)
            await asyncio.to_thread(writer.add, DATABASE, pieces)
    if settings.files_in_bucket:
        missing = await lost(file_store(settings), seen.files, progress)
    else:
        missing = _add_files(writer, Folder(settings.files_folder), seen.files, progress)
    if keys:
        for name, content in key_files(settings.folder / "keys").items():
            writer.add(f"keys/{name}", [content])
    manifest = Manifest(
        version=version("quality-award"),
        revision=seen.revision,
        purpose=seen.purpose,
        postgresql=seen.postgresql,
        taken_at=writer.at,
        keys=keys,
        logs=seen.logs,
        missing=tuple(missing),
        parts=tuple(writer.parts),
        elsewhere=str(settings.files_url).partition("?")[0] if settings.files_in_bucket else None,
    )
    writer.finish(manifest)
    return manifest


# Where from


@contextmanager
def _address(settings: Settings) -> Iterator[str]:
    """The owner's address. Raises NothingToKeep where there is no database."""
    if given := settings.database_owner_url or settings.database_url:
        yield given
        return
    folder = settings.folder
    if not ((folder / "cluster").exists() or (folder / "elsewhere").is_symlink()):
        raise NothingToKeep(f"数据目录 {folder} 中没有数据库。请用 QUALITY_AWARD_FOLDER 指定目录。")
    with embedded.visited(folder) as cluster:
        yield cluster.url_owner


# What


def _add_files(
    writer: Writer, store: Folder, named: dict[str, int], progress: Progress
) -> list[str]:
    """Gives the digests of those that the store has lost, or holds with another content."""
    missing, done, whole = [], 0, sum(named.values())
    for digest in sorted(named):
        try:
            with store.place(key_of(digest)).open("rb") as content:
                sound = writer.add(f"files/{digest}", pieces_of(content), digest=digest)
        except FileNotFoundError:
            sound = False
        if not sound:
            missing.append(digest)
        done += named[digest]
        progress("复制附件", done, whole)
    return missing


# Where to


@contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner reads, and that has its name only when it is whole and on the
    disk. Raises FileUnreachable.
    """
    arriving = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        descriptor = os.open(arriving, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        arriving.rename(target)
        parent = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
    except OSError as refused:
        if refused.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise FileUnreachable(f"{target.parent} 所在磁盘已满，没有写成备份。") from refused
        if isinstance(refused, DatabaseAwayError):
            raise
        raise FileUnreachable(f"写不了备份 {target}：{refused}。") from refused
    finally:
        arriving.unlink(missing_ok=True)
