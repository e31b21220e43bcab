"""What can be done with a regulation from the command line?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.award.programmes.service import check_regulation
from app.catalogue import loader
from app.rules.regulation.difference import change_text, difference
from app.rules.regulation.explain import explain
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import RegulationErrors
from app.rules.regulation.read import read
from app.rules.regulation.schema import json_schema
from app.wiring import unfit

regulation = typer.Typer(help="管理办法：检查、说明、格式。", no_args_is_help=True)
console = Console()

Which = Annotated[str, typer.Argument(help="A code of the catalogue, or a file.")]


@regulation.command()
def check(
    which: Which,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
) -> None:
    """Every fault of a regulation file, with its place and what would mend it; exit 0 or 1."""
    verdict = check_regulation(text_of(which), unfit)
    if as_json:
        print(json.dumps(verdict.model_dump(), ensure_ascii=False, indent=2))
    elif verdict.sound:
        print(f"没有发现问题。{verdict.hash}")
    for p in () if as_json else verdict.faults:
        print(f"{p.line}:{p.column}  {p.path or '/'}  {p.code}\n    {p.zh}\n    {p.mend}")
    raise typer.Exit(0 if verdict.sound else 1)


@regulation.command(name="explain")
def explain_(which: Which) -> None:
    """Tell stage by stage what will happen, and on what clause or assumption it stands."""
    tell(which)


@regulation.command()
def diff(
    old: Which,
    new: Which,
    as_json: Annotated[bool, typer.Option("--json", help="The changes as JSON.")] = False,
) -> None:
    """What changes from one edition to another, rule by rule, and in sentences."""
    earlier, later = _sound(old), _sound(new)
    found = difference(earlier, later)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    for change in found.changes:
        print(change_text(change, earlier, later))
    for mark, paragraphs in (("-", found.gone), ("+", found.come)):
        for paragraph in paragraphs:
            print(f"{mark} {paragraph.text}")
    if not found.changes:
        print("两版没有不同。")


@regulation.command()
def schema() -> None:
    """The JSON Schema of a regulation file, for editors."""
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def text_of(which: str) -> str:
    """The regulation of that code in the catalogue, else the file of that name; exit 1."""
    if which in loader.regulation_codes():
        return loader.regulation_text(which)
    try:
        return Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        console.print(f"读不到管理办法“{which}”。", style="red")
        raise typer.Exit(1) from unreadable


def _sound(which: str) -> Regulation:
    """The regulation; exit 1 with its faults where it is none."""
    try:
        return read(text_of(which))
    except RegulationErrors as wrong:
        for problem in wrong.problems:
            console.print(f"{which}{problem.path}：{problem.zh}", style="red", markup=False)
        raise typer.Exit(1) from wrong


def tell(which: str) -> None:
    """Print what a regulation lays down, each sentence with what it stands on."""
    for paragraph in explain(_sound(which)):
        stands_on = "[yellow]假定[/yellow]" if paragraph.assumed else (paragraph.cite or "")
        console.print(f"{paragraph.text}  [dim]{stands_on}[/dim]")
