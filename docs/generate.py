"""Write what can be generated: openapi.json, the lifecycle diagrams, the policy, the problems, the
index of decisions.

`make docs` writes them; a test says when they are stale. `python docs/generate.py release` keeps
the description of the API as it is released.
"""

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from sys import argv
from tempfile import mkdtemp

import app.award
import app.platform
from app.award.policy import TABLE
from app.award.roles import SCOPE
from app.main import create_app, make_ground
from app.platform.errors import Refusal
from app.platform.http.problems import status_of
from app.platform.workflow.lifecycle import Lifecycle
from app.settings import Settings

ROOT = Path(__file__).parents[1]
GENERATED = "<!-- written by `make docs`; do not edit -->\n"


def openapi() -> str:
    """The description of the API, as the service serves it."""
    settings = Settings(
        DATABASE_URL="postgresql+asyncpg://nobody@localhost/none", folder=Path(mkdtemp())
    )
    document = create_app(settings, make_ground(settings)).openapi()
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def lifecycles() -> str:
    """Every lifecycle table as a diagram and a table."""
    parts = [GENERATED, "# Lifecycles\n"]
    for package in (app.platform, app.award):
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if module.ispkg:
                parts += _lifecycles_of(f"{package.__name__}.{module.name}")
    return "\n".join(parts)


def _lifecycles_of(package: str) -> list[str]:
    names = {m.name for m in pkgutil.iter_modules(import_module(package).__path__)}
    if "lifecycle" not in names:
        return []
    found = vars(import_module(f"{package}.lifecycle")).items()
    parts: list[str] = []
    for name, table in sorted(found, key=lambda pair: pair[0]):
        if isinstance(table, Lifecycle):
            parts += [f"## {name.lower()} · `{package}`\n", *_drawn(table)]
    return parts


def _drawn(table: Lifecycle) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    rows = ["| move | from | to | permission |", "|---|---|---|---|"]
    for move in table:
        lines += [
            f"    {source.value} --> {move.leads_to(source).value}: {move.name}"
            for source in sorted(move.sources)
        ]
        sources = ", ".join(sorted(s.value for s in move.sources))
        target = "as it was" if move.target is None else move.target.value
        rows.append(f"| {move.name} | {sources} | {target} | `{move.permission}` |")
    return [*lines, "```\n", *rows, ""]


def policy() -> str:
    """Who may do what, one line a verb."""
    rows: dict[str, list[str]] = {}
    for verb, role, standing, phase in TABLE:
        said = str(role)
        said += f" who is {standing}" if standing else ""
        said += f" when {phase}" if phase else ""
        rows.setdefault(verb, []).append(said)
    lines = [GENERATED, "# Who may do what\n", "| role | is held in |", "|---|---|"]
    lines += [f"| {role} | {scope} |" for role, scope in SCOPE.items()]
    lines += ["", "| verb | who |", "|---|---|"]
    lines += [f"| `{verb}` | {' · '.join(who)} |" for verb, who in sorted(rows.items())]
    return "\n".join(lines) + "\n"


def problems() -> str:
    """Every problem with its code, status and sentences."""
    openapi()  # imports every package, so that every refusal is known
    rows = {(one.code, status_of(one), one.zh, one.en) for one in refusals()}
    lines = [GENERATED, "# Problems\n", "| code | status | 中文 | English |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {status} | {zh} | {en} |" for code, status, zh, en in sorted(rows)]
    return "\n".join(lines) + "\n"


def decisions() -> str:
    """Every decision record by its number and its question, and which numbers were never given."""
    found = {int(path.name[:4]): path for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    lines = [
        GENERATED,
        "# Decisions\n",
        "Why it is built this way; what is expensive to turn round.\n",
    ]
    for number, path in sorted(found.items()):
        title = path.read_text(encoding="utf-8").splitlines()[0].partition(". ")[2]
        lines.append(f"* {number}: [{title}]({path.name})")
    free = [str(number) for number in range(1, max(found)) if number not in found]
    lines += ["", f"Never given: {', '.join(free)}."] if free else []
    return "\n".join(lines) + "\n"


def refusals() -> list[type[Refusal]]:
    """Every refusal of the service that has a code, once its packages are imported."""
    known = _below(Refusal)
    return [one for one in known if hasattr(one, "code") and one.__module__.startswith("app.")]


def _below(family: type[Refusal]) -> list[type[Refusal]]:
    return [one for child in family.__subclasses__() for one in (child, *_below(child))]


NOT_KEPT = {"description", "summary", "title", "examples", "example", "tags", "default"}


def release() -> None:
    """Keep the shape of the API and the codes of its problems under its version: what a later one
    is compared with.
    """
    document = json.loads(openapi())
    version = document["info"]["version"].rsplit(".", 1)[0]
    for name, kept in (("openapi", _shape(document)), ("problems", codes())):
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        path = ROOT / "docs" / "released" / f"{name}-v{version}.json"
        path.write_text(text + "\n", encoding="utf-8")


def codes() -> dict[str, list[int]]:
    """Every code with the statuses it comes under."""
    found: dict[str, set[int]] = {}
    for one in refusals():
        found.setdefault(one.code, set()).add(status_of(one))
    return {code: sorted(statuses) for code, statuses in found.items()}


def _shape(tree: object, *, names: bool = False) -> object:
    """Without what no client depends on; below `properties` and `schemas` keys are names."""
    if isinstance(tree, list):
        return [_shape(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        key: _shape(value, names=key in {"properties", "schemas"} and not names)
        for key, value in tree.items()
        if names or key not in {*NOT_KEPT, "info"}
    }


DOCUMENTS = {
    "openapi.json": openapi,
    "docs/lifecycles.md": lifecycles,
    "docs/policy.md": policy,
    "docs/problems.md": problems,
    "docs/decisions/README.md": decisions,
}


def main() -> None:
    """Write them all."""
    for name, written in DOCUMENTS.items():
        (ROOT / name).write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    release() if argv[1:] == ["release"] else main()
