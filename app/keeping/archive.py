"""What is in a backup file, and is it still what was written?

A plain tar: `database.dump` (pg_dump's own format), `files/<SHA-256>`, `keys/…`, `manifest.json`
with the SHA-256 of each of them, and last `manifest.sha256`. So a file cut short has no end, and
`tar xf` with `sha256sum -c manifest.sha256` shows the same without this service. Digests find
damage; against forgery the digest of the manifest must have been kept elsewhere.
"""

import json
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.keeping.refusals import ArchiveDamaged, ArchiveUnknown, FileUnreachable
from app.platform.db.installation import Purpose
from app.rules.exact import MEBIBYTE

FORMAT: Literal["quality-award-backup/1"] = "quality-award-backup/1"
DATABASE, MANIFEST, SUM = "database.dump", "manifest.json", "manifest.sha256"
PART = re.compile(r"database\.dump|files/[0-9a-f]{64}|keys/(access/)?[A-Za-z0-9.]+\.(pem|key)")
CHUNK = MEBIBYTE

Progress = Callable[[str, int, int | None], None]
"""Told the step, and how much of how much of it is done; the whole may be unknown."""


class Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Stated):
    """`size` in bytes."""

    name: str
    size: int
    sha256: str


class LogState(Stated):
    """A sealed log: its size and root (hex), and its newest signed checkpoint."""

    log: str
    size: int
    root: str
    checkpoint_size: int | None
    checkpoint: str | None


class Manifest(Stated):
    """`postgresql` is the server's version as server_version_num gives it; `missing` are files that
    the database names, but the store had lost or changed when the backup was made. `elsewhere` is
    the bucket in which the files stay, checked by their digests but not kept in the backup.
    """

    format: Literal["quality-award-backup/1"] = FORMAT
    version: str
    revision: str
    purpose: Purpose
    postgresql: int
    taken_at: AwareDatetime
    keys: bool
    logs: tuple[LogState, ...]
    missing: tuple[str, ...]
    parts: tuple[Part, ...]
    elsewhere: str | None = None

    def text(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) that stands for the whole backup."""
        return sha256(self.text()).hexdigest()

    @property
    def files(self) -> int:
        return sum(part.name.startswith("files/") for part in self.parts)


class Writer:
    """Writes a tar whose parts may be of unknown size, and keeps their digests."""

    def __init__(self, out: IO[bytes], at: datetime) -> None:
        self.out, self.at = out, at
        self.parts: list[Part] = []

    def add(self, name: str, pieces: Iterable[bytes], *, digest: str | None = None) -> bool:
        """Add one part. Where `digest` is given and differs, nothing is added: false."""
        start, size, running = self.out.tell(), 0, sha256()
        self.out.write(self._header(name, 0))
        for piece in pieces:
            self.out.write(piece)
            running.update(piece)
            size += len(piece)
        if digest is not None and running.hexdigest() != digest:
            self.out.seek(start)
            self.out.truncate()
            return False
        self.out.write(bytes(-size % tarfile.BLOCKSIZE))
        end = self.out.tell()
        self.out.seek(start)
        self.out.write(self._header(name, size))
        self.out.seek(end)
        self.parts.append(Part(name=name, size=size, sha256=running.hexdigest()))
        return True

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and its digest, and the end of a tar."""
        self.add(MANIFEST, [manifest.text()])
        self.add(SUM, [f"{manifest.digest}  {MANIFEST}\n".encode()])
        self.out.write(bytes(2 * tarfile.BLOCKSIZE))

    def _header(self, name: str, size: int) -> bytes:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(self.at.timestamp())
        return member.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def members(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The parts of a backup in their order, each with its content. Raises ArchiveDamaged,
    FileUnreachable.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield _members(tar, path)
    except (tarfile.TarError, EOFError) as wrong:
        raise ArchiveDamaged(f"备份 {path} 已损坏，或不是备份：{wrong}。") from wrong
    except (FileNotFoundError, IsADirectoryError, PermissionError) as away:
        if away.filename == str(path):
            raise FileUnreachable(f"读不到备份 {path}：{away.strerror}。") from away
        raise


def _members(tar: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise ArchiveDamaged(f"备份 {path} 中的“{member.name}”不是文件。")
        yield member.name, content


def verified(path: Path, progress: Progress) -> Manifest:
    """The manifest of a backup every byte of which is as it was written: read whole, nothing
    written. Raises ArchiveDamaged with the part's name, ArchiveUnknown.
    """
    found: dict[str, Part] = {}
    texts: dict[str, bytes] = {}
    done, whole = 0, path.stat().st_size if path.exists() else None
    with members(path) as parts:
        for name, content in parts:
            running, size = sha256(), 0
            for piece in pieces_of(content):
                running.update(piece)
                size += len(piece)
                progress("核对备份", done + size, whole)
                if name in (MANIFEST, SUM):
                    texts[name] = texts.get(name, b"") + piece
            done += size
            if name in found:
                raise ArchiveDamaged(f"备份 {path} 已损坏：“{name}”出现两次。")
            found[name] = Part(name=name, size=size, sha256=running.hexdigest())
    if SUM not in texts or MANIFEST not in texts:
        raise ArchiveDamaged(f"备份 {path} 不完整，或不是备份：没有清单。")
    if texts[SUM] != f"{found[MANIFEST].sha256}  {MANIFEST}\n".encode():
        raise ArchiveDamaged(f"备份 {path} 已损坏：清单与其摘要不符。")
    manifest = _manifest(texts[MANIFEST], path)
    stated = {part.name: part for part in manifest.parts}
    for name in sorted(stated.keys() | found.keys() - {MANIFEST, SUM}):
        part = stated.get(name)
        if part is None or part != found.get(name) or not _well_named(part):
            raise ArchiveDamaged(f"备份 {path} 已损坏：“{name}”与清单不符。")
    if DATABASE not in stated:
        raise ArchiveDamaged(f"备份 {path} 不完整：没有“{DATABASE}”。")
    return manifest


def _well_named(part: Part) -> bool:
    kind, _, rest = part.name.partition("/")
    return bool(PART.fullmatch(part.name)) and (kind != "files" or rest == part.sha256)


def _manifest(text: bytes, path: Path) -> Manifest:
    try:
        stated = json.loads(text)
        written_as = stated.get("format") if isinstance(stated, dict) else None
        if written_as != FORMAT:
            raise ArchiveUnknown(f"备份 {path} 的格式是 {written_as}，本版本只认识 {FORMAT}。")
        return Manifest.model_validate_json(text)
    except (ValidationError, ValueError) as wrong:
        raise ArchiveDamaged(f"备份 {path} 的清单无法读取：{wrong}") from wrong


def pieces_of(content: IO[bytes]) -> Iterator[bytes]:
    """A stream, piece by piece."""
    while piece := content.read(CHUNK):
        yield piece


def counted(
    pieces: Iterable[bytes], step: str, whole: int | None, progress: Progress
) -> Iterator[bytes]:
    """The same pieces, while the progress of the step is told in bytes."""
    done = 0
    for piece in pieces:
        done += len(piece)
        progress(step, done, whole)
        yield piece
