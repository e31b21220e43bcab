"""Does the embedded database find its user, its programs and a place that is closed to others?"""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.platform.db import embedded, premises

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user becomes nobody else")


def test_copied_programs_run_and_are_open_to_all(tmp_path: Path) -> None:
    previous = os.umask(0o077)
    try:
        premises.copy_programs(tmp_path)
    finally:
        os.umask(previous)
    program = tmp_path / premises.WHEEL / premises.BUILD / "bin" / "postgres"
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    assert f"PostgreSQL) {premises.MAJOR}." in said.stdout
    assert all(path.stat().st_mode & 0o004 for path in tmp_path.rglob("*"))


def test_socket_folder_that_others_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    with pytest.raises(embedded.FolderOfAnother):
        premises.own_folder(tmp_path / "run", None)


@only_root
def test_account_falls_back_where_no_user_can_be_made() -> None:
    assert premises.system_account("not a name").uid == pwd.getpwnam("nobody").pw_uid


@only_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux")
def test_root_that_cannot_become_another_says_so(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.platform.db import embedded\n"
        "try: embedded.start(Path(sys.argv[1]))\n"
        "except embedded.NoSystemUser as refused: print(refused.code)\n"
    )
    bound = ["setpriv", "--bounding-set=-setuid,-setgid", "--inh-caps=-setuid,-setgid"]
    command = [*bound, sys.executable, "-c", script, str(tmp_path)]
    there = Path(embedded.__file__).parents[3]
    said = subprocess.run(command, cwd=there, check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "embedded-no-system-user"
