"""The rules of the house, checked over every file of `app/`."""

import ast
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from tests.architecture.sources import called, dotted, nodes, problems, released_problems, sources

BANNED = {
    "common",
    "data",
    "handler",  # an objection has one (经办人): it is a column, no class
    "helper",
    "helpers",
    "info",
    "manager",
    "managers",
    "misc",
    "processor",
    "processors",
    "util",
    "utils",
}
DECIDES = ("app/rules/", "app/award/scoring/", "app/award/ranking/")
ADVISES = {"app/rules/statistics.py"}  # may use floats; a contract keeps it from what decides
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 40
EXPLAINED = re.compile(r"noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\s+(# |- )?\w")
TYPED = re.compile(r"#\s*type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \S")


def at(path: str, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', 0)}"


def targets(node: ast.AST) -> Iterable[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    return []


def constructors() -> set[ast.AST]:
    """Everything inside an `__init__`: there a value gets its first status."""
    return {
        inner
        for _, node in nodes()
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        for inner in ast.walk(node)
    }


def test_status_has_one_writer() -> None:
    first = constructors()
    found = [
        at(path, node)
        for path, node in nodes()
        for target in targets(node)
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute) and part.attr == "status" and node not in first
    ]
    assert [place.split(":")[0] for place in found] == ["app/platform/workflow/advance.py"], found


def test_status_is_not_written_around_the_writer() -> None:
    """Neither by `setattr` nor by an UPDATE; in `http/` a status is a number of the protocol."""
    found = [
        at(path, node)
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and not path.startswith("app/platform/http/")
        and (
            (
                called(node) == "setattr"
                and any(isinstance(a, ast.Constant) and a.value == "status" for a in node.args)
            )
            or (
                called(node).endswith(".values")
                and any(keyword.arg == "status" for keyword in node.keywords)
                and "update" in ast.unparse(node)
            )
        )
    ]
    assert found == []


def test_only_the_engine_commits() -> None:
    found = {
        path
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    }
    assert found == {"app/platform/db/engine.py"}


def test_http_exceptions_are_known_to_the_http_room_alone() -> None:
    found = {
        path
        for path, node in nodes()
        if (isinstance(node, ast.Name) and node.id == "HTTPException")
        or (isinstance(node, ast.alias) and node.name == "HTTPException")
    }
    assert {path for path in found if not path.startswith("app/platform/http/")} == set()


def test_clock_is_read_in_one_place() -> None:
    names = {"now", "utcnow", "today"}
    found = {
        path
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and dotted(node.func.value).split(".")[-1] in {"datetime", "date", "dt"}
    }
    wall = {path for path, node in nodes() if called(node) in {"time.time", "time.time_ns"}}
    # A client has a clock of its own; the launcher of the database waits, it does not decide.
    assert {p for p in found if not p.startswith("app/rehearsal/")} == {"app/platform/clock.py"}
    assert {p for p in wall if not p.startswith(("app/rehearsal/", "app/platform/db/"))} == set()


def test_numbers_that_decide_are_exact() -> None:
    """No `float` and no `round`; a literal such as 0.5 is a float too."""
    found = [
        at(path, node)
        for path, node in nodes()
        if path.startswith(DECIDES) and path not in ADVISES
        if called(node) in {"float", "round", "math.sqrt", "statistics.mean", "statistics.median"}
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert found == []


def test_files_are_short() -> None:
    long = {
        path: lines
        for path, (text, _) in sources().items()
        if (lines := len(text.splitlines())) > LINES_OF_A_FILE
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = [
        (at(path, node), lines)
        for path, node in nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]
    assert long == []


def words(name: str) -> set[str]:
    """The words of a module's, a package's or a class's name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_names_are_words_of_the_domain() -> None:
    modules = {
        part
        for path in sources()
        for part in (*PurePosixPath(path).parent.parts, PurePosixPath(path).stem)
    }
    classes = {node.name for _, node in nodes() if isinstance(node, ast.ClassDef)}
    assert {name for name in modules if words(name) & BANNED} == set()
    assert {name for name in classes if words(name) & BANNED} == set()
    # A majority has a base; a class that is named after another one's is no word of anything.
    assert {name for name in classes if re.match(r"Base[A-Z]", name)} == set()


def test_what_is_not_found_and_what_is_unknown_are_named_apart() -> None:
    """What an address names and is not there (404) ends in `-not-found`, what a body refers to
    (422) in `-unknown`. A code that is released keeps its name.
    """
    endings = {"-not-found": [404], "-unknown": [422]}
    old = {code for codes in released_problems().values() for code in codes}
    new = {code: statuses for code, statuses in problems().items() if code not in old}
    wrong = [
        code
        for code, statuses in new.items()
        for ending, meant in endings.items()
        if code.endswith(ending) and statuses != meant
    ]
    wrong += [code for code, each in new.items() if 404 in each and not code.endswith("-not-found")]
    assert len(new) > 100
    assert wrong == []


def test_every_exception_from_a_rule_is_explained() -> None:
    found = [
        f"{path}:{number}"
        for path, (text, _) in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if ("noqa" in line and EXPLAINED.search(line) is None)
        or ("type: ignore" in line and TYPED.search(line) is None)
    ]
    assert found == []


def test_environment_is_read_by_settings_alone() -> None:
    """Whoever starts another process may hand its own environment on."""
    found = {
        path
        for path, node in nodes()
        if dotted(node) in {"os.environ", "os.getenv", "environ"} or called(node) == "getenv"
    }
    assert found - {"app/settings.py"} <= HANDS_ON, found - {"app/settings.py"} - HANDS_ON


HANDS_ON = {
    "app/serving.py",
    "app/keeping/programs.py",
    "app/platform/db/premises.py",
    "app/platform/db/embedded.py",
}


def test_every_module_says_what_it_is_for() -> None:
    mute = [
        path
        for path, (text, tree) in sources().items()
        if ast.get_docstring(tree) is None and text.strip()
    ]
    assert mute == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{path}:{number}"
        for path, (text, _) in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b", line)
    ]
    assert found == []
