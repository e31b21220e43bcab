"""Does the embedded PostgreSQL start, adopt, recover, keep to itself and refuse clearly?"""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from sqlalchemy.engine import make_url

from app.platform.db import embedded, premises
from app.platform.db.embedded import Cluster

ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="what root must do, an ordinary user need not")
Start = Callable[[Path], Cluster]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may pass through, as a checkout usually is."""
    made = Path(tempfile.mkdtemp(prefix="qa-test-"))
    made.chmod(0o711)
    yield made / "award"
    shutil.rmtree(made)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that are removed when the test ends."""
    started: dict[Path, Cluster] = {}

    def run(wanted: Path) -> Cluster:
        started[wanted] = cluster = embedded.start(wanted)
        return cluster

    yield run
    for cluster in started.values():
        embedded.remove(cluster)


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    parent = Path(tempfile.mkdtemp(prefix="qa-test-"))
    parent.chmod(0o711)
    cluster = embedded.start(parent / "award")
    yield cluster
    embedded.remove(cluster)
    shutil.rmtree(parent)


def ask(cluster: Cluster, sql: str, database: str = "award", role: str = "award_owner") -> Any:
    async def answer() -> Any:
        address = make_url(cluster.url(database, role))
        connection = await asyncpg.connect(
            host=address.query["host"],
            port=int(str(address.query["port"])),
            user=address.username,
            database=address.database,
        )
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(answer())


def as_stranger(act: Callable[[], object]) -> str:
    """What `act` answers, or how it fails, as an ordinary user with a fresh home."""
    entry = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp(prefix="qa-home-"))
    os.chown(home, entry.pw_uid, entry.pw_gid)
    programs = premises.programs(premises.Account(entry.pw_uid, entry.pw_gid))
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons fear threads here
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            os.environ["HOME"] = str(home)
            sys.path.insert(0, str(programs.parents[2]))
            said = str(act())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear it
            said = f"{getattr(error, 'code', '')} {traceback.format_exc()}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as heard:
        answer = heard.read()
    os.waitpid(child, 0)
    shutil.rmtree(home)
    return answer


def modes(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    every = {parent for path in paths for parent in (path, *path.parents)}
    return {path: (s.st_mode, s.st_uid, s.st_gid) for path in every for s in [path.stat()]}


def test_first_start_serves_within_ten_seconds(folder: Path, start: Start) -> None:
    began = time.monotonic()
    cluster = start(folder)
    assert ask(cluster, "SELECT 1") == 1
    assert time.monotonic() - began < 10
    assert cluster.started
    assert psutil.Process(cluster.pid).name() == "postgres"


def test_second_start_adopts_the_living_server(folder: Path, start: Start) -> None:
    first, second = start(folder), start(folder)
    assert (second.started, second.pid, second.url()) == (False, first.pid, first.url())


def test_two_starts_at_once_take_turns(folder: Path, start: Start) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(start, [folder, folder])
    assert one.pid == other.pid
    assert {one.started, other.started} == {True, False}


def test_restart_keeps_rows_and_an_old_handle_stops_nothing(folder: Path, start: Start) -> None:
    old = start(folder)
    ask(old, "CREATE TABLE kept AS SELECT 7 AS n")
    embedded.stop(old)
    assert not list(old.run.iterdir())
    new = start(folder)
    embedded.stop(old)
    assert new.started
    assert ask(new, "SELECT n FROM kept") == 7


def test_start_after_kill_recovers(folder: Path, start: Start) -> None:
    killed = start(folder)
    ask(killed, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(killed.pid, signal.SIGKILL)
    again = start(folder)
    assert again.started
    assert ask(again, "SELECT n FROM kept") == 7


def test_start_with_a_recycled_process_id_is_not_deceived(folder: Path, start: Start) -> None:
    cluster = start(folder)
    note = cluster.place / "cluster" / "postmaster.pid"
    words = note.read_text().splitlines()
    embedded.stop(cluster)
    note.write_text("\n".join([str(os.getpid()), *words[1:]]))
    again = start(folder)
    assert again.started
    assert again.pid != os.getpid()


def test_start_after_one_cut_short_begins_anew(folder: Path, start: Start) -> None:
    half = folder / "cluster.new"
    half.mkdir(parents=True)
    folder.chmod(0o711)
    (half / "PG_VERSION").write_text("18")
    assert ask(start(folder), "SELECT 1") == 1
    assert not half.exists()


def test_two_folders_live_side_by_side(folder: Path, start: Start, shared: Cluster) -> None:
    cluster = start(folder)
    ask(cluster, "CREATE TABLE here_only ()")
    assert ask(shared, "SELECT to_regclass('here_only')") is None
    embedded.stop(cluster)
    assert ask(shared, "SELECT 1") == 1


def test_folder_name_of_any_kind_works(folder: Path, start: Start) -> None:
    strange = folder / '质量奖 "$HOME" `x` \'数据, 甲'
    assert ask(start(strange), "SELECT 1") == 1


def test_too_long_path_gets_a_short_closed_socket_folder(folder: Path, start: Start) -> None:
    cluster = start(folder / ("long" * 30))
    assert ask(cluster, "SELECT 1") == 1
    assert (cluster.folder / "run").readlink() == cluster.run
    assert stat.S_IMODE(cluster.run.stat().st_mode) == 0o700
    embedded.stop(cluster)
    assert start(cluster.folder).run == cluster.run


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("SHOW listen_addresses", ""),
        ("SHOW fsync", "on"),
        ("SHOW full_page_writes", "on"),
        ("SHOW max_connections", "100"),
        ("SHOW server_encoding", "UTF8"),
        ("SHOW timezone", "UTC"),
        ("SELECT upper('é')", "É"),
        ("SELECT current_user", "award_owner"),
        ("SELECT rolsuper FROM pg_roles WHERE rolname = 'award_app'", False),
        ("SELECT rolsuper FROM pg_roles WHERE rolname = 'award_owner'", False),
        ("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'award'", "award_owner"),
        ("SELECT has_schema_privilege('award_app', 'public', 'CREATE')", False),
    ],
)
def test_server_is_set_up_as_promised(shared: Cluster, question: str, answer: object) -> None:
    assert ask(shared, question) == answer


def test_only_the_servers_user_enters_files_and_socket(shared: Cluster) -> None:
    for path in (shared.run, shared.place / "cluster"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert shared.url_app.startswith("postgresql+asyncpg://award_app@/award?host=/")
    assert ask(shared, "SELECT current_user", role="award_app") == "award_app"


def test_url_ignores_the_callers_environment(
    shared: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    shared.create_database("environment")
    assert ask(shared, "SELECT 1", "environment") == 1
    shared.drop_database("environment")


def test_created_database_copies_its_template_and_drops_under_use(shared: Cluster) -> None:
    shared.create_database('模板 "甲"')
    ask(shared, "CREATE TABLE kept AS SELECT 7 AS n", '模板 "甲"')
    shared.create_database("copy", template='模板 "甲"')

    async def dropped_under_use() -> None:
        connection = await asyncpg.connect(
            host=str(shared.run), user="award_owner", database="copy"
        )
        assert await connection.fetchval("SELECT n FROM kept") == 7
        shared.drop_database("copy")
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetchval("SELECT 1")
        connection.terminate()

    asyncio.run(dropped_under_use())
    shared.drop_database('模板 "甲"')
    shared.drop_database("never made")
    kept = "SELECT count(*) FROM pg_database WHERE datname IN ('copy', '模板 \"甲\"')"
    assert ask(shared, kept) == 0


def test_database_that_exists_is_not_made_again(shared: Cluster) -> None:
    with pytest.raises(embedded.ServerFailed, match="already exists"):
        shared.create_database("award")


def test_programs_are_found() -> None:
    assert {"pg_dump", "pg_restore", "psql"} <= {
        path.name for path in embedded.binaries().iterdir()
    }


def test_held_folder_refuses_a_second_service(tmp_path: Path) -> None:
    with embedded.hold(tmp_path / "award"):
        with pytest.raises(embedded.FolderInUse, match=str(os.getpid())) as refused:
            embedded.hold(tmp_path / "award").__enter__()
        assert refused.value.code == "embedded-folder-in-use"
        with embedded.hold(tmp_path / "another"):
            pass
    with embedded.hold(tmp_path / "award"):
        pass


def test_another_versions_folder_is_refused(folder: Path, start: Start) -> None:
    cluster = start(folder)
    embedded.stop(cluster)
    mark = cluster.place / "cluster" / "PG_VERSION"
    mark.write_text("17\n")
    with pytest.raises(embedded.VersionDiffers, match=r"17.*18") as refused:
        embedded.start(folder)
    assert refused.value.code == "embedded-version-differs"


def test_server_that_cannot_start_tells_its_last_words(folder: Path, start: Start) -> None:
    cluster = start(folder)
    embedded.stop(cluster)
    (cluster.place / "cluster" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(embedded.ServerFailed, match="no_such_setting"):
        embedded.start(folder)


def test_permissions_of_others_stay_as_they_were(folder: Path, start: Start) -> None:
    folder.mkdir(mode=0o700)
    watched = (folder, Path.home(), embedded.binaries(), Path(tempfile.gettempdir()))
    before = modes(*watched)
    cluster = start(folder)
    assert ask(cluster, "SELECT 1") == 1
    assert modes(*watched) == before
    assert (cluster.place != folder) == ROOT


@only_root
def test_closed_folder_may_move_but_not_be_copied(folder: Path, start: Start) -> None:
    folder.mkdir(mode=0o700)
    cluster = embedded.start(folder)
    ask(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    copied = shutil.copytree(folder, folder.with_name("copy"), symlinks=True)
    with pytest.raises(embedded.FolderMoved, match="副本"):
        embedded.start(copied)
    moved = start(folder.rename(folder.with_name("moved")))
    assert (moved.place, moved.pid) == (cluster.place, cluster.pid)
    assert ask(moved, "SELECT n FROM kept") == 7


@only_root
def test_closed_programs_are_copied_for_the_system_user(
    folder: Path, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tempfile.mkdtemp(prefix="qa-home-")
    Path(home).chmod(0o711)
    closed = tmp_path / "closed"
    closed.mkdir()
    premises.copy_programs(closed)
    (closed / premises.WHEEL / "__init__.py").touch()
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setattr(premises, "SYSTEM_HOME", Path(home))
    assert embedded.binaries().is_relative_to(closed)
    cluster = start(folder)
    assert Path(psutil.Process(cluster.pid).exe()).is_relative_to(home)
    embedded.stop(cluster)
    assert start(folder).started
    assert len(list(Path(home).iterdir())) == 1
    embedded.remove(cluster)
    shutil.rmtree(home)


def test_ordinary_user_runs_a_server_at_home(shared: Cluster) -> None:
    assert ask(shared, "SELECT 1") == 1  # loads what the child may no longer be able to read

    def live() -> object:
        cluster = embedded.start(Path.home() / "data" / "award")
        owner = (cluster.place / "cluster").stat().st_uid
        answers = (
            ask(cluster, "SELECT 41 + 1"),
            owner == os.geteuid() == cluster.run.stat().st_uid,
        )
        adopted = embedded.start(cluster.folder).started
        embedded.remove(cluster)
        return (*answers, adopted, cluster.place == cluster.folder, cluster.account)

    expected = (42, True, False, True, None)
    assert (as_stranger(live) if ROOT else str(live())) == str(expected)


@only_root
def test_another_owners_folder_is_refused(shared: Cluster, folder: Path, start: Start) -> None:
    said = as_stranger(lambda: embedded.start(shared.folder))
    assert said.startswith("embedded-folder-of-another")
    cluster = start(folder)
    embedded.stop(cluster)
    owner = (cluster.place / "cluster").stat().st_uid
    os.chown(cluster.place / "cluster", 4242, -1)
    with pytest.raises(embedded.FolderOfAnother, match="4242"):
        embedded.start(folder)
    os.chown(cluster.place / "cluster", owner, -1)


@only_root
def test_full_disk_is_named(folder: Path) -> None:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0711", "tmpfs", str(folder)]
    unmount = ["umount"]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this root may not mount a small disk")
    try:
        with pytest.raises(embedded.NoSpace) as refused:
            embedded.start(folder)
        assert refused.value.code == "embedded-no-space"
        assert not (folder / "cluster").exists()
        assert not (folder / "cluster.new").exists()
    finally:
        subprocess.run([*unmount, str(folder)], check=True)
