"""The source files of the service, parsed once."""

import ast
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
