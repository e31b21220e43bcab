"""Which application forms does the service ship, is a file of one sound, and what does it ask?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.catalogue import loader
from app.catalogue.check import check_form
from app.rules.forms.explain import explained
from app.rules.forms.model import FormSet
from app.rules.forms.read import FormSetError, json_schema, read_form_set
from app.rules.regulation.problems import Problem, place_of

forms = typer.Typer(help="申报表：目录、检查、说明、格式。", no_args_is_help=True)
Which = Annotated[str, typer.Argument(help="A code of the catalogue, or a file.")]


@forms.command(name="list")
def list_() -> None:
    """The forms of the catalogue: code, edition, sections, fields, name."""
    for code in loader.form_codes():
        found = loader.form_set(code)
        size = f"{len(found.sections)} 节  {len([*found.fields()])} 栏"
        typer.echo(f"{code}  第{found.edition}版  {size}  {found.name}")


@forms.command()
def check(
    which: Which,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON.")] = False,
) -> None:
    """Every fault of a form file, with its place and what would mend it; exit 0 or 1."""
    text = _text(which)
    found, problems = _judged(text)
    if as_json:
        verdict = {"sound": not problems, "faults": [_fault(text, each) for each in problems]}
        typer.echo(json.dumps(verdict, ensure_ascii=False, indent=2))
    elif found is not None and not problems:
        typer.echo(f"没有发现问题。{found.name}：{len(found.sections)} 节。")
    for p in () if as_json else problems:
        line, column = place_of(text, p.path)
        typer.echo(f"{line}:{column}  {p.path or '/'}  {p.code}\n    {p.zh}\n    {p.mend}")
    raise typer.Exit(1 if problems else 0)


@forms.command()
def explain(which: Which) -> None:
    """Tell section by section what is asked, in which shape, and what must agree; exit 0 or 1."""
    found, problems = _judged(_text(which))
    if found is None or problems:
        for p in problems:
            typer.echo(f"{which}{p.path}：{p.zh}", err=True)
        raise typer.Exit(1)
    for sentence in explained(found):
        typer.echo(sentence)


@forms.command()
def schema() -> None:
    """The JSON Schema of a form file, for editors."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _judged(text: str) -> tuple[FormSet | None, list[Problem]]:
    try:
        found = read_form_set(text)
    except FormSetError as wrong:
        return None, wrong.problems
    return found, check_form(found)


def _fault(text: str, found: Problem) -> dict[str, Any]:
    line, column = place_of(text, found.path)
    return asdict(found) | {"line": line, "column": column}


def _text(which: str) -> str:
    if which in loader.form_codes():
        return loader.form_text(which)
    try:
        return Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        typer.echo(f"读不到申报表“{which}”。", err=True)
        raise typer.Exit(1) from unreadable
