"""How are pg_dump, pg_restore and psql run? With the address in their environment, never in their
arguments, where everybody on the machine could read the password.
"""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Generator, Iterable
from contextlib import suppress
from threading import Thread
from typing import IO

from sqlalchemy import make_url

from app.keeping.archive import pieces_of
from app.keeping.refusals import DumpFailed, LoadFailed, ServerNewer
from app.platform.db.embedded import binaries

TRUST = {"PGPASSFILE", "PGPASSWORD", "PGSSLCERT", "PGSSLKEY", "PGSSLMODE", "PGSSLROOTCERT"}
DUMP = "--format=custom --compress=gzip:3 --no-owner --no-privileges --lock-wait-timeout=30s"
LOAD = "--format=custom --no-owner --no-privileges --file=-"
PSQL = "--no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1"
NEWER_THAN_SOME = b"SET transaction_timeout"
"""A setting (of 0) that servers before 17 do not know, and pg_restore writes all the same."""


def environment(url: str) -> dict[str, str]:
    """What PostgreSQL's programs need to reach the database of a SQLAlchemy address."""
    address = make_url(url)
    asked = {name: str(value) for name, value in address.query.items()}
    wanted = {
        "PGHOST": address.host or asked.get("host"),
        "PGPORT": str(address.port or asked.get("port") or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
        "PGSSLMODE": asked.get("ssl") or asked.get("sslmode"),
        "LC_ALL": "C",
    }
    kept = {n: v for n, v in os.environ.items() if not n.startswith("PG") or n in TRUST}
    return kept | {name: str(value) for name, value in wanted.items() if value}


def ensure_not_newer(server: int, said: str) -> None:
    """pg_dump reads servers up to its own version. Raises ServerNewer; `server` as in
    server_version_num, `said` what `pg_dump --version` says.
    """
    found = re.search(r"\) (\d+)", said)
    own = int(found[1]) if found else 0
    if server // 10000 > own:
        raise ServerNewer(
            f"数据库是 PostgreSQL {server // 10000}，本服务带的 pg_dump 是 {own}，"
            "不能导出更新的版本。请升级本服务，或用数据库自己的工具备份数据库，并另行复制附件目录与密钥目录。"
        )


def pg_dump_version() -> str:
    """What pg_dump says of itself: `pg_dump (PostgreSQL) 18.4`."""
    program = [str(binaries() / "pg_dump"), "--version"]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout  # noqa: S603  our own program


def dump(url: str, snapshot: str) -> Generator[bytes, None, None]:
    """The database as one snapshot sees it, in pg_dump's own format. Raises DumpFailed."""
    command = [str(binaries() / "pg_dump"), *shlex.split(DUMP), f"--snapshot={snapshot}"]
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(  # noqa: S603  our own program
            [*command, "--no-password"],
            env=environment(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
        ) as program,
    ):
        assert program.stdout is not None  # noqa: S101  asked for above
        yield from pieces_of(program.stdout)
        if program.wait():
            raise DumpFailed(f"数据库没有导出：{_last(words)}")


def load(url: str, dumped: Iterable[bytes]) -> None:
    """Fill an empty database from pg_dump's own format, in one transaction: all or nothing.
    Raises LoadFailed.
    """
    reader = [str(binaries() / "pg_restore"), *shlex.split(LOAD)]
    writer = [str(binaries() / "psql"), *shlex.split(PSQL)]
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(  # noqa: S603  our own program
            reader, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words
        ) as read,
        subprocess.Popen(  # noqa: S603  our own program
            writer,
            env=environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
        ) as written,
    ):
        assert read.stdin is not None  # noqa: S101  asked for above
        feeding = Thread(target=_feed, args=(dumped, read.stdin), name="restore")
        feeding.start()
        with suppress(BrokenPipeError):  # psql has ended: its words say why
            _pass_on(read, written)
        if read.stdout is not None:
            read.stdout.close()
        feeding.join()
        if written.wait() or read.wait():
            raise LoadFailed(f"数据库没有恢复：{_last(words)}")


def _feed(dumped: Iterable[bytes], into: IO[bytes]) -> None:
    with suppress(BrokenPipeError), into:
        into.writelines(dumped)


def _pass_on(read: subprocess.Popen[bytes], written: subprocess.Popen[bytes]) -> None:
    """COMMIT is sent only when pg_restore has ended well; without it psql rolls back."""
    assert read.stdout is not None  # noqa: S101  asked for by the caller
    assert written.stdin is not None  # noqa: S101  asked for by the caller
    with written.stdin as into:
        into.write(b"BEGIN;\n")
        for line in read.stdout:
            if line.startswith(NEWER_THAN_SOME):
                break
            into.write(line)
        for piece in pieces_of(read.stdout):
            into.write(piece)
        if read.wait() == 0:
            into.write(b"\nANALYZE;\nCOMMIT;\n")


def _last(words: IO[bytes]) -> str:
    words.seek(0)
    return "\n".join(words.read().decode(errors="replace").strip().splitlines()[-6:])
