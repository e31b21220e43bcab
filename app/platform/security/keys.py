"""Where do the signing keys lie, and how are they changed? In files of mode 0600 in the service's
folder; those that seal are next door, in `sealing_keys`.

`keys/` holds what signs evidence (receipts, checkpoints, certificates) and is never removed, since
certificates are checked for years; `keys/access/` what signs access tokens. A file's name is its
state: `0003.next.pem` is published but does not sign yet, the highest number without `next` signs,
and lower ones are retired and only verify. So one renaming changes the key, at a time when every
worker knows the new one already.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from time import sleep
from typing import Self

from app.proof.jws import LONGEST_LIFETIME
from app.proof.keys import BadKey, KeyRing, SigningKey

LOG = logging.getLogger("quality_award")
NEXT = ".next.pem"
LOOK = 2.0
"""Seconds between two looks of a worker at the folder."""
SETTLE = timedelta(seconds=3 * LOOK)
"""So long a new key is published before it signs."""
UNUSED = LONGEST_LIFETIME + timedelta(minutes=1)
"""So long after its retirement no token signed with an access key can count any more."""


class KeyFileWrong(Exception):
    """A key file cannot be trusted or read; the sentence is for whoever starts the service."""


class KeyChain:
    """The keys of one process by their use, read again when their folder has changed."""

    def __init__(self, evidence: KeyRing, access: KeyRing, folder: Path | None = None) -> None:
        self.evidence = evidence
        self.access = access
        self.folder = folder
        self._seen: list[int] = []  # so the first look reads what came while the first was read

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The keys in the folder, made at the first start. Raises KeyFileWrong."""
        return cls(key_ring(folder), key_ring(access_folder(folder)), folder)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Every public key: of evidence first, then of access tokens."""
        return {"keys": self.evidence.jwks()["keys"] + self.access.jwks()["keys"]}

    def look(self) -> bool:
        """Read the keys again if a file was added, renamed or removed; gives whether one was."""
        state = self._state()
        if state == self._seen or self.folder is None:
            return False
        evidence, access = key_ring(self.folder), key_ring(access_folder(self.folder))
        self.evidence, self.access, self._seen = evidence, access, state
        return True

    async def watch(self) -> None:
        """Look every other second, beside the requests. A fault leaves the keys as they are."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                await asyncio.to_thread(self.look)
            except (OSError, KeyFileWrong):
                LOG.exception("the keys cannot be read again; those before stay in use")

    def _state(self) -> list[int]:
        if self.folder is None:
            return []
        return [place.stat().st_mtime_ns for place in (self.folder, access_folder(self.folder))]


def access_folder(folder: Path) -> Path:
    """Where the keys of access tokens lie."""
    return folder / "access"


def key_ring(folder: Path) -> KeyRing:
    """The keys in `folder`: one signs, all of them verify. Raises KeyFileWrong."""
    make_folder(folder)
    if not any(folder.glob("*.pem")):
        make_once(folder / "0001.pem", SigningKey.generate().to_pem)
    for _ in range(10):
        with suppress(FileNotFoundError):  # renamed between looking and reading
            return _read(folder)
    raise KeyFileWrong(f"密钥目录 {folder} 在读取时不断变化。")


def rotate(
    folder: Path, clock: Callable[[], datetime], wait: Callable[[float], None] = sleep
) -> str:
    """Let the next key sign, and make another next one; gives the name of the one that signs now.

    Where no next key has been published for long enough, it waits until every worker knows it.
    """
    make_folder(folder)
    with alone(folder):
        coming = sorted(folder.glob(f"*{NEXT}"))
        if not coming:
            coming = [_make_next(folder)]
            _stamp(coming[0], clock())
        age = clock().timestamp() - coming[0].stat().st_mtime
        if age < SETTLE.total_seconds():
            wait(SETTLE.total_seconds() - max(age, 0))
        active = folder / coming[0].name.replace(NEXT, ".pem")
        _stamp(coming[0], clock())
        coming[0].rename(active)
        _stamp(_make_next(folder), clock())
    return active.name


def drop_unused(folder: Path, clock: Callable[[], datetime]) -> list[str]:
    """Remove retired access keys under which no token can count any more; gives their names.

    A key retired when the one after it began to sign: that is the time of the latter's file.
    """
    access = access_folder(folder)
    make_folder(access)
    with alone(access):
        signing = [path for path in sorted(access.glob("*.pem")) if not path.name.endswith(NEXT)]
        retired_at = pairwise(signing)
        oldest = (clock() - UNUSED).timestamp()
        dropped = [path for path, after in retired_at if after.stat().st_mtime < oldest]
        for path in dropped:
            path.unlink()
    return [path.name for path in dropped]


def _read(folder: Path) -> KeyRing:
    keys = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            keys[path.name] = SigningKey.from_pem(closed(path))
        except BadKey as wrong:
            raise KeyFileWrong(f"密钥文件 {path} 无法读取：{wrong}。请从备份恢复。") from wrong
    signing = [name for name in keys if not name.endswith(NEXT)]
    if not signing:
        raise KeyFileWrong(f"密钥目录 {folder} 中没有可用于签名的密钥。请从备份恢复。")
    active = keys.pop(signing[-1])
    return KeyRing(active=active, others=tuple(reversed(keys.values())))


def closed(path: Path) -> bytes:
    """The content of a key file that nobody else can read."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise KeyFileWrong(f"密钥文件 {path} 可被他人读取，请执行：chmod 600 {path}")
        return file.read()


def make_folder(folder: Path) -> None:
    """A folder that only its owner enters."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _make_next(folder: Path) -> Path:
    last = max((int(path.name[:4]) for path in folder.glob("[0-9]*.pem")), default=0)
    made = folder / f"{last + 1:04}{NEXT}"
    make_once(made, SigningKey.generate().to_pem)
    return made


def _stamp(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one change of a folder's keys at a time."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def make_once(path: Path, content: Callable[[], bytes]) -> None:
    """Write a new key file; of two workers starting together one wins and both read the same."""
    if path.exists():
        return
    made = path.with_suffix(f".{token_hex(8)}")  # process ids come again in every container
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content())
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()
