"""How does the service get a PostgreSQL of its own, in a folder of its own, without installation?

In the folder: `cluster/` (the cluster's files), `run/` (its Unix socket, the only way in),
`server.log` (`.1`: the run before), `lock` (two starts take turns), `service` (held for the life
of a service).
"""

import fcntl
import os
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]  # the wheel brings it, without types

from app.platform.db.premises import (
    PORT,
    Account,
    BinariesMissing,
    EmbeddedError,
    FolderInUse,
    FolderMoved,
    FolderOfAnother,
    NoSpace,
    NoSystemUser,
    ServerFailed,
    VersionDiffers,
    binaries,
    checked_account,
    current_account,
    failure,
    locked,
    open_lock,
    opened,
    own_folder,
    place_of,
    plainly,
    programs,
    run_program,
    socket_folder,
)
from app.rules.exact import MEBIBYTE

__all__ = [
    "BinariesMissing",
    "Cluster",
    "EmbeddedError",
    "FolderInUse",
    "FolderMoved",
    "FolderOfAnother",
    "NoSpace",
    "NoSystemUser",
    "ServerFailed",
    "VersionDiffers",
    "binaries",
    "hold",
    "remove",
    "start",
    "stop",
]

SUPERUSER, OWNER_ROLE, APP_ROLE, DATABASE = "postgres", "award_owner", "award_app", "award"
PATIENCE = 30.0  # seconds that a start, a stop or a recovery may take
ROOM = MEBIBYTE  # bytes without which no server starts, and none can say why
SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
ROLES_AND_DATABASE = r"""
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY[:'owner', :'app']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
"""


@dataclass(frozen=True, slots=True)
class Postmaster:
    pid: int
    run: Path
    ready: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running embedded server; `started` is false where a living one was adopted."""

    folder: Path
    place: Path
    run: Path
    pid: int
    started: bool
    account: Account | None

    def url(self, database: str = DATABASE, role: str = OWNER_ROLE) -> str:
        """SQLAlchemy's address of a database over the Unix socket, for asyncpg."""
        where = f"host={quote(str(self.run))}&port={PORT}"  # else PGPORT would choose the socket
        return f"postgresql+asyncpg://{quote(role)}@/{quote(database)}?{where}"

    @property
    def url_owner(self) -> str:
        return self.url(role=OWNER_ROLE)

    @property
    def url_app(self) -> str:
        return self.url(role=APP_ROLE)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database that award_owner owns, as a copy of `template` where one is named."""
        _psql(
            self.run,
            'CREATE DATABASE :"name" OWNER :"owner" TEMPLATE :"template"',
            {"name": name, "owner": OWNER_ROLE, "template": template or "template1"},
        )

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, ending its connections."""
        _psql(self.run, 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)', {"name": name})


def start(folder: Path) -> Cluster:
    """Start the folder's server, or adopt the one that lives there; makes what is missing.

    Returns when it accepts connections, at most 30 s later. Raises an EmbeddedError.
    """
    account = current_account()
    with plainly(folder):
        folder = opened(folder)
        with locked(folder / "lock"):
            place = place_of(folder, account)
            account = checked_account(place, account)
            files = place / "cluster"
            if not files.exists():
                _initialise(place, account)
            adopted = _serving(files)
            found = adopted or _launch(place, socket_folder(place, account), account)
            _psql(
                found.run,
                ROLES_AND_DATABASE,
                {"owner": OWNER_ROLE, "app": APP_ROLE, "name": DATABASE},
            )
            return Cluster(folder, place, found.run, found.pid, adopted is None, account)


def stop(cluster: Cluster) -> None:
    """Stop this server, ending its connections; does nothing if it no longer runs."""
    with plainly(cluster.folder), locked(cluster.folder / "lock"):
        found = _postmaster(cluster.place / "cluster")
        if found and found.pid == cluster.pid:
            _halt(cluster)


def remove(cluster: Cluster) -> None:
    """Stop the folder's server and delete all that it stored: for tests and rehearsals."""
    with plainly(cluster.folder), locked(cluster.folder / "lock"):
        if _postmaster(cluster.place / "cluster"):
            _halt(cluster)
        for path in {cluster.run, *(cluster.place / name for name in ("cluster", "run"))}:
            if path.is_symlink():
                path.unlink()
            elif path.exists():
                shutil.rmtree(path)
        for log in cluster.place.glob("server.log*"):
            log.unlink()
        if cluster.place != cluster.folder and cluster.place.exists():
            shutil.rmtree(cluster.place)
            (cluster.folder / "elsewhere").unlink()


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the folder for the life of a service; raises FolderInUse where another one lives."""
    with plainly(folder):
        held = open_lock(opened(folder) / "service")
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(held, 20, 0).decode() or "?"
            raise FolderInUse(f"数据目录 {folder} 正由另一服务使用（进程 {holder}）。") from None
        os.ftruncate(held, 0)
        os.pwrite(held, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(held)


@contextmanager
def visited(folder: Path) -> Iterator[Cluster]:
    """The folder's server, for one command. One that was started for this alone is stopped again,
    unless a service has come up over it meanwhile.
    """
    cluster = start(folder)
    try:
        yield cluster
    finally:
        if cluster.started:
            with suppress(FolderInUse), hold(folder):
                stop(cluster)


@contextmanager
def reached(url: str | None, folder: Path) -> Iterator[str]:
    """The address of the database that is named, else of the folder's own, for one command."""
    if url is not None:
        yield url
        return
    with visited(folder) as cluster:
        yield cluster.url_app


# The server


def _initialise(place: Path, account: Account | None) -> None:
    """Make the cluster beside its final name, so that a start cut short leaves no half of one."""
    fresh = place / "cluster.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    own_folder(fresh, account)
    # PostgreSQL's own Unicode rules: the same order on every system, and none to upgrade
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    # trust is for those whom the socket folder lets in: the server's user and root
    access = ("--auth-local=trust", "--auth-host=reject", f"--username={SUPERUSER}")
    settings = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    initdb = [str(programs(account) / "initdb"), f"--pgdata={fresh}", "--encoding=UTF8"]
    made = run_program([*initdb, *locale, *access, *settings], account)
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise failure(f"无法在 {place} 建立数据库。", made.stderr)
    fresh.rename(place / "cluster")


def _launch(place: Path, run: Path, account: Account | None) -> Postmaster:
    """Start the postmaster as nobody's child; raises with its last words where it fails."""
    files, log = place / "cluster", place / "server.log"
    if shutil.disk_usage(files).free < ROOM:
        raise NoSpace(f"磁盘空间不足，{files} 的数据库不能启动。请清理磁盘后再启动。")
    _clear(files, run)
    if log.exists():
        log.replace(place / "server.log.1")
    os.close(open_lock(log, account))
    sockets = '"' + str(run).replace('"', '""') + '"'
    options = ("listen_addresses=", f"unix_socket_directories={sockets}", f"port={PORT}")
    server = [str(programs(account) / "postgres"), "-D", str(files)]
    for option in (*options, "unix_socket_permissions=0700"):
        server += ("-c", option)
    # not pg_ctl, whose shell would expand a $ in the folder's name
    script = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
    launched = run_program(["/bin/sh", "-c", script, str(log), *server], account)
    if found := _serving(files, int(launched.stdout)):
        return found
    raise _not_ready(files)


def _halt(cluster: Cluster) -> None:
    files = cluster.place / "cluster"
    pg_ctl = str(programs(cluster.account) / "pg_ctl")
    options = shlex.split(f"stop --silent --wait --mode=fast --timeout={PATIENCE:.0f}")
    stopped = run_program([pg_ctl, *options, f"--pgdata={files}"], cluster.account)
    if stopped.returncode:
        raise failure(f"{files} 的数据库没有停下。", stopped.stderr)


def _postmaster(files: Path) -> Postmaster | None:
    """The living postmaster of this cluster; a recycled process id does not pass for it."""
    try:
        lines = (files / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not _serves(pid := abs(int(lines[0])), files):
        return None
    status = lines[7].strip() if len(lines) > 7 else "starting"
    run = Path(lines[4]) if len(lines) > 4 else files
    return Postmaster(pid, run, status == "ready")


def _serves(pid: int, files: Path) -> bool:
    """Whether this is a living PostgreSQL process of the cluster: all of them work inside it."""
    try:
        process = psutil.Process(pid)
        name, works_in = process.name(), process.cwd()
    except psutil.Error:
        return False
    return bool(name == "postgres" and works_in == str(files))


def _serving(files: Path, launched: int | None = None) -> Postmaster | None:
    """Wait until the server accepts connections; None where none lives, or it ends meanwhile."""
    pg_isready = [str(binaries() / "pg_isready"), "-q", "-p", str(PORT), "-h"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = _postmaster(files)
        if found and found.ready and not run_program([*pg_isready, str(found.run)]).returncode:
            return found
        if not found and not (launched and _alive(launched)):
            return None
        time.sleep(0.02)
    raise _not_ready(files)


def _not_ready(files: Path) -> EmbeddedError:
    words = (files.parent / "server.log").read_text(errors="replace").splitlines()[-12:]
    return failure(f"{files} 的数据库没有就绪。", "\n".join(words))


def _alive(pid: int) -> bool:
    try:
        status: str = psutil.Process(pid).status()
    except psutil.Error:
        return False
    return status != str(psutil.STATUS_ZOMBIE)


def _clear(files: Path, run: Path) -> None:
    """After a crash: let the last backends go, then drop what names a process id.

    PostgreSQL would take a stranger with that id, or a dead child nobody buried, for a postmaster.
    """
    deadline = time.monotonic() + PATIENCE
    while any(_serves(pid, files) for pid in psutil.pids()):
        if time.monotonic() > deadline:
            raise ServerFailed(f"{files} 仍有上次的数据库进程未结束。")
        time.sleep(0.05)
    note = files / "postmaster.pid"
    if note.exists() and psutil.pid_exists(abs(int(note.read_text().split()[0]))):
        note.unlink()
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (run / name).unlink(missing_ok=True)


def _psql(run: Path, sql: str, names: dict[str, str]) -> None:
    """Run SQL as the cluster's superuser; `names` are psql's variables."""
    options = shlex.split(f"--no-psqlrc --quiet --set=ON_ERROR_STOP=1 -p {PORT} -d postgres")
    named = [f"--set={name}={value}" for name, value in names.items()]
    psql = [str(binaries() / "psql"), *options, "-h", str(run), "-U", SUPERUSER, *named]
    done = run_program(psql, stdin=f"SET client_min_messages = error;\n{sql};\n")
    if done.returncode:
        raise failure("数据库命令失败。", done.stderr)
