"""The source files of the service, parsed once."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"


@cache
def sources() -> dict[str, tuple[str, ast.Module]]:
    """Path under the root → text and tree."""
    return {
        path.relative_to(ROOT).as_posix(): (text, ast.parse(text))
        for path in sorted(APP.rglob("*.py"))
        for text in [path.read_text("utf-8")]
    }


@cache
def problems() -> dict[str, list[int]]:
    """Every code of a problem → its statuses, as the generated page says."""
    found: dict[str, list[int]] = {}
    page = (ROOT / "docs" / "problems.md").read_text("utf-8")
    for code, status in re.findall(r"^\| `([a-z0-9-]+)` \| ([0-9]{3}) \|", page, re.MULTILINE):
        found.setdefault(code, []).append(int(status))
    return found


@cache
def released_problems() -> dict[str, dict[str, list[int]]]:
    """The same of each release, by the name of its file."""
    kept = sorted((ROOT / "docs" / "released").glob("problems-*.json"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in kept}


def nodes(under: str = "app/") -> Iterator[tuple[str, ast.AST]]:
    """Every node of every file under a folder."""
    for path, (_, tree) in sources().items():
        if path.startswith(under):
            for node in ast.walk(tree):
                yield path, node


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes; what cannot be named is `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def called(node: ast.AST) -> str:
    """The dotted name that a call calls, or nothing."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""
