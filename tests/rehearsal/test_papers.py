"""Whatever files a regulation takes, the rehearsal's firms have a sound one."""

from pathlib import Path
from typing import get_args

import pytest

from app.platform.files.inspector import Inspector
from app.platform.files.kinds import BY_ENDING
from app.rehearsal.cast import make_cast
from app.rehearsal.papers import MEDIA_TYPES, paper
from app.rules.regulation.handed_in import Document, FileType

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("ending", get_args(FileType))
async def test_firms_hand_in_what_is_taken(ending: FileType, tmp_path: Path) -> None:
    firm = make_cast(1, 2, 3).firms[0]
    made, content = paper(Document(name="自评报告", types=(ending,)), firm)
    assert made == ending
    assert MEDIA_TYPES[ending] == BY_ENDING[ending]
    (tmp_path / "file").write_bytes(content)
    await Inspector().inspect(tmp_path / "file", BY_ENDING[ending])
