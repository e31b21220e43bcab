"""Keys are made once, lie closed to others, and are the same for all workers."""

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.platform.security import keys
from app.platform.security.keys import (
    SETTLE,
    UNUSED,
    KeyChain,
    KeyFileWrong,
    drop_unused,
    key_ring,
    rotate,
)
from app.platform.security.sealing_keys import sealer
from app.proof.keys import KeyRing, SigningKey
from tests.clock import MovableClock

BOTH = """
import sys
from pathlib import Path
from app.platform.security.keys import key_ring
from app.platform.security.sealing_keys import sealer
folder = Path(sys.argv[1])
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
ring, closed = key_ring(folder), sealer(folder / "personal.key")
sys.stdout.write(f"{ring.active.kid} {closed.keyed_hash('x').hex()}\\n")
"""


def write_key(path: Path, content: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(content)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    before = os.umask(0)
    try:
        key_ring(folder)
        sealer(folder / "personal.key")
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == {
        "0001.pem": 0o600,
        "personal.key": 0o600,
    }


def test_keys_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    first, second = key_ring(tmp_path), key_ring(tmp_path)
    assert first.active is not None
    assert second.active is not None
    assert first.active.kid == second.active.kid
    assert sealer(tmp_path / "k").keys == sealer(tmp_path / "k").keys


def test_newest_key_signs_and_all_verify(tmp_path: Path) -> None:
    old = key_ring(tmp_path).active
    assert old is not None
    newer = SigningKey.generate()
    write_key(tmp_path / "0002.pem", newer.to_pem())
    ring = key_ring(tmp_path)
    assert ring.active is not None
    assert ring.active.kid == newer.kid
    assert ring.find(old.kid) is not None


def test_two_processes_that_start_together_agree(tmp_path: Path) -> None:
    root = Path(keys.__file__).parents[3]
    command = [sys.executable, "-c", BOTH, str(tmp_path / "keys")]
    started = [
        subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate(timeout=30)[0] for process in started}
    assert len(said) == 1
    assert said != {""}
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "0001.pem",
        "personal.key",
    ]


def test_file_left_by_a_start_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f"0001.{os.getpid()}").write_bytes(b"half a key")
    assert key_ring(tmp_path).active is not None


def kids(ring: KeyRing) -> set[str]:
    return {key["kid"] for key in ring.jwks()["keys"]}


def signing(ring: KeyRing) -> str:
    assert ring.active is not None
    return ring.active.kid


class Patience:
    """Waiting moves the clock."""

    def __init__(self) -> None:
        self.clock, self.waited = MovableClock(), 0.0

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.clock.now += timedelta(seconds=seconds)


def test_rotation_lets_the_published_key_sign_and_publishes_another(tmp_path: Path) -> None:
    time, first = Patience(), key_ring(tmp_path)
    assert rotate(tmp_path, time.clock, time.wait) == "0002.pem"
    assert time.waited == SETTLE.total_seconds(), "nobody knew the new key before"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0001.pem",
        "0002.pem",
        "0003.next.pem",
    ]
    second = key_ring(tmp_path)
    assert signing(second) != signing(first)
    assert second.find(signing(first)) is not None
    assert len(second.keys()) == 3
    coming = kids(second) - {signing(first), signing(second)}
    time.wait(3600)
    before = time.waited
    assert rotate(tmp_path, time.clock, time.wait) == "0003.pem"
    assert time.waited == before, "every worker knew it already"
    assert {signing(key_ring(tmp_path))} == coming
    assert all(mode(path) == 0o600 for path in tmp_path.iterdir())


def test_next_key_waits_until_it_has_been_published_long_enough(tmp_path: Path) -> None:
    time = Patience()
    key_ring(tmp_path)
    rotate(tmp_path, time.clock, time.wait)
    time.wait(1)
    waited = time.waited
    rotate(tmp_path, time.clock, time.wait)
    assert time.waited - waited == SETTLE.total_seconds() - 1


def test_retired_access_keys_go_when_no_token_can_count_and_evidence_stays(tmp_path: Path) -> None:
    time, chain = Patience(), KeyChain.of(tmp_path)
    for folder in (tmp_path, tmp_path / "access"):
        for _ in range(2):
            time.wait(60)
            rotate(folder, time.clock, time.wait)
    assert drop_unused(tmp_path, time.clock) == []
    time.wait(UNUSED.total_seconds() - 30)
    assert drop_unused(tmp_path, time.clock) == ["0001.pem"]
    time.wait(3600)
    assert drop_unused(tmp_path, time.clock) == ["0002.pem"]
    assert drop_unused(tmp_path, time.clock) == []
    assert chain.look()
    assert len(chain.evidence.keys()) == 4
    assert len(chain.access.keys()) == 2
    assert len(chain.jwks()["keys"]) == 6


def test_chain_takes_up_what_changed_and_nothing_else(tmp_path: Path) -> None:
    time, chain = Patience(), KeyChain.of(tmp_path)
    chain.look()
    assert not chain.look()
    before = chain.access
    rotate(tmp_path / "access", time.clock, time.wait)
    assert chain.look()
    assert signing(chain.access) != signing(before)
    assert not chain.look()


def test_evidence_and_access_have_keys_of_their_own(tmp_path: Path) -> None:
    chain = KeyChain.of(tmp_path)
    assert not kids(chain.evidence) & kids(chain.access)


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o644])
def test_key_that_others_can_read_is_refused(tmp_path: Path, bits: int) -> None:
    key_ring(tmp_path)
    sealer(tmp_path / "personal.key")
    (tmp_path / "0001.pem").chmod(bits)
    with pytest.raises(KeyFileWrong, match="chmod 600"):
        key_ring(tmp_path)
    (tmp_path / "personal.key").chmod(bits)
    with pytest.raises(KeyFileWrong, match="chmod 600"):
        sealer(tmp_path / "personal.key")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_broken_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    for name in ("0001.pem", "personal.key"):
        write_key(tmp_path / name, content)
    with pytest.raises(KeyFileWrong, match="备份"):
        key_ring(tmp_path)
    with pytest.raises(KeyFileWrong, match="备份"):
        sealer(tmp_path / "personal.key")
    assert (tmp_path / "0001.pem").read_bytes() == content


def test_folder_with_a_next_key_alone_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "0002.next.pem", SigningKey.generate().to_pem())
    with pytest.raises(KeyFileWrong, match="签名"):
        key_ring(tmp_path)
