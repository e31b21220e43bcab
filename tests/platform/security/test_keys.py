"""Keys are made once, lie closed to others, and are the same for all workers."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from app.platform.security import keys
from app.platform.security.keys import key_ring, sealer
from app.proof.keys import SigningKey

BOTH = """
import sys
from pathlib import Path
from app.platform.security.keys import key_ring, sealer
folder = Path(sys.argv[1])
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
ring, closed = key_ring(folder), sealer(folder / "personal.key")
sys.stdout.write(f"{ring.active.kid} {closed.keyed_hash('x').hex()}\\n")
"""


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
    assert sealer(tmp_path / "k").key == sealer(tmp_path / "k").key


def test_newest_key_signs_and_all_verify(tmp_path: Path) -> None:
    old = key_ring(tmp_path).active
    assert old is not None
    newer = SigningKey.generate()
    (tmp_path / "0002.pem").write_bytes(newer.to_pem())
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
