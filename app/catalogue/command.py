"""Which criteria sets does the service ship, and is a file of one sound?"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.catalogue import loader
from app.rules.criteria import CriteriaError, CriteriaSet, Problem, read_criteria
from app.rules.exact import decimal_text

criteria = typer.Typer(help="评价准则：目录、检查、格式。", no_args_is_help=True)


@criteria.command(name="list")
def list_() -> None:
    """The sets of the catalogue: code, points, items, pass lines, name."""
    for code in loader.criteria_codes():
        found = loader.criteria(code)
        lines = "、".join(f"{key}≥{decimal_text(line)}" for key, line in found.pass_lines().items())
        note = f"（合格线 {lines}）" if lines else ""
        typer.echo(f"{code}  {found.total} 分  {len(found.items())} 项  {found.name}{note}")


@criteria.command()
def check(
    which: Annotated[str, typer.Argument(help="A code of the catalogue, or a file.")],
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
) -> None:
    """Every problem of a criteria file, with its place and what would mend it; exit 0 or 1."""
    problems: tuple[Problem, ...] = ()
    found: CriteriaSet | None = None
    try:
        found = read_criteria(_text(which))
    except CriteriaError as wrong:
        problems = wrong.problems
    if as_json:
        typer.echo(json.dumps(_verdict(found, problems), ensure_ascii=False, indent=2))
    elif found is not None:
        typer.echo(f"没有发现问题。{found.name}：{found.total} 分，{len(found.items())} 项。")
    for p in () if as_json else problems:
        typer.echo(
            "\n    ".join([f"{p.path or '/'}  {p.code}", p.zh, *([p.mend] if p.mend else [])])
        )
    raise typer.Exit(1 if problems else 0)


@criteria.command()
def schema() -> None:
    """The JSON Schema of a criteria file, for editors."""
    typer.echo(json.dumps(CriteriaSet.model_json_schema(), ensure_ascii=False, indent=2))


def _verdict(found: CriteriaSet | None, problems: tuple[Problem, ...]) -> dict[str, Any]:
    faults = [{"path": p.path, "code": p.code, "zh": p.zh, "mend": p.mend} for p in problems]
    return {"sound": found is not None, "faults": faults}


def _text(which: str) -> str:
    if which in loader.criteria_codes():
        return loader.criteria_text(which)
    try:
        return Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        typer.echo(f"读不到评价准则“{which}”。", err=True)
        raise typer.Exit(1) from unreadable
