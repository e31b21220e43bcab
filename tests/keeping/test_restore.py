"""A service backed up under load comes back elsewhere with all that it had acknowledged before."""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner, Result

from app.auditing import verify_logs
from app.cli import main
from app.keeping.archive import Manifest, verified
from app.keeping.backup import back_up
from app.keeping.refusals import DatabaseUsed, FileTaken, FolderUsed, KeysMissing, NothingToKeep
from app.keeping.restore import restore
from app.main import make_ground
from app.platform.accounts.models import Person
from app.platform.audit.checkpoints import checkpoint, read_checkpoint
from app.platform.audit.models import LogCheckpoint, LogLeaf, log_key
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.db.installation import Purpose, settle
from app.platform.files.store import key_of
from app.platform.ground import Ground
from app.proof.merkle import root
from app.serving import free_port
from app.settings import Settings
from tests.factories import Firm, Office, make_firm, make_office
from tests.platform.audit.acts import act, intruder
from tests.platform.uploads.sending import pdf
from tests.test_serving import end, start

WRITERS, BEFORE = 4, 5
IDENTITY = "110101199003074514"


def silent(step: str, done: int, whole: int | None) -> None:
    del step, done, whole


def command(folder: Path, *words: str | Path) -> Result:
    """`quality-award …` over the embedded database of a folder."""
    environment = {
        "QUALITY_AWARD_FOLDER": str(folder),
        "DATABASE_URL": None,
        "DATABASE_OWNER_URL": None,
    }
    return CliRunner().invoke(main, [str(word) for word in words], env=environment)


@dataclass
class Written:
    """One application and what was acknowledged on it: (employees, when), (attachment, …)."""

    firm: Firm
    application: str
    employees: list[tuple[int, float]] = field(default_factory=list)
    attachments: list[tuple[str, bytes, float]] = field(default_factory=list)


@dataclass
class Kept:
    """The story: a service under load, its backup, and the service that came back from it."""

    archive: Path
    manifest: Manifest
    first: Path
    second: Path
    port: int
    began: float
    ended: float
    works: list[Written]
    checkpoint: str
    person: Any
    said: tuple[str, str]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Short, because the path of a Unix socket is; others may pass through, as root's user must."""
    made = Path(tempfile.mkdtemp(prefix="award-keep-"))
    made.chmod(0o711)
    yield made
    for folder in made.iterdir():
        if (folder / "cluster").exists() or (folder / "elsewhere").is_symlink():
            embedded.remove(embedded.start(folder))
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def kept(place: Path) -> Iterator[Kept]:
    first, second, archive = place / "one", place / "two", place / "kept.tar"
    port = free_port()
    server = start(first, port)
    try:
        story = asyncio.run(load_and_keep(first, port, archive))
    finally:
        end(server, signal.SIGKILL)
    restored = command(place / "unused", "restore", archive, "--folder", second)
    assert restored.exit_code == 0, restored.output
    port = free_port()
    server = start(second, port, work="false")
    manifest = verified(archive, silent)
    try:
        told = (story.pop("said"), restored.output)
        yield Kept(archive, manifest, first, second, port, said=told, **story)
    finally:
        end(server)


async def load_and_keep(folder: Path, port: int, archive: Path) -> dict[str, Any]:
    url = embedded.start(folder).url_app
    ground = make_ground(Settings(DATABASE_URL=url, folder=folder))
    address = f"http://127.0.0.1:{port}/api/v1"
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
        office = await make_office(ground)
        opened = await client.post(
            office.path("/stages/intake/opening"),
            **office.clerk.with_headers(Idempotency_Key="open-the-intake"),
        )
        assert opened.status_code == 200, opened.text
        works = [await begin(client, ground, office) for _ in range(WRITERS)]
        person, token = await sealed_and_signed(ground, office)
        over = asyncio.Event()
        writing = [asyncio.create_task(write(client, work, over)) for work in works]
        while min(len(work.attachments) for work in works) < BEFORE:
            assert not any(one.done() for one in writing), "a writer has ended"
            await asyncio.sleep(0.05)
        began = time.monotonic()
        said = await asyncio.to_thread(command, folder, "backup", archive)
        ended = time.monotonic()
        over.set()
        await asyncio.gather(*writing)
    assert said.exit_code == 0, said.output
    ground.hasher.close()
    await ground.database.close()
    story = {"began": began, "ended": ended, "works": works, "checkpoint": token}
    return story | {"person": person, "said": said.output}


async def begin(client: httpx.AsyncClient, ground: Ground, office: Office) -> Written:
    firm = await make_firm(ground)
    body = {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }
    made = await client.post("/applications", json=body, **firm.speaker.auth)
    assert made.status_code == 201, made.text
    return Written(firm, made.json()["id"])


async def sealed_and_signed(ground: Ground, office: Office) -> tuple[Any, str]:
    """A person with a sealed identity number, and a checkpoint of the cycle's log."""
    async with ground.database.writing() as db:
        sealed = ground.sealer.seal(IDENTITY, "person.identity")
        person = Person(name="王五", identity_sealed=sealed, created_at=ground.clock())
        db.add(person)
        act(db, office.cycle_id, ground.clock())
        log = log_key(office.cycle_id)
        point = await checkpoint(db, log, "test", ground.clock(), ground.chain.evidence)
    return person.id, point.token


async def write(client: httpx.AsyncClient, work: Written, over: asyncio.Event) -> None:
    """Save the form and upload a file, again and again; remember what was acknowledged."""
    place, speaker, employees = f"/applications/{work.application}", work.firm.speaker, 0
    etag = '"v1"'
    while not over.is_set():
        employees += 1
        saved = await client.put(
            f"{place}/form", json={"employees": employees}, **speaker.with_headers(If_Match=etag)
        )
        assert saved.status_code == 200, saved.text
        etag = saved.headers["etag"]
        work.employees.append((employees, time.monotonic()))
        content = pdf(20_000) + os.urandom(16).hex().encode()
        announced = await client.post(
            f"{place}/attachments",
            json={
                "document": "证实性材料",
                "file_name": f"{employees}.pdf",
                "media_type": "application/pdf",
                "size": len(content),
                "sha256": sha256(content).hexdigest(),
            },
            **speaker.auth,
        )
        assert announced.status_code == 201, announced.text
        attachment = announced.json()["id"]
        stored = await client.put(
            f"/attachments/{attachment}/content", content=content, **speaker.auth
        )
        assert stored.status_code == 200, stored.text
        work.attachments.append((attachment, content, time.monotonic()))


def database_of(folder: Path) -> str:
    return embedded.start(folder).url_app


# What came back


def test_every_write_acknowledged_before_the_backup_is_there(kept: Kept) -> None:
    checked = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{kept.port}/api/v1", trust_env=False) as client:
        for work in kept.works:
            place, auth = f"/applications/{work.application}", work.firm.speaker.auth
            read = client.get(place, **auth)
            assert read.status_code == 200, read.text
            saved = max(n for n, at in work.employees if at < kept.began)
            assert read.json()["form"]["employees"] >= saved
            for attachment, content, at in work.attachments:
                if at < kept.began:
                    got = client.get(f"/attachments/{attachment}/content", **auth)
                    assert (got.status_code, got.content) == (200, content)
                    checked += 1
    assert checked >= WRITERS * BEFORE


def test_people_went_on_writing_during_the_backup(kept: Kept) -> None:
    acknowledged = [at for w in kept.works for *_, at in [*w.attachments, *w.employees]]
    assert [at for at in acknowledged if kept.began < at < kept.ended]


def test_files_of_the_backup_are_those_the_snapshot_names(kept: Kept) -> None:
    async def named() -> set[str]:
        database = Database.connect(database_of(kept.second))
        async with database.reading() as db:
            found = await db.scalars(text("SELECT sha256 FROM attachment WHERE state = 'stored'"))
        await database.close()
        return set(found)

    stated = {part.name for part in kept.manifest.parts if part.name.startswith("files/")}
    assert stated == {f"files/{digest}" for digest in asyncio.run(named())}
    assert kept.manifest.missing == ()


def test_log_has_the_same_root_and_its_checkpoint_still_holds(kept: Kept) -> None:
    """The first service's log has grown on; its beginning is the log of the backup."""

    async def roots(log: str, size: int) -> str:
        database = Database.connect(database_of(kept.first))
        async with database.reading() as db:
            leaves = await db.scalars(
                select(LogLeaf.leaf_hash)
                .where(LogLeaf.log_key == log, LogLeaf.seq < size)
                .order_by(LogLeaf.seq)
            )
            found = root(leaves.all()).hex()
        await database.close()
        return found

    assert len(kept.manifest.logs) >= 1
    for log in kept.manifest.logs:
        assert log.root == asyncio.run(roots(log.log, log.size))
    assert kept.checkpoint in {log.checkpoint for log in kept.manifest.logs}
    for folder in (kept.first, kept.second):
        settings = Settings(folder=folder, DATABASE_URL=database_of(folder))
        assert verify_logs(settings, [kept.checkpoint], lambda _done, _whole: None) == []
    assert "没有发现改动" in kept.said[1]


def test_keys_came_along_and_open_what_they_sealed(kept: Kept) -> None:
    async def opened() -> tuple[str, str, str]:
        ground = make_ground(Settings(folder=kept.second, DATABASE_URL=database_of(kept.second)))
        async with ground.database.reading() as db:
            person = await db.get_one(Person, kept.person)
            point = await db.scalar(
                select(LogCheckpoint.token).where(LogCheckpoint.token == kept.checkpoint)
            )
        assert person.identity_sealed is not None
        identity = ground.sealer.open(person.identity_sealed, "person.identity")
        why = read_checkpoint(str(point), ground.chain.evidence).why
        ground.hasher.close()
        await ground.database.close()
        return identity, why, kept.said[0]

    identity, why, said = asyncio.run(opened())
    assert (identity, why) == (IDENTITY, "test")
    assert "备份中有密钥" in said
    modes = {path.stat().st_mode & 0o777 for path in (kept.second / "keys").rglob("*.*")}
    assert modes == {0o600}


def test_restored_service_cannot_rewrite_its_past(kept: Kept) -> None:
    async def rewrite(url: str) -> None:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as db:
                await db.execute(text("UPDATE audit_event SET act = 'nothing'"))
        finally:
            await engine.dispose()

    with pytest.raises(ProgrammingError, match="permission denied"):
        asyncio.run(rewrite(database_of(kept.second)))
    with pytest.raises(IntegrityError, match="never changed"):
        asyncio.run(rewrite(embedded.start(kept.second).url_owner))


def test_backup_is_closed_to_others_and_tells_its_digest(kept: Kept) -> None:
    assert kept.archive.stat().st_mode & 0o777 == 0o600
    assert kept.manifest.digest in kept.said[0]
    assert list(kept.archive.parent.glob(".kept.tar.*")) == []


# What is refused, and leaves nothing behind


def test_backup_does_not_replace_a_file(kept: Kept) -> None:
    before = kept.archive.read_bytes()
    with pytest.raises(FileTaken):
        back_up(Settings(folder=kept.second), kept.archive, keys=None, progress=silent)
    assert kept.archive.read_bytes() == before


def test_backup_without_a_database_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NothingToKeep):
        back_up(Settings(folder=tmp_path / "new"), tmp_path / "a", keys=None, progress=silent)
    assert list(tmp_path.iterdir()) == []


def test_lost_and_changed_files_are_named_and_the_rest_is_kept(kept: Kept, place: Path) -> None:
    store = kept.first / "files"
    lost, changed, *sound = sorted(p for p in store.glob("??/*") if len(p.name) == 64)
    lost.unlink()
    changed.write_bytes(b"%PDF-1.7 something else")
    made = command(kept.first, "backup", place / "wounded.tar")
    assert made.exit_code == 1
    manifest = verified(place / "wounded.tar", silent)
    assert set(manifest.missing) == {lost.name, changed.name}
    kept_files = {part.name for part in manifest.parts if part.name.startswith("files/")}
    assert kept_files <= {f"files/{path.name}" for path in sound}
    assert manifest.files > 0
    assert lost.name in made.output.replace("\n", "")


def test_full_disk_leaves_no_half_of_a_backup(kept: Kept, place: Path) -> None:
    arriving = place / "full"
    arriving.mkdir()
    environment = os.environ | {"QUALITY_AWARD_FOLDER": str(kept.second)}
    small = 100_000

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, small))

    made = subprocess.run(
        [sys.executable, "-m", "app.cli", "backup", str(arriving / "a.tar")],
        env=environment,
        preexec_fn=narrow,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 1, made.stdout + made.stderr
    assert "磁盘已满" in made.stdout
    assert "Traceback" not in made.stderr
    assert list(arriving.iterdir()) == []


def test_used_folder_is_refused_and_untouched(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FolderUsed):
        restore(Settings(), kept.archive, tmp_path, keys=None, progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_changed_log_is_told_after_a_restore(
    kept: Kept, place: Path, cluster: embedded.Cluster
) -> None:
    """Whoever rewrote the past before the backup is found; what was restored is left to judge."""
    name = f"keep_{os.urandom(4).hex()}"
    cluster.create_database(name)
    urls = {
        "DATABASE_URL": cluster.url(name, embedded.APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(name),
    }
    settings = Settings(**urls)
    whole = restore(settings, kept.archive, place / "three", keys=None, progress=silent)
    assert whole.sound

    async def rewrite() -> None:
        async with intruder(cluster.url(name, embedded.APP_ROLE)) as db:
            changed = text("UPDATE audit_event SET body = '{}' WHERE act = 'stage:open'")
            await db.execute(changed)

    asyncio.run(rewrite())
    bad = place / "bad.tar"
    here = settings.model_copy(update={"folder": place / "three"})
    back_up(here, bad, keys=None, progress=silent)
    assert not verified(bad, silent).keys, "keys stay apart from an external database"
    with pytest.raises(DatabaseUsed):
        restore(settings, kept.archive, place / "four", keys=None, progress=silent)
    assert not (place / "four").exists()
    cluster.drop_database(name)
    cluster.create_database(name)
    with pytest.raises(KeysMissing):
        restore(settings, bad, place / "four", keys=None, progress=silent)
    back = restore(settings, bad, place / "four", keys=place / "three" / "keys", progress=silent)
    cluster.drop_database(name)
    assert not back.sound
    assert {found.code.value for found in back.findings} == {"edited"}


# How long


@pytest.mark.long
def test_ten_thousand_applications_are_kept_and_brought_back_in_a_minute(
    place: Path, fresh_database_url: str
) -> None:
    folder, archive = place / "many", place / "many.tar"
    owner = fresh_database_url.replace(embedded.APP_ROLE, embedded.OWNER_ROLE)
    given = {"DATABASE_URL": fresh_database_url, "DATABASE_OWNER_URL": owner}
    asyncio.run(ten_thousand(Settings(folder=folder, **given)))
    began = time.monotonic()
    back_up(Settings(folder=folder, **given), archive, keys=True, progress=silent)
    between = time.monotonic()
    back = restore(Settings(), archive, place / "again", keys=None, progress=silent)
    ended = time.monotonic()
    kept, brought = between - began, ended - between
    print(  # noqa: T201  the report of `make test-long`
        f"\n10,000 applications: {archive.stat().st_size:,} bytes, "
        f"backup {kept:.1f} s, restore {brought:.1f} s"
    )
    assert back.sound
    assert back.manifest.files == 10_000
    assert kept <= 60
    assert brought <= 60


async def ten_thousand(settings: Settings) -> None:
    """10,000 submitted applications, each with a file of 20 kB and three acts in the sealed log."""
    ground = make_ground(settings)
    async with ground.database.writing() as db:
        await settle(db, Purpose.AWARD)
    office, firm = await make_office(ground), await make_firm(ground)
    digests = []
    for number in range(10_000):
        content = b"%PDF-1.7 " + os.urandom(20_000)
        digests.append(sha256(content).hexdigest())
        where = settings.folder / "files" / key_of(digests[number])
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
    form = '{"employees": 420, "profile": "' + "质量" * 500 + '"}'
    named = {"cycle": office.cycle_id, "firm": firm.id, "form": form, "digests": digests}
    async with ground.database.writing() as db:
        for statement in MANY:
            await db.execute(text(statement), named)
        for _ in range(30_000):
            act(db, office.cycle_id, ground.clock())
        log = log_key(office.cycle_id)
        await checkpoint(db, log, "test", ground.clock(), ground.chain.evidence)
    ground.hasher.close()
    await ground.database.close()


MANY = [
    """
INSERT INTO application (id, code, cycle_id, organisation_id, track, status, version, form,
                         entry_key, content, digest, receipt, created_at, submitted_at)
SELECT gen_random_uuid(), 'SB-' || n, :cycle, :firm, 'organisation', 'submitted', 2,
       CAST(:form AS jsonb), 'firm-' || n, :form, 'digest', 'receipt', now(), now()
  FROM generate_series(1, 10000) AS n""",
    """
INSERT INTO attachment (id, application_id, document, file_name, media_type, size, sha256, state,
                        created_at, stored_at)
SELECT gen_random_uuid(), a.id, '自评报告', 'a.pdf', 'application/pdf', 20009, f.digest, 'stored',
       now(), now()
  FROM unnest(CAST(:digests AS text[])) WITH ORDINALITY AS f (digest, n)
  JOIN application a ON a.code = 'SB-' || f.n""",
]
