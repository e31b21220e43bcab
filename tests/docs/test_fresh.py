"""What is generated is fresh: `make docs` writes it."""

import difflib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = [
    "docs/decisions/README.md",
    "docs/lifecycles.md",
    "docs/policy.md",
    "docs/problems.md",
    "openapi.json",
]
WRITE = """
import json, runpy
documents = runpy.run_path("docs/generate.py")["DOCUMENTS"]
print(json.dumps({name: written() for name, written in documents.items()}))
"""


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """Every document as the code says, by a process that knows nothing of the tests."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE], cwd=ROOT, check=True, capture_output=True, text=True
    )
    documents: dict[str, str] = json.loads(done.stdout)
    return documents


def test_every_generated_document_is_compared(written: dict[str, str]) -> None:
    assert sorted(written) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_generated_document_is_fresh(name: str, written: dict[str, str]) -> None:
    committed = (ROOT / name).read_text(encoding="utf-8")
    difference = difflib.unified_diff(
        committed.splitlines(),
        written[name].splitlines(),
        "committed",
        "as the code says",
        lineterm="",
    )
    assert committed == written[name], "run `make docs`:\n" + "\n".join(difference)
