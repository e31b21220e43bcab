"""Whatever was changed in a backup file is found before anything is written."""

import io
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.award.applications.models import Attachment
from app.award.copies.models import PrintedCopy
from app.award.documents.models import DocumentFile
from app.keeping.archive import (
    DATABASE,
    MANIFEST,
    SUM,
    LogState,
    Manifest,
    Writer,
    members,
    verified,
)
from app.keeping.programs import ensure_not_newer, environment
from app.keeping.refusals import (
    ArchiveDamaged,
    ArchiveUnknown,
    FileUnreachable,
    LoadFailed,
    SchemaUnknown,
    ServerNewer,
)
from app.keeping.restore import restore
from app.platform.db.installation import Purpose
from app.platform.db.revision import newest_revision
from app.platform.files.models import Upload
from app.settings import Settings
from app.wiring import CONTENTS
from tests.architecture.sources import called, nodes

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONTENT = b"%PDF-1.7 a report"
FILE = f"files/{sha256(CONTENT).hexdigest()}"
PARTS = {DATABASE: b"PGDMP" * 50, FILE: CONTENT, "keys/0001.pem": b"pem", "keys/personal.key": b"k"}


def silent(step: str, done: int, whole: int | None) -> None:
    del step, done, whole


def manifest_of(writer: Writer, revision: str) -> Manifest:
    root = sha256(b"").hexdigest()
    return Manifest(
        version="0.1.0",
        revision=revision,
        purpose=Purpose.AWARD,
        postgresql=180004,
        taken_at=AT,
        keys=True,
        logs=(LogState(log="service", size=0, root=root, checkpoint_size=None, checkpoint=None),),
        missing=(),
        parts=tuple(writer.parts),
    )


def packed(
    parts: dict[str, bytes] = PARTS,
    edit: Callable[[Manifest], Manifest] = lambda manifest: manifest,
    revision: str = "",
) -> bytes:
    """A backup of these parts; `edit` is done to its manifest, and the digest fits again."""
    out = io.BytesIO()
    writer = Writer(out, AT)
    for name, content in parts.items():
        assert writer.add(name, [content[:3], content[3:]])
    writer.finish(edit(manifest_of(writer, revision or newest_revision())))
    return out.getvalue()


WHOLE = packed()


def check(octets: bytes, folder: Path) -> Manifest:
    path = folder / "kept.tar"
    path.write_bytes(octets)
    return verified(path, silent)


def test_backup_is_a_plain_tar_whose_digests_hold(tmp_path: Path) -> None:
    manifest = check(WHOLE, tmp_path)
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as tar:
        assert tar.getnames() == [*PARTS, MANIFEST, SUM]
        text, said = (tar.extractfile(name) for name in (MANIFEST, SUM))
        assert text is not None
        assert said is not None
        assert said.read().decode() == f"{sha256(text.read()).hexdigest()}  {MANIFEST}\n"
    assert {p.name: p.sha256 for p in manifest.parts} == {
        name: sha256(content).hexdigest() for name, content in PARTS.items()
    }
    with members(tmp_path / "kept.tar") as parts:
        read = {name: content.read() for name, content in parts}
    assert {name: read[name] for name in PARTS} == PARTS


@pytest.mark.parametrize("name", [*PARTS, MANIFEST, SUM])
def test_changed_part_is_refused(name: str, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as tar:
        member = tar.getmember(name)
    for place in (member.offset_data, member.offset_data + member.size - 1, member.offset):
        octets = bytearray(WHOLE)
        octets[place] ^= 1
        with pytest.raises(ArchiveDamaged):
            check(bytes(octets), tmp_path)


@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_flipped_bit_is_found_or_lies_outside_every_part(
    place: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    octets = bytearray(WHOLE)
    octets[place] ^= 1 << bit
    try:
        manifest = check(bytes(octets), folder := tmp_path_factory.mktemp("flip"))
    except ArchiveDamaged:
        return
    with members(folder / "kept.tar") as parts:
        read = {name: content.read() for name, content in parts}
    assert {part.name: read[part.name] for part in manifest.parts} == PARTS


@given(length=st.integers(0, len(WHOLE) - 1025))
def test_backup_cut_short_is_refused(length: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as tar:
        last = tar.getmember(SUM)
    if length < last.offset_data + last.size:
        with pytest.raises(ArchiveDamaged):
            check(WHOLE[:length], tmp_path_factory.mktemp("cut"))


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "keys/../../outside.pem", "files/short", "other"]
)
def test_part_that_no_backup_has_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match="与清单不符"):
        check(packed(PARTS | {name: b"x"}), tmp_path)


def test_part_under_another_digest_than_its_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match=FILE):
        check(packed(PARTS | {FILE: b"%PDF-1.7 another report"}), tmp_path)


def test_lost_part_is_named(tmp_path: Path) -> None:
    def forget(manifest: Manifest) -> Manifest:
        return manifest.model_copy(update={"parts": manifest.parts[:1]})

    with pytest.raises(ArchiveDamaged, match=FILE):
        check(packed(edit=forget), tmp_path)


def test_link_in_a_backup_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("keys/0002.pem")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(ArchiveDamaged, match="不是文件"):
        check(link.tobuf() + WHOLE, tmp_path)


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04" * 400, bytes(10240)])
def test_other_files_are_no_backups(octets: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged):
        check(octets, tmp_path)


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable):
        verified(tmp_path / "none.tar", silent)


def test_later_format_is_refused_as_such(tmp_path: Path) -> None:
    def later(manifest: Manifest) -> Manifest:
        return manifest.model_copy(update={"format": "quality-award-backup/2"})

    with pytest.raises(ArchiveUnknown, match="backup/2"):
        check(packed(edit=later), tmp_path)


def test_schema_of_a_newer_service_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "kept.tar").write_bytes(packed(revision="of_next_year"))
    with pytest.raises(SchemaUnknown, match="of_next_year"):
        restore(Settings(), tmp_path / "kept.tar", tmp_path / "new", keys=None, progress=silent)
    assert not (tmp_path / "new").exists()


def test_restore_that_fails_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """The digests hold, and yet the database in it cannot be read."""
    tmp_path.chmod(0o711)
    (tmp_path / "kept.tar").write_bytes(packed())
    folder = tmp_path / "new"
    folder.mkdir()
    with pytest.raises(LoadFailed):
        restore(Settings(), tmp_path / "kept.tar", folder, keys=None, progress=silent)
    assert list(folder.iterdir()) == []


def test_server_newer_than_pg_dump_is_refused() -> None:
    ensure_not_newer(180004, "pg_dump (PostgreSQL) 18.4")
    ensure_not_newer(150012, "pg_dump (PostgreSQL) 18.4")
    with pytest.raises(ServerNewer, match="19"):
        ensure_not_newer(190000, "pg_dump (PostgreSQL) 18.4")


def test_programs_reach_the_database_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=other")
    named = environment("postgresql+asyncpg://o:p%40ss@db.test:6432/award?ssl=require")
    assert {name: value for name, value in named.items() if name.startswith("PG")} == {
        "PGHOST": "db.test",
        "PGPORT": "6432",
        "PGUSER": "o",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "award",
        "PGSSLMODE": "require",
    }
    socket = environment("postgresql+asyncpg://o@/award?host=/run/award&port=5432")
    assert (socket["PGHOST"], socket["PGPORT"]) == ("/run/award", "5432")
    assert "PGPASSWORD" not in socket


def test_files_come_from_uploads_alone() -> None:
    """A backup keeps what the tables of the wiring name: whoever stores else must name it there."""
    kept = ("files.keep", "files.keep_content")
    found = {path for path, node in nodes() if called(node).endswith(kept)}
    assert found == {
        "app/award/copies/printing.py",
        "app/award/documents/making.py",
        "app/platform/uploads/receiving.py",
    }
    named = {each.sha256.class_ for each in CONTENTS}
    assert named == {Attachment, DocumentFile, PrintedCopy, Upload}
