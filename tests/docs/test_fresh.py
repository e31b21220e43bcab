"""What is generated is fresh: `make docs` writes it."""

import difflib
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS: dict[str, Callable[[], str]] = runpy.run_path(str(ROOT / "docs" / "generate.py"))[
    "DOCUMENTS"
]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_generated_document_is_fresh(name: str) -> None:
    committed = (ROOT / name).read_text(encoding="utf-8")
    written = DOCUMENTS[name]()
    difference = difflib.unified_diff(
        committed.splitlines(), written.splitlines(), "committed", "as the code says", lineterm=""
    )
    assert committed == written, "run `make docs`:\n" + "\n".join(difference)
