"""Sound files of every type come in; each of the hostile set is refused with its own code."""

import os
import time
from pathlib import Path

import pytest

from app.platform.errors import Refusal
from app.platform.files.inspection.faults import FAULTS
from app.platform.files.inspection.look import inspect
from app.platform.files.inspector import Inspector
from app.platform.files.kinds import PDF
from app.platform.files.packages.budget import Budget
from tests.platform.files.hostile import HOSTILE, SOUND, lying

pytestmark = pytest.mark.anyio


def code_of(path: Path, media_type: str) -> str | None:
    try:
        inspect(path, media_type)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("name", SOUND)
def test_sound_file_comes_in(tmp_path: Path, name: str) -> None:
    media_type, made = SOUND[name]
    (tmp_path / "file").write_bytes(made())
    assert code_of(tmp_path / "file", media_type) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_its_code(tmp_path: Path, name: str) -> None:
    media_type, code, made = HOSTILE[name]
    (tmp_path / "file").write_bytes(made())
    assert code_of(tmp_path / "file", media_type) == code


def test_every_fault_but_those_of_bounds_and_scanner_is_provoked() -> None:
    provoked = {code for _, code, _ in HOSTILE.values()}
    assert {fault.code for fault in FAULTS} - provoked == {"file-too-complex", "file-infected"}


def test_lying_package_is_counted_while_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """zipfile itself stops at the declared size; our count would stop earlier."""
    (tmp_path / "file").write_bytes(lying())
    spent: list[int] = []
    monkeypatch.setattr(Budget, "spend", lambda _self, size: spent.append(size))
    media_type = HOSTILE["bomb that lies"][0]
    assert code_of(tmp_path / "file", media_type) == "file-damaged"
    assert sum(spent) < 2**20


async def test_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    inspector, path = Inspector(), tmp_path / "file"
    for name in ("pdf", "docx", "png"):
        path.write_bytes(SOUND[name][1]())
        await inspector.inspect(path, SOUND[name][0])
    for name in ("pdf with a script", "bomb", "macros", "too many pixels"):
        media_type, code, made = HOSTILE[name]
        path.write_bytes(made())
        with pytest.raises(Refusal) as refused:
            await inspector.inspect(path, media_type)
        assert refused.value.code == code
        assert refused.value.sentence()


async def test_file_that_takes_too_long_is_refused_and_the_next_is_checked(
    tmp_path: Path,
) -> None:
    """A pipe that nobody writes to is never read to its end: the bound on time ends it."""
    inspector, endless = Inspector(seconds=1), tmp_path / "endless"
    os.mkfifo(endless)
    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        await inspector.inspect(endless, PDF)
    assert refused.value.code == "file-too-complex"
    assert time.monotonic() - began < 10
    (tmp_path / "sound").write_bytes(SOUND["pdf"][1]())
    await inspector.inspect(tmp_path / "sound", PDF)


async def test_file_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    inspector, path = Inspector(memory=2**20), tmp_path / "file"
    path.write_bytes(SOUND["jpg"][1]())
    with pytest.raises(Refusal) as refused:
        await inspector.inspect(path, SOUND["jpg"][0])
    assert refused.value.code == "file-too-complex"
