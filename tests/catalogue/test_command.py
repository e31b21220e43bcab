"""The command line about criteria sets: the catalogue, a check of a file, the schema."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.catalogue.loader import criteria_codes, criteria_text
from app.cli import main
from tests.conftest import ROOT


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["criteria", *words])


def test_the_list_has_every_set_with_its_points_and_lines() -> None:
    told = run("list")
    assert told.exit_code == 0
    lines = {line.split()[0]: line for line in told.stdout.splitlines()}
    assert set(lines) == set(criteria_codes())
    assert "1000 分  17 项" in lines["baldrige-2023"]
    assert "A≥70、B≥3.5、C≥70" in lines["deming"]


@pytest.mark.parametrize("code", criteria_codes())
def test_a_set_of_the_catalogue_is_sound(code: str) -> None:
    told = run("check", code)
    assert (told.exit_code, told.stdout[:6]) == (0, "没有发现问题")


def test_every_problem_of_a_file_is_told_with_its_place_and_mend(tmp_path: Path) -> None:
    text = criteria_text("deming").replace("pass_line: 70", "pass_line: 170", 1)
    file = tmp_path / "own.yaml"
    file.write_text(text.replace("total: 205", "total: 206"), encoding="utf-8")
    told = run("check", str(file))
    assert told.exit_code == 1
    assert "total  total_sum\n    类目分值之和为 205，总分为 206\n    改类目的分值" in told.stdout
    assert "categories[0].pass_line  pass_line" in told.stdout
    verdict = json.loads(run("check", str(file), "--json").stdout)
    assert not verdict["sound"]
    assert {fault["code"] for fault in verdict["faults"]} == {"total_sum", "pass_line"}
    assert all(fault["mend"] for fault in verdict["faults"])


def test_a_sound_file_has_an_empty_verdict(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(criteria_text("team-100"), encoding="utf-8")
    told = run("check", str(file), "--json")
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"sound": True, "faults": []})


def test_the_example_and_the_table_of_the_page_are_true(tmp_path: Path) -> None:
    page = (ROOT / "docs/criteria.md").read_text(encoding="utf-8")
    file = tmp_path / "example.yaml"
    file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert run("check", str(file)).exit_code == 0
    assert [code for code in criteria_codes() if f"`{code}`" not in page] == []


def test_a_file_that_is_not_there_is_told() -> None:
    told = run("check", "nowhere.yaml")
    assert told.exit_code == 1
    assert "nowhere.yaml" in told.stderr


def test_the_schema_is_for_editors() -> None:
    schema = json.loads(run("schema").stdout)
    assert schema["additionalProperties"] is False
    assert "pass_line" in schema["$defs"]["Category"]["properties"]
