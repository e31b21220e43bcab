"""The command line about regulations: a check with places, the difference of two editions."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.catalogue.loader import regulation_text
from app.cli import main

BINHU = regulation_text("binhu-2023")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["regulation", *words])


def written(folder: Path, text: str, name: str = "own.yaml") -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def line_of(words: str) -> int:
    return next(n for n, line in enumerate(BINHU.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("share: 90%", "share: 80%", "shares_not_whole", "{stage: site, share: 90%}"),
        ("  - at_most: 3", "  - {at_least: 4, of: {tier: award}}\n  - at_most: 3",
         "quota_above_cap", "  - at_most: 3"),
        (", level: decision}", "}", "tie_without_rule", "      first: {"),
        ("    length: {working_days: 5,", "    long: {working_days: 5,", "missing", "key: notice"),
        ('"500000.00"', "500000.00", "yaml_scalar", "# 滨湖区区长质量奖"),
        ("kind: screening", "kind: screening\n    after: [site]", "circle", "stages:"),
        ("documents: [申报表,", "documents: [{name: 申报表, largest: 60MB},", "size_beyond",
         "documents: [申报表,"),
        ("title: 滨湖区区长质量奖\n", "title: 滨湖区区长质量奖\n    colour: red\n",
         "unknown_field", "    title: 滨湖区"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_mend(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    text = BINHU.replace(old, new)
    assert text != BINHU
    told = run("check", written(tmp_path, text), "--json")
    assert told.exit_code == 1
    faults = {fault["code"]: fault for fault in json.loads(told.stdout)["faults"]}
    assert faults[code]["mend"]
    assert abs(faults[code]["line"] - line_of(words)) <= 1


def test_a_sound_file_ends_well(tmp_path: Path) -> None:
    told = run("check", written(tmp_path, BINHU))
    assert (told.exit_code, told.stdout[:6]) == (0, "没有发现问题")


def test_the_difference_is_told_in_sentences(tmp_path: Path) -> None:
    old = written(tmp_path, BINHU)
    new = written(tmp_path, BINHU.replace("working_days: 5,", "working_days: 7,"), "new.yaml")
    told = run("diff", old, new)
    assert told.exit_code == 0
    assert "环节“公示”（stages/notice/length/working_days）：由 5 改为 7。" in told.stdout
    assert "\n- 公示5个工作日。" in told.stdout
    assert "\n+ 公示7个工作日。" in told.stdout
    changes = json.loads(run("diff", old, new, "--json").stdout)["changes"]
    assert [(each["old"], each["new"]) for each in changes] == [("5", "7")]
    assert run("diff", old, old).stdout.strip() == "两版没有不同。"


def test_a_file_that_is_no_regulation_is_not_compared(tmp_path: Path) -> None:
    told = run("diff", written(tmp_path, "a: b"), "binhu-2023")
    assert told.exit_code == 1
