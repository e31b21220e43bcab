"""A service that cannot be trusted does not start: one sentence, exit 1, nothing left behind."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import psutil
import pytest

from app.platform.db.premises import current_account
from app.serving import free_port

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
Damage = Callable[[Path, int, ExitStack], object]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may pass through, as a checkout usually is."""
    made = Path(mkdtemp(prefix="qa-test-"))
    made.chmod(0o711)
    yield made / "award"
    assert not [one for one in psutil.process_iter(["cmdline"]) if speaks_of(one, made)]
    rmtree(made)


def speaks_of(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in process.info["cmdline"] or ())


def key(name: str, content: bytes, mode: int = 0o600) -> Damage:
    def damage(folder: Path, _port: int, _stack: ExitStack) -> None:
        path = folder / "keys" / name
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_bytes(content)
        path.chmod(mode)

    return damage


def cluster_of(version: str = "18\n", owner: int | None = None) -> Damage:
    def damage(folder: Path, _port: int, _stack: ExitStack) -> None:
        files = folder / "cluster"
        files.mkdir(parents=True)
        (files / "PG_VERSION").write_text(version)
        account = current_account()
        os.chown(files, owner or (account.uid if account else -1), -1)

    return damage


def taken_port(_folder: Path, port: int, stack: ExitStack) -> None:
    listening = stack.enter_context(socket.socket())
    listening.bind(("127.0.0.1", port))
    listening.listen()


def file_in_the_way(folder: Path, _port: int, _stack: ExitStack) -> None:
    folder.write_text("")


CASES: dict[str, tuple[Damage, str]] = {
    "port": (taken_port, "请停止占用该端口的程序"),
    "signing key": (key("0001.pem", b"-----BEGIN"), "无法读取"),
    "access key": (key("access/0001.pem", b""), "无法读取"),
    "sealing key": (key("personal.key", b"short"), "已损坏"),
    "open key": (key("personal.key", b"k" * 32, mode=0o644), "chmod 600"),
    "version": (cluster_of(version="17\n"), "17"),
}


def refused(folder: Path, damage: Damage) -> str:
    """What `serve` prints over such a folder."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    environment |= {"QUALITY_AWARD_FOLDER": str(folder), "QUALITY_AWARD_PORT": str(port)}
    with ExitStack() as stack:
        damage(folder, port, stack)
        ended = subprocess.run(
            [sys.executable, "-m", "app.cli", "serve"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.parametrize(("damage", "told"), CASES.values(), ids=CASES.keys())
def test_start_is_refused_in_a_sentence(folder: Path, damage: Damage, told: str) -> None:
    assert told in refused(folder, damage)
    assert not (folder / "cluster" / "base").exists()


@only_root
def test_start_over_a_database_of_another_owner_is_refused(folder: Path) -> None:
    assert "4242" in refused(folder, cluster_of(owner=4242))


def test_start_where_no_folder_can_be_made_is_refused(folder: Path) -> None:
    assert str(folder) in refused(folder, file_in_the_way)
