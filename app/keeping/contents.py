"""Does a store hold every file that the database names, with the content it had?"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from app.keeping.archive import Progress
from app.keeping.refusals import FileUnreachable
from app.platform.files.objects import StorageAway
from app.platform.files.store import FileStore


async def lost(store: FileStore, named: dict[str, int], progress: Progress) -> list[str]:
    """Every file is read; gives the digests of those that are gone or changed. FileUnreachable."""
    missing, done, whole = [], 0, sum(named.values())
    for digest in sorted(named):
        running = sha256()
        with _told():
            if await store.size(digest) == named[digest]:
                async for piece in store.read(digest):
                    running.update(piece)
        if running.hexdigest() != digest:
            missing.append(digest)
        done += named[digest]
        progress("核对附件的存储", done, whole)
    return missing


async def ensure_reached(store: FileStore) -> None:
    """Before anything is begun. Raises FileUnreachable."""
    with _told():
        await store.objects.ensure_usable()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StorageAway as away:
        raise FileUnreachable("附件的存储没有应答；请检查 files_url 和密钥。") from away
