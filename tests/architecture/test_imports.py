"""Imports run one way: the contracts of `.importlinter` hold."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAW = ROOT / "app" / "rules"


def contracts() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser()
    parsed.read(ROOT / ".importlinter", encoding="utf-8")
    return parsed


def test_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    program = str(command) if command.exists() else shutil.which("lint-imports")
    assert program is not None
    said = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "0 broken" in said.stdout


def test_ground_is_kept_from_every_module_of_the_law_but_two() -> None:
    forbidden = contracts()["importlinter:contract:platform-and-the-law"]["forbidden_modules"]
    modules = {path.stem for path in LAW.iterdir() if path.suffix == ".py" or path.is_dir()}
    modules -= {"__init__", "__pycache__", "exact", "identifiers"}
    assert {f"app.rules.{name}" for name in modules} <= set(forbidden.split())


def test_every_kind_is_under_the_contract_of_kinds() -> None:
    named = set(contracts()["importlinter:contract:kinds"]["modules"].split())
    above = contracts()["importlinter:contract:award"]["layers"].split("applications")[0]
    kinds = {f"app.award.{name}" for name in above.replace(":", " ").split()}
    over_them_all = {
        "app.award.copies",
        "app.award.documents",
        "app.award.events",
        "app.award.invariants",
    }
    assert named == kinds - over_them_all


def test_no_import_hides_from_the_contracts() -> None:
    """Inside a function, or where only a type checker looks, needs a reason on the line."""
    hidden = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "app").rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (line.startswith((" ", "\t")) and line.lstrip().startswith(("import ", "from app")))
        or "TYPE_CHECKING" in line
        if "# noqa: PLC0415  " not in line
    ]
    assert hidden == []
